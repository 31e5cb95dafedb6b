"""Tell whether a document is well-formed, and fit for a parser not made for hostile input.

One pass of expat over bytes that hold no DTD. feedparser takes quadratic time over an entry's
categories and over the address in an author's name, and builds Python objects for every attribute:
entries beyond sane bounds are told apart here, so that they never reach it.
"""

from xml.parsers import expat

from feeds.model.value import Struct, Value, field

MAX_DEPTH = 200
MAX_ATTRIBUTES = 400
MAX_ELEMENTS = 4_000
"""Elements below one entry: the largest of the real feeds we know has 2,900."""
MAX_AUTHOR = 2_000
"""Bytes of one author element."""
MAX_CATEGORIES = 150

DECLARED_PREFIXES = {
    b"atom": b"http://www.w3.org/2005/Atom",
    b"content": b"http://purl.org/rss/1.0/modules/content/",
    b"dc": b"http://purl.org/dc/elements/1.1/",
    b"dcterms": b"http://purl.org/dc/terms/",
    b"feedburner": b"http://rssnamespace.org/feedburner/ext/1.0",
    b"georss": b"http://www.georss.org/georss",
    b"itunes": b"http://www.itunes.com/dtds/podcast-1.0.dtd",
    b"media": b"http://search.yahoo.com/mrss/",
    b"rdf": b"http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    b"slash": b"http://purl.org/rss/1.0/modules/slash/",
    b"sy": b"http://purl.org/rss/1.0/modules/syndication/",
    b"thr": b"http://purl.org/rss/1.0/modules/threading/",
    b"wfw": b"http://wellformedweb.org/CommentAPI/",
    b"xhtml": b"http://www.w3.org/1999/xhtml",
}
"""Namespaces that everybody means by these prefixes, for documents that forget to say so."""

_AUTHORS = frozenset(
    ("author", "creator", "publisher", "contributor", "managingeditor", "webmaster", "owner", "name")
)
_CATEGORIES = frozenset(("category", "subject", "keywords", "tags"))


class _TooMuchError(Exception):
    """A bound is broken: stop parsing."""


class Form(Value, frozen=True, kw_only=True):
    """What the pass found. `error` is empty when the document is well-formed."""

    error: str = ""
    excess: str = ""
    """What there is too much of, when a bound of the whole document is broken."""
    heavy: tuple[int, ...] = ()
    """Indices of entries that feedparser would choke on."""


class _Watch(Struct):
    parser: expat.XMLParserType
    depth: int = 0
    entry: int = -1
    entry_depth: int = 0
    elements: int = 0
    categories: int = 0
    head_categories: int = 0
    author_start: int = -1
    heavy: set[int] = field(default_factory=set)

    def start(self, name: str, attributes: list[str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _TooMuchError(f"elements nested more than {MAX_DEPTH} deep")
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            raise _TooMuchError(f"more than {MAX_ATTRIBUTES} attributes on one element")
        local = name.rpartition(":")[2].lower()
        if not self.entry_depth and local in {"item", "entry"}:
            self.entry += 1
            self.entry_depth = self.depth
            self.elements = self.categories = 0
        else:
            self.count(local)
        if local in _AUTHORS and self.author_start < 0:
            self.author_start = self.parser.CurrentByteIndex

    def count(self, local: str) -> None:
        """Count an element towards its entry, or towards the head, whose length is no matter."""
        if self.entry_depth:
            self.elements += 1
            self.categories += local in _CATEGORIES
        else:
            self.head_categories += local in _CATEGORIES
        if self.elements > MAX_ELEMENTS or self.categories > MAX_CATEGORIES:
            self.heavy.add(self.entry)
        if self.head_categories > MAX_CATEGORIES:
            self.heavy.add(-1)

    def end(self, name: str) -> None:
        if self.author_start >= 0 and name.rpartition(":")[2].lower() in _AUTHORS:
            if self.parser.CurrentByteIndex - self.author_start > MAX_AUTHOR:
                self.heavy.add(self.entry if self.entry_depth else -1)
            self.author_start = -1
        if self.depth == self.entry_depth:
            self.entry_depth = 0
        self.depth -= 1


def examine(data: bytes) -> Form:
    """Look `data` (UTF-8, no DTD) over once. Linear; never raises.

    An entry index counts the document's `item` and `entry` elements in order; -1 is the head.
    """
    parser = expat.ParserCreate("utf-8", namespace_separator=None)
    watch = _Watch(parser=parser)
    parser.ordered_attributes = True
    parser.StartElementHandler = watch.start
    parser.EndElementHandler = watch.end
    try:
        parser.Parse(data, True)  # noqa: FBT003 # expat's own flag: this is all
        _bind(data)
    except _TooMuchError as excess:
        return Form(excess=str(excess))
    except expat.ExpatError as error:
        return Form(error=expat.errors.messages[error.code], heavy=tuple(sorted(watch.heavy)))
    return Form(heavy=tuple(sorted(watch.heavy)))


def _bind(data: bytes) -> None:
    """Raise ExpatError when a prefix is bound to nothing."""
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.Parse(data, True)  # noqa: FBT003 # as above
