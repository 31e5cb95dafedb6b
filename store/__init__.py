"""What is remembered: one SQLite file."""

from feeds.errors import StoreError
from store.query import Query, parse
from store.record import Settle
from store.store import CheckLine, Stamp, Store, Totals

__all__ = ["CheckLine", "Query", "Settle", "Stamp", "Store", "StoreError", "Totals", "parse"]
