"""One story as a page and as JSON: who told it first, who followed when, and in whose words. Pure."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from feeds.model import Channel, Coverage, PublishedItem, Story
from feeds.publish import clean, words
from feeds.publish.formats.documents import UTF8, SiteFile
from feeds.publish.formats.normal import publications
from feeds.publish.pages import live as live_pages

STORY_TYPE = "application/json"


def story_path(story_id: int, ending: str = "html") -> str:
    """Return where a story stands on the site; the same for ever."""
    return f"story/{story_id}.{ending}"


def story_files(channel: Channel, stories: Sequence[Story], *, live: bool = False) -> dict[str, SiteFile]:
    """Return page and JSON of each story; stories that it took in are at their old addresses too."""
    files: dict[str, SiteFile] = {}
    for story in stories:
        page = SiteFile(body=story_page(channel, story, live=live), content_type="text/html" + UTF8)
        data = SiteFile(body=story_json(channel, story), content_type=STORY_TYPE + UTF8)
        for number in (story.id, *story.aliases):
            files[story_path(number)] = page
            files[story_path(number, "json")] = data
    return files


def story_page(
    channel: Channel, story: Story, *, live: bool = False, desk: Mapping[str, object] | None = None
) -> bytes:
    """Return the page of a story; `desk` as `feeds.publish.pages.operator` lays it out."""
    (entry,) = publications([story])
    return live_pages.story(channel, entry, _reports(story), story, live=live, desk=desk)


def story_json(channel: Channel, story: Story) -> bytes:
    """Return a story as JSON: names and shapes that programs may rely on."""
    base = clean.address(channel.base_url)
    document = {
        "story": story.id,
        "id": clean.line(story.key),
        "url": f"{base}/{story_path(story.id)}",
        "title": clean.line(story.lead.title),
        "date_published": words.rfc3339(story.lead.when),
        "date_modified": words.rfc3339(story.updated),
        "languages": [tag for tag in map(clean.language, story.languages) if tag],
        "origins": story.origins,
        "aliases": list(story.aliases),
        "reports": [
            {name: value for name, value in each.items() if name != "lag"} for each in _reports(story)
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _reports(story: Story) -> list[dict[str, Any]]:
    """Lay out all reports, the first one first."""
    return [_first(story.lead), *(_further(each, each.when - story.lead.when) for each in story.also)]


def _first(lead: PublishedItem) -> dict[str, Any]:
    return {
        "item": lead.id,
        "source": clean.title(lead.source_name),
        "url": clean.address(lead.url),
        "title": clean.line(lead.title),
        "language": clean.language(lead.language),
        "date_published": words.rfc3339(lead.when),
        "lag_s": 0,
        "lag": "",
        "relation": "first",
        "copy_of": None,
        "reasons": [],
    }


def _further(each: Coverage, behind: timedelta) -> dict[str, Any]:
    return {
        "item": each.item_id,
        "source": clean.title(each.source_name),
        "url": clean.address(each.url),
        "title": clean.line(each.title),
        "language": clean.language(each.language),
        "date_published": words.rfc3339(each.when),
        "lag_s": round(behind.total_seconds()),
        "lag": words.lag(behind),
        "relation": each.relation,
        "copy_of": each.copy_of,
        "reasons": [clean.line(reason) for reason in each.reasons],
    }
