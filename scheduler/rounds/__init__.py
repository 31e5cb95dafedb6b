"""Asking: when a source is asked, how politely, and what becomes of the answer."""
