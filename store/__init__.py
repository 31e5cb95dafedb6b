"""What is remembered: one SQLite file."""

from feeds.errors import StoreError
from store.curation import LearnedModel, Rejudged, Share, StoredItem
from store.query import Query, parse
from store.record import Settle
from store.store import CheckLine, Store, Totals

__all__ = [
    "CheckLine",
    "LearnedModel",
    "Query",
    "Rejudged",
    "Settle",
    "Share",
    "Store",
    "StoreError",
    "StoredItem",
    "Totals",
    "parse",
]
