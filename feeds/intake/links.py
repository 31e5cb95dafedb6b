"""Addresses inside a feed made absolute (RFC 3986 5), and texts cut to size."""

import re
from html import escape
from urllib.parse import urljoin, urlsplit

from feeds.later import late_pattern

MAX_URL = 4_096
_PLAIN = re.compile(
    r"https?://[a-z0-9-]++(?:\.[a-z0-9-]++)++(?::[0-9]{2,5}+)?+/[\w/~%,@!$'()*+-]*+(?:\.\w[\w/~%,@!$'()*+-]*+)*+(?:\?[\w/~%=&.+-]++)?+",
    re.ASCII,
)
"""Addresses that every step of resolving would leave as they are: by far the most."""
_SPACE = re.compile(r"[\s\x00-\x1f]+")
_RELATIVE = late_pattern(
    r"""(?P<head>\s(?:href|src|poster)\s*=\s*)(?P<quote>["'])(?P<url>(?![a-z][a-z0-9+.-]*:|#|//|\s)[^"'<>]{1,2000})(?P=quote)""",
    re.IGNORECASE,
)


def absolute(base: str, url: str) -> str:
    """`url` as an absolute http(s) address, or empty when it is none or too long to be one."""
    url = url.strip()
    if not url or len(url) > MAX_URL:
        return ""
    if is_plain(url):
        return url
    try:
        joined = urljoin(base, url) if base else url
        parts = urlsplit(joined)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return ""
    return _SPACE.sub(lambda match: "%20" if match[0] == " " else "", joined)


def is_plain(url: str) -> bool:
    """Whether `url` is an absolute http(s) address that needs nothing done to it."""
    return len(url) <= MAX_URL and _PLAIN.fullmatch(url) is not None


def resolve_markup(markup: str, base: str) -> str:
    """HTML with relative `href`, `src` and `poster` made absolute; the rest is left byte for byte."""
    if not base or "=" not in markup:
        return markup

    def put(match: re.Match[str]) -> str:
        joined = absolute(base, match["url"].replace("&amp;", "&"))
        return f"{match['head']}{match['quote']}{escape(joined)}{match['quote']}" if joined else match[0]

    return _RELATIVE.sub(put, markup)


def cut(text: str, size: int) -> str:
    """At most `size` bytes of UTF-8 of `text`, never half a character."""
    if len(text) * 4 <= size:
        return text
    return text.encode("utf-8", "replace")[:size].decode("utf-8", "ignore")
