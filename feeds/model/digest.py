"""The stories of a day or week.

Maker: `feeds.publish.formats.digest`. Keeper: the store. Takers: its feed, the command line, the mail.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

DigestKind = Literal["daily", "weekly"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A day or an ISO week in a time zone. Maker: `scheduler.push.periods`. Taker: the digest of it."""

    kind: DigestKind
    name: str
    """As in 2026-03-08 or 2026-W10."""
    zone: str
    """IANA name."""
    start: datetime
    end: datetime
    """Not included; both UTC."""
    due: datetime
    """When its digest is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestReport:
    """Who told a story, and where."""

    source: str
    url: str
    title: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestStory:
    """One story as it stood when the digest was made. Texts are plain."""

    story: int
    """Its number, which its page on the site is named after."""
    title: str
    summary: str
    when: datetime
    late: bool
    """It is older than the period, but came in only after the digest of its own was made."""
    why: tuple[str, ...]
    reports: tuple[DigestReport, ...]
    """The first one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSection:
    """Stories of one tag; the tag is empty for those that have none."""

    tag: str
    stories: tuple[DigestStory, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The stories of one period as they stood when it was made."""

    period: Period
    made: datetime
    languages: tuple[str, ...]
    """Of all reports, the most usual first."""
    sections: tuple[DigestSection, ...]
    more: int = 0
    """Further stories of the period that found no room."""

    @property
    def stories(self) -> tuple[DigestStory, ...]:
        """All stories in their order."""
        return tuple(story for section in self.sections for story in section.stories)
