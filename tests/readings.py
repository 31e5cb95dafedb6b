"""RSS documents, and what becomes of one: a reading, or the failure it must be."""

from feeds.intake.read import read
from feeds.model.entry import ReadFailed, Reading, ReadRequest

URL = "https://wire.example/news/feed.xml"


def item(number: int, more: str = "") -> str:
    """Write one RSS item."""
    return (
        f"<item><title>Item {number}</title><link>https://wire.example/{number}</link>"
        f"<guid>g{number}</guid>{more}</item>"
    )


def rss(*items: str, head: str = "") -> bytes:
    """Write an RSS 2.0 document."""
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Wire</title>{head}{''.join(items)}</channel></rss>"
    ).encode()


def reading(body: bytes, **more: object) -> Reading:
    """Read what must be readable."""
    found = read(ReadRequest(body=body, url=URL, **more))  # type: ignore[arg-type] # fields by name
    assert isinstance(found, Reading), found
    return found


def failure(body: bytes, url: str = URL) -> ReadFailed:
    """Read what must not be readable."""
    found = read(ReadRequest(body=body, url=url))
    assert isinstance(found, ReadFailed)
    return found


def titles(found: Reading) -> list[str]:
    """Titles of a reading's entries."""
    return [entry.title for entry in found.entries]
