"""The XML of an entry in the form in which words are looked up: folded bytes, blanks for all but words.

What a reader would see as one word comes out as one. That words come out too which no reader sees, those
of attributes for example, does no harm. All is linear in the entry.
"""

import re
from functools import cache, lru_cache
from html.entities import html5
from urllib.parse import unquote_to_bytes

from feeds.curate.fold import fold
from feeds.curate.text import SHOWN, visible
from feeds.later import late_pattern
from feeds.references import CP1252, unescape

_ASCII = bytes(range(128))
_SPACED = bytes(
    code if code > 127 else ord(chr(code).lower()) if chr(code).isalnum() else 32  # noqa: PLR2004 # ASCII
    for code in range(256)
)
"""For bytes of UTF-8: small letters, blanks for all of ASCII that is no letter or digit, as in `fold`."""
_BARE = _SPACED[:128] + b" " * 128
"""The same, with blanks for all other characters."""
_FOLDING = bytes(46 if code == 46 else _SPACED[code] for code in range(256))  # noqa: PLR2004 # a full stop
"""The same, but for the ends of sentences, which `fold` keeps."""
_MAYBE = re.compile(rb"&((?:amp;){0,3}+#?[0-9A-Za-z]{0,40}+;?)")
"""What may be a reference, though its ampersand was escaped some times."""
_MARKUP = {b"lt;": b"<", b"gt;": b">"}
_MARKUP |= dict.fromkeys((b"quot;", b"#34;", b"#x22;"), b'"')
_MARKUP |= dict.fromkeys((b"apos;", b"#39;", b"#039;", b"#x27;"), b"'")
"""Of what tags are made, as it is mostly escaped."""
_UNCLEAR = late_pattern(
    rb"&#[0-9]{41}|(?:&#(?:0*19[4-9]|0*2[0-4][0-9]|x0*[c-f][0-9a-f]);|\xc3[\x82-\xb4])"
    rb"&#(?:0*1[2-5][0-9]|x0*[89][0-9a-f]);",
    re.IGNORECASE,
)
"""A number that a parser of XML may read as a character, and others as none; two that may be bytes of one."""
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_WRAPPED = 3
"""How often an address may be escaped."""
_SECOND = frozenset(map(chr, range(0x80, 0xC0)))
"""What the second and later bytes of a character become when its UTF-8 is encoded again."""
_AGAIN = (
    rb"\xc3(?:[\x82-\x9f]\xc2[\x80-\xbf]|[\xa0-\xaf](?:\xc2[\x80-\xbf]){2}|[\xb0-\xb4](?:\xc2[\x80-\xbf]){3})"
)
_TWICE = late_pattern(_AGAIN)
_MISTAKEN = late_pattern(_AGAIN + rb"|\xc2[\x80-\x9f]")
_OPENS = (
    r"</?(?:[A-Za-z][0-9A-Za-z_.-]{0,20}+:)?+"
    r"(?:a(?:bbr)?|b(?:d[io]|ig)?|c(?:ite|ode)|d(?:el|fn)|em|font|i(?:ns)?|kbd|mark|q|r(?:b|uby)"
    r"|s(?:amp|mall|pan|tr(?:ike|ong)|u[bp])?|tt|u|var|wbr)(?![0-9A-Za-z])"
)
_CLOSES = r"""(?:(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>|[^<>]*+>)"""
_INLINE = _OPENS + _CLOSES
"""Tags that do not part words; where quotation marks do not pair, up to the first end."""
_HALF = rf"{_OPENS}[^<>]*+<"
"""A tag of this kind that has another one in it: who reads it may end it anywhere."""
_MARK = r"<!\[CDATA\[|\]\]>"
_CDATA = re.compile(_MARK.encode())
_LEFT = late_pattern(rf"&(?:amp;)*+(?:#?[0-9A-Za-z]{{1,40}}+;)?|{_MARK}".encode())
_SEAMS = rf"(?:{_INLINE}|{_MARK})*+"
_JOINS = late_pattern(_INLINE.encode(), re.IGNORECASE)
_LETTER = r"[0-9A-Za-z\x80-\xff]"
_UNSURE = late_pattern(rf"<(?<={_LETTER}<)[!?]|{_HALF}".encode("latin-1"), re.IGNORECASE)
_DROPPED = rf"/?(?=[A-Za-z][^<>]*+>{_LETTER})(?!(?:{'|'.join(sorted(SHOWN))})[\s/>])[^<>]++>"
_DROPS = late_pattern(rf"<(?<={_LETTER}<){_DROPPED}".encode("latin-1"), re.IGNORECASE)
"""A tag that is not shown, in a word: what is shown has the word in one piece."""
_GOES_ON = rf"(?:{_LETTER}|{_HALF}|<[!?])"
_ODD = re.compile(
    rf"<(?<={_LETTER}<)(?:[!?]|{_OPENS[1:]}(?:{_CLOSES}{_SEAMS}{_GOES_ON}|[^<>]*+<)|{_DROPPED})".encode(
        "latin-1"
    ),
    re.IGNORECASE,
)
"""A word with tags in it, or with a comment or the like behind it."""
_SEAM = late_pattern(rf"\]\]>(?<={_LETTER}\]\]>){_SEAMS}{_GOES_ON}".encode("latin-1"), re.IGNORECASE)
"""A word that goes on behind a CDATA section."""
_TAG = late_pattern(rb"""(</?[A-Za-z](?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>)""")
_HIDING = late_pattern(
    rb"<(?:script|style|template|head|noscript|noembed|noframes|iframe|object|svg|math|xmp|textarea|select)\b",
    re.IGNORECASE,
)
_NAMED = late_pattern(
    rb"""\b(?:term|label|text|href|url|uri|about)\s*=\s*("[^"<]*+"|'[^'<]*+')""", re.IGNORECASE
)
"""Attributes that say what other formats say between tags: categories and links."""


