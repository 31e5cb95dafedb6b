"""The page for people: what it shows, that it is well-formed, and that it loads nothing foreign."""

import re
import struct
from html.parser import HTMLParser

import pytest

from feeds.model import SourceLine, Story
from feeds.publish.pages.favicon import favicon
from feeds.publish.pages.frame import stylesheet
from feeds.publish.site import render
from tests.builders import NOW, a_channel, a_coverage, a_published_item, a_reason, a_source_line, a_story, at

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Outline(HTMLParser):
    """Collects elements with their attributes and checks that tags nest."""

    def __init__(self, page: str) -> None:
        """Read `page` whole."""
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an empty element of the drawing."""
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of one name."""
        return [attributes for name, attributes in self.seen if name == tag]


def page(*stories: Story, sources: list[SourceLine] | None = None, offline: bool | None = None) -> str:
    """Return the front page as text."""
    lines = [a_source_line()] if sources is None else sources
    return render(a_channel(), stories, lines, offline=offline)["index.html"].body.decode()


def test_a_story_shows_what_it_is_and_why() -> None:
    """Title, source, time, language, tags, summary, reasons and other places are on the page."""
    lead = a_published_item(
        1,
        title="محطة <b>القمر</b>",
        language="ar",
        summary="خبر",
        tags=("ilrs",),
        reasons=(a_reason("ILRS", words="القمر", place="title", weight=0.5, note=""),),
    )
    text = page(a_story(1, lead=lead, also=(a_coverage(1), a_coverage(2, url="", title="x"))))
    outline = Outline(text)
    assert {"lang": "ar", "dir": "auto"} in outline.all("h3")
    assert "محطة &lt;b&gt;القمر&lt;/b&gt;" in text
    assert '<time datetime="2026-03-08T11:00:00Z">11:00 UTC</time>' in text
    assert "Arabic" in text
    assert "<bdi>ilrs</bdi>" in text
    assert "<q><bdi>القمر</bdi></q> in the title: ILRS" in text
    assert "Also covered by 2 others" in text
    assert "https://paper1.example/moon" in text


def test_the_page_runs_nothing_and_loads_only_its_own() -> None:
    """No script, no style attribute, no handler; everything loaded stands beside the page."""
    outline = Outline(page(a_story(1), a_story(2)))
    assert not [tag for tag, _ in outline.seen if tag in {"script", "iframe", "img", "style", "object"}]
    assert not [
        key for _, attributes in outline.seen for key in attributes if key.startswith(("on", "style"))
    ]
    assert all(not (link["href"] or "").startswith(("http", "//", "/")) for link in outline.all("link"))


def test_the_page_leads_readers_to_the_feeds() -> None:
    """Feed discovery names the three feeds, and the list of sources is linked."""
    outline = Outline(page())
    found = {link["type"]: link["href"] for link in outline.all("link") if link["rel"] == "alternate"}
    assert found == {
        "application/rss+xml": "feed.rss",
        "application/atom+xml": "feed.atom",
        "application/feed+json": "feed.json",
    }
    assert "sources.opml" in {link["href"] for link in outline.all("a")}


