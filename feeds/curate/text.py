"""HTML as publishers write it: to plain text, and to HTML that is safe to republish.

Both are linear in their input and cut it first: sanitisers are quadratic on nesting.
"""

import html as entities
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from feeds.later import late_pattern
from feeds.references import unescape

HTML_LIMIT = 64 * 1024
"""Characters of HTML that are looked at; what comes after is cut off."""
DEPTH_LIMIT = 100
"""Elements in elements; libxml2, which many readers use, gives up at 256."""
ELLIPSIS = "…"


def _words(text: str) -> list[str]:
    return text.split()


SHOWN = frozenset(
    _words(
        """a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption
        figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub
        summary sup table tbody td tfoot th thead time tr u ul var"""
    )
)
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_SILENT = frozenset(
    _words(
        """script style template title head noscript noembed noframes iframe object svg math xmp textarea
        select"""
    )
)
"""Elements whose content is not text of the page."""
_INLINE = frozenset(
    _words(
        """a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q rb ruby s samp small span strike
        strong sub sup tt u var wbr"""
    )
)
"""Elements that do not part words; all others become a space."""

_FELL = late_pattern(rf"\w<(?!/?(?:{'|'.join(sorted(SHOWN))})[\s/>])[A-Za-z/!][^<>]*>\w", re.IGNORECASE)
_VOID = frozenset(_words("br col hr img"))
_TAG = late_pattern(r"<(?:(/?)([A-Za-z][^\s/>\x00]*)|([!?]))")
_OPENS = re.compile(r"<(?=[A-Za-z/!?])")
_SPACE = re.compile(r"[^\S ]\s*| \s+")
"""White space that is more than one blank."""
_JUNK = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Control characters, bidi overrides, invisible characters, surrogates and non-characters (joiners stay)."""
_PRINTED = late_pattern("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\U000e0100-\U000e01ef]")
"""Of these, the ones that Python takes for printable; all others, and white space but blanks, it does not."""
_USUAL = bytes(range(0x20, 0x7F))
"""Printable ASCII, most of most texts: only what is left of a text without it needs a closer look."""
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")
_SKIN_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]")


def plain(html: str, limit: int) -> str:
    """Text of a piece of HTML (or of text with entities) on one line, at most `limit` characters.

    Markup goes, scripts and styles with their content, blocks become spaces. A `<` that a careless
    taker could still read as a tag is shown as `‹`, so the text is harmless even when used as HTML.
    """
    return _cut(_one_line(_decoded(html[:HTML_LIMIT])), limit)


def line(html: str, limit: int) -> str:
    """As `plain`, for titles: markup that was escaped twice goes too, because titles hold none."""
    text = html[:HTML_LIMIT]
    for _ in range(3 if "<" in text or "&" in text else 0):
        before, text = text, _decoded(text)
        if before == text:
            break
    return _cut(_one_line(_without_markup(text)), limit)


def safe_html(html: str, base: str) -> str:
    """HTML of ordinary content elements only, fit for being shown on anybody's page.

    Links lead to http(s) or mailto, pictures come from http(s); relative addresses are resolved
    against `base`, and dropped when that is no http(s) address. What is nested deeper than
    readers' parsers go comes as one paragraph of text. Never raises.
    """
    text = _JUNK.sub("", html[:HTML_LIMIT].replace("\r\n", "\n").replace("\r", "\n"))

    def address(element: str, attribute: str, value: str) -> str | None:
        if attribute in {"href", "src"}:
            return _absolute(value, base, mail=element == "a")
        return value

    import nh3  # noqa: PLC0415 # most entries are never shown as HTML

    safe = nh3.clean(
        _whole_tags(text, cut=len(html) > HTML_LIMIT),
        tags=set(SHOWN),
        clean_content_tags=set(_SILENT - {"title", "head"}),
        attributes=_ATTRIBUTES,
        attribute_filter=address,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    ).strip()
    return f"<p>{entities.escape(plain(text, HTML_LIMIT))}</p>" if _is_deep(safe) else safe


def differs(html: str) -> bool:
    """Whether `safe_html` may show as one word what `plain` parts: a tag within it that is not shown."""
    return "<" in html and _FELL.search(html) is not None


def clean_text(text: str, limit: int) -> str:
    """One line of text that is no HTML (a name, a category): invisible characters out, cut to `limit`."""
    return _cut(_one_line(text[:HTML_LIMIT]), limit)


def visible(text: str) -> str:
    """Take out the characters that no reader sees, which can stand within words; joiners stay."""
    return _JUNK.sub("", text)


def _absolute(value: str, base: str, *, mail: bool) -> str | None:
    try:
        url = urljoin(base, value.strip())
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return None
    allowed = {"http", "https", "mailto"} if mail else {"http", "https"}
    return url if scheme in allowed else None


def _is_deep(markup: str) -> bool:
    """Whether elements of balanced HTML are nested deeper than DEPTH_LIMIT."""
    if markup.count("</") <= DEPTH_LIMIT:
        return False
    depth = 0
    for match in _TAG.finditer(markup):
        if match[1]:
            depth -= 1
        elif match[2] not in _VOID:
            depth += 1
            if depth > DEPTH_LIMIT:
                return True
    return False


def _whole_tags(text: str, *, cut: bool) -> str:
    """Drop a tag that the cut left half."""
    if not cut:
        return text
    start = text.rfind("<")
    return text[:start] if start > text.rfind(">") else text


def _decoded(html: str) -> str:
    return unescape(_without_markup(html))


def _without_markup(html: str) -> str:
    return "".join(_pieces(html)) if "<" in html else html


def _pieces(html: str) -> Iterator[str]:
    """Yield the text between tags; each step moves on, so the whole is linear."""
    position = 0
    missing: set[str] = set()
    while match := _TAG.search(html, position):
        yield html[position : match.start()]
        if match[3]:
            position = _after_declaration(html, match.start(), missing)
            continue
        position = _after_tag(html, match.end())
        name = match[2].lower()
        if name not in _INLINE:
            yield " "
        if name in _SILENT and not match[1]:
            position = _after_silent(html, name, position, missing)
    yield html[position:]


def _after_tag(html: str, position: int) -> int:
    """Index after the tag's `>`, minding quoted attribute values when they end before the next tag."""
    end = html.find(">", position)
    if end < 0:
        return len(html)
    quote = _open_quote(html, position, end)
    if quote:
        close = html.find(quote, end, end + 4096)
        if close > 0:
            again = html.find(">", close, close + 4096)
            return again + 1 if again > 0 else end + 1
    return end + 1


