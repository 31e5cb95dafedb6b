"""Bytes out: feeds, pages and the web application."""
