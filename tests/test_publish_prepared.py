"""Stamps, and files made ready to be answered with."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model.value import replace
from feeds.publish.serving.prepared import choose, is_unchanged, prepare
from feeds.publish.site import SiteFile, render, stamp
from tests.builders import NOW, a_channel, a_source_line, a_story, at


def files() -> dict[str, SiteFile]:
    """Return a rendered site of a few stories."""
    return render(a_channel(), [a_story(n) for n in range(1, 6)], [a_source_line()])


SITE = prepare(files(), stamp(files(), {}, NOW))


def test_what_does_not_get_smaller_is_not_coded() -> None:
    """A tiny file has only its plain form."""
    tiny = {"a.txt": SiteFile(body=b"x", content_type="text/plain")}
    site = prepare(tiny, stamp(tiny, {}, NOW))
    assert set(site.files["/a.txt"].variants) == {"identity"}
    assert choose(site.files["/a.txt"].variants, "gzip, br").body == b"x"


@settings(max_examples=100)
@given(st.none() | st.text(max_size=40), st.none() | st.text(max_size=40), st.text(max_size=40))
def test_no_header_is_a_crash(tag: str | None, date: str | None, coding: str) -> None:
    """Any header at all is answered."""
    prepared = SITE.files["/feed.json"]
    assert is_unchanged(prepared, choose(prepared.variants, coding), tag, date) in {True, False}


def text_file(body: str) -> dict[str, SiteFile]:
    """Return a site of one file."""
    return {"a.txt": SiteFile(body=body.encode(), content_type="text/plain")}


def test_stamps_move_with_the_bytes_and_only_then() -> None:
    """Equal bytes keep their time for ever; other bytes get a later one, whatever the clock says."""
    first = stamp(text_file("a"), {}, NOW + timedelta(microseconds=9))
    assert first["a.txt"].changed_at == NOW
    assert stamp(text_file("a"), first, at(days=9)) == first
    assert stamp(text_file("b"), first, at(days=9))["a.txt"].changed_at == at(days=9)
    for clock in (NOW, at(days=-9)):
        assert stamp(text_file("b"), first, clock)["a.txt"].changed_at == at(seconds=1)


def test_unchanged_files_are_not_compressed_again() -> None:
    """Preparing takes over what has the same bytes, time and links."""
    marks = stamp(files(), {}, NOW)
    again = prepare(files(), marks, SITE)
    assert all(again.files[path] is SITE.files[path] for path in SITE.files)
    moved = prepare(
        files(), {path: replace(mark, changed_at=at(days=1)) for path, mark in marks.items()}, SITE
    )
    assert not [path for path in SITE.files if moved.files[path] is SITE.files[path]]
