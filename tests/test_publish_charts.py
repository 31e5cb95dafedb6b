"""Charts and the figures in them: bars in their frame, months without gaps, numbers put for a person."""

import pytest

from feeds.publish.pages import charts
from scheduler.publishing.cards import figures_of, last_months
from store.records import Figures as Counts
from tests.builders import NOW


def test_charts_fit_their_frame() -> None:
    """Bars stack up to the count and never leave the picture; no number breaks it."""
    chart = charts.stacked(["2026-01", "2026-02"], [[3, 0], [4, 1]])
    assert {bar.series for bar in chart.bars} == {0, 1}
    assert all(bar.y >= 0 and bar.y + bar.height <= chart.height for bar in chart.bars)
    assert charts.stacked([], []).bars == ()
    assert charts.stacked(["2026-01"], [[0]]).bars == ()
    assert charts.stacked(["2026-01"], [[123456]]).labels[-1].text == "200000"


@pytest.mark.parametrize(
    ("seconds", "words"), [(20, "0 min"), (3000, "50 min"), (7200, "2 h"), (200_000, "2 days")]
)
def test_durations(seconds: float, words: str) -> None:
    """Rounded to what a person would say."""
    assert charts.duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (1500, "1.5 kB"), (25_000_000, "25 MB"), (10**13, "10000 GB")]
)
def test_sizes(count: int, words: str) -> None:
    """In powers of a thousand."""
    assert charts.size(count) == words


def test_months_have_no_gaps_and_the_rest_is_one_series() -> None:
    """Seven languages become five and the rest; a month without reports is zero."""
    months = last_months(NOW, 3)
    assert months == ("2026-01", "2026-02", "2026-03")
    rows = tuple(("2026-03", name, 10 - at_) for at_, name in enumerate("abcdefg"))
    figures = figures_of(Counts(by_language=rows, by_tag=(), copies=(("2026-01", 4, 1),), speeds=()), months)
    assert figures.languages[0] == ("a", (0, 0, 10))
    assert figures.languages[-1] == ("", (0, 0, 9))
    assert (figures.reports, figures.copies, figures.tags) == ((4, 0, 0), (1, 0, 0), ())
