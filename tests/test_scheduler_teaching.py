"""topic test, train and apply, and mark: what the operator sees, on a real store."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.curate.identity import identify
from feeds.curate.topic import load
from feeds.curate.tune import tuning, verdict_of
from feeds.model import Judged
from scheduler import cli, wire
from scheduler.config.load import load as configuration
from scheduler.judging import rejudge
from scheduler.judging.learned import Tuner, tuning_of
from scheduler.judging.rejudge import CatchUp
from store import Store
from tests.builders import a_check, an_item, at
from tests.fake_compare import strangers
from tests.town import Output, configure, empty_home, rows, run

TEA = """
[topic]
name = "tea"
start = -3
[concepts.tea]
weight = 3
names.en = ["tea"]
"""
COFFEE = TEA.replace('names.en = ["tea"]', 'names.en = ["coffee"]')
TITLES = ("Tea harvest", "Wicket falls at tea", "Coffee prices", "Bus strike")


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a topic on tea and a configuration that names it."""
    folder = empty_home(tmp_path, monkeypatch)
    (folder / "tea.toml").write_text(TEA, encoding="utf-8")
    configure(folder, more="[topic]\nfile = 'tea.toml'\n")
    return folder


@pytest.fixture
def store(work: Path) -> Iterator[Store]:
    """Open a store that holds the titles, judged by the topic on tea; the n-th has id n."""
    with Store.open(work / "wire.db") as opened:
        by = tuning(load("tea.toml"))
        found = [
            an_item(n, title=title, summary="", content="", published=at(days=-n))
            for n, title in enumerate(TITLES, start=1)
        ]
        entries = [Judged(item=one, verdict=verdict_of(one, by), identity=identify(one)) for one in found]
        opened.record(a_check(*reversed(entries)), compare=strangers)
        yield opened