def opened(entry: bytes) -> bytes | None:
    """Give the markup of an entry (XML, UTF-8) with its references resolved, tags and all.

    What only parts words is left: `blanked` takes it out. None when the entry is too odd to tell what its
    words are.
    """
    text = entry
    if b"&" in text:
        for name in set(_MAYBE.findall(text)):
            if name in _MARKUP:
                text = text.replace(b"&" + name, _MARKUP[name])
            elif not _parts_words(name):
                return _joined(_resolved(entry))
    return _joined(text)


def _joined(text: bytes | None) -> bytes | None:
    if text is None or not (_ODD.search(text) or (b"]]>" in text and _SEAM.search(text))):
        return text
    text = _CDATA.sub(b"", text)
    if not _ODD.search(text):
        return text
    joined = _JOINS.sub(b"", text)
    if _UNSURE.search(text) or _UNSURE.search(joined):
        return None
    return b" ".join((text, joined, _DROPS.sub(b"", text)))


def _resolved(text: bytes) -> bytes | None:
    text = text.replace(b"&lt;", b"<").replace(b"&gt;", b">").replace(b"&quot;", b'"')
    text = text.replace(b"&amp;", b"&")  # XML's own references are resolved; what is left is HTML's
    if _UNCLEAR.search(text):
        return None
    text = visible(unescape(_mended(text).decode("utf-8", "replace"))).encode("utf-8", "replace")
    return None if _reference().search(text) else text


@cache  # mostly nothing asks it
def _reference() -> re.Pattern[bytes]:
    """Give the pattern of references; some are taken without a semicolon too (HTML, 13.2.5.73)."""
    loose = "|".join(sorted((name for name in html5 if not name.endswith(";")), key=len, reverse=True))
    return re.compile(rf"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]{{1,31}};|{loose})".encode())


def blanked(markup: bytes) -> bytes:
    """Give the markup from `opened` with blanks for what parts words."""
    return _LEFT.sub(b" ", markup)


def words(markup: bytes) -> bytes:
    """Give the words of `markup` folded as the judge folds them, with a blank before and after each."""
    if b"%" in markup and _PERCENT.search(markup):
        markup = _unquoted(markup)
    if markup.isascii():
        return b" %b " % markup.translate(_SPACED)
    chars = set(markup.translate(None, _ASCII).decode("utf-8", "replace"))
    if not chars.isdisjoint(_SECOND):
        markup = _mended(markup)
        chars.update(markup.translate(None, _ASCII).decode("utf-8", "replace"))
    odd = {_kind(char) for char in chars}
    if odd == {"blank"}:
        return b" %b " % markup.translate(_BARE)
    text = markup.translate(_FOLDING).decode("utf-8", "replace")
    return b" %b " % fold(visible(text) if "junk" in odd else text).encode("utf-8", "replace")


def _unquoted(markup: bytes) -> bytes:
    """Add what percent-escapes stand for, also within addresses that others carry in themselves."""
    forms = [markup]
    while len(forms) <= _WRAPPED and _PERCENT.search(forms[-1]):
        forms.append(unquote_to_bytes(forms[-1]))
    return b" ".join(forms)


def _mended(markup: bytes) -> bytes:
    """Add what parsers of feeds make of UTF-8 that was encoded twice, and of stray windows-1252."""
    if not _MISTAKEN.search(markup):
        return markup
    once = _TWICE.sub(lambda found: found[0].decode().encode("latin-1"), markup)
    return markup + b" " + once.decode("utf-8", "replace").translate(CP1252).encode("utf-8", "replace")


def apart(markup: bytes) -> bytes | None:
    """Give what stands between the tags of `markup`, and names in attributes; None when that is unsure."""
    pieces = _TAG.split(markup)
    between, tags = b" ".join(pieces[::2]), b"".join(pieces[1::2])
    if b"<" in between or b">" in between or _HIDING.search(tags):
        return None
    return b" ".join((between, *_NAMED.findall(tags)))


@lru_cache(maxsize=4096)
def _kind(char: str) -> str:
    """Whether a character parts words (`blank`), is taken out of them (`junk`), or belongs to them."""
    if not visible(char):
        return "junk"
    form = fold(char)
    return "letter" if form.strip(" .") or not form else "blank"


@lru_cache(maxsize=4096)
def _parts_words(name: bytes) -> bool:
    """Whether what may be a reference is none at all, or is one to characters that part words."""
    reference = "&" + name.decode().replace("amp;", "", 3)
    meant = unescape(reference)
    if not reference.endswith(";"):
        return meant == reference
    return all(char not in "<>&%" and _kind(char) == "blank" for char in meant)
