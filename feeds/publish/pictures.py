"""Where a picture stands: at its publisher's, at a signed address of this site, or nowhere. Pure.

The site fetches what its own addresses name, so each carries a signature: else it would fetch for everybody
whatever they ask for.
"""

import base64
import hashlib
import hmac
import html
import re
from typing import Final

from feeds.model import Channel, Enclosure
from feeds.publish import clean
from feeds.references import unescape

PATH: Final = "img/"
LONGEST: Final = 2000
"""Characters of a picture's address."""
_MAC_BYTES = 16
_IMAGE = re.compile(r'<img((?:\s+[\w-]+="[^"]*")*)\s*/?>', re.IGNORECASE)
_SRC = re.compile(r'(\ssrc=")([^"]*)(")', re.IGNORECASE)


def signed(key: bytes, url: str) -> str:
    """Return the path under which this site serves the picture at an address."""
    named = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
    return f"{PATH}{_mac(key, url)}/{named}"


def opened(key: bytes, path: str) -> str | None:
    """Return the address that a path of this site stands for; None when this key did not sign it."""
    named = path.rpartition("/")[2]
    if len(path) > 4 * LONGEST or not path.isascii():
        return None
    try:
        url = base64.b64decode(named + "=" * (-len(named) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return None
    return url if hmac.compare_digest(path.encode(), signed(key, url).encode()) else None


def _mac(key: bytes, url: str) -> str:
    whole = hmac.digest(key, b"picture\0" + url.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return whole[:_MAC_BYTES].hex()


def in_feed(channel: Channel, url: str) -> str:
    """Return the address of a picture for a feed; empty when there is to be none."""
    return _placed(channel, url, f"{clean.address(channel.base_url)}/")


def on_page(channel: Channel, url: str, root: str) -> str:
    """Return the address of a picture for a page, whose way to the site's root is `root`; empty for none."""
    return "" if channel.images == "feeds" else _placed(channel, url, root)


def _placed(channel: Channel, url: str, root: str) -> str:
    if channel.images != "proxy":
        return "" if channel.images == "off" else url
    fits = url and len(url) <= LONGEST and channel.image_key
    return f"{root}{signed(channel.image_key, url)}" if fits else ""


def content_of(channel: Channel, content: str) -> str:
    """Return safe HTML with its pictures where a feed is to have them, or without."""
    if channel.images in {"feeds", "keep"} or "<img" not in content:
        return content

    def moved(match: re.Match[str]) -> str:
        source = _SRC.search(match[1])
        url = in_feed(channel, clean.address(unescape(source[2]))) if source else ""
        if not source or not url:
            return ""
        return match[0].replace(source[0], f"{source[1]}{html.escape(url)}{source[3]}", 1)

    return _IMAGE.sub(moved, content)


def enclosures_of(channel: Channel, enclosures: tuple[Enclosure, ...]) -> tuple[Enclosure, ...]:
    """Return enclosures with the pictures among them where a feed is to have them."""
    placed = (
        (part, in_feed(channel, part.url) if part.type.startswith("image/") else part.url)
        for part in enclosures
    )
    return tuple(Enclosure(url=url, type=part.type, length=part.length) for part, url in placed if url)


_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_AVIF = frozenset({b"avif", b"avis"})


def type_of(body: bytes) -> str:
    """Return the media type of a picture by its first bytes; empty for what is none that browsers draw.

    SVG is none: it is a document that can act (WHATWG MIME Sniffing 6.1 has no pattern for it either).
    """
    for magic, kind in _MAGIC:
        if body.startswith(magic):
            return kind
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return "image/avif" if body[4:8] == b"ftyp" and body[8:12] in _AVIF else ""
