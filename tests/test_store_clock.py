"""A clock that was wrong, and is right again."""

from pathlib import Path

from store import Store
from tests.builders import FEED, NOW, a_check, a_source, a_state, at
from tests.fake_compare import strangers

OTHER = "https://other.example/feed"


def test_a_check_in_the_future_is_put_right(tmp_path: Path) -> None:
    """A clock that was years ahead silences no source for years; a few minutes change nothing."""
    store = Store.open(tmp_path / "wire.db")
    store.sync_sources([a_source(), a_source(OTHER)], origin="config", now=NOW)
    store.record(a_check(at=at(days=3650)), compare=strangers)
    store.record(
        a_check(state=a_state(OTHER, last_check=at(minutes=5), next_check=at(hours=2))), compare=strangers
    )
    assert store.due(NOW, seen=False) == []
    store.sync_sources([a_source(), a_source(OTHER)], origin="config", now=NOW)
    (state,) = store.due(NOW, seen=False)
    assert (state.source.url, state.last_check) == (FEED, NOW)
    assert state.next_check_why == "the clock was ahead at its last check"
    store.close()
