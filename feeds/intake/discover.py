"""Where the feed of a page is likely to be, told from the page's address alone. Pure.

For services whose rule is known there is one guess, or few; for any other site the common paths, most
frequent first. The caller reads the page itself first: links in it are better than any guess.
"""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

from feeds.model import FoundFeed

_ATOM = "application/atom+xml"
_RSS = "application/rss+xml"
_JSON = "application/feed+json"

_COMMON = (
    ("feed", ""),
    ("rss.xml", _RSS),
    ("feed.xml", ""),
    ("atom.xml", _ATOM),
    ("index.xml", ""),
    ("rss", _RSS),
    ("feed.json", _JSON),
)
"""Tried in this order below the page's folder or site; seven requests at most."""

_FEEDISH = re.compile(
    r"\.(?:atom|rss|xml|json|rdf)(?:[?#]|$)|/(?:atom|rss|rdf|feeds?)(?:[/?#]|$)|//(?:rss|feeds?)\.",
    re.IGNORECASE,
)

_NAME = r"[A-Za-z0-9_.-]+"

Guess = Callable[[str, str, dict[str, list[str]]], tuple[FoundFeed, ...]]
"""Host, path without a slash at its end, query -> feeds; nothing when the rule does not fit."""


def guesses(url: str) -> tuple[FoundFeed, ...]:
    """Addresses worth trying for the page at `url`, best first; nothing when it is no http(s) address."""
    return _guesses(url, sure=False)


def known(url: str) -> tuple[FoundFeed, ...]:
    """Those guesses that follow from a service's own rule: worth trying before the page itself is asked.

    Nothing for an address that looks like a feed's: it means what it says.
    """
    return () if _FEEDISH.search(url) else _guesses(url, sure=True)


def _guesses(url: str, *, sure: bool) -> tuple[FoundFeed, ...]:
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ()
    if parts.scheme not in {"http", "https"} or not host:
        return ()
    path = quote(parts.path.rstrip("/"), safe="/%@:+~!$&'()*,;=")
    query = parse_qs(parts.query, max_num_fields=50) if parts.query.count("&") < 50 else {}  # noqa: PLR2004 # as there
    bare = host.removeprefix("www.").removeprefix("m.")
    for fits, guess in _SERVICES:
        if fits.fullmatch(bare):
            return guess(host, path, query)
    shown = f"[{host}]" if ":" in host else host
    base = f"{parts.scheme}://{shown}{port}"
    return _mastodon(base, path) or (() if sure else _common(base, path))


def _common(base: str, path: str) -> tuple[FoundFeed, ...]:
    folder = path.rpartition("/")[0] if "." in path.rpartition("/")[2] else path
    found = [FoundFeed(url=f"{base}{folder}/{name}", type=kind) for name, kind in _COMMON]
    if folder:  # a page deep in a site: its own folder's feed first, then the site's
        found = found[:2] + [FoundFeed(url=f"{base}/{name}", type=kind) for name, kind in _COMMON[:5]]
    return tuple(found)


def _mastodon(base: str, path: str) -> tuple[FoundFeed, ...]:
    """Give the feed of an account or a hashtag; Pixelfed and GoToSocial share the form."""
    account = re.fullmatch(rf"/@({_NAME})(?:/with_replies|/media)?", path)
    if account:
        return (FoundFeed(url=f"{base}/@{account.group(1)}.rss", type=_RSS),)
    tag = re.fullmatch(r"/tags/([^/]+)", path)
    return (FoundFeed(url=f"{base}/tags/{tag.group(1)}.rss", type=_RSS),) if tag else ()


def _youtube(host: str, path: str, query: dict[str, list[str]]) -> tuple[FoundFeed, ...]:
    del host
    base = "https://www.youtube.com/feeds/videos.xml"
    channel = re.match(r"/channel/(UC[A-Za-z0-9_-]{22})(?:/|$)", path)
    user = re.match(rf"/user/({_NAME})(?:/|$)", path)
    playlist = query.get("list", [""])[0]
    if channel:
        return (FoundFeed(url=f"{base}?channel_id={channel.group(1)}", type=_ATOM),)
    if user:
        return (FoundFeed(url=f"{base}?user={user.group(1)}", type=_ATOM),)
    if re.fullmatch(r"[A-Za-z0-9_-]{10,64}", playlist):
        return (FoundFeed(url=f"{base}?playlist_id={playlist}", type=_ATOM),)
    return ()  # /@handle: only the page itself names the channel


