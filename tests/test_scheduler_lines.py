"""JSON lines, times and printed records: what comes in from people and goes out to programs."""

import io
import json
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import ConfigError
from feeds.model import (
    Check,
    Coverage,
    PublishedItem,
    Reason,
    Recorded,
    Related,
    Relation,
    Source,
    SourceState,
    Verdict,
)
from scheduler import lines, records, show, times

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3d", NOW - timedelta(days=3)),
        ("12h", NOW - timedelta(hours=12)),
        ("90 m", NOW - timedelta(minutes=90)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("2026-05-01T08:00:00Z", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        ("2026-05-01T08:00:00+03:00", datetime(2026, 5, 1, 5, tzinfo=UTC)),
        ("999999w", datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_since(text: str, expected: datetime) -> None:
    """Spans count back from now; dates and times without a zone are UTC."""
    assert times.since(text, now=NOW) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "3y", "2026-13-01", "-3d"])
def test_since_says_what_it_takes(text: str) -> None:
    """What is no time is refused with examples of what is."""
    with pytest.raises(ConfigError, match="3d or 12h"):
        times.since(text, now=NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", datetime(2024, 7, 1, tzinfo=UTC)),
        ("2024-04", datetime(2024, 4, 15, 12, tzinfo=UTC)),
        ("2024-04-03", datetime(2024, 4, 3, 12, tzinfo=UTC)),
        ("2024-04-03T08:00:00Z", datetime(2024, 4, 3, 8, tzinfo=UTC)),
        ("2024-13", None),
        ("0000", None),
        ("April", None),
        ("", None),
    ],
)
def test_published_may_be_partial(text: str, expected: datetime | None) -> None:
    """A day, month or year stands for its middle, so that it is never far from the truth."""
    assert times.published(text) == expected


def test_rfc3339_is_utc_with_z() -> None:
    """Times are printed in UTC, whole seconds, with four digits of year."""
    east = datetime(2026, 5, 4, 2, 30, 15, 999, tzinfo=timezone(timedelta(hours=8)))
    assert times.rfc3339(east) == "2026-05-03T18:30:15Z"
    assert times.rfc3339(datetime(33, 1, 1, tzinfo=UTC)) == "0033-01-01T00:00:00Z"
    assert times.rfc3339(None) is None


@given(st.datetimes(timezones=st.just(UTC)))
def test_rfc3339_comes_back(when: datetime) -> None:
    """What is printed reads back as the same second."""
    assert times.published(times.rfc3339(when) or "") == when.replace(microsecond=0)


