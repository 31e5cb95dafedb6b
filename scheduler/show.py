"""Printing for people (Rich) and for machines (JSON lines).

Standard output carries results, standard error everything else. Texts from outside are printed as
text: neither Rich's markup nor a terminal's control codes in them have any effect.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, TextIO

from feeds.errors import ConfigError
from feeds.later import late_pattern
from scheduler.records import line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

# C0, DEL and C1 controls would speak to the terminal; bidi controls would disguise what is shown.
_UNSHOWABLE = late_pattern(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PIPE_WIDTH = 4096
_GAP = "  "
_LAST = 30
"""Places of a terminal that are enough for the last column of a table: its cells go on below."""
_FORCED = frozenset({"FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"})
"""Variables by which Rich takes a pipe for a terminal."""


class PipeClosedError(Exception):
    """Whoever read our output has gone; there is nobody left to tell."""


def safe(text: str) -> str:
    """Return a text from outside fit for a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSHOWABLE.sub(" ", text.encode("utf-8", "replace").decode("utf-8"))


class Show:
    """Where one command prints."""

    def __init__(self) -> None:
        self._streams = (sys.stdout, sys.stderr)
        for stream in self._streams:
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")
        self._json_begun = False
        self._bar: Progress | None = None

    @cached_property
    def out(self) -> "Console":
        """Standard output."""
        return _console(self._streams[0])

    @cached_property
    def err(self) -> "Console":
        """Standard error."""
        return _console(self._streams[1])

    @property
    def to_person(self) -> bool:
        """Whether standard output is a terminal."""
        return not _bare(self._streams[0]) and self.out.is_terminal

    def json(self, record: Mapping[str, Any]) -> None:
        """Print one object as one line at once, so that the next program in a pipe can start."""
        if not self._json_begun:
            self._json_begun = True
            if isinstance(sys.stdout, TextIOWrapper):
                sys.stdout.reconfigure(encoding="utf-8")  # RFC 8259 8.1, whatever the locale
        self._guarded(lambda: sys.stdout.write(line(record) + "\n"))

    def text(self, *parts: str | tuple[str, str]) -> None:
        """Print one line of plain parts and (text, style) parts."""
        if _bare(self._streams[0]):
            told = safe("".join(p if isinstance(p, str) else p[0] for p in parts))
            self._guarded(lambda: self._streams[0].write(told + "\n"))
            return
        from rich.text import Text  # noqa: PLC0415 # slow to load, of use on a terminal only

        made = Text.assemble(*(safe(p) if isinstance(p, str) else (safe(p[0]), p[1]) for p in parts))
        # A running bar and the result share the screen: the bar's own console prints above it.
        console = self._bar.console if self._bar and self.to_person else self.out
        self._guarded(lambda: console.print(made, soft_wrap=True, highlight=False))

    def document(self, data: bytes) -> None:
        """Print a file that names its own encoding, byte for byte whatever the locale."""
        self._guarded(lambda: sys.stdout.buffer.write(data))

    def table(self, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
        """Print rows under headings; where a terminal is too narrow for that, each row as lines of its own.

        What is no terminal has no width: there a row is a line, however long.
        """
        names, cells = list(headings), [[safe(cell) for cell in row] for row in rows]
        *others, last = widths = _widths([names, *cells])
        if not self._streams[0].isatty():
            for row in (names, *cells):
                self.text(_GAP.join(map(_padded, row, widths)).rstrip())
        elif sum(others) + len(_GAP) * len(others) + min(last, _LAST) <= self.out.width:
            self._columns(names, cells)
        else:
            most = max(_widths([names]))
            for row in cells:
                for name, cell in zip(names, row, strict=True):
                    if cell:
                        self.text((_padded(name, most) + _GAP, "dim"), cell)
                self.text("")

    def _columns(self, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
        from rich.table import Table  # noqa: PLC0415 # most commands print lines
        from rich.text import Text  # noqa: PLC0415 # as above

        *others, last = headings
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in others:
            table.add_column(heading, no_wrap=True)
        table.add_column(last, overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        self._guarded(lambda: self.out.print(table, highlight=False))

    def note(self, sentence: str) -> None:
        """Tell the person something that is not a result; that nobody can be told undoes nothing."""
        with suppress(OSError):
            if _bare(self._streams[1]):
                self._streams[1].write(safe(sentence) + "\n")
                return
            from rich.text import Text  # noqa: PLC0415 # as above

            self.err.print(Text(safe(sentence)), soft_wrap=True, highlight=False)

    @contextmanager
    def progress(self, label: str, total: int, *, quiet: bool) -> Iterator[Callable[[], None]]:
        """Give a function to call per finished step; a bar shows on a terminal unless quiet."""
        if quiet or _bare(self._streams[1]) or not self.err.is_terminal:
            yield lambda: None
            return
        from rich.progress import (  # noqa: PLC0415 # slow to load, and most commands have nothing to wait for
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
        )

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=self.err,
            transient=True,
        )
        with bar:
            task = bar.add_task(label, total=total)
            self._bar = bar
            try:
                yield lambda: bar.advance(task)
            finally:
                self._bar = None

    def _guarded(self, write: Callable[[], object]) -> None:
        try:
            write()
            sys.stdout.flush()
        except BrokenPipeError:
            # The interpreter flushes once more at its end; that must not complain either.
            with open(os.devnull, "w") as nowhere:  # noqa: PTH123 # a descriptor to put in place of the pipe
                os.dup2(nowhere.fileno(), 1)
            raise PipeClosedError from None
        except OSError as error:  # a full disk behind `> FILE`
            raise ConfigError(f"standard output: can not be written: {error.strerror}.") from None


def _widths(table: Iterable[Iterable[str]]) -> list[int]:
    """Places of a terminal that each column takes: Chinese characters take two."""
    from rich.cells import cell_len  # noqa: PLC0415 # most commands print lines

    return [max(map(cell_len, column)) for column in zip(*table, strict=True)]


def _padded(cell: str, width: int) -> str:
    from rich.cells import set_cell_size  # noqa: PLC0415 # as above

    return set_cell_size(cell, width)


def _bare(stream: TextIO) -> bool:
    """Whether a stream is no terminal, nor said to be one: then Rich would add nothing."""
    return not (stream.isatty() or _FORCED & os.environ.keys())


def _console(stream: TextIO) -> "Console":
    from rich.console import Console  # noqa: PLC0415 # slow to load, of use on a terminal only

    class Guarded(Console):
        def on_broken_pipe(self) -> None:
            """Let the error through: Rich would end the process with a code that means something else."""
            raise  # noqa: PLE0704 # called by Rich while it handles the BrokenPipeError

    width = None if stream.isatty() else _PIPE_WIDTH
    return Guarded(file=stream, width=width, markup=False, emoji=False, highlight=False)
