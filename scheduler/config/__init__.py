"""The configuration: its file, its keys, and the frozen values the rest takes."""
