"""What is remembered: one SQLite file."""

from typing import TYPE_CHECKING

from feeds import later
from feeds.errors import StoreError
from store.store import Store

if TYPE_CHECKING:
    from store.curation import LearnedModel, Rejudged, Share, StoredItem
    from store.delivery import Delivery, DeliveryLine, Parcel, Payload, Settled
    from store.health import CheckLine, Totals
    from store.links import Compare
    from store.query import Query, parse

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

__getattr__ = later.names(
    __name__,
    {
        "curation": "LearnedModel Rejudged Share StoredItem",
        "delivery": "Delivery DeliveryLine Parcel Payload Settled",
        "health": "CheckLine Totals",
        "links": "Compare",
        "query": "Query parse",
    },
)
