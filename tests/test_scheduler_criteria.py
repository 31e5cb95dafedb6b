"""The topic is compiled when it is needed, and a broken one is told before anything is asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.errors import TopicError
from feeds.model.value import replace
from scheduler.judging.criteria import Criteria
from store import Store
from tests.builders import a_check, a_judged, a_state
from tests.fake_compare import strangers


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def test_an_empty_store_makes_sure_of_the_topic(store: Store, tmp_path: Path) -> None:
    """Nothing was judged by the file yet, so it is read through at once."""
    broken = tmp_path / "broken.toml"
    broken.write_text("name = ", encoding="utf-8")
    with pytest.raises(TopicError, match=r"broken\.toml"):
        Criteria(str(broken), store)
    assert not Criteria("lunar-station", store).settled


def test_what_is_judged_by_this_very_file_needs_no_topic(store: Store, tmp_path: Path) -> None:
    """All verdicts name the file's hash: settled, until one of another file comes or the file changes."""
    label = Criteria("lunar-station", store).tuned().label
    judged = a_judged()
    judged = replace(judged, verdict=replace(judged.verdict, topic=label))
    store.record(a_check(judged, state=a_state()), compare=strangers)
    assert store.judged_by() == label
    lazily = Criteria("lunar-station", store)
    assert lazily.settled
    assert lazily.vocabulary(b"a base on the Moon")
    assert not lazily.vocabulary(b"bread")
    assert lazily.tuned().label == label
    with pytest.raises(TopicError):
        Criteria(str(tmp_path / "none.toml"), store)


def test_without_a_store_there_is_the_plain_topic() -> None:
    """What is only shown is judged by the file alone."""
    plain = Criteria("lunar-station")
    assert not plain.settled
    assert plain.tuned() is plain.tuned()