def test_the_page_can_be_walked_by_keyboard_and_ear() -> None:
    """Landmarks, one main heading, a skip link to the content, unique ids."""
    outline = Outline(page(a_story(1), a_story(40)))
    assert [len(outline.all(tag)) for tag in ("main", "header", "footer", "nav", "h1")] == [1, 1, 1, 1, 1]
    assert outline.all("a")[0]["href"] == "#content"
    assert outline.all("main")[0]["id"] == "content"
    ids = [attributes["id"] for _, attributes in outline.seen if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert outline.all("html") == [{"lang": "en"}]


def test_stories_stand_under_their_days_in_the_order_given() -> None:
    """A heading per UTC day, newest first as handed in."""
    text = page(a_story(1), a_story(2), a_story(30))
    assert re.findall(r"<h2 [^>]*>([^<]*)", text) == ["8 March 2026", "7 March 2026"]
    assert re.findall(r"milestone (\d+)</a></h3>", text) == ["1", "2", "30"]


def test_an_empty_page_says_so_and_when_the_next_check_is() -> None:
    """Nothing has come in yet; the time is the earliest of the active sources, rounded up."""
    lines = [
        a_source_line(1, next_check=at(minutes=20)),
        a_source_line(2, next_check=at(minutes=9, seconds=1)),
        a_source_line(3, next_check=NOW, state="disabled"),
    ]
    text = page(sources=lines)
    assert "Nothing has come in yet" in text
    assert "watches 2 sources; none of them has carried anything" in text
    assert '<time datetime="2026-03-08T12:10:00Z">12:10 UTC on 8 March 2026</time>' in text
    Outline(text)


def test_an_empty_page_without_sources_or_times_says_that() -> None:
    """One source without a time, and none at all, have sentences of their own."""
    assert "watches 1 source; " in page()
    assert "The next check has no time yet." in page()
    assert "moonwire sources add ADDRESS" in page(sources=[])


@pytest.mark.parametrize(
    ("states", "offline", "shown"),
    [
        (("failing", "failing", "retired"), None, True),
        (("failing", "active"), None, False),
        ((), None, False),
        (("active",), True, True),
        (("failing",), False, False),
    ],
)
def test_the_page_says_when_no_source_can_be_reached(
    *, states: tuple[str, ...], offline: bool | None, shown: bool
) -> None:
    """All sources failing, or being told so, gives the note; a single one does not."""
    lines = [a_source_line(n, state=state, next_check=NOW) for n, state in enumerate(states)]
    text = page(a_story(1), sources=lines, offline=offline)
    assert ("None of the sources can be reached" in text) is shown
    assert ("next at <time" in text) is shown
    empty = page(sources=lines, offline=offline)
    assert "What is below came in before" not in empty


def test_a_full_page_does_not_change_with_the_next_check() -> None:
    """The time of the next check would give every reader of the page a new one at each round."""
    first = page(a_story(1), sources=[a_source_line(1, next_check=NOW)])
    assert first == page(a_story(1), sources=[a_source_line(1, next_check=at(hours=1))])


def test_a_source_that_can_not_be_linked_is_still_named() -> None:
    """Sources are listed with kind, language and trouble; a bare one by its name alone."""
    lines = [
        a_source_line(1, state="failing", kind="press", language="ru"),
        a_source_line(2, url="x:y", name="Odd", kind="", language=""),
    ]
    text = page(sources=lines)
    assert "<bdi>Odd</bdi>" in text
    assert "press, Russian" in text
    assert "can not be reached" in text
    Outline(text)


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_colour_can_be_read(scheme: int) -> None:
    """WCAG AA: 4.5 to 1 for each text colour on each ground, in both schemes."""
    style = stylesheet().decode()
    colours = {
        name: values[scheme]
        for name in ("ink", "quiet", "accent", "warn", "paper", "wash")
        if len(values := re.findall(rf"--{name}: (#[0-9a-f]{{6}});", style)) == 2
    }
    assert len(colours) == 6
    for ground in ("paper", "wash"):
        for ink in ("ink", "quiet", "accent", "warn"):
            light, dark = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


def test_the_icon_is_an_ico_file_of_two_sizes() -> None:
    """The directory points at two bitmaps inside the file, with lit and clear pixels in each."""
    icon = favicon()
    assert struct.unpack_from("<HHH", icon) == (0, 1, 2)
    end = 6 + 2 * 16
    for n, size in enumerate((16, 32)):
        width, height, _, _, _, bits, length, offset = struct.unpack_from("<BBBBHHII", icon, 6 + 16 * n)
        assert (width, height, bits, offset) == (size, size, 32, end)
        opacities = icon[offset + 40 : offset + 40 + 4 * size * size][3::4]
        assert {0, 255} < set(opacities)
        end += length
    assert end == len(icon)
