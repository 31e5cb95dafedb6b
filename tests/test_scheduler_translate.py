"""Titles and summaries in the readers' language, with a translator on loopback: store, feeds and pages."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from feeds.errors import StoreError
from feeds.intake.post import Poster
from feeds.model.value import replace
from scheduler.config.load import parse
from scheduler.config.types import Config
from scheduler.publishing.publish import files_of, library_of
from scheduler.translating import running
from scheduler.translating.translator import Translator
from scheduler.workshop import Workshop, open_workshop
from store import Store
from tests.builders import a_check, a_judged, an_identity, an_item, at
from tests.fake_compare import strangers
from tests.fakes import FakeClock
from tests.fakes_posts import Answer, Came, PostServer
from tests.fakes_translator import Service

RUSSIAN, CHINESE, ENGLISH = "Станция на Луне", "国际月球科研站", "A station on the Moon"


@pytest.fixture
def service() -> Service:
    """Give a translator that works."""
    return Service()


@pytest.fixture
def url(service: Service) -> Iterator[str]:
    """Run it."""
    with PostServer(service) as server:
        yield server.url("")


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that only moves when told."""
    return FakeClock(at(hours=9))


def configured(folder: Path, url: str, more: str = "") -> Config:
    """Make a configuration with a translator."""
    text = (
        f'source = []\n[store]\npath = "{folder}/wire.db"\n[fetch]\nallow_private = ["127.0.0.1"]\n'
        f'[translate]\nurl = "{url}"\n{more}'
    )
    return parse(text, None)


def fill(store: Store) -> None:
    """Store three stories, in Russian, Chinese and English."""
    told = [(RUSSIAN, "ru"), (CHINESE, "zh"), (ENGLISH, "en")]
    for n, (title, language) in enumerate(told, start=1):
        item = an_item(
            n,
            source=f"https://{n}.example/",
            url=f"https://{n}.example/a",
            title=title,
            language=language,
            summary=f"{title}.",
            published=at(hours=n),
        )
        judged = a_judged(item=item, identity=an_identity(f"guid {n}", bands=(n,)))
        store.record(a_check(judged), compare=strangers)


@pytest.fixture
def shop(tmp_path: Path, url: str, clock: FakeClock) -> Iterator[Workshop]:
    """Open a workshop over such a store."""
    with open_workshop(configured(tmp_path, url), clock=clock) as opened:
        fill(opened.store)
        yield opened


def step(shop: Workshop, translator: Translator, **changes: object) -> int:
    """Let a translator work with a changed configuration."""
    config = replace(shop.config, translate=replace(shop.config.translate, **changes))
    with Poster(allow_private=frozenset({"127.0.0.1"}), user_agent="test") as poster:
        return translator.step(shop.store, config, poster)


def published(shop: Workshop) -> dict[str, bytes]:
    """Render the site."""
    files = files_of(shop.config, shop.store, shop.topic, now=shop.clock())
    return {path: file.body for path, file in files.items()}


