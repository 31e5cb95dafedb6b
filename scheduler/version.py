"""The version, for everything that tells it: users, publishers, programs."""

__version__ = "0.1.0"
