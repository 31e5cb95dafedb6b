"""The feed that benchmarks.serve_bench serves, and this program serving it as the daemon does.

`python -m benchmarks.serve_site FOLDER` serves the files of a folder, prints its port and runs until
SIGTERM. With "asgi" behind the folder, every request goes through the application.
"""

import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from feeds.model import Channel, PublishedItem, Reason, Story
from feeds.publish.serving.app import SiteApp
from feeds.publish.serving.prepared import prepare
from feeds.publish.site import SiteFile, render, stamp
from scheduler.publishing import web

FEED = "feed.atom"
_CHARACTERS = 600
"""Of each story; a hundred of them make a feed of some 150 kB."""


def write_site(folder: Path, stories: int) -> None:
    """Render a site of invented stories and write its feed."""
    now = datetime(2026, 3, 8, 12, tzinfo=UTC)
    channel = Channel(title="Bench", description="Invented stories.", base_url="https://bench.example")
    made = [_story(n, now - timedelta(hours=n)) for n in range(1, stories + 1)]
    folder.mkdir(parents=True)
    (folder / FEED).write_bytes(render(channel, made, [])[FEED].body)


def _story(n: int, when: datetime) -> Story:
    text = _text(n)
    reason = Reason(concept="a base", words="station", place="title", weight=3.5)
    lead = PublishedItem(
        id=n,
        source="https://paper.example/feed",
        source_name="Paper",
        source_home="https://paper.example/",
        guid=f"guid-{n}",
        url=f"https://paper.example/news/{n}",
        title=f"Station report {n}",
        summary=text[:200],
        content=f"<p>{text}</p>",
        language="en",
        published=when,
        first_seen=when,
        updated=None,
        keep=True,
        near=False,
        score=0.9,
        reasons=(reason,),
        tags=("station", "power"),
        story_id=n,
    )
    return Story(id=n, key=f"tag:bench.example,2026:{n}", lead=lead, updated=when)


def _text(n: int) -> str:
    """Return words that pack about as well as a language does."""
    dice = Random(n)  # noqa: S311 # invented text, the same at each run
    words = [
        f"{dice.choice('bdfgklmnprstvz')}{dice.choice('aeiou')}{dice.choice('lmnrst')}" for _ in range(60)
    ]
    text = ""
    while len(text) < _CHARACTERS:
        text += "".join(dice.choices(words, k=dice.randint(1, 3))) + " "
    return text.strip()


def main() -> None:
    """Serve a folder."""
    folder = Path(sys.argv[1])
    files = {
        FEED: SiteFile(body=(folder / FEED).read_bytes(), content_type="application/atom+xml; charset=utf-8")
    }
    site = prepare(files, stamp(files, {}, datetime.now(UTC)))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    listener = web.bind("127.0.0.1", 0)
    direct = {} if "asgi" in sys.argv[2:] else site.direct
    with web.serving(SiteApp(lambda: site, lambda: {"ok": True}), listener, lambda: direct):
        print(listener.getsockname()[1], flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
