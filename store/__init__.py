"""What is remembered: one SQLite file."""

from feeds.errors import StoreError
from store.curation import LearnedModel, Rejudged, Share, StoredItem
from store.links import Compare
from store.query import Query, parse
from store.store import CheckLine, Store, Totals

__all__ = [
    "CheckLine",
    "Compare",
    "LearnedModel",
    "Query",
    "Rejudged",
    "Share",
    "Store",
    "StoreError",
    "StoredItem",
    "Totals",
    "parse",
]