def test_objects_skip_blank_lines_and_count_them() -> None:
    """Line numbers are those of the file, BOM and blank lines notwithstanding."""
    found = list(lines.objects([b'\xef\xbb\xbf{"a": 1}\n', b"\n", b'{"b": 2}'], "f"))
    assert found == [("f: line 1", {"a": 1}), ("f: line 3", {"b": 2})]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "is not JSON"),
        (b"[1]", "found [1], expected a JSON object"),
        (b"\xff", "is not UTF-8"),
        (b'{"a": NaN}', "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is not JSON"),
        (b" " * 10 + b"x" * lines.MAX_LINE, "longer than"),
    ],
)
def test_a_bad_line_is_named(line: bytes, words: str) -> None:
    """One sentence with the line's number and what is wrong with it."""
    with pytest.raises(ConfigError) as caught:
        list(lines.objects([b"{}", line], "f"))
    assert str(caught.value).startswith("f: line 2: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_to_item_takes_what_is_there() -> None:
    """Missing and null fields are empty; texts are cut as a feed's are; the host stands in for the site."""
    item = lines.to_item(
        {"title": " a \n b ", "summary": None, "url": "https://x.example/1", "lang": "zh-Hans"}, "f"
    )
    assert (item.title, item.summary, item.site, item.language) == ("a b", "", "x.example", "zh")
    assert (item.guid, item.published) == ("https://x.example/1", None)
    long = lines.to_item(
        {"title": "t" * 900, "summary": "s" * 9000, "site": "y.example", "published": "2024"}, "f"
    )
    assert (len(long.title), len(long.summary), long.site) == (500, 2000, "y.example")
    assert long.published == datetime(2024, 7, 1, tzinfo=UTC)
    assert lines.to_item({"url": "http://[::1"}, "f").site == ""
    assert lines.to_item({"title": "\ud800x"}, "f").title == "?x"


def test_to_item_refuses_other_types() -> None:
    """A number where a text belongs is named with its field."""
    with pytest.raises(ConfigError, match='f: line 1: "title" is 5, expected a string or null'):
        lines.to_item({"title": 5}, "f: line 1")


def test_pair_wants_two_objects() -> None:
    """Both sides must be objects; a wrong one is named."""
    a, b = lines.pair({"a": {"title": "x"}, "b": {}}, "f")
    assert (a.title, b.title) == ("x", "")
    with pytest.raises(ConfigError, match='no object under "b"'):
        lines.pair({"a": {}, "b": []}, "f")
    with pytest.raises(ConfigError, match='f, "b": "title" is'):
        lines.pair({"a": {}, "b": {"title": True}}, "f")


REASON = Reason(concept="ilrs", words="月球科研站", place="title", weight=1.23456, note="the station")
ITEM = PublishedItem(
    id=3,
    source="https://a.example/feed",
    source_name="A",
    source_home="",
    guid="g",
    url="https://a.example/1",
    title="T",
    summary="S",
    content="<p>C</p>",
    language="zh",
    published=NOW,
    first_seen=NOW,
    updated=None,
    keep=True,
    near=False,
    score=0.123456,
    reasons=(REASON,),
    tags=(),
)


def test_item_record_has_the_documented_fields_in_order() -> None:
    """Scripts rely on these names."""
    record = records.item(ITEM)
    expected = "id source guid url title summary content language published first_seen keep score reasons"
    assert list(record) == [*expected.split(), "duplicate_of"]
    assert record["published"] == "2026-05-04T12:00:00Z"
    assert record["reasons"][0] == {
        "concept": "ilrs",
        "words": "月球科研站",
        "place": "title",
        "weight": 1.2346,
        "kind": "for",
        "note": "the station",
    }
    other = Coverage(source_name="B", url="u", title="t", language="en", when=NOW, relation="same-item")
    assert records.why(ITEM, [other])["covered_by"][0]["relation"] == "same-item"


def test_fetch_record_has_the_documented_fields_in_order() -> None:
    """One object per source asked, `source` being the configured address."""
    state = SourceState(
        source=Source(url="https://a.example/feed"), address="https://b.example", next_check=NOW
    )
    check = Check(at=NOW, outcome="failed", state=state, status=404, entries=0, error="No.")
    assert records.fetched(check, Recorded()) == {
        "source": "https://a.example/feed",
        "outcome": "failed",
        "status": 404,
        "entries": 0,
        "new": 0,
        "kept": 0,
        "error": "No.",
        "next_check": "2026-05-04T12:00:00Z",
    }


def test_verdict_and_relation_records() -> None:
    """What judge and relate add."""
    assert records.verdict(Verdict(keep=True, near=False, score=0.5, reasons=())) == {
        "keep": True,
        "score": 0.5,
        "reasons": [],
    }
    related = Related(relation=Relation.SAME_STORY, score=0.5, reasons=("because",))
    assert records.related(related) == {"relation": "same-story", "score": 0.5, "reasons": ["because"]}


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (SourceState(source=Source(url="u")), "new"),
        (SourceState(source=Source(url="u"), last_check=NOW), "active"),
        (SourceState(source=Source(url="u"), failures=1), "failing"),
        (SourceState(source=Source(url="u"), failures=1, retired=True), "retired"),
        (SourceState(source=Source(url="u", disabled=True), retired=True), "disabled"),
    ],
)
def test_standing(state: SourceState, word: str) -> None:
    """One word says how a source stands."""
    assert records.standing(state) == word
    assert records.source(state)["state"] == word


def test_a_line_is_one_line_of_valid_unicode() -> None:
    """Line breaks are escaped, lone surrogates replaced, scripts left readable."""
    line = records.line({"a": "x\ny\u2028", "b": "\ud800", "c": "月"})
    assert "\n" not in line
    assert "月" in line
    assert json.loads(line)["b"] == "?"


class Terminal(io.StringIO):
    """A text stream that says to be a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def test_text_from_outside_can_not_speak_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Escape sequences, bidi controls and markup in a title are shown harmlessly."""
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    shown = show.Show()
    assert shown.to_person
    shown.text("\x1b]0;owned\x07\u202e[red]title[/red]", ("styled", "red"))
    assert out.getvalue() == " ]0;owned  [red]title[/red]styled\n"


def test_colours_unless_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal styles are colours, with NO_COLOR they are not."""
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    show.Show().text(("x", "red"))
    assert "\x1b[31m" in out.getvalue()


def test_progress_is_for_terminals_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bar appears on a terminal's standard error, and nowhere else."""
    monkeypatch.setenv("TERM", "xterm")
    for stream, quiet, seen in (
        (Terminal(), False, True),
        (Terminal(), True, False),
        (io.StringIO(), False, False),
    ):
        monkeypatch.setattr(sys, "stderr", stream)
        shown = show.Show()
        with shown.progress("Asking", 2, quiet=quiet) as step:
            step()
            shown.text("result")
        assert ("Asking" in stream.getvalue()) == seen
        assert "result" not in stream.getvalue()
    assert capsys.readouterr().out == "result\n" * 3


def test_results_stand_above_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where both streams are the screen, neither overwrites the other."""
    screen = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    shown = show.Show()
    with shown.progress("Asking", 1, quiet=False) as step:
        shown.text("result")
        step()
    assert screen.getvalue().index("result\n") > screen.getvalue().index("Asking")


def test_long_lines_stay_whole_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """Addresses are not broken where a program may read them."""
    url = "https://a.example/" + "x" * 400
    show.Show().text(url)
    assert capsys.readouterr().out == url + "\n"
