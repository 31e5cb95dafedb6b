"""`digest`, and rounds by hand that close days: the command line as typed, on a real store."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler import cli
from scheduler.push.digests import close_due
from store import Store
from tests.builders import NOW, a_check, a_judged, an_item, at
from tests.fake_compare import strangers
from tests.fakes_http import RawServer
from tests.test_scheduler_digest import DAWN, PLAIN, file
from tests.town import Output, answer, configure, empty_home, read_here, run


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with a store of two stories, a day of which is closed."""
    folder = empty_home(tmp_path, monkeypatch)
    configure(folder)
    with Store.open(folder / "wire.db") as store:
        file(store, 1, at(hours=2))
        close_due(store, PLAIN, now=DAWN)
        file(store, 2, at(hours=3))
        file(store, 3, at(days=1), seen=at(days=1))
    return folder


def test_a_closed_day_is_printed_as_it_was(work: Path, capsys: Output) -> None:
    """In four forms; a story that came in later is not in it, but in one that was never closed."""
    assert work.is_dir()
    shown = run(capsys, "digest", "--date", "2026-03-08")
    assert shown.startswith("# Lunar station wire, 8 March 2026\n")
    assert "milestone 1" in shown
    assert "milestone 2" not in shown
    assert "milestone 3" in run(capsys, "digest", "--date", "2026-03-09", "--format", "text")
    week = run(capsys, "digest", "--weekly", "--date", "2026-03-08", "--format", "html")
    assert "<title>Lunar station wire, week 10 of 2026" in week
    found = json.loads(run(capsys, "digest", "--daily", "--date", "2026-03-08", "--format", "json"))
    assert (found["kind"], found["period"]) == ("daily", "2026-03-08")
    assert "0 stories" in run(capsys, "digest")


def test_a_page_says_truly_that_it_is_utf_8(work: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Whatever the locale: the page names its encoding itself."""
    assert work.is_dir()
    with Store.open(work / "wire.db") as store:
        judged = a_judged(4, item=an_item(4, title="月球基地", published=at(days=2)))
        store.record(a_check(judged, at=at(days=2)), compare=strangers)
    here = os.environ | {"PYTHONPATH": str(Path(cli.__file__).parent.parent), "PYTHONIOENCODING": "ascii"}
    argv = ["digest", "--date", "2026-03-10", "--format", "html"]
    subprocess.run([sys.executable, "-m", "moonwire", *argv], env=here, timeout=60, check=True)  # noqa: S603 # our own
    assert "月球基地" in capfdbinary.readouterr().out.decode()


def test_one_off_rounds_close_days_once_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """Without a daemon: the first round only notes the time, one after it takes stock."""
    folder = empty_home(tmp_path, monkeypatch)
    read_here(monkeypatch)
    with RawServer(answer) as server:
        configure(folder, server.url("/feed"))
        run(capsys, "fetch")
        with Store.open(folder / "wire.db") as store:
            first = store.stock_at()
            assert first is not None
            assert store.digests.last("daily") is None
            run(capsys, "fetch", "--all")
            assert (store.stock_at(), store.digests.last("daily")) == (first, None)
            store.take_stock_at(NOW)
            run(capsys, "fetch", "--all")
            assert store.digests.last("daily") is not None
            assert (store.stock_at() or NOW) >= first


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["--daily", "--weekly"], "--daily and --weekly can not go together"),
        (["--date", "yesterday"], '--date: found "yesterday", expected a date such as 2026-03-08.'),
        (["--date", "9999-12-31"], '--date: found "9999-12-31"'),
        (["--date", "0001-01-01"], '--date: found "0001-01-01"'),
        (["--date", "9000-01-01"], "--date: 9000-01-01 is not here yet."),
    ],
)
def test_wrong_use_gets_one_sentence(work: Path, capsys: Output, argv: list[str], sentence: str) -> None:
    """And the code for wrong use."""
    from scheduler import cli  # noqa: PLC0415 # the error output is looked at here

    assert work.is_dir()
    assert cli.run(["digest", *argv]) == 2
    assert sentence in capsys.readouterr().err
