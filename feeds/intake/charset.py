"""Which characters the bytes of a feed stand for.

Order of belief: byte order mark, `charset` of the HTTP header, XML declaration (RFC 7303 3.2),
then the bytes themselves, with two corrections that life demands. A label of one byte per character on
a body that is valid UTF-8 is a server default and loses, because text in such a charset is valid UTF-8
by accident practically never. A body that is not what it claims to be is read piece by piece, so that
bad bytes spoil only their own text.

Labels mean what the WHATWG Encoding Standard says they mean (gb2312 is GBK, iso-8859-1 is
windows-1252 ...). Only codecs of that standard can be named: a label never reaches Python's registry.
"""

import codecs
import re
from collections.abc import Iterator

from feeds.later import late_pattern
from feeds.model.value import Value

_SINGLE = {
    "cp866": "ibm866 866 cp866 csibm866",
    "iso8859-2": "iso-8859-2 iso8859-2 iso88592 latin2 l2 iso_8859-2",
    "iso8859-3": "iso-8859-3 iso8859-3 latin3 l3",
    "iso8859-4": "iso-8859-4 iso8859-4 latin4 l4",
    "iso8859-5": "iso-8859-5 iso8859-5 cyrillic iso_8859-5",
    "iso8859-6": "iso-8859-6 iso8859-6 arabic ecma-114 asmo-708",
    "iso8859-7": "iso-8859-7 iso8859-7 greek greek8 ecma-118",
    "iso8859-8": "iso-8859-8 iso8859-8 hebrew iso-8859-8-i logical visual",
    "iso8859-10": "iso-8859-10 iso8859-10 latin6 l6",
    "iso8859-13": "iso-8859-13 iso8859-13",
    "iso8859-14": "iso-8859-14 iso8859-14",
    "iso8859-15": "iso-8859-15 iso8859-15 latin9 l9 latin-9",
    "iso8859-16": "iso-8859-16",
    "koi8-r": "koi8-r koi8 koi koi8_r cskoi8r",
    "koi8-u": "koi8-u koi8-ru",
    "mac-roman": "macintosh mac x-mac-roman csmacintosh",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "cp874": "windows-874 tis-620 iso-8859-11 iso8859-11 dos-874",
    "cp1250": "windows-1250 cp1250 x-cp1250",
    "cp1251": "windows-1251 cp1251 x-cp1251 win-1251 1251 win1251",
    "cp1252": "windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso88591 iso_8859-1 latin1 latin-1 l1 ascii "
    "us-ascii ansi_x3.4-1968 cp819 ibm819",
    "cp1253": "windows-1253 cp1253 x-cp1253",
    "cp1254": "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 latin5 l5",
    "cp1255": "windows-1255 cp1255 x-cp1255",
    "cp1256": "windows-1256 cp1256 x-cp1256",
    "cp1257": "windows-1257 cp1257 x-cp1257",
    "cp1258": "windows-1258 cp1258 x-cp1258",
}
_MULTI = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 utf_8 x-unicode20utf8",
    "gb18030": "gb18030 gbk gb2312 gb_2312 gb_2312-80 chinese csgb2312 x-gbk cp936 936 windows-936 "
    "iso-ir-58 euc-cn",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950 950 big-5",
    "euc_jis_2004": "euc-jp x-euc-jp cseucpkdfmtjapanese eucjp",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji ms932 windows-31j csshiftjis cp932",
    "iso2022_jp_2": "iso-2022-jp csiso2022jp",
    "cp949": "euc-kr euckr ks_c_5601-1987 ks_c_5601 korean ksc5601 ksc_5601 windows-949 cseuckr cp949 uhc",
    "utf-16": "utf-16 utf16 unicode ucs-2 iso-10646-ucs-2 csunicode",
    "utf-16-le": "utf-16le unicodefeff utf-16-le",
    "utf-16-be": "utf-16be unicodefffe utf-16-be",
}
_CODECS = {
    label: codec for table in (_SINGLE, _MULTI) for codec, labels in table.items() for label in labels.split()
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE_STARTS = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_HEADER_CHARSET = late_pattern(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:+-]{1,40})""", re.IGNORECASE)
_DECLARED = re.compile(
    rb"""<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']\s*([A-Za-z0-9_.:+-]{1,40})\s*["']""", re.IGNORECASE
)
_LANGUAGE = late_pattern(rb"""(?:<language>|<dc:language>|xml:lang=["'])\s*([A-Za-z]{2}(?:[-_][A-Za-z]+)?)""")
_CYRILLIC = 0xC0
"""First of the Russian letters in windows-1251."""
_RUN = re.compile(rb"[^<>]+")
_HIGH = re.compile(rb"[\x80-\xff]+")
_MAX_RUNS = 200_000
"""Pieces of text that are looked at one by one; real feeds have a tenth of that."""
_BY_LANGUAGE = {
    "zh": "gb18030",
    "zh-tw": "big5hkscs",
    "zh-hk": "big5hkscs",
    "ja": "cp932",
    "ko": "cp949",
    "ru": "cp1251",
    "uk": "cp1251",
    "bg": "cp1251",
    "sr": "cp1251",
    "be": "cp1251",
    "pl": "cp1250",
    "cs": "cp1250",
    "sk": "cp1250",
    "hu": "cp1250",
    "ro": "cp1250",
    "el": "cp1253",
    "tr": "cp1254",
    "he": "cp1255",
    "ar": "cp1256",
    "fa": "cp1256",
}


class Decoded(Value, frozen=True, kw_only=True):
    """A body as UTF-8 without byte order mark. Maker: `decode`. Taker: `feeds.intake.document`."""

    UNSHOWN = frozenset(("data",))

    data: bytes
    encoding: str
    """Python's name of the codec the bytes were read with."""
    problems: tuple[str, ...] = ()
    """Sentences on labels that are unknown or wrong, and on bytes that could not be read."""


def decode(body: bytes, content_type: str) -> Decoded:
    """Read `body` (any bytes) under an HTTP Content-Type (may be empty or nonsense) as UTF-8.

    Linear in the size of the body; never raises.
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return _as_utf8(body[len(mark) :], codec, ())
    label, problems = _claimed(body, content_type)
    wide = next((codec for start, codec in _WIDE_STARTS if body.lstrip(b" \t\r\n").startswith(start)), None)
    if wide or label.startswith("utf-16"):
        return _as_utf8(body, wide or ("utf-16-le" if label == "utf-16" else label), problems)
    if body.isascii() and label != "iso2022_jp_2":
        return Decoded(data=body, encoding=label or "utf-8", problems=problems)
    doubted = label in _SINGLE or label in {"", "utf-8"} or not _valid(body, label)
    if doubted and _valid(body, "utf-8"):
        return Decoded(data=body, encoding="utf-8", problems=(*problems, *_sentence_on_lie(label)))
    if label not in {"", "utf-8"} or body.count(b"<") + body.count(b">") > _MAX_RUNS:
        return _as_utf8(body, label or "utf-8", problems)
    return _piecewise(body, problems)


def codec_of(label: str) -> str:
    """Python codec for a WHATWG encoding label, in any case; empty for labels that are not of it."""
    return _CODECS.get(label.strip().lower(), "")


def _claimed(body: bytes, content_type: str) -> tuple[str, tuple[str, ...]]:
    """Codec that the header, else the declaration names; unknown names are passed over and reported."""
    claims: list[tuple[str, str]] = []
    if header := _HEADER_CHARSET.search(content_type[:1000]):
        claims.append(("HTTP header", header[1]))
    if declared := _DECLARED.search(body[:1024]):
        claims.append(("XML declaration", declared[1].decode("ascii")))
    problems: list[str] = []
    for place, label in claims:
        if codec := codec_of(label):
            if codec.startswith("utf-16") and body[:200].count(0) == 0:
                continue  # such a claim can be read at all only when it is wrong
            return codec, tuple(problems)
        problems.append(f"The {place} names the unknown charset {label}; the text was read without it.")
    return "", tuple(problems)


def _valid(body: bytes, codec: str) -> bool:
    try:
        body.decode(codec)
    except (UnicodeDecodeError, ValueError):
        return False
    return True


def _sentence_on_lie(label: str) -> tuple[str, ...]:
    return () if label in {"", "utf-8"} else (f"The charset is stated as {label} but the text is UTF-8.",)


def _as_utf8(body: bytes, codec: str, problems: tuple[str, ...]) -> Decoded:
    try:
        text = body.decode(codec)
    except (UnicodeDecodeError, ValueError):
        text = body.decode(codec, "replace")
        problems = (*problems, f"Some bytes are not valid {codec}; they are shown as U+FFFD.")
    return Decoded(data=text.encode("utf-8", "replace"), encoding=codec, problems=problems)


def _piecewise(body: bytes, problems: tuple[str, ...]) -> Decoded:
    """Read what claims to be UTF-8 and is not: each run of text that is UTF-8 stays, others are guessed.

    All bad runs are taken to be of one charset, which is guessed from them together.
    """
    bad = [run for run in _runs(body) if not _valid(run, "utf-8")]
    legacy = _guess(b"\n".join(bad), body)
    if all(not _valid(run, "utf-8") for run in _runs(body)):
        note = f"The text claims to be UTF-8 and is not; it was read as {legacy}."
        decoded = _as_utf8(body, legacy, (*problems, note))
        return Decoded(data=decoded.data, encoding=legacy, problems=(*problems, note))

    def mend(match: re.Match[bytes]) -> bytes:
        run = match[0]
        if _valid(run, "utf-8"):
            return run
        if 3 * len(_without_utf8(run)) < len(_high(run)) or not _valid(run, legacy):
            return run.decode("utf-8", "replace").encode()
        return run.decode(legacy).encode()

    note = f"Some bytes are not valid UTF-8; where that made sense they were read as {legacy}."
    return Decoded(data=_RUN.sub(mend, body), encoding="utf-8", problems=(*problems, note))


def _runs(body: bytes) -> Iterator[bytes]:
    """Pieces of text that hold more than ASCII."""
    return (match[0] for match in _RUN.finditer(body) if not match[0].isascii())


def _high(run: bytes) -> bytes:
    return b"".join(_HIGH.findall(run))


def _without_utf8(run: bytes) -> bytes:
    """Only the high bytes of `run` that are no part of a valid UTF-8 sequence."""
    text = run.decode("utf-8", "surrogateescape")
    return "".join(char for char in text if "\udc80" <= char <= "\udcff").encode("utf-8", "surrogateescape")


def _guess(bad: bytes, body: bytes) -> str:
    """Guess the legacy codec of high bytes: by the feed's language, else by the look of the bytes."""
    language = _LANGUAGE.search(body[:20_000])
    if language:
        tag = language[1].decode("ascii").lower().replace("_", "-")
        codec = _BY_LANGUAGE.get(tag) or _BY_LANGUAGE.get(tag[:2], "")
        if codec and _valid(bad, codec):
            return codec
    words = _HIGH.findall(bad)
    letters = sum(len(word) for word in words)
    cyrillic = sum(byte >= _CYRILLIC for word in words for byte in word)
    if letters / len(words) >= 3 and cyrillic / letters > 0.8:  # noqa: PLR2004 # whole words, all letters of cp1251
        return "cp1251"
    if letters / len(words) >= 4 and _valid(bad, "gb18030"):  # noqa: PLR2004 # runs of two-byte characters
        return "gb18030"
    return "cp1252"
