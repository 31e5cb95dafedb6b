"""A compiled topic comes back from bytes as it was, or not at all."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate.compiled import _sum, content_of, pack, unpack
from feeds.curate.match import Matcher, anchored, parse
from feeds.curate.topic import build, load, of_content, shipped
from feeds.curate.topictext import text_of
from feeds.errors import TopicError
from feeds.model.value import replace

SMALL = """
[topic]
name = "tea"
[kinds]
press = -0.2
agency = 0.4
[words.green]
en = ["green .. leaf*", "the green"]
zh = ["绿..茶"]
[words.green.only]
sv = ["grön"]
[concepts.tea]
weight = 4
names.en = ["tea"]
near = ["green"]
[others.tee]
decides = true
names.en = ["tea party"]
"""


@pytest.mark.parametrize("name", [*shipped(), "small"])
def test_what_comes_back_is_the_same_topic(name: str) -> None:
    """Every field, of the same kind and in the same order; the text alone tells digest and label."""
    text, path = (SMALL, "tea.toml") if name == "small" else text_of(name)
    content = content_of(text, path)
    back = unpack(pack(content))
    assert back == content
    assert repr(back) == repr(content)
    assert repr(back.patterns) == repr(content.patterns)
    loaded = build(text, path) if name == "small" else load(name)
    topic = of_content(back, text, path)
    assert topic == loaded
    assert (topic.label, topic.digest, topic.path) == (loaded.label, loaded.digest, loaded.path)


WORDS = st.text(alphabet=st.sampled_from("tea*. 绿茶שاي·éßİ0'’-"), min_size=1, max_size=12)


@given(
    st.lists(WORDS, min_size=1, max_size=5),
    st.floats(min_value=0, max_value=20, exclude_min=True),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=5),
)
def test_any_small_topic_comes_back(words: list[str], weight: float, title: str) -> None:
    """Whatever is written into a file: the same, or the sentence that says why not."""
    table = msgspec.json.encode(words).decode()
    quoted = msgspec.json.encode(f"t{title}").decode().replace("\x7f", "\\u007f")
    text = (
        f"topic.name = 't'\ntopic.title = {quoted}\nwords.list.en = {table}\n"
        f"[concepts.c]\nweight = {weight!r}\nnear = 'list'\n"
    )
    try:
        content = content_of(text, "t.toml")
    except TopicError as error:
        assert "t.toml: words.list.en[" in str(error)  # noqa: PT017 # only some are refused
        return
    assert unpack(pack(content)) == content
    assert of_content(content, text, "t.toml") == build(text, "t.toml")
    assert content.concepts[0].weight == weight
    assert content.title == f"t{title}".strip()


@given(st.data())
def test_damaged_bytes_are_none(data: st.DataObject) -> None:
    """One other byte, or some missing: nothing is made of it."""
    packed = bytearray(pack(content_of(SMALL, "tea.toml")))
    place = data.draw(st.integers(min_value=0, max_value=len(packed) - 1))
    assert unpack(bytes(packed[:place])) is None
    packed[place] ^= data.draw(st.integers(min_value=1, max_value=255))
    assert unpack(bytes(packed)) is None


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x80", msgspec.msgpack.encode({"name": math.inf})])
def test_bytes_of_another_shape_are_none(body: bytes) -> None:
    """They may be whole and still be of something else."""
    assert unpack(_sum(body) + body) is None


def test_a_topic_is_compiled_with_the_words_its_patterns_are_looked_up_by() -> None:
    """A matcher takes them over as they are, and finds what one that looks for them itself would find."""
    patterns = tuple(replace(pattern, anchor=0) for pattern in content_of(*text_of("night-trains")).patterns)
    again = anchored(patterns)
    assert again != patterns
    topic = load("night-trains")
    assert again == topic.patterns
    assert topic.matcher.patterns is topic.patterns
    assert Matcher(again, led=True).patterns == Matcher(patterns).patterns
    the_green = parse("the green", "list")
    assert the_green is not None
    assert [pattern.anchor for pattern in anchored((the_green,))] == [1]