def _open_quote(html: str, start: int, end: int) -> str:
    """Return the quotation mark of an attribute value that is still open at `end`, or ""."""
    last = ""
    for match in re.finditer(r"=\s*([\"'])", html[start : min(end, start + 4096)]):
        opened = start + match.end()
        if html.find(match[1], opened, end) < 0:
            last = match[1]
    return last


def _after_declaration(html: str, position: int, missing: set[str]) -> int:
    """Index after a comment, doctype, CDATA section or processing instruction."""
    for opener, closer in (("<!--", "-->"), ("<![CDATA[", "")):
        if html.startswith(opener, position):
            if not closer:
                return position + len(opener)
            end = -1 if closer in missing else html.find(closer, position + len(opener))
            if end >= 0:
                return end + len(closer)
            missing.add(closer)
            return position + len(opener)
    end = html.find(">", position)
    return end + 1 if end >= 0 else len(html)


def _after_silent(html: str, name: str, position: int, missing: set[str]) -> int:
    """Index after the closing tag of an element whose content is not text."""
    if name in missing:
        return position
    match = re.compile(rf"</{re.escape(name)}[\s/>]", re.IGNORECASE).search(html, position)
    if match is None:
        missing.add(name)
        return len(html) if name in {"script", "style", "textarea", "xmp"} else position
    return html.find(">", match.start()) + 1 or len(html)


def _one_line(text: str) -> str:
    rest = text.encode("utf-8", "surrogatepass").translate(None, _USUAL)
    if "  " in text or (rest and _is_odd(rest.decode("utf-8", "surrogatepass"))):
        text = _SPACE.sub(" ", _JUNK.sub("", text))
    return _OPENS.sub("‹", text.strip()) if "<" in text else text.strip()


def _is_odd(text: str) -> bool:
    """Whether a text may hold white space but blanks, or what no reader sees."""
    return not text.isprintable() or _PRINTED.search(text) is not None


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters, never between a letter and its marks, ending in an ellipsis."""
    if len(text) <= limit:
        return text
    end = limit - len(ELLIPSIS)
    floor = max(0, end - 40)
    while end > floor and not _is_boundary(text, end):
        end -= 1
    space = text.rfind(" ", max(floor, 1), end + 1)
    end = space if space > 0 else end
    return text[:end].rstrip() + ELLIPSIS if limit > 0 else ""


def _is_boundary(text: str, index: int) -> bool:
    """Whether a cut before `index` leaves whole characters (an approximation of UAX 29)."""
    before, after = text[index - 1 : index], text[index]
    joined = (
        after in _JOINERS or unicodedata.combining(after) or unicodedata.category(after) in {"Mn", "Mc", "Me"}
    )
    joined = joined or before == "\u200d" or 0x1F3FB <= ord(after) <= 0x1F3FF  # noqa: PLR2004 # skin tones
    flags = bool(_FLAGS.match(after)) and bool(_FLAGS.match(before))
    return not (joined or flags)
