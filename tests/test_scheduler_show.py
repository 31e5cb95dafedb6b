"""What a person sees: harmless text, colours and progress on a terminal, whole lines in a pipe."""

import io
import re
import sys

import pytest

from scheduler import show
from tests.town import Terminal


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


_HEADINGS = ("state", "name", "remark")
_ROWS = (
    ("active", "月球新闻", ""),
    ("failing", "Moon \x1b[2Jpost", "no connection to moon.example port 443 yet"),
)


def _on_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> list[str]:
    """Return the lines of the table on a terminal of so many places, without styles."""
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(width))
    show.Show().table(_HEADINGS, _ROWS)
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()]


def test_a_table_in_a_pipe_has_a_line_per_row(capsys: pytest.CaptureFixture[str]) -> None:
    """In columns, for people; Chinese characters take two places."""
    show.Show().table(_HEADINGS, _ROWS)
    assert capsys.readouterr().out.splitlines() == [
        "state    name           remark",
        "active   月球新闻",
        "failing  Moon  [2Jpost  no connection to moon.example port 443 yet",
    ]


@pytest.mark.parametrize("width", [54, 80])
def test_a_table_folds_its_last_column_only(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """Names, times and addresses stay whole."""
    heading, first, *last = _on_terminal(monkeypatch, width)
    assert heading.split() == list(_HEADINGS)
    assert first == "active   月球新闻"
    assert last[0].startswith("failing  Moon  [2Jpost  no connection to")
    assert len(last) == (2 if width < 60 else 1)


def test_a_table_too_wide_becomes_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row as lines of a heading and a cell, without those that are empty."""
    assert _on_terminal(monkeypatch, 50) == [
        "state   active",
        "name    月球新闻",
        "",
        "state   failing",
        "name    Moon  [2Jpost",
        "remark  no connection to moon.example port 443 yet",
        "",
    ]
