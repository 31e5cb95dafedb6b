"""What somebody is told at once: a story or a silence as a JSON document and as a short text. Pure.

The document's fields stand in docs/reference/json.md; programs rely on them. Equal input, equal bytes: a
receiver that gets the same notice twice sees the same `id`.
"""

import json
from datetime import datetime
from typing import Any

from feeds.model import Channel, Story
from feeds.model.event import SourceEvent
from feeds.model.notice import Notice
from feeds.publish import clean, words
from feeds.publish.formats.health import event_key, event_title
from feeds.publish.formats.normal import Publication, publications

VERSION = 1
_SUMMARY = 600
_REPORTS = 50


def story_notice(rule: str, channel: Channel, story: Story) -> Notice:
    """Return what is told of a story."""
    (entry,) = publications([story])
    page = f"{clean.address(channel.base_url)}/story/{story.id}.html"
    told: dict[str, Any] = {
        "url": entry.url,
        "page": page,
        "summary": words.shorten(clean.line(entry.summary), _SUMMARY),
        "date_published": words.rfc3339(entry.published),
        "language": entry.language,
        "languages": [tag for tag in map(clean.language, story.languages) if tag],
        "source": {"name": entry.source, "home": entry.source_home},
        "tags": list(entry.tags),
        "score": entry.score,
        "origins": story.origins,
        "why": list(words.phrases(entry.reasons)),
        "also": [
            {
                "source": each.source,
                "url": each.url,
                "title": each.title,
                "language": each.language,
                "date_published": words.rfc3339(each.when),
                "relation": each.relation,
            }
            for each in entry.also[:_REPORTS]
        ],
    }
    told["text"] = _text(entry, page, told)
    return _notice(rule, "story", entry.key, entry.full_title, told)


def _text(entry: Publication, page: str, told: dict[str, Any]) -> str:
    language = f", {words.language_name(entry.language)}" if entry.language else ""
    more = len(entry.also)
    also = f", and {more} more {'report' if more == 1 else 'reports'}" if more else ""
    lines = [
        told["summary"] if told["summary"] != entry.full_title else "",
        f"{entry.source}{language}{also}",
        f"Why: {'; '.join(told['why'])}" if told["why"] else "",
        entry.url,
        page if more else "",
    ]
    return "\n".join(line for line in lines if line)


def silence_notice(rule: str, event: SourceEvent) -> Notice:
    """Return what is told of a source that fell silent."""
    home = clean.address(event.home)
    sentence = clean.line(event.sentence)
    told = {
        "text": "\n".join(line for line in (sentence, home) if line),
        "url": home,
        "summary": sentence,
        "date_published": words.rfc3339(event.at),
        "source": {"name": clean.line(event.name), "home": home},
    }
    return _notice(rule, "quiet source", event_key(event), event_title(event), told)


def sample_notice(rule: str, channel: Channel, now: datetime) -> Notice:
    """Return what a test of a rule sends; its kind says that it is one."""
    name = clean.line(channel.title) or "moonwire"
    home = f"{clean.address(channel.base_url)}/"
    sentence = f"This is a test of the rule “{clean.line(rule)}” of {name}: what it tells arrives here."
    told = {
        "text": f"{sentence}\n{home}",
        "url": home,
        "summary": sentence,
        "date_published": words.rfc3339(now),
        "source": {"name": name, "home": home},
    }
    key = f"tag:moonwire,2026:test/{words.rfc3339(now).replace(':', '')}"
    return _notice(rule, "test", key, f"{name}: test", told)


def _notice(rule: str, kind: str, key: str, title: str, told: dict[str, Any]) -> Notice:
    title = clean.line(title)
    document = {"version": VERSION, "kind": kind, "rule": clean.line(rule), "id": key, "title": title, **told}
    body = json.dumps(document, ensure_ascii=False)
    return Notice(rule=rule, id=key, title=title, text=told["text"], document=clean.text(body).encode())
