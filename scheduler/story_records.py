"""A story as `--json` prints it: names and shapes that scripts may rely on. Pure."""

from typing import Any

from feeds.model import Story
from scheduler.times import rfc3339


def story(one: Story) -> dict[str, Any]:
    """Return a story with all its items, the first one first."""
    lead = one.lead
    first = {
        "id": lead.id,
        "source": lead.source,
        "source_name": lead.source_name,
        "url": lead.url,
        "title": lead.title,
        "language": lead.language,
        "when": rfc3339(lead.when),
        "lag_s": 0,
        "relation": "first",
        "copy_of": None,
        "score": 1.0,
        "reasons": [],
    }
    return {
        "story": one.id,
        "key": one.key,
        "title": lead.title,
        "updated": rfc3339(one.updated),
        "languages": list(one.languages),
        "origins": one.origins,
        "aliases": list(one.aliases),
        "items": [
            first,
            *(
                {
                    "id": each.item_id,
                    "source": each.source,
                    "source_name": each.source_name,
                    "url": each.url,
                    "title": each.title,
                    "language": each.language,
                    "when": rfc3339(each.when),
                    "lag_s": round((each.when - lead.when).total_seconds()),
                    "relation": each.relation,
                    "copy_of": each.copy_of,
                    "score": round(each.score, 4),
                    "reasons": list(each.reasons),
                }
                for each in one.also
            ),
        ],
    }
