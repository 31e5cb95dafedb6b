"""A topic file read, checked and compiled: what to look for, in which words, and how much each counts.

The language of topic files is described in docs/how-to/topic.md. Nothing here knows any topic.
"""

import functools
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from feeds.curate.match import Matcher
from feeds.curate.mention import Mentions, mentions_of
from feeds.curate.topicfile import Concept, Places, read_table
from feeds.errors import TopicError

DEFAULT = "lunar-station"
_MAX_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A compiled topic. Maker: `load`. Takers: the judge, the pipeline, the pages."""

    name: str
    title: str
    description: str
    revision: int
    threshold: float
    """Score from which an item is kept, 0 to 1."""
    near: float
    """Score from which an item that is not kept is worth a look."""
    start: float
    """Log-odds of an item in which nothing was found."""
    places: Places
    kinds: Mapping[str, float]
    """What a source of each kind is worth, in log-odds."""
    concepts: tuple[Concept, ...] = field(repr=False)
    matcher: Matcher = field(repr=False)
    path: str = ""
    digest: str = ""
    """Hash of the file's text: verdicts of an edited file are told apart though its revision stayed."""

    @property
    def label(self) -> str:
        """Name and revision, as verdicts state it."""
        return f"{self.name}@{self.revision}"

    @functools.cached_property
    def masks(self) -> frozenset[str]:
        """Keys of the exclusions that have names."""
        return frozenset(concept.key for concept in self.concepts if concept.mask and concept.named)

    @functools.cached_property
    def led_by(self) -> Mapping[str, Sequence[int]]:
        """For each group of patterns, the places in `concepts` of those that may stand where it was found."""
        table: dict[str, list[int]] = {}
        for place, concept in enumerate(self.concepts):
            for group in {concept.key, *concept.near[:1]}:
                table.setdefault(group, []).append(place)
        return table

    @functools.cached_property
    def vocabulary(self) -> Mentions | None:
        """Says of a text whether the judge may keep it or call it near; None when no promise can be made."""
        return mentions_of(self.concepts, self.matcher.patterns, self.start, self.near)


def shipped() -> tuple[str, ...]:
    """Give the names of the topics that come with the program."""
    folder = files(__package__).joinpath("topics")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load(name_or_path: str) -> Topic:
    """Read a shipped topic by name or a topic file by path.

    Raises `TopicError` with one sentence that names the file, the key, what stands there and what should.
    """
    if name_or_path in shipped():
        text = files(__package__).joinpath("topics", f"{name_or_path}.toml").read_text("utf-8")
        return build(text, f"{name_or_path}.toml")
    path = Path(name_or_path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise TopicError(f"{path}: the topic file is larger than 2 MiB; split it into several topics.")
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise TopicError(
            f"{path}: the topic file is not UTF-8 (byte {error.start}); save it as UTF-8."
        ) from error
    except (OSError, ValueError) as error:
        known = ", ".join(shipped())
        what = getattr(error, "strerror", None) or str(error)
        raise TopicError(
            f"{name_or_path}: no such topic can be read ({what});"
            f" give the path of a topic file or one of: {known}."
        ) from error
    return build(text, str(path))


def build(text: str, path: str) -> Topic:
    """Compile the `text` of a topic file that errors call `path`; raises `TopicError` as `load` does."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TopicError(f"{path}: this is not valid TOML: {error}.") from error
    except RecursionError as error:
        raise TopicError(f"{path}: this is not valid TOML: it is nested too deeply.") from error
    content = read_table(table, path)
    return Topic(
        name=content.name,
        title=content.title,
        description=content.description,
        revision=content.revision,
        threshold=content.threshold,
        near=content.near,
        start=content.start,
        places=content.places,
        kinds=content.kinds,
        concepts=content.concepts,
        matcher=Matcher(content.patterns),
        path=path,
        digest=hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest(),
    )
