"""Entries without a word of the topic, or whose words are not enough, are read in outline."""

from feeds.model.entry import Entry
from tests.readings import item, reading, rss


def test_vocabulary_decides_who_is_read_in_full() -> None:
    """Entries without a word of the topic keep guid, link, title, date and a short text."""
    about = item(1, "<description>on the &lt;b&gt;Lunar&amp;nbsp;base</description><author>A</author>")
    other = item(2, "<description>&lt;p&gt;on &amp;amp; on &lt;/p&gt; cats</description><author>B</author>")
    found = reading(rss(about, other), vocabulary=lambda entry: b"lunar" in entry.lower())
    first, second = found.entries
    assert (first.light, first.authors) == (False, ("A",))
    assert (second.light, second.authors, second.summary) == (True, (), "on &amp; on cats")
    assert second.guid == "https://wire.example/news/g2"
    assert second.raw_hash == found.hashes[1]


def test_odd_entries_without_a_word_are_read_from_a_tree() -> None:
    """What is not plain costs a tree, what is ill-formed the long way; the others of a document do not."""
    plain, odd = item(1), item(2, "<!-- c --><description>d</description>")
    found = reading(rss(plain, odd), vocabulary=lambda _entry: False)
    assert [(entry.dull, entry.summary) for entry in found.entries] == [(True, ""), (True, "d")]
    found = reading(rss(plain, item(3, "<description>a & b</description>")), vocabulary=lambda _entry: False)
    assert [(entry.dull, entry.summary) for entry in found.entries] == [(True, ""), (False, "a & b")]


def test_whoever_is_asked_about_is_read_with_all_text() -> None:
    """An entry with words of the topic is read in full only if its texts are wanted."""
    about = item(1, "<description>the &lt;b&gt;Lunar&lt;/b&gt; base</description><category>c</category>")
    other = item(
        2, "<description>lunar new year</description><content><![CDATA[<p>Lunar feast</p>]]></content>"
    )
    asked: list[Entry] = []

    def wanted(entry: Entry) -> bool:
        asked.append(entry)
        return "base" in entry.summary

    found = reading(rss(about, other), vocabulary=lambda _entry: True, wanted=wanted)
    assert [(entry.summary, entry.content, entry.categories) for entry in asked] == [
        ("the <b>Lunar</b> base", "", ("c",)),
        ("lunar new year", "<p>Lunar feast</p>", ()),
    ]
    first, second = found.entries
    assert (first.light, first.dull, first.categories) == (False, False, ("c",))
    assert (second.light, second.dull, second.weighed) == (True, True, True)
    assert second == asked[1]