def labels(work: Path, *lines: dict[str, object]) -> str:
    """Write labelled lines."""
    (work / "labels.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return "labels.jsonl"


def test_figures_by_language_and_kind(work: Path, capsys: Output) -> None:
    """Counts and shares of each group, null where nothing can be divided; wrong ones with reasons."""
    file = labels(
        work,
        {"title": "Tea harvest", "label": 1, "lang": "en", "kind": "farm"},
        {"title": "At tea", "label": 0, "lang": "en", "kind": "cricket"},
        {"title": "Чай", "label": 1, "lang": "ru"},
    )
    found = rows(capsys, "topic", "test", "--labels", file)
    groups = {row["group"]: row for row in found if "group" in row}
    assert list(groups) == ["all", "language en", "language ru", "kind cricket", "kind farm"]
    assert groups["all"] == {
        "group": "all",
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
        "items": 3,
        "false": 1,
        "missed": 1,
    }
    assert groups["language ru"]["precision"] is None
    wrong = [row for row in found if "wrong" in row]
    assert [(row["wrong"], row["title"]) for row in wrong] == [("missed", "Чай"), ("false", "At tea")]
    assert wrong[1]["reasons"][0]["words"] == "tea"
    assert wrong[1]["place"] == "labels.jsonl: line 2"
    assert len(rows(capsys, "topic", "test", "--labels", file, "--errors", "0")) == 5
    shown = run(capsys, "topic", "test", "--labels", file)
    assert "        -   0.000  0.000      1      0       1  language ru" in shown
    assert "false  0.68  At tea (labels.jsonl: line 2)" in shown


def test_a_changed_topic_shows_what_would_move_before_it_does(
    work: Path, store: Store, capsys: Output
) -> None:
    """What `test` names is what `apply` then does, exactly; a second call has nothing left to do."""
    (work / "coffee.toml").write_text(COFFEE, encoding="utf-8")
    before = store.revision()
    would = rows(capsys, "topic", "test", "--topic", "coffee.toml", "--against-store")
    assert [(row["change"], row["id"]) for row in would] == [("leave", 1), ("leave", 2), ("enter", 3)]
    assert store.revision() == before
    shown = run(capsys, "topic", "test", "--topic", "coffee.toml", "--against-store")
    assert "1 would enter, 2 would leave by tea@1#" in shown
    (work / "tea.toml").write_text(COFFEE, encoding="utf-8")
    moved = rows(capsys, "topic", "apply")
    assert sorted((row["id"], row["moved"]) for row in moved) == [(1, "left"), (2, "left"), (3, "entered")]
    assert [story.lead.title for story in store.stories(limit=9)] == ["Coffee prices"]
    assert [row["title"] for row in rows(capsys, "items")] == ["Coffee prices"]
    assert rows(capsys, "topic", "apply") == []
    (work / "tea.toml").write_text(TEA, encoding="utf-8")
    assert "4 items judged again by tea@1#" in (told := run(capsys, "topic", "apply"))
    assert "entered      1  Tea harvest" in told
    assert "0 items judged again" in run(capsys, "topic", "apply")


def test_a_mark_is_followed_and_kept(work: Path, store: Store, capsys: Output) -> None:
    """By id or address; another topic does not move it; taken back, the topic decides."""
    assert rows(capsys, "mark", "2", "reject") == [
        {"id": 2, "mark": "reject", "keep": False, "was_kept": True}
    ]
    assert "item 3 is kept" in run(capsys, "mark", "https://agency.example/news/3", "keep")
    assert [row["id"] for row in rows(capsys, "items")] == [1, 3]
    (work / "tea.toml").write_text(TEA + "# edited\n", encoding="utf-8")
    assert rows(capsys, "topic", "apply") == []
    assert [row["id"] for row in rows(capsys, "items")] == [1, 3]
    assert "marked by the operator to keep" in run(capsys, "why", "3")
    assert "item 2 is kept" in run(capsys, "mark", "2", "--undo")
    assert len(rows(capsys, "topic", "test")) == 4
    assert store.curation.shares()["https://agency.example/feed.xml"].kept == 3


def test_training_is_saved_used_and_forgotten(work: Path, store: Store, capsys: Output) -> None:
    """Switched on where it beats the topic file; judged by from then on; gone when forgotten."""
    words = ("harvest", "garden", "auction"), ("wicket", "innings", "match")
    file = labels(
        work,
        *(
            {
                "title": f"tea {words[n % 2][n % 3]} {words[n % 2][n // 2 % 3]} {n}",
                "label": 1 - n % 2,
                "story": n,
            }
            for n in range(36)
        ),
    )
    (told,) = rows(capsys, "topic", "train", "--labels", file)
    assert told["active"] is True
    assert "It is switched on" in run(capsys, "topic", "train", "--labels", file)
    assert told["held_out"]["f1"] > told["topic_alone"]["f1"]
    assert told["mended"] > told["broken"]
    assert told["terms"][0].keys() == {"term", "weight"}
    (judged,) = [json.loads(line) for line in run(capsys, "judge", file).splitlines()[1:2]]
    assert judged["keep"] is False
    assert "learned" in {reason["concept"] for reason in judged["reasons"]}
    assert "learned parts count here" in run(capsys, "topic", "test", "--labels", file)
    assert [row["id"] for row in rows(capsys, "topic", "apply")] == [2]
    tuner = Tuner(load("tea.toml"), store)
    assert tuner().label == tuning_of(load("tea.toml"), store).label
    assert "+" in tuner().label
    assert "Removed" in run(capsys, "topic", "train", "--forget")
    assert "There was no" in run(capsys, "topic", "train", "--forget")
    assert "learned" not in run(capsys, "judge", file)
    tuner.refresh()
    assert tuner().shares == {"https://agency.example/feed.xml": (4, 1)}


def test_training_that_fails_says_so(work: Path, capsys: Output) -> None:
    """Too little to learn from: kept, but switched off."""
    out = run(capsys, "topic", "train", "--labels", labels(work, {"title": "Tea", "label": 1}))
    assert "It is not switched on: 1 items to keep and 0 to reject are too few" in out
    assert "It found nothing to go by." in out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["topic", "test"], "There is nothing to test on"),
        (["topic", "test", "--labels", "empty.jsonl"], "empty.jsonl: holds no lines"),
        (["topic", "test", "--labels", "odd.jsonl"], 'odd.jsonl: line 1: "label" is 2'),
        (["topic", "test", "--labels", "none.jsonl"], "none.jsonl: can not be read"),
        (["topic", "test", "--against-store"], "there is no store yet"),
        (["topic", "apply"], "there is no store yet"),
        (["topic", "train"], "There is nothing to learn from"),
        (["topic", "show", "no.toml"], "no such topic"),
        (["mark", "7", "keep"], "No item with the id"),
        (["mark", "7"], "expected keep or reject"),
        (["mark", "7", "maybe"], 'found "maybe"'),
        (["mark", "7", "maybe", "--undo"], "beside --undo"),
    ],
)
def test_wrong_use_is_one_sentence(argv: list[str], words: str, work: Path, capsys: Output) -> None:
    """Exit 2 and what to do instead."""
    (work / "empty.jsonl").write_text("\n", encoding="utf-8")
    (work / "odd.jsonl").write_text('{"title": "x", "label": 2}\n', encoding="utf-8")
    assert cli.run(argv) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert words in err


