"""What the elements of an entry are, by their namespaces and names, for a short reading."""

_DC = "http://purl.org/dc/elements/1.1/"
_DCTERMS = "http://purl.org/dc/terms/"
_MEDIA = ("http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss")
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
PLAIN = frozenset(
    (
        "",
        "http://purl.org/rss/1.0/",
        "http://www.w3.org/2005/atom",
        "http://purl.org/atom/ns#",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://purl.org/rss/1.0/modules/rss091#",
    )
)
"""Lower-case namespaces of the formats themselves."""
_ROLES = {
    ("", "title"): "title",
    (_DC, "title"): "title",
    ("", "link"): "link",
    ("", "guid"): "guid",
    ("", "id"): "guid",
    ("", "pubdate"): "published",
    ("", "published"): "published",
    ("", "issued"): "published",
    (_DCTERMS, "issued"): "published",
    ("", "created"): "created",
    (_DCTERMS, "created"): "created",
    ("", "updated"): "updated",
    ("", "modified"): "updated",
    ("", "lastbuilddate"): "updated",
    (_DC, "date"): "updated",
    (_DCTERMS, "modified"): "updated",
    ("", "description"): "text",
    ("", "summary"): "text",
    ("", "content"): "text",
    (_DC, "description"): "text",
    (_CONTENT, "encoded"): "text",
    ("", "source"): "odd",
    ("", "image"): "odd",
    ("", "textinput"): "odd",
    ("", "category"): "category",
    (_DC, "subject"): "category",
    ("http://rssnamespace.org/feedburner/ext/1.0", "origlink"): "original",
    (_DC, "language"): "language",
    ("", "language"): "language",
} | {(space, local): role for space in _MEDIA for local, role in (("title", "title"), ("content", ""))}
_WORDY = frozenset(
    "abstract body category content description encoded fullitem keywords subject summary".split()  # noqa: SIM905 # shorter
)
"""Names under which feedparser looks for texts and categories, some of them in any namespace."""
IDLE = frozenset(("", "text", "language", "category", "more"))
"""Roles of elements that change nothing of a short reading when they stand deeper in an entry."""
MORE = frozenset(("text", "category", "more"))
"""Of these, the ones of which a full reading takes texts or categories: the entry then has `more`."""


def role_of(space: str, local: str) -> str:
    """Give what an element is for the short reading, by its namespace and name in lower case; or nothing.

    What only a full reading takes is `more`.
    """
    role = _ROLES.get(("" if space in PLAIN else space, local))
    if role is None:
        return "more" if local in _WORDY else ""
    return role
