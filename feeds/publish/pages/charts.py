"""Numbers as still pictures (SVG 1.1 inside a page): no script, no style attribute, colours by class. Pure.

Every picture stands beside a table of the same numbers, so it is hidden from assistive technology.
"""

from collections.abc import Sequence

from feeds.model.value import Value

WIDTH, HEIGHT = 640, 220
_LEFT, _BOTTOM, _TOP = 44, 30, 16
"""Room for labels of 20 units, as a phone shows them."""
SERIES = 6
"""Classes s0 … s5 of the stylesheet."""


class Bar(Value, frozen=True, kw_only=True):
    """A rectangle of a picture; `series` names its class."""

    x: float
    y: float
    width: float
    height: float
    series: int


class Label(Value, frozen=True, kw_only=True):
    """A text of a picture at its place."""

    x: float
    y: float
    text: str
    anchor: str = "middle"


class Chart(Value, frozen=True, kw_only=True):
    """A picture: bars, labels, and the heights at which lines are drawn across."""

    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    lines: tuple[float, ...]
    width: int = WIDTH
    height: int = HEIGHT


def stacked(months: Sequence[str], series: Sequence[Sequence[int]]) -> Chart:
    """Draw counts per month, one upon the other in the order given."""
    totals = [sum(each[at] for each in series) for at in range(len(months))]
    top = _round_up(max(totals, default=0))
    step = (WIDTH - _LEFT) / max(len(months), 1)
    plot = HEIGHT - _TOP - _BOTTOM
    bars = []
    for at in range(len(months)):
        base = float(HEIGHT - _BOTTOM)
        for number, counts in enumerate(series):
            height = plot * counts[at] / top
            if height:
                base -= height
                x = round(_LEFT + at * step + step * 0.12, 2)
                bars.append(
                    Bar(
                        x=x,
                        y=round(base, 2),
                        width=round(step * 0.76, 2),
                        height=round(height, 2),
                        series=number % SERIES,
                    )
                )
    every = max(1, len(months) // 6)
    labels = [
        Label(x=round(_LEFT + (at + 0.12) * step, 2), y=HEIGHT - 8, text=month, anchor="start")
        for at, month in enumerate(months)
        if at % every == 0
    ]
    lines = [0.0, 0.5, 1.0] if top > 1 else [0.0, 1.0]
    labels += [
        Label(x=_LEFT - 6, y=round(_TOP + plot * (1 - part) + 4, 2), text=f"{top * part:g}", anchor="end")
        for part in lines
    ]
    return Chart(
        bars=tuple(bars),
        labels=tuple(labels),
        lines=tuple(round(_TOP + plot * (1 - part), 2) for part in lines),
    )


def _round_up(value: int) -> int:
    """Return a round even number that is not below `value`, at least 2."""
    size = 1
    while True:
        for step in (2, 4, 6, 10):
            if value <= step * size:
                return step * size
        size *= 10


def duration(seconds: float) -> str:
    """Put a duration for a person: 45 min, 3 h, 2 days."""
    minutes = round(seconds / 60)
    if minutes < 60:  # noqa: PLR2004 # an hour
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{round(minutes / 60)} h"
    return f"{round(minutes / 1440)} days"


def size(count: int) -> str:
    """Put a number of bytes for a person."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if amount >= 1000:  # noqa: PLR2004 # SI prefixes
            amount, unit = amount / 1000, larger
    return f"{amount:.0f} {unit}" if amount >= 10 or unit == "B" else f"{amount:.1f} {unit}"  # noqa: PLR2004 # two digits tell
