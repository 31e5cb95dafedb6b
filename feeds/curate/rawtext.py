"""The XML of an entry in the form in which words are looked up: folded bytes, blanks for all but words.

What a reader would see as one word comes out as one. That words come out too which no reader sees, those
of attributes for example, does no harm. All is linear in the entry.
"""

import re
from functools import lru_cache
from html import unescape
from html.entities import html5
from urllib.parse import unquote_to_bytes

from feeds.curate.fold import fold
from feeds.curate.text import visible

_ASCII = bytes(range(128))
_SPACED = bytes(
    code if code > 127 else ord(chr(code).lower()) if chr(code).isalnum() else 32  # noqa: PLR2004 # ASCII
    for code in range(256)
)
"""For bytes of UTF-8: small letters, blanks for all of ASCII that is no letter or digit, as in `fold`."""
_BARE = _SPACED[:128] + b" " * 128
"""The same, with blanks for all other characters."""
_LOOSE = "|".join(sorted((name for name in html5 if not name.endswith(";")), key=len, reverse=True))
"""References that are taken without a semicolon too (HTML, 13.2.5.73)."""
_NAME = rf"#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]{{1,31}};|{_LOOSE}"
_REFERENCE = re.compile(rf"&(?:{_NAME})".encode())
_ESCAPED = re.compile(rf"&(?:amp;)*+({_NAME})".encode())
"""A reference, however often its ampersand was escaped."""
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_INLINE = (
    r"</?(?:a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|rb|ruby|s|samp|small|span"
    r"""|strike|strong|sub|sup|tt|u|var|wbr)(?:[\s/](?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)?>"""
)
"""Tags that do not part words."""
_JOINS = re.compile(_INLINE.encode(), re.IGNORECASE)
_LETTER = r"[0-9A-Za-z\x80-\xff]"
_WITHIN = rf"{_INLINE[1:]}(?:{_INLINE})*+{_LETTER}"
_DECLARED = re.compile(rf"<(?<={_LETTER}<)[!?]".encode("latin-1"))
_ODD = re.compile(rf"<(?<={_LETTER}<)(?:[!?]|{_WITHIN})".encode("latin-1"), re.IGNORECASE)
"""A word with tags in it, or with a comment or the like behind it."""
_TAG = re.compile(rb"""</?[A-Za-z](?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>""")
_HIDING = re.compile(
    rb"<(?:script|style|template|head|noscript|noembed|noframes|iframe|object|svg|math|xmp|textarea|select)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rb"""\b(?:term|label|text|href|url|uri|about)\s*=\s*("[^"<]*+"|'[^'<]*+')""", re.IGNORECASE
)
"""Attributes that say what other formats say between tags: categories and links."""


def plain_words(entry: bytes) -> bytes | None:
    """Give `words` of an entry in which nothing has to be resolved first, else None."""
    if b"&" in entry and not all(map(_is_blank, set(_ESCAPED.findall(entry)))):
        return None
    return None if _ODD.search(entry) else words(entry)


def opened(entry: bytes) -> bytes | None:
    """Give the markup of an entry (XML, UTF-8) with its references resolved, tags and all.

    None when it is too odd to tell what its words are.
    """
    text = entry
    if b"&" in text:  # XML's own references first, all at once; what is left is HTML's
        text = text.replace(b"&lt;", b"<").replace(b"&gt;", b">").replace(b"&quot;", b'"')
        text = text.replace(b"&amp;", b"&")
    if _REFERENCE.search(text):
        text = visible(unescape(text.decode("utf-8", "replace"))).encode("utf-8", "replace")
        if _REFERENCE.search(text):
            return None
    text = text.replace(b"<![CDATA[", b"").replace(b"]]>", b"")
    odd = _ODD.search(text)
    if odd is None:
        return text
    return None if _DECLARED.search(text) else text + b" " + _JOINS.sub(b"", text)


def words(markup: bytes) -> bytes:
    """Give the words of `markup` folded as the judge folds them, with a blank before and after each."""
    if _PERCENT.search(markup):
        markup = markup + b" " + unquote_to_bytes(markup)
    if markup.isascii():
        return b" %b " % markup.translate(_SPACED)
    odd = {_kind(char) for char in set(markup.translate(None, _ASCII).decode("utf-8", "replace"))}
    if odd == {"blank"}:
        return b" %b " % markup.translate(_BARE)
    text = markup.decode("utf-8", "replace")
    return b" %b " % fold(visible(text) if "junk" in odd else text).encode("utf-8", "replace")


def apart(markup: bytes) -> bytes | None:
    """Give what stands between the tags of `markup`, and names in attributes; None when that is unsure."""
    between = _TAG.sub(b" ", markup)
    if b"<" in between or b">" in between or _HIDING.search(markup):
        return None
    named = _NAMED.findall(markup)
    return b" ".join((between, *named)) if named else between


@lru_cache(maxsize=4096)
def _kind(char: str) -> str:
    """Whether a character parts words (`blank`), is taken out of them (`junk`), or belongs to them."""
    if not visible(char):
        return "junk"
    form = fold(char)
    return "letter" if form.strip(" .") or not form else "blank"


@lru_cache(maxsize=4096)
def _is_blank(name: bytes) -> bool:
    meant = unescape(f"&{name.decode()}")
    return all(char not in "<>&%" and _kind(char) == "blank" for char in meant)
