"""OPML 1.0 and 2.0 subscription lists (opml.org/spec2.opml) to sources."""

from feeds.errors import MoonwireError
from feeds.intake.charset import decode
from feeds.intake.document import drop_prolog
from feeds.intake.links import absolute, cut
from feeds.intake.nodes import name_of
from feeds.intake.tree import Branch, read_tree
from feeds.model.source import Source

MAX_BYTES = 8 * 1_048_576
MAX_SOURCES = 20_000
_MAX_NAME = 300


def parse_opml(data: bytes) -> tuple[Source, ...]:
    """List the sources of all outlines with an xmlUrl, however deeply nested, in order and each address once.

    The outline's type may be anything; categories are ignored. Raises MoonwireError with one sentence
    when the file is no OPML, too large, or names no feed.
    """
    if len(data) > MAX_BYTES:
        raise MoonwireError(f"The OPML file is larger than {MAX_BYTES // 1_048_576} MiB: split it up.")
    body = drop_prolog(decode(data, "").data, b"opml")
    root, _ = read_tree(body) if body else (None, False)
    if root is None or name_of(root)[1] != "opml":
        raise MoonwireError("This is no OPML file: it has no <opml> element.")
    found: dict[str, Source] = {}
    for node in root.iter():
        source = _source(node)
        if source is not None:
            found.setdefault(source.url, source)
        if len(found) > MAX_SOURCES:
            raise MoonwireError(f"The OPML file names more than {MAX_SOURCES} feeds: split it up.")
    if not found:
        raise MoonwireError(
            "The OPML file names no feed: no outline has an xmlUrl that is an http(s) address."
        )
    return tuple(found.values())


def _source(node: Branch) -> Source | None:
    if name_of(node)[1] != "outline":
        return None
    attributes = {str(key).lower(): str(value) for key, value in node.attrib.items()}
    address = attributes.get("xmlurl", "").strip()
    if address.startswith("feed:"):
        address = (
            address.removeprefix("feed:").replace("//", "http://", 1) if address[5:7] == "//" else address[5:]
        )
    url = absolute("", address)
    if not url:
        return None
    name = " ".join((attributes.get("title") or attributes.get("text") or "").split())
    language = attributes.get("language", "").strip()
    return Source(
        url=url,
        name=cut(name, _MAX_NAME),
        language="" if language.lower() == "unknown" else language[:35],
    )
