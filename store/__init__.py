"""What is remembered: one SQLite file."""

from feeds.errors import StoreError
from store.query import Query, parse
from store.record import Settle
from store.store import CheckLine, Store, Totals

__all__ = ["CheckLine", "Query", "Settle", "Store", "StoreError", "Totals", "parse"]
