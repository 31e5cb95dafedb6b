"""Mend what makes feeds ill-formed most often, so that the strict parser can still read them.

Character references to characters XML does not have, HTML's named entities without a DTD, bare
ampersands, prefixes nobody declared. CDATA sections and comments are left as they are. Only
documents that failed to parse come here.
"""

import html
import html.entities
import re

from feeds.intake.wellformed import DECLARED_PREFIXES

_REFERENCE = re.compile(rb"&(?:#([0-9]{1,10}|[xX][0-9A-Fa-f]{1,8});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_XML_NAMES = frozenset((b"lt", b"gt", b"amp", b"quot", b"apos"))
_PREFIX = re.compile(rb"<([A-Za-z_][\w.-]{0,63}):[A-Za-z_]")
_ATTRIBUTE_PREFIX = re.compile(rb"\s([A-Za-z_][\w.-]{0,63}):[A-Za-z_][\w.-]*\s*=\s*[\"']")
_BARE_LESS = re.compile(rb"<(?![A-Za-z_/!?\x80-\xff])")
_HIDDEN = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))
_SURROGATES = range(0xD800, 0xE000)
_LAST = 0x10FFFF
_MAX_PREFIXES = 32


def repair(data: bytes) -> bytes:
    """Return `data` (UTF-8, without DTD) with references and prefixes mended. Linear; never raises."""
    pieces = []
    at = 0
    while at < len(data):
        hidden, end = _next_hidden(data, at)
        pieces.append(_mend(data[at:hidden]))
        pieces.append(data[hidden:end])
        at = end
    return _declare(b"".join(pieces))


def _next_hidden(data: bytes, at: int) -> tuple[int, int]:
    """Start and end of the next CDATA section or comment; both the end of data when there is none."""
    best = (len(data), len(data))
    for opener, closer in _HIDDEN:
        start = data.find(opener, at, best[0] + len(opener))
        if 0 <= start < best[0]:
            end = data.find(closer, start)
            best = (start, end + len(closer) if end >= 0 else len(data))
    return best


def _mend(text: bytes) -> bytes:
    return _BARE_LESS.sub(b"&lt;", _REFERENCE.sub(_reference, text))


def _reference(match: re.Match[bytes]) -> bytes:
    number, name = match[1], match[2]
    if number:
        code = int(number[1:], 16) if number[:1] in b"xX" else int(number)
        return match[0] if _is_xml(code) else b"\xef\xbf\xbd"
    if name in _XML_NAMES:
        return match[0]
    if name:
        char = html.entities.html5.get(name.decode("ascii") + ";")
        return html.escape(char).encode() if char else b"&amp;" + match[0][1:]
    return b"&amp;"


def _is_xml(code: int) -> bool:
    """Whether XML 1.0 allows the character (production Char)."""
    if code < 0x20:  # noqa: PLR2004 # space is the first character that is not a control
        return code in {9, 10, 13}
    return code <= _LAST and code not in _SURROGATES and code not in {0xFFFE, 0xFFFF}


def _declare(data: bytes) -> bytes:
    """Declare on the root every prefix that is used and declared nowhere."""
    used = set(_PREFIX.findall(data)) | set(_ATTRIBUTE_PREFIX.findall(data))
    missing = sorted(
        prefix
        for prefix in used - {b"xml", b"xmlns"}
        if not re.search(rb"\sxmlns:" + re.escape(prefix) + rb"\s*=", data)
    )[:_MAX_PREFIXES]
    if not missing:
        return data
    name = re.match(rb"<[^\s<>/]+", data)
    if name is None:
        return data
    declared = b"".join(
        b' xmlns:%b="%b"' % (prefix, DECLARED_PREFIXES.get(prefix.lower(), b"urn:undeclared:" + prefix))
        for prefix in missing
    )
    return data[: name.end()] + declared + data[name.end() :]
