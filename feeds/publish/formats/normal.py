"""The one small form of a story from which every feed and page is made. Pure."""

from collections.abc import Iterable
from datetime import datetime

from feeds.model import Coverage, Enclosure, PublishedItem, Reason, Story
from feeds.model.footer import FOOTER, Footer
from feeds.model.translation import Translation
from feeds.model.value import Value
from feeds.publish import clean, words

_MAX_CONTENT = 128 * 1024
"""Characters of content; beyond it the summary stands alone, for a feed is fetched as a whole."""


class Also(Value, frozen=True, kw_only=True):
    """A further place that carried the story, clean."""

    source: str
    url: str
    title: str
    language: str
    when: datetime
    relation: str


class Publication(Value, frozen=True, kw_only=True):
    """A story with all its texts cleaned for XML, JSON and HTML; still unescaped.

    `content` is safe HTML, all other texts are plain. Times are UTC with whole seconds.
    """

    key: str
    title: str
    full_title: str
    """The title with its angle brackets, for pages, which escape rightly."""
    url: str
    summary: str
    content: str
    language: str
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    source: str
    source_url: str
    source_home: str
    published: datetime
    updated: datetime
    enclosures: tuple[Enclosure, ...]
    thumbnail: str
    score: float
    reasons: tuple[Reason, ...]
    also: tuple[Also, ...]
    item_id: int = 0
    """Number of the lead item, by which commands name it."""
    story_id: int = 0
    """0 where there is no story: near misses."""
    page: str = ""
    """Address of the story's own page, where one is linked."""
    footer: Footer = FOOTER
    """What follows the content in feeds."""
    translation: Translation | None = None
    """Title and summary as a machine put them into the readers' language; clean, still unescaped."""
    near: bool = False
    """It was rejected but came close: it stands on the page of near misses only."""


def publications(stories: Iterable[Story]) -> tuple[Publication, ...]:
    """Return one clean publication per story, in the order given."""
    return tuple(_publication(story) for story in stories)


def newest_change(entries: Iterable[Publication]) -> datetime | None:
    """Return when the newest of `entries` changed; the time of a feed, which is never the clock's."""
    return max((entry.updated for entry in entries), default=None)


def _publication(story: Story) -> Publication:
    lead = story.lead
    summary = clean.text(lead.summary).strip()
    content = clean.markup(lead.content).strip()
    full_title = clean.line(lead.title) or words.shorten(clean.line(summary), 80) or "Untitled"
    source_url = clean.address(lead.source)
    return Publication(
        key=clean.line(story.key),
        title=clean.title(full_title),
        full_title=full_title,
        url=clean.address(lead.url),
        summary=summary,
        content=content if len(content) <= _MAX_CONTENT else "",
        language=clean.language(lead.language),
        tags=_distinct(lead.tags),
        authors=_distinct(lead.authors),
        source=clean.title(lead.source_name) or source_url or "unnamed source",
        source_url=source_url,
        source_home=clean.address(lead.source_home),
        published=words.whole_second(lead.when),
        updated=words.whole_second(story.updated),
        enclosures=_enclosures(lead),
        thumbnail=clean.address(lead.thumbnail),
        score=round(lead.score, 3),
        reasons=lead.reasons,
        also=tuple(_also(coverage) for coverage in story.also),
        item_id=lead.id,
        story_id=0 if lead.near else story.id,
        near=lead.near,
        translation=_translation(lead),
    )


def _translation(lead: PublishedItem) -> Translation | None:
    made = lead.translation
    if made is None or not made.title.strip():
        return None
    return Translation(
        title=clean.title(made.title),
        summary=clean.text(made.summary).strip(),
        language=clean.language(made.language),
        by=clean.line(made.by),
    )


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    cleaned = (clean.title(value) for value in values)
    return tuple(dict.fromkeys(value for value in cleaned if value))


def _enclosures(item: PublishedItem) -> tuple[Enclosure, ...]:
    found = {}
    for enclosure in item.enclosures:
        url = clean.address(enclosure.url)
        if url and url not in found:
            kind = clean.media_type(enclosure.type, url)
            found[url] = Enclosure(url=url, type=kind, length=max(0, enclosure.length))
    return tuple(found.values())


def _also(coverage: Coverage) -> Also:
    url = clean.address(coverage.url)
    return Also(
        source=clean.title(coverage.source_name) or url or "unnamed source",
        url=url,
        title=clean.title(coverage.title),
        language=clean.language(coverage.language),
        when=words.whole_second(coverage.when),
        relation=coverage.relation,
    )
