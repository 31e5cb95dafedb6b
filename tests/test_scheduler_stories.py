"""`moonwire story`: show, join and split what is told as one."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from feeds.model import Relation
from store import Store
from tests.builders import a_check, a_judged, an_identity, an_item, at
from tests.fake_compare import always, strangers
from tests.town import Output, configure, empty_home, rows, run


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder whose store holds three items: two told as one story, and another."""
    folder = empty_home(tmp_path, monkeypatch)
    configure(folder)
    with Store.open(folder / "wire.db") as store:
        for n, compare in ((1, strangers), (2, always(Relation.SAME_STORY)), (3, strangers)):
            item = an_item(
                n, source=f"https://{n}.example/", url=f"https://{n}.example/a", published=at(hours=n)
            )
            judged = a_judged(item=item, identity=an_identity(f"guid {n}", bands=(1,)))
            store.record(a_check(judged), compare=compare)
    return folder


def members(shown: Sequence[dict[str, object]]) -> list[list[object]]:
    """Give the ids of the items of each story."""
    return [[item["id"] for item in story["items"]] for story in shown]  # type: ignore[attr-defined] # a list


@pytest.mark.usefixtures("work")
def test_a_story_is_shown_with_its_reports(capsys: Output) -> None:
    """By id, or by the address of any of its items; with lags, origins and reasons."""
    (story,) = rows(capsys, "story", "show", "1")
    assert members([story]) == [[1, 2]]
    assert (story["origins"], story["languages"], story["items"][1]["lag_s"]) == (2, ["en"], 3600)
    assert rows(capsys, "story", "show", "https://2.example/a") == [story]
    text = run(capsys, "story", "show", "1")
    assert "told by 2, 2 independent origins" in text
    assert "+1 h 0 min" in text


@pytest.mark.usefixtures("work")
def test_stories_are_joined_and_split(capsys: Output) -> None:
    """What was joined shows whole; what was split shows both parts, and the alias leads on."""
    assert members(rows(capsys, "story", "join", "1", "https://3.example/a")) == [[1, 2, 3]]
    assert rows(capsys, "story", "show", "2")[0]["story"] == 1
    assert "took in 2" in run(capsys, "story", "show", "1")
    assert members(rows(capsys, "story", "split", "1", "2")) == [[1, 3], [2]]


@pytest.mark.usefixtures("work")
@pytest.mark.parametrize(
    "argv",
    [
        ("show", "99"),
        ("show", "https://nobody.example/"),
        ("join", "1", "1"),
        ("split", "1", "3"),
        ("split", "1", "1", "2"),
        ("split", "1", "99"),
    ],
)
def test_wrong_use_is_told(argv: Sequence[str], capsys: Output) -> None:
    """One sentence, and nothing changed."""
    run(capsys, "story", *argv, code=2)
    assert members(rows(capsys, "story", "show", "1")) == [[1, 2]]


@pytest.mark.usefixtures("work")
def test_why_names_relatives_with_reasons(capsys: Output) -> None:
    """Every item that was found related."""
    assert "same-story: Name of https://2.example/" in run(capsys, "why", "1")