def test_nothing_is_taken_back_where_nothing_was_marked(store: Store, capsys: Output) -> None:
    """A sentence, and exit 2."""
    assert store.curation.marked() == []
    assert cli.run(["mark", "1", "--undo"]) == 2
    assert "is not marked" in capsys.readouterr().err


def test_show_names_what_a_topic_looks_for(capsys: Output) -> None:
    """For a person and for a script, the configured topic or a named one."""
    assert "+3.00  concepts.tea: tea" in run(capsys, "topic", "show")
    keys = [row["key"] for row in rows(capsys, "topic", "show", "lunar-station")]
    assert "others" in {key.partition(".")[0] for key in keys}


def test_lint_fails_a_script_only_when_asked(work: Path, capsys: Output) -> None:
    """Findings end with 0; with --strict with 1; a broken file with 2."""
    (work / "tea.toml").write_text(TEA.replace('"tea"]', '"tea", "tea"]'), encoding="utf-8")
    assert "doubled" in run(capsys, "topic", "lint")
    run(capsys, "topic", "lint", "--strict", code=1)
    (work / "tea.toml").write_text("[topic]\n", encoding="utf-8")
    assert cli.run(["topic", "lint"]) == 2


def test_a_topic_of_ones_own_waits_for_apply(work: Path, store: Store) -> None:
    """A daemon says that stored items are of another topic, in words that tell what to do, and waits."""
    (work / "tea.toml").write_text(COFFEE, encoding="utf-8")
    behind = CatchUp(store, Tuner(load("tea.toml"), store))
    assert behind.left == 4
    assert "`moonwire topic apply` applies it" in behind.sentence
    assert behind.step(seconds=1).judged == 0
    assert behind.left == 4


def test_fetch_tells_of_another_topic(work: Path, store: Store, capsys: Output) -> None:
    """One sentence on standard error; a shipped topic is applied at once, one's own waits."""
    (work / "tea.toml").write_text(COFFEE, encoding="utf-8")
    assert cli.run(["fetch"]) == 0
    assert "4 stored items were judged by another topic than tea@1#" in capsys.readouterr().err
    assert len(store.stories(limit=9)) == 2
    configure(work, more="[topic]\nfile = 'night-trains'\n")
    assert cli.run(["fetch"]) == 0
    assert "little by little" in capsys.readouterr().err
    assert store.stories(limit=9) == []
    assert cli.run(["fetch"]) == 0
    assert "topic" not in capsys.readouterr().err


def test_a_shipped_topic_is_applied_step_by_step(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch per step when time is short, until nothing is left; then it is silent."""
    monkeypatch.setattr(rejudge, "BATCH", 3)
    behind = CatchUp(store, Tuner(load("night-trains"), store))
    assert "little by little" in behind.sentence
    done = behind.step(seconds=0)
    assert (done.judged, done.entered, done.left, behind.left) == (3, (), (1, 2), 1)
    assert behind.step(seconds=0).judged == 1
    assert (behind.left, behind.sentence) == (0, "")
    assert behind.step(seconds=0).judged == 0


def test_the_daemon_catches_up_beside_its_work(
    work: Path, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """Told once, done by the next turn, and readable from its health."""
    assert len(store.stories(limit=9)) == 2
    configure(work, more="[topic]\nfile = 'night-trains'\n")
    with caplog.at_level("INFO"):
        running = wire.Wire(configuration(work / "moonwire.toml"))
        try:
            before = running.health["of_another_topic"]
            running.turn(threading.Event())
            assert (before, running.health["of_another_topic"]) == (4, 0)
            assert "Tea harvest" not in running.site.files["/feed.rss"].variants["identity"].body.decode()
        finally:
            running.close()
    assert sum("little by little" in line for line in caplog.messages) == 1
    assert store.stories(limit=9) == []
