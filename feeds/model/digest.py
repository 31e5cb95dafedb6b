"""The stories of a day or week.

Maker: `feeds.publish.formats.digest`. Keeper: the store. Takers: its feed, the command line, the mail.
"""

from datetime import datetime
from typing import Literal

from feeds.model.value import Value

DigestKind = Literal["daily", "weekly"]


class Period(Value, frozen=True, kw_only=True):
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


class DigestReport(Value, frozen=True, kw_only=True):
    """Who told a story, and where."""

    source: str
    url: str
    title: str
    language: str


class DigestStory(Value, frozen=True, kw_only=True):
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


class DigestSection(Value, frozen=True, kw_only=True):
    """Stories of one tag; the tag is empty for those that have none."""

    tag: str
    stories: tuple[DigestStory, ...]


class Digest(Value, frozen=True, kw_only=True):
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
