"""New entries parsed, each by the way that suits it.

The usual way is one strict parse of the document with its new entries. An entry that stands in the
way of that (ill-formed, or fit to stall the parser) is taken out and read alone, so that it spoils
nothing but itself.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b

from feeds.intake.light import read_light
from feeds.intake.parse import UnparsedError, parse_entries
from feeds.intake.repair import repair
from feeds.intake.split import PARSER_REVISION, Split
from feeds.intake.wellformed import Form, examine
from feeds.model.entry import Entry, ReadFailed
from feeds.model.value import replace

_MAX_ALONE = 50
"""Entries of one document that are parsed each in its own; with more, the rest is read cheaply."""
_FAT = 1_048_576
"""Bytes of an entry beyond which it is read cheaply."""
_HOPELESS = 4 * 1_048_576
"""Bytes of an ill-formed document beyond which the tolerant parser would take too long."""
_MAX_MARKS = 300_000
"""Tags and references in an ill-formed document, each a call of Python in the tolerant parser."""
_MAX_MENDED = 1_000_000
"""Tags and references in a document beyond which it is not repaired: each costs memory for a while."""

Found = tuple[tuple[Entry, ...], tuple[str, ...]]


def read_new(parts: Split, *, url: str, now: datetime | None) -> Found:
    """All entries of a split document, in order and with their hashes, and what was wrong with them."""
    reader = _Reader(parts, url, now)
    wanted = list(range(len(parts.spans)))
    fat = [index for index in wanted if parts.spans[index][1] - parts.spans[index][0] > _FAT]
    reader.cheaply(fat)
    reader.fully([index for index in wanted if index not in reader.entries])
    return reader.found()


def read_whole(data: bytes, *, url: str, now: datetime | None, limit: int) -> Found | ReadFailed:
    """All entries of a document that could not be split; their hashes are made from what was read."""
    data, form = _mended(data)
    problems = [f"The document is not well-formed XML ({form.error})."] if form.error else []
    if form.excess:
        return ReadFailed(kind="broken", sentence=f"The document has {form.excess}; it was not read.")
    marks = data.count(b"&") + data.count(b"<") if form.error else 0
    if form.heavy or marks > _MAX_MARKS or (form.error and len(data) > _HOPELESS):
        problems.append("Some of the document is so overloaded that only its outlines were read.")
        entries = [entry for entry in read_light(data, url=url, now=now, strict=False) if entry]
    else:
        try:
            entries = parse_entries(data, url=url, now=now)[1]
        except UnparsedError as error:
            problems.append(f"The parser gave up on the document ({error}).")
            entries = [entry for entry in read_light(data, url=url, now=now, strict=False) if entry]
    if len(entries) > limit:
        problems.append(f"The document has {len(entries)} entries; the first {limit} were read.")
    return tuple(_hashed(entry) for entry in entries[:limit]), tuple(problems)


def _hashed(entry: Entry) -> Entry:
    return replace(entry, raw_hash=blake2b(PARSER_REVISION + repr(entry).encode(), digest_size=16).digest())


def _mended(data: bytes) -> tuple[bytes, Form]:
    """Return the document, repaired when it was not well-formed, and its form."""
    form = examine(data)
    if not form.error or data.count(b"<") + data.count(b"&") > _MAX_MENDED:
        return data, form
    mended = repair(data)
    return mended, examine(mended)


class _Reader:
    """Collects the entries of one split document as the several ways yield them."""

    def __init__(self, parts: Split, url: str, now: datetime | None) -> None:
        self.entries: dict[int, Entry] = {}
        self._parts = parts
        self._url = url
        self._now = now
        self._problems: dict[str, None] = {}

    def found(self) -> Found:
        hashes = self._parts.hashes
        entries = tuple(
            replace(self.entries[index], raw_hash=hashes[index]) for index in sorted(self.entries)
        )
        return entries, tuple(self._problems)

    def cheaply(self, indices: list[int]) -> None:
        """Read entries the cheap way, whatever they are: each of them gets what can be had."""
        indices = [index for index in indices if index not in self.entries]
        if not indices:
            return
        read = read_light(self._parts.only(indices), url=self._url, now=self._now, strict=False)
        if len(read) != len(indices):
            self._cheaply_alone(indices)
            return
        self.entries.update({index: entry for index, entry in zip(indices, read, strict=True) if entry})

    def _cheaply_alone(self, indices: list[int]) -> None:
        for index in indices:
            alone = self._parts.framed([index])
            read = read_light(alone, url=self._url, now=self._now, strict=False)
            self.entries[index] = (read[0] if read else None) or Entry()

    def fully(self, indices: list[int]) -> None:
        """Parse the entries together, or without those that stand in the way."""
        if not indices:
            return
        data, form = _mended(self._parts.only(indices))
        if not (form.error or form.excess or form.heavy) and self._together(data, indices):
            return
        good, heavy, bad = self._sorted(indices)
        if heavy:
            self._problems["Some entries are so overloaded that only their outlines were read."] = None
        if bad:
            self._problems["Some entries are not well-formed XML; they were read as well as possible."] = None
        if good:
            joined, form = _mended(self._parts.only(good))
            if form.error or form.excess or form.heavy:  # the head is at fault
                joined, form = _mended(self._parts.framed(good))
            if not self._together(joined, good):
                bad = sorted({*bad, *good})
        for index in bad[:_MAX_ALONE]:
            self._alone(index)
        self.cheaply([*heavy, *bad])

    def _sorted(self, indices: list[int]) -> tuple[list[int], list[int], list[int]]:
        """Which entries are well-formed and sane, which would stall the parser, which are ill-formed."""
        good: list[int] = []
        heavy: list[int] = []
        bad: list[int] = []
        for index in indices:
            _, form = _mended(self._parts.framed([index]))
            group = heavy if form.excess or form.heavy else bad if form.error else good
            group.append(index)
        return good, heavy, bad

    def _together(self, data: bytes, indices: Sequence[int]) -> bool:
        try:
            _, entries = parse_entries(data, url=self._url, now=self._now)
        except UnparsedError as error:
            self._problems[f"The parser gave up on some entries ({error})."] = None
            return False
        if len(entries) != len(indices):
            return False
        self.entries.update(zip(indices, entries, strict=True))
        return True

    def _alone(self, index: int) -> None:
        """Parse one ill-formed entry with the tolerant parser; nothing that it spoils is another's."""
        try:
            _, entries = parse_entries(repair(self._parts.framed([index])), url=self._url, now=self._now)
        except UnparsedError as error:
            self._problems[f"The parser gave up on an entry ({error})."] = None
            return
        self.entries.update(zip((index,), entries, strict=False))