def test_both_titles_are_published(shop: Workshop, service: Service, clock: FakeClock) -> None:
    """The original stays the title; the translation stands beside it, in its language, with who made it."""
    before = published(shop)
    assert step(shop, Translator(clock)) == 2
    assert [asked["q"] for asked in service.asked] == [[CHINESE, f"{CHINESE}."], [RUSSIAN, f"{RUSSIAN}."]]
    assert [asked["source"] for asked in service.asked] == ["zh", "ru"]
    files = published(shop)
    items = {item["title"]: item for item in json.loads(files["feed.json"])["items"]}
    russian, english = items[RUSSIAN], items[ENGLISH]
    assert russian["language"] == "ru"
    assert russian["_moonwire"]["title_translated"] == f"en: {RUSSIAN} ‹b›&"
    assert russian["_moonwire"]["translated_by"] == "LibreTranslate"
    assert russian["_moonwire"]["translated_to"] == "en"
    assert "title_translated" not in english["_moonwire"]
    assert (
        russian["date_modified"]
        == {item["title"]: item for item in json.loads(before["feed.json"])["items"]}[RUSSIAN][
            "date_modified"
        ]
    )
    content = russian["content_html"]
    assert content.startswith(f'<p lang="en" dir="auto"><b>en: {RUSSIAN} ‹b›&amp;</b>')
    assert "translated by LibreTranslate" in content
    assert "translated by" not in english["content_html"]
    entries = {e.findtext("{*}title"): e for e in etree.fromstring(files["feed.atom"]).iter("{*}entry")}
    assert "translated by LibreTranslate" in (entries[RUSSIAN].findtext("{*}content") or "")
    assert entries[RUSSIAN].get("{http://www.w3.org/XML/1998/namespace}lang") == "ru"
    assert f"<title>{RUSSIAN}</title>".encode() in files["feed.rss"]
    page = files["index.html"].decode()
    assert f'<p class="translated" lang="en" dir="auto">en: {RUSSIAN} ‹b›&amp;' in page
    assert f'lang="ru" dir="auto"><a href="https://1.example/a">{RUSSIAN}</a>' in page
    assert published(shop) == files


def test_all_ways_to_a_story_have_it(shop: Workshop, clock: FakeClock) -> None:
    """The river, the story's page, feeds by language; without [translate] none."""
    step(shop, Translator(clock))
    library = library_of(shop)
    leads = [story.lead for story in library.river("lang:ru", after=None, limit=5).stories]
    assert [lead.translation and lead.translation.title for lead in leads] == [f"en: {RUSSIAN} <b>&"]
    story = library.story(leads[0].story_id or 0)
    assert story is not None
    assert story.lead.translation is not None
    filtered = library.filtered("lang", "ru")
    assert filtered is not None
    assert filtered.stories[0].lead.translation is not None
    without = replace(shop.config, translate=replace(shop.config.translate, url=""))
    files = files_of(without, shop.store, shop.topic, now=shop.clock())
    assert b"translated" not in files["feed.json"].body


