"""Whether an item may matter, asked of raw text before anything is parsed."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate.judge import judge
from feeds.curate.topic import Topic, build, load
from feeds.curate.tune import Tuning, dull_verdict, may_matter, source_prior, tuning, verdict_of
from feeds.model import Item

LUNAR = tuning(load("lunar-station"))
PATTERNS = [p.source.replace("*", "").replace("..", " ") for p in LUNAR.topic.patterns]
TEA = """
topic = {name = "tea", start = -3}
[concepts.tea]
weight = 5
names.en = ["green tea", "tea leaves", "tea .. leaves", "steep* leaves", "infusion"]
names.zh = ["绿..茶", "茶叶"]
names.ar = "شاي اخضر"
[concepts.cup]
weight = 0.2
names.en = "cup"
[concepts.garden]
weight = 3
near = ["plant", "hill"]
[words]
plant.en = ["camellia", "camellia bush"]
hill.en = ["hill", "slope"]
"""


@pytest.fixture(name="tea", scope="module")
def make_tea() -> Topic:
    """Make a small topic."""
    return build(TEA, "tea.toml")


def kept_or_near(title: str, summary: str, content: str, by: Tuning) -> bool:
    """Judge with all that the history of a source may add."""
    item = Item(source="s", guid="g", url="", title=title, summary=summary, content=content)
    verdict = verdict_of(item, by)
    return verdict.keep or verdict.near


@given(
    st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3),
    st.lists(st.sampled_from(PATTERNS), max_size=3),
    st.sampled_from(("<p>{}</p>", "<b>{}</b> x", "{}", "&lt;{}&gt;", "<a title='{}'>y</a>")),
)
def test_what_could_be_near_is_looked_at(title: list[str], text: list[str], shape: str) -> None:
    """What is passed over where nothing was learned is neither kept nor near, for the best of sources too."""
    best = tuning(LUNAR.topic, None, {"s": (1000, 1000)})
    assert source_prior(1000, 1000) > 0.5
    body = shape.format(" ".join(text))
    raw = f"<item><title>{' '.join(title)}</title><description>{body}</description></item>"
    if not may_matter(raw.encode(), best):
        assert not kept_or_near(" ".join(title), " ".join(text), html.unescape(body), best)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Green tea", True),
        ("green <b>tea</b>", True),
        ("gr<i>ee</i>n tea", True),
        ("<p>green</p><p>tea</p>", True),
        ("<![CDATA[green]]> tea", True),
        ("tea that is green", False),
        ("green, but no tea", False),
        ("a cup", False),
        ("camellia on the hill", True),
        ("camellia in the valley", False),
        ("<link href='https://t.example/green_tea'/>", True),
        ("<link href='https://t.example/green%20tea'/> tea", True),
        ("<script>1</script> tea green", True),
        ("tea green &eacute;", False),
        ("gre&#101;n t&eacute;a", True),
        ("gr&amp;#101;en tea", True),
        ("green&nbsp;tea &amp;amp;c", True),
        ("tea, gr&shy;een tea", True),
        ("green &amp;amp;amp;#116;ea", True),
        ("gr&lt;b&gt;e&lt;/b&gt;en tea", True),
        ("gr<!-- -->een tea", True),
        ("gr\u00aden\x80 gree\ufffen tea", True),
        ("camellia and, though nobody there would say so or even think of it, no hill at all", False),
        ("<category term='green'/><category term='tea'/>", True),
        ("camellia " * 500 + "hill", True),
        ("r\u00e9sum\u00e9 of green tea", True),
        ("\u2026green\u2019tea\u2026", True),
        ("tea green < 2 > 1", True),
        ("<![CDATA[gr]]>een tea", True),
        ("<![CDATA[gr]]><![CDATA[een]]> tea", True),
        ("gr<b><![CDATA[een]]></b> tea", True),
        ("<b><![CDATA[gr]]></b>een tea", True),
        ("<i><![CDATA[green]]></i> cup", False),
        ("green<![CDATA[ tea]]>", True),
        (
            f"x<![CDATA[{' camellia' * 300} and, though nobody there would think of it or say so, no hill]]>",
            False,
        ),
        ("<p>green&lt;br&gt;tea</p>", True),
        ("gr&lt;a href=&quot;x&quot;&gt;een&lt;/a&gt; tea", True),
        ("gr&lt;a title=&#39;&gt;&#39;&gt;een tea", True),
        ("gr&#60;b&#62;een tea", True),
        ("gr&amp;lt;b&amp;gt;een tea", True),
        ("green &amp; tea", True),
        ("green &amp;#8230; tea", True),
        ("green&#8217;tea", True),
        ("tea &#8217; green", False),
        ("t&eacutea green", False),
        ("green t&eacutea", True),
        ("green tea &amp;utm_source=x", True),
        ("&unheard; of", True),
        ("&amp;amp;amp;amp;amp;c", True),
        ("ｇｒｅｅｎ tea", True),
        ("caf&eacute;", False),
        ("leaves", False),
        ("steeped leaves", True),
        ("tea of many leaves", True),
        ("tea leaves", True),
        ("绿色的茶", True),
        ("绿色的花", False),
        ("والشاي الاخضر شاي اخضر", True),
        ("شاي", False),
        ("", False),
    ],
)
def test_order_counts_where_the_markup_is_plain(tea: Topic, text: str, found: bool) -> None:  # noqa: FBT001 # a column
    """Words must stand as the patterns want them, unless the markup is too odd to be sure."""
    assert may_matter(text.encode(), tuning(tea)) is found


def test_what_is_too_little_is_passed_over_only_untaught(tea: Topic) -> None:
    """One light word can not make an item near by itself, but a model could lift it."""
    assert tea.untaught is not None
    assert tea.vocabulary is not None
    assert not tea.untaught(b"<title>A cup</title>")
    assert tea.vocabulary(b"<title>A cup</title>")


@pytest.mark.parametrize("before", [1, 32_765, 65_530, 65_536, 200_000])
def test_long_entries_are_looked_through_in_pieces(tea: Topic, before: int) -> None:
    """A word at the seam of two pieces is found, and so are words of which each stands in another piece."""
    filling = b"." * before
    assert may_matter(b"x " * before + b"infusion", tuning(tea))
    assert may_matter(filling + b"infusion", tuning(tea))
    assert may_matter(b"green" + filling + b"tea", tuning(tea))
    assert not may_matter(b"tea" + filling + b"green", tuning(tea))


def test_numbers_without_end_are_left_alone(tea: Topic) -> None:
    """References that Python refuses to read do not stop the reading: it is looked at as a whole."""
    for ampersand in (b"&", b"&amp;"):
        assert may_matter(ampersand + b"#" + b"0" * 5000 + b"65;", tuning(tea))


def test_a_topic_without_promise_looks_at_all() -> None:
    """Where an item without any word might be near, every text may matter."""
    topic = build('topic = {name = "t", start = 0}\n[concepts.c]\nweight = 1\nnames.en = "word"', "t.toml")
    assert may_matter(b"nothing", tuning(topic))


def test_the_verdict_of_what_is_passed_over() -> None:
    """It is a rejection with a reason, of this topic, as far from being near as where nothing is found."""
    item = Item(source="s", guid="g", url="", title="Chang'e-7")
    verdict = dull_verdict(item, LUNAR)
    assert (verdict.keep, verdict.near, verdict.topic) == (False, False, LUNAR.label)
    assert verdict.score == judge(Item(source="s", guid="g", url="", title="x"), LUNAR.topic).score
    assert verdict.reasons[0].note.startswith("too little of what the topic lunar-station asks for")
