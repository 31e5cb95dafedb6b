"""Titles and summaries in the readers' language, beside the original."""