def _reddit(host: str, path: str, query: dict[str, list[str]]) -> tuple[FoundFeed, ...]:
    del host, query
    place = re.match(rf"/(r|u|user)/({_NAME})(?:/(new|top|hot))?(?:/|$)", path)
    if place is None:
        return ()
    kind, name, order = place.groups()
    middle = f"{'user' if kind == 'u' else kind}/{name}" + (f"/{order}" if order else "")
    return (FoundFeed(url=f"https://www.reddit.com/{middle}/.rss", type=_ATOM),)


def _arxiv(host: str, path: str, query: dict[str, list[str]]) -> tuple[FoundFeed, ...]:
    del host, query
    place = re.match(r"/(?:list|archive|rss|atom)/([a-z-]+(?:\.[A-Za-z-]+)?)(?:/|$)", path)
    return (FoundFeed(url=f"https://rss.arxiv.org/rss/{place.group(1)}", type=_RSS),) if place else ()


def _github(host: str, path: str, query: dict[str, list[str]]) -> tuple[FoundFeed, ...]:
    del host, query
    place = re.match(rf"/({_NAME})/({_NAME})(?:/([a-z]+))?", path)
    if place is None:
        owner = re.fullmatch(rf"/({_NAME})", path)
        return (FoundFeed(url=f"https://github.com/{owner.group(1)}.atom", type=_ATOM),) if owner else ()
    base = f"https://github.com/{place.group(1)}/{place.group(2)}"
    kinds = ("commits",) if place.group(3) in {"commits", "tree"} else ("releases", "commits")
    return tuple(FoundFeed(url=f"{base}/{kind}.atom", type=_ATOM) for kind in kinds)


def _medium(host: str, path: str, query: dict[str, list[str]]) -> tuple[FoundFeed, ...]:
    del query
    if host.removeprefix("www.") != "medium.com":
        return (FoundFeed(url=f"https://{host}/feed", type=_RSS),)
    place = re.match(r"/(?:feed/)?(@?[A-Za-z0-9_.-]+)", path)
    return (FoundFeed(url=f"https://medium.com/feed/{place.group(1)}", type=_RSS),) if place else ()


def _bluesky(host: str, path: str, query: dict[str, list[str]]) -> tuple[FoundFeed, ...]:
    del host, query
    place = re.match(r"/profile/([A-Za-z0-9.:-]+)", path)
    return (FoundFeed(url=f"https://bsky.app/profile/{place.group(1)}/rss", type=_RSS),) if place else ()


def _at(tail: str, kind: str) -> Guess:
    """Make the rule of a service where each site has its feed at one path."""

    def guess(host: str, path: str, query: dict[str, list[str]]) -> tuple[FoundFeed, ...]:
        del path, query
        return (FoundFeed(url=f"https://{host}/{tail}", type=kind),)

    return guess


_SERVICES: tuple[tuple[re.Pattern[str], Guess], ...] = tuple(
    (re.compile(pattern), guess)
    for pattern, guess in (
        (r"youtube\.com|youtu\.be|music\.youtube\.com", _youtube),
        (r"(?:old\.|new\.)?reddit\.com", _reddit),
        (r"(?:export\.|rss\.)?arxiv\.org", _arxiv),
        (r"github\.com", _github),
        (r"(?:.+\.)?medium\.com", _medium),
        (r"bsky\.app", _bluesky),
        (r".+\.substack\.com", _at("feed", _RSS)),
        (r".+\.wordpress\.com", _at("feed/", _RSS)),
        (r".+\.blogspot\.[a-z.]+", _at("feeds/posts/default", _ATOM)),
        (r".+\.tumblr\.com", _at("rss", _RSS)),
        (r".+\.livejournal\.com", _at("data/rss", _RSS)),
        (r".+\.ghost\.io", _at("rss/", _RSS)),
    )
)
