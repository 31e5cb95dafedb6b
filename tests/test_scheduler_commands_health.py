"""`sources health` and `sources unmove` over loopback and a real store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.model.value import replace
from scheduler import cli
from tests.fakes_http import RawServer, Reply, Seen, reply
from tests.town import Output, answer, configure, empty_home, read_here, rows, run


def town(seen: Seen) -> Reply:
    """Serve the town, with a feed that moved, one that asks for silence, and one that is broken."""
    if seen.target.startswith("/moved"):
        return reply(301, Location="/feed?token=hush")
    if seen.target == "/busy":
        return reply(429, Retry_After="3600")
    return answer(replace(seen, target="/feed") if seen.target.startswith("/feed") else seen)


@pytest.fixture
def server() -> Iterator[RawServer]:
    """Run the town."""
    with RawServer(town) as running:
        yield running


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder and read in this process."""
    read_here(monkeypatch)
    return empty_home(tmp_path, monkeypatch)


def test_health_of_each_source_and_host(work: Path, server: RawServer, capsys: Output) -> None:
    """State, costs, redirects, failures with cause, and what the host saw of us."""
    configure(work, server.url("/feed"), server.url("/moved"), server.url("/no"))
    run(capsys, "fetch", code=1)
    run(capsys, "fetch", "--all", code=1)
    found = rows(capsys, "sources", "health")
    good, moving, broken = found[:3]
    assert (good["kind"], good["state"], good["checks"], good["requests"]) == ("source", "well", 2, 2)
    assert (good["not_modified_share"], good["last_entry"]) == (0.5, "2026-05-01T08:00:00Z")
    assert good["bytes"] > 0
    assert good["next_check_why"]
    assert (moving["state"], moving["requests"]) == ("moving", 4)
    assert [(one["status"], one["target"]) for one in moving["redirects"]] == [
        (301, server.url("/feed?token=…"))
    ]
    assert (broken["state"], broken["failures"]) == ("failing", 2)
    assert [(one["status"], one["cause"]) for one in broken["last_failures"]] == [(404, "status")] * 2
    (host,) = found[3:]
    assert (host["kind"], host["sources"], host["requests_24h"], host["refusals"]) == ("host", 3, 8, 0)
    assert host["smallest_gap_s"] is not None
    text = run(capsys, "sources", "health")
    assert "to look at" not in text
    assert "redirects for good to" in text
    assert "hush" not in text
    assert "least gap" in text


def test_health_of_one_source_shows_its_log(work: Path, server: RawServer, capsys: Output) -> None:
    """One source as a page for a person; an unknown one is refused."""
    configure(work, server.url("/feed"), server.url("/moved"), server.url("/no"), server.url("/later"))
    run(capsys, "fetch", code=1)
    text = run(capsys, "sources", "health", server.url("/moved"))
    assert "redirect      301 to" in text
    assert "cost          1 checks, 2 requests" in text
    assert "newest entry  2026-05-01T08:00:00Z, " in text
    assert "failed" not in text
    text = run(capsys, "sources", "health", server.url("/no"))
    assert "failed" in text
    assert "status: " in text
    assert "never" in text
    source, host = rows(capsys, "sources", "health", server.url("/no"))
    assert (source["source"], host["kind"]) == (server.url("/no"), "host")
    assert cli.run(["sources", "health", "https://unknown.example/"]) == 2
    assert "is not a watched source" in capsys.readouterr().err


def test_when_a_source_is_asked_next(work: Path, server: RawServer, capsys: Output) -> None:
    """A new one at the next round, a disabled one never."""
    configure(work)
    run(capsys, "sources", "add", "--unseen", server.url("/feed"))
    assert "next check    at the next round: not asked yet\n" in run(
        capsys, "sources", "health", server.url("/feed")
    )
    run(capsys, "sources", "disable", server.url("/feed"))
    assert "next check    never\n" in run(capsys, "sources", "health", server.url("/feed"))


def test_a_host_that_asked_for_silence_is_left_alone_by_the_next_process(
    work: Path, server: RawServer, capsys: Output
) -> None:
    """429 with Retry-After of one source holds the others of its host, also for a later `fetch --all`."""
    configure(work, server.url("/busy"))
    run(capsys, "fetch", code=1)
    asked = len(server.seen)
    configure(work, server.url("/busy"), server.url("/feed"))
    for row in rows(capsys, "fetch", "--all"):
        assert row["outcome"] == "deferred"
    assert len(server.seen) == asked
    _, _, host = rows(capsys, "sources", "health")
    assert host["held_until"]
    assert (host["refusals"], host["silences_asked"], host["silences_broken"]) == (1, 1, 0)
    text = run(capsys, "sources", "health")
    assert "left alone until" in text
    assert "1, 1 heeded" in text


def test_a_move_can_be_taken_back(work: Path, server: RawServer, capsys: Output) -> None:
    """The address that was adopted is shown and dropped; what did not move can not be moved back."""
    url = server.url("/moved")
    configure(work, url, server.url("/feed"))
    run(capsys, "fetch")
    assert f"is asked at {url} again" in run(capsys, "sources", "unmove", url)
    for _ in range(2):
        run(capsys, "fetch", "--all")
    source = rows(capsys, "sources", "health", url)[0]
    assert (source["state"], source["address"]) == ("well", url)
    for known in (url, server.url("/feed")):
        assert cli.run(["sources", "unmove", known]) == 2
        assert "asked at its own address" in capsys.readouterr().err
