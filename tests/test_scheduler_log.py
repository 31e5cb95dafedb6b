"""The log: one structured line per request, and no credential in any of them."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from feeds.model import Check, Hop, Recorded
from scheduler import log
from scheduler.rounds.run import run_round
from tests.builders import NOW, a_source, a_state
from tests.fakes import FakeWorkshop

SECRET = "https://user:pa55@agency.example/feed?token=s3cret&page=2"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Give a stream for the log, unhooked afterwards."""
    out = io.StringIO()
    levels = {name: logging.getLogger(name).level for name in ("", log.ROOT)}
    yield out
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        for handler in [one for one in logger.handlers if getattr(one, "of_moonwire", False)]:
            logger.removeHandler(handler)
    logging.getLogger(log.ROOT).propagate = True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (SECRET, "https://…@agency.example/feed?token=…&page=2"),
        ("see http://a.example/?api_key=1&KEY=2 there", "see http://a.example/?api_key=…&KEY=… there"),
        ("http://a.example/@user?monkey=1", "http://a.example/@user?monkey=1"),
    ],
)
def test_credentials_in_addresses_are_blotted_out(text: str, shown: str) -> None:
    """User and password, and query values whose names tell what they are."""
    assert log.redact(text) == shown


def test_a_check_is_one_json_line_with_everything_asked_for(stream: io.StringIO) -> None:
    """Machines read action, source, status, bytes and time; no secret is in it."""
    log.set_up(as_json=True, stream=stream)
    state = a_state(source=a_source(SECRET, name=""), address=SECRET, next_check=NOW, next_check_why="usual")
    check = Check(
        at=NOW,
        outcome="changed",
        state=state,
        status=200,
        wire_bytes=512,
        elapsed_s=0.1234,
        requests=2,
        hops=(Hop(url=SECRET, status=302, target=SECRET),),
        entries=9,
    )
    log.check_line(logging.getLogger("moonwire.round"), check, Recorded(new=1, kept=1))
    (line,) = stream.getvalue().splitlines()
    record = json.loads(line)
    assert record["action"] == "fetch"
    assert (record["status"], record["bytes"], record["elapsed"]) == (200, 512, 0.123)
    assert (record["new"], record["kept"], record["entries"]) == (1, 1, 9)
    assert record["next_check"] == "2026-03-08T12:00:00+00:00"
    assert record["level"] == "info"
    assert "pa55" not in line
    assert "s3cret" not in line


def test_a_person_reads_failures_as_warnings_and_nothing_of_a_quiet_check(stream: io.StringIO) -> None:
    """Unchanged sources are for machines, and for a person who asks for every word."""
    log.set_up(as_json=False, stream=stream)
    logger = logging.getLogger("moonwire.round")
    state = a_state()
    log.check_line(logger, Check(at=NOW, outcome="unchanged", state=state, requests=1), Recorded())
    log.check_line(
        logger, Check(at=NOW, outcome="failed", state=state, error="Not its fault."), Recorded(), quiet=True
    )
    assert stream.getvalue() == ""
    broken = Check(at=NOW, outcome="failed", state=state, error="It is down.", requests=1)
    log.check_line(logger, broken, Recorded())
    assert stream.getvalue().endswith(f"warning: {state.source.label}: It is down.\n")
    log.set_up(as_json=False, stream=stream, level=logging.DEBUG)
    log.check_line(logger, Check(at=NOW, outcome="unchanged", state=state, requests=1), Recorded())
    assert "unchanged, 0 new, 0 kept action=fetch " in stream.getvalue()


def test_deferred_checks_are_no_requests(stream: io.StringIO) -> None:
    """Their action says so."""
    log.set_up(as_json=True, stream=stream, level=logging.DEBUG)
    log.check_line(
        logging.getLogger("moonwire.round"), Check(at=NOW, outcome="deferred", state=a_state()), Recorded()
    )
    assert json.loads(stream.getvalue())["action"] == "defer"


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_is_kept_and_redacted(stream: io.StringIO, as_json: bool) -> None:  # noqa: FBT001 # a table's column
    """A defect is logged whole, on several lines for a person and within one for a machine."""
    log.set_up(as_json=as_json, stream=stream)
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger("moonwire.x").exception("a defect")
    text = stream.getvalue()
    assert "ValueError" in text
    assert "pa55" not in text
    assert (len(text.splitlines()) == 1) is as_json


def test_setting_up_twice_does_not_double_lines(stream: io.StringIO) -> None:
    """The last set-up holds; other libraries speak from warnings on."""
    log.set_up(as_json=False, stream=io.StringIO())
    log.set_up(as_json=False, stream=stream)
    logging.getLogger("moonwire.x").info("once")
    logging.getLogger("urllib3").info("never")
    logging.getLogger("urllib3").warning("loud")
    assert [line[9:] for line in stream.getvalue().splitlines()] == ["once", "warning: loud"]


def _round(shop: FakeWorkshop) -> None:
    """Ask a source that answers over a redirect and one that fails."""
    shop.web.feed("https://agency.example/feed?token=s3cret", hops=(Hop(url="u", status=302, target=SECRET),))
    shop.web.fails("https://other.example/feed", status=404)
    states = [a_state("https://agency.example/feed?token=s3cret"), a_state("https://other.example/feed")]
    run_round(shop, states)


def test_a_round_logs_each_request_for_machines(stream: io.StringIO) -> None:
    """What `run --log-json` writes: one object per check that asked, with all that it met, and no secret."""
    log.set_up(as_json=True, stream=stream)
    _round(FakeWorkshop())
    lines = {line["host"]: line for line in map(json.loads, stream.getvalue().splitlines())}
    assert {line["action"] for line in lines.values()} == {"fetch"}
    good, bad = lines["agency.example:443"], lines["other.example:443"]
    assert (good["source"], good["outcome"], good["requests"]) == (
        "https://agency.example/feed?token=…",
        "changed",
        2,
    )
    assert (bad["status"], bad["outcome"], bad["cause"]) == (404, "failed", "status")
    for line in lines.values():
        assert {"bytes", "elapsed", "next_check", "why", "address", "hops"} <= line.keys()
    assert "s3cret" not in stream.getvalue()
    assert "pa55" not in stream.getvalue()


def test_a_round_logs_each_request_for_a_person_who_wants_details(stream: io.StringIO) -> None:
    """What `-v` writes: the same fields behind the sentence."""
    log.set_up(as_json=False, level=logging.DEBUG, stream=stream)
    _round(FakeWorkshop())
    good, bad = sorted(stream.getvalue().splitlines(), key=lambda line: "other.example" in line)
    for field in (
        "action=fetch",
        "source=",
        "host=agency.example:443",
        "outcome=changed",
        "next_check=",
        "bytes=",
    ):
        assert field in good
    assert "status=404" in bad
    assert 'error="https://other.example/feed: status 404"' in bad
    assert "s3cret" not in good
