"""JSON Feed 1.1 (https://jsonfeed.org/version/1.1). Pure."""

import json
from collections.abc import Sequence
from typing import Any

from feeds.model import Channel
from feeds.publish import clean, words
from feeds.publish.formats.normal import Publication
from feeds.publish.templating import entry_html

JSON_TYPE = "application/feed+json"


def json_feed(
    channel: Channel, entries: Sequence[Publication], *, self_url: str, next_url: str = ""
) -> bytes:
    """Return a JSON Feed 1.1 document of `entries` in their order.

    Verdict and further coverage stand under the extension `_moonwire` of each item.
    """
    home = clean.address(channel.base_url) + "/"
    name = clean.title(channel.title) or "moonwire"
    hubs = [{"type": "WebSub", "url": hub} for hub in map(clean.address, channel.hubs) if hub]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": name,
        "home_page_url": home,
        "feed_url": self_url,
        "next_url": next_url,
        "description": clean.title(channel.description),
        "favicon": home + "favicon.ico",
        "authors": [{"name": name, "url": home}],
        "language": clean.language(channel.language),
        "hubs": hubs,
    }
    document = _filled(feed) | {"items": [_item(entry) for entry in entries]}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _item(entry: Publication) -> dict[str, Any]:
    item = {
        "id": entry.key,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry_html(entry),
        "summary": entry.summary,
        "image": entry.thumbnail,
        "date_published": words.rfc3339(entry.published),
        "date_modified": words.rfc3339(entry.updated),
        "authors": [{"name": author} for author in entry.authors] or [_source_author(entry)],
        "tags": list(entry.tags),
        "language": entry.language,
        "attachments": [
            _filled({"url": part.url, "mime_type": part.type, "size_in_bytes": part.length})
            for part in entry.enclosures
        ],
    }
    return _filled(item) | {"_moonwire": _extension(entry)}


def _source_author(entry: Publication) -> dict[str, Any]:
    return _filled({"name": entry.source, "url": entry.source_home})


def _extension(entry: Publication) -> dict[str, Any]:
    made = entry.translation
    translated = (
        {
            "title_translated": made.title,
            "summary_translated": made.summary,
            "translated_to": made.language,
            "translated_by": made.by,
        }
        if made
        else {}
    )
    return _filled(translated) | {
        "source": _filled({"name": entry.source, "feed": entry.source_url, "home": entry.source_home}),
        "score": entry.score,
        "reasons": [
            _filled(
                {
                    "concept": clean.line(reason.concept),
                    "kind": reason.kind,
                    "words": clean.line(reason.words),
                    "place": reason.place,
                    "weight": round(reason.weight, 3),
                    "note": clean.line(reason.note),
                }
            )
            for reason in entry.reasons
        ],
        "also": [
            _filled(
                {
                    "source": other.source,
                    "url": other.url,
                    "title": other.title,
                    "language": other.language,
                    "date_published": words.rfc3339(other.when),
                    "relation": other.relation,
                }
            )
            for other in entry.also
        ],
    }


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """Return `values` without empty texts and lists: an absent key says the same in fewer words."""
    return {key: value for key, value in values.items() if value not in ("", [], None)}
