"""Bytes in: fetching feeds safely and politely, and reading what came back."""
