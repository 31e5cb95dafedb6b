"""A title and summary in another language. Makers: a translator, the store. Taker: `feeds.publish`."""

from feeds.model.value import Value


class Translation(Value, frozen=True, kw_only=True):
    """What a machine made of an item's words; never in their place, always beside them."""

    title: str
    summary: str
    language: str
    """BCP 47 tag of the language it is in."""
    by: str
    """Who translated, as readers are told."""