def test_archives_hold_what_there_was(
    shop: Workshop, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A translation that came before the archive was written stands in it, and stays."""
    step(shop, Translator(clock))
    monkeypatch.setattr("scheduler.publishing.history.PER_ARCHIVE", 3)
    config = replace(shop.config, publish=replace(shop.config.publish, entries=3))
    files_of(config, shop.store, shop.topic, now=shop.clock())
    document = shop.store.archives.document("archive/1.json")
    assert document is not None
    found = {item["title"]: item["_moonwire"] for item in json.loads(document.body)["items"]}
    assert found[RUSSIAN]["title_translated"] == f"en: {RUSSIAN} ‹b›&"
    assert "title_translated" not in found[ENGLISH]


def test_nothing_is_asked_twice(shop: Workshop, service: Service, clock: FakeClock) -> None:
    """The store remembers by the words; another language is another matter."""
    step(shop, Translator(clock))
    assert step(shop, Translator(clock)) == 0
    assert len(service.asked) == 2
    assert step(shop, Translator(clock), to="de") == 3


def test_the_budget_of_a_day_holds(shop: Workshop, service: Service, clock: FakeClock) -> None:
    """Across restarts; the next day goes on."""
    cost = len(CHINESE) * 2 + 1
    assert step(shop, Translator(clock), budget=cost) == 1
    assert step(shop, Translator(clock), budget=cost) == 0
    assert step(shop, Translator(clock), budget=0) == 0
    assert len(service.asked) == 1
    clock.ticks(days=1)
    assert step(shop, Translator(clock), budget=100) == 1


def test_a_failing_service_is_left_alone_longer_each_time(
    shop: Workshop, service: Service, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A minute, two, four; Retry-After when it is longer; told once, and the feed is as before."""
    before = published(shop)
    service.answer = lambda _: Answer(500)
    translator = Translator(clock)
    asked = []
    for minutes in (0, 0.5, 0.6, 1, 1.1, 3, 2):
        clock.ticks(minutes=minutes)
        step(shop, translator)
        asked.append(len(service.asked))
    assert asked == [1, 1, 2, 2, 3, 3, 4]
    assert sum("nothing is translated for a while" in line for line in caplog.messages) == 1
    service.answer = lambda _: Answer(429, Retry_After="7200")
    clock.ticks(hours=7)
    step(shop, translator)
    count = len(service.asked)
    clock.ticks(minutes=119)
    step(shop, translator)
    assert len(service.asked) == count
    assert published(shop) == before
    service.answer = None
    clock.ticks(hours=7)
    assert step(shop, translator) == 2


def test_words_that_the_service_can_not_take_hold_nothing_up(
    shop: Workshop, service: Service, clock: FakeClock
) -> None:
    """400 is about the one text: the others go on, and it is tried again a day later."""

    def refuse_chinese(came: Came) -> Answer:
        service.answer = None
        answered = service(came) if b'"ru"' in came.body else Answer(400)
        service.asked = service.asked[: len(service.asked) - (b'"ru"' in came.body)]
        service.answer = refuse_chinese
        return answered

    service.answer = refuse_chinese
    translator = Translator(clock)
    assert step(shop, translator) == 1
    assert len(service.asked) == 2
    assert step(shop, translator) == 0
    assert len(service.asked) == 2
    service.answer = None
    clock.ticks(days=1, minutes=1)
    assert step(shop, translator) == 1


def test_a_step_ends_in_time(shop: Workshop, service: Service, clock: FakeClock) -> None:
    """Nothing is begun once its seconds are over."""
    with Poster(allow_private=frozenset({"127.0.0.1"}), user_agent="test") as poster:
        assert Translator(clock).step(shop.store, shop.config, poster, seconds=0.0) == 0
    assert service.asked == []


def test_an_answer_that_is_none_is_a_failure(shop: Workshop, service: Service, clock: FakeClock) -> None:
    """Nothing of it is stored."""
    service.answer = lambda _: Answer(200, b'{"translatedText": ["one"]}')
    assert step(shop, Translator(clock)) == 0
    assert len(service.asked) == 1


def test_deepl_works_too(tmp_path: Path, url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its key from the environment, which no representation shows; for a command that ends."""
    monkeypatch.setenv("DEEPL_KEY", "secret-key")
    config = configured(tmp_path, url, 'kind = "deepl"\nkey_env = "DEEPL_KEY"')
    assert "secret-key" not in repr(config)
    with open_workshop(config, clock=clock) as shop:
        fill(shop.store)
        assert running.translate_now(shop) == 2
        story = shop.store.stories(limit=5)[-1]
        assert story.lead.title == RUSSIAN
        assert b"translated by DeepL" in published(shop)["index.html"]


def test_beside_a_running_wire_it_is_a_thread_of_its_own(
    shop: Workshop, service: Service, clock: FakeClock
) -> None:
    """A service that does not answer holds nobody up, and a store that fails for once ends nothing."""
    failed = threading.Event()

    def workshop() -> Workshop:
        if not failed.is_set():
            failed.set()
            raise StoreError("it is being exchanged")
        return shop

    revision = shop.store.revision()
    with running.translating(workshop, clock, look_s=0.01):
        assert service.came.wait(30)
        done = threading.Event()
        for _ in range(3000):
            if shop.store.revision() >= revision + 2 or done.wait(0.01):
                break
    assert shop.store.revision() == revision + 2
    assert len(service.asked) == 2


def test_without_the_section_nothing_is_asked(shop: Workshop, service: Service, clock: FakeClock) -> None:
    """Neither here nor anywhere else."""
    assert step(shop, Translator(clock), url="") == 0
    assert service.asked == []
