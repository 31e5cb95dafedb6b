"""What is remembered: one SQLite file."""
