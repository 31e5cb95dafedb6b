"""What a feed says about itself, read from the document without its entries."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from feeds.intake.document import Document
from feeds.intake.frame import read_frame
from feeds.intake.links import absolute, cut
from feeds.intake.nodes import Node, children, name_of, text_of
from feeds.model.head import FeedHead

MAX_HUBS = 10
MAX_TEXT = 2_000
_ATOM = "http://www.w3.org/2005/atom"
_ATOM03 = "http://purl.org/atom/ns#"
_RSS10 = "http://purl.org/rss/1.0/"
_RSS090 = "http://my.netscape.com/rdf/simple/0.9/"
_SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"
_DUBLIN = "http://purl.org/dc/elements/1.1/"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_PLAIN = ("", _RSS10, _RSS090, _ATOM, _ATOM03, "http://backend.userland.com/rss2")
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_HOUR = re.compile(r"[0-9]{1,2}")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_VERSIONS = {
    "0.90": "rss090",
    "0.91": "rss091",
    "0.92": "rss092",
    "0.93": "rss093",
    "0.94": "rss094",
    "1.0": "rss10",
}


def read_head(data: bytes, *, url: str, document: Document) -> FeedHead:
    """Head of a feed from `data` (the document, entries may be missing); addresses relative to `url`."""
    root, _ = read_frame(data)
    if root is None:
        return FeedHead(format=_format(document, None))
    channel = next((node for _, local, node in children(root) if local == "channel"), root)
    nodes = [
        (space, local, node) for space, local, node in children(channel) if local not in {"item", "entry"}
    ]
    nodes += [
        part
        for part in islice(children(root), 200)
        if channel is not root and part[1] in {"link", "language"}
    ]
    base = _joined(_joined(url, root.get(_XML_BASE)), channel.get(_XML_BASE) if channel is not root else None)
    texts: dict[str, str] = {}
    for space, local, node in nodes:
        if space in _PLAIN or space == _DUBLIN:
            texts.setdefault(local, cut(text_of(node), MAX_TEXT))
    links = [node for space, local, node in nodes if local == "link" and space in _PLAIN]
    language = texts.get("language") or root.get(_XML_LANG) or channel.get(_XML_LANG) or ""
    return FeedHead(
        title=texts.get("title", ""),
        link=_home(links, channel, base),
        description=texts.get("description") or texts.get("subtitle") or texts.get("tagline", ""),
        language=language.strip()[:35],
        format=_format(document, root),
        self_url=next(_related(links, "self", base), ""),
        hubs=tuple(islice(dict.fromkeys(_related(links, "hub", base)), MAX_HUBS)),
        ttl_s=_ttl(texts.get("ttl", "")),
        update_period_s=_period(nodes),
        skip_hours=_skip_hours(nodes),
        skip_days=_skip_days(nodes),
    )


def _joined(base: str, own: str | None) -> str:
    return (absolute(base, own) or base) if own else base


def _home(links: list[Node], channel: Node, base: str) -> str:
    """Find the page the feed belongs to: RSS <link>, Atom rel=alternate, CDF href."""
    for link in links:
        target = link.get("href")
        if target is not None and link.get("rel", "alternate").lower() != "alternate":
            continue
        if found := absolute(base, target if target is not None else text_of(link)):
            return found
    return absolute(base, channel.get("href") or channel.get("HREF") or "")


def _related(links: list[Node], relation: str, base: str) -> Iterator[str]:
    for link in links:
        if relation in link.get("rel", "").lower().split() and (
            found := absolute(base, link.get("href", ""))
        ):
            yield found


def _format(document: Document, root: Node | None) -> str:
    name = document.root.rpartition(b":")[2].lower()
    space = name_of(root)[0] if root is not None else ""
    version = (root.get("version") or "").strip() if root is not None else ""
    if name == b"rss":
        if document.netscape and version in {"", "0.91"}:
            return "rss091"
        return _VERSIONS.get(version, "rss20" if version.startswith("2") else "rss")
    if name == b"rdf":
        return "rss090" if _RSS090.encode() in document.start_tag else "rss10"
    if name == b"feed":
        return "atom03" if space == _ATOM03 or version == "0.3" else "atom10"
    return "cdf"


def _ttl(text: str) -> int | None:
    """Minutes as a whole number; decimals and nonsense are no hint."""
    return int(text) * 60 if text.isdecimal() and 0 < len(text) <= 9 and int(text) else None  # noqa: PLR2004 # digits


def _period(nodes: list[tuple[str, str, Node]]) -> int | None:
    """sy:updatePeriod over sy:updateFrequency; the module's defaults are daily and 1."""
    found = {local: text_of(node).lower() for space, local, node in nodes if space == _SYNDICATION}
    if "updateperiod" not in found and "updatefrequency" not in found:
        return None
    period = _PERIODS.get(found.get("updateperiod", "daily"))
    frequency = found.get("updatefrequency", "1")
    if period is None or not frequency.isdecimal() or not 0 < int(frequency[:6]) <= period:
        return period
    return period // int(frequency[:6])


def _skip_hours(nodes: list[tuple[str, str, Node]]) -> tuple[int, ...]:
    """Hours of <skipHours>; 24 means midnight, as the 0.91 specification counted from 1."""
    hours = {
        int(text) % 24 for text in _listed(nodes, "skiphours", "hour") if _HOUR.fullmatch(text)
    }  # digits
    return tuple(sorted(hours))


def _skip_days(nodes: list[tuple[str, str, Node]]) -> tuple[int, ...]:
    days = {
        _DAYS.index(text[:3].lower())
        for text in _listed(nodes, "skipdays", "day")
        if text[:3].lower() in _DAYS
    }
    return tuple(sorted(days))


def _listed(nodes: list[tuple[str, str, Node]], outer: str, inner: str) -> Iterable[str]:
    for _, local, node in nodes:
        if local == outer:
            for _, name, part in islice(children(node), 64):
                if name == inner:
                    yield text_of(part)
