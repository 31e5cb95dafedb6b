"""What is remembered: one SQLite file."""

from feeds.errors import StoreError
from store.curation import LearnedModel, Rejudged, Share, StoredItem
from store.delivery import Delivery, DeliveryLine, Parcel, Payload, Settled
from store.health import CheckLine, Totals
from store.links import Compare
from store.query import Query, parse
from store.store import Store

__all__ = [
    "CheckLine",
    "Compare",
    "Delivery",
    "DeliveryLine",
    "LearnedModel",
    "Parcel",
    "Payload",
    "Query",
    "Rejudged",
    "Settled",
    "Share",
    "Store",
    "StoreError",
    "StoredItem",
    "Totals",
    "parse",
]
