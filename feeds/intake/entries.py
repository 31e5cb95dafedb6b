"""Entries without a word of the topic, read in the calling thread from what they say on the surface."""

from collections.abc import Iterator

from feeds.intake.outline import Outline, entry_of
from feeds.intake.plain import base_of, is_atom, plain_reader
from feeds.intake.split import Split
from feeds.model.entry import Entry, ReadRequest


def read_dull(parts: Split, request: ReadRequest) -> dict[int, Entry]:
    """By place, the entries that no topic wants, as far as the cheap way can read them. Linear.

    Those without a word of the topic are read shortly; others with all their text, to be asked about.
    """
    base = base_of(parts, request.url)
    if request.vocabulary is None or base is None:
        return {}
    bodies = [parts.entry(index) for index in range(len(parts.spans))]
    dull = [not request.vocabulary(body) for body in bodies]
    asked = {index: body for index, body in enumerate(bodies) if dull[index] or request.wanted}
    atom = is_atom(parts)
    found: dict[int, Entry] = {}
    for index, outline in _outlined(parts, asked):
        entry = entry_of(
            outline,
            url=base,
            now=request.now,
            atom=atom,
            raw_hash=parts.hashes[index],
            dull=True,
            whole=not dull[index],
        )
        if entry is None:
            continue
        if not (
            _has_words(entry, bodies[index], request) if dull[index] else _wants(request, entry, outline)
        ):
            found[index] = entry
    return found


def _has_words(entry: Entry, body: bytes, request: ReadRequest) -> bool:
    """Whether there are words of the topic in what an entry's address is relative to."""
    link = entry.link.encode("utf-8", "replace")
    if not request.vocabulary or link in body or link.replace(b"&", b"&amp;") in body:
        return False
    return request.vocabulary(body + b" " + link)


def _wants(request: ReadRequest, entry: Entry, outline: Outline) -> bool:
    """Whether an entry with words is to be read in full: also where only that finds all of its texts."""
    return "more" in outline.roles or request.wanted is None or request.wanted(entry)


def _outlined(parts: Split, asked: dict[int, bytes]) -> Iterator[tuple[int, Outline]]:
    """Give the usual ones among some entries in outline: from their bytes, or else from one tree."""
    reader = plain_reader(parts) if asked else None
    rest: list[int] = []
    for index, body in asked.items():
        outline = reader.outline(body) if reader else None
        if outline:
            yield index, outline
        else:
            rest.append(index)
    if not rest:
        return
    from feeds.intake.light import outlines  # noqa: PLC0415 # loads lxml, and most entries are plain

    read = outlines(parts.only(rest))
    if len(read) == len(rest):
        yield from ((index, outline) for index, outline in zip(rest, read, strict=True) if outline)
