"""Published files: whole or not at all, untouched where equal, dated by their bytes."""

import os
from datetime import datetime
from pathlib import Path

import pytest

from feeds.curate import identity, topic
from feeds.publish.site import SiteFile
from scheduler.config.load import parse
from scheduler.config.types import Config
from scheduler.publishing import publish
from store import Store
from tests.builders import NOW, a_check, at


def files(**bodies: bytes) -> dict[str, SiteFile]:
    """Make files named after their keyword."""
    return {f"{name}.html": SiteFile(body=body, content_type="text/html") for name, body in bodies.items()}


def config(folder: Path) -> Config:
    """Make a configuration whose store lies in the folder."""
    return parse(f'[store]\npath = "{folder}/wire.db"\n', None)


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    """Equal bytes keep their file, its time included."""
    folder = tmp_path / "deep" / "site"
    assert publish.publish_to(folder, files(a=b"1", b=b"2")) == ("a.html", "b.html")
    os.utime(folder / "a.html", (1, 1))
    assert publish.publish_to(folder, files(a=b"1", b=b"3")) == ("b.html",)
    assert (folder / "a.html").stat().st_mtime == 1
    assert (folder / "b.html").read_bytes() == b"3"
    assert publish.publish_to(folder, files(a=b"1", b=b"3")) == ()
    assert sorted(path.name for path in folder.iterdir()) == ["a.html", "b.html"]


def test_pages_come_after_what_they_link_to(tmp_path: Path) -> None:
    """A visitor between two replacements finds all that the page names."""
    site = {**files(index=b"1"), "z.css": SiteFile(body=b"2", content_type="text/css")}
    assert publish.publish_to(tmp_path, site) == ("z.css", "index.html")


def test_a_crash_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old bytes stay until the new ones are complete and on disk, and nothing is left over."""
    publish.publish_to(tmp_path, files(a=b"old"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(publish.PublishError, match="No space left"):
        publish.publish_to(tmp_path, files(a=b"new"))
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    """One sentence with the path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(publish.PublishError, match=str(tmp_path / "file")):
        publish.publish_to(tmp_path / "file", files(a=b"1"))


def test_the_site_of_a_store_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    """Publishing twice writes once; a new item changes the feeds."""
    made = config(tmp_path)
    with Store.open(made.store.path) as store:
        store.record(a_check(), compare=identity.compare)
        first = publish.publish_stored(made, store, tmp_path / "site")
        assert {"feed.rss", "feed.atom", "feed.json", "sources.opml", "index.html"} <= set(first)
        assert publish.publish_stored(made, store, tmp_path / "site") == ()
    assert b"tag:moonwire,2026:feed/lunar-station" in (tmp_path / "site" / "feed.atom").read_bytes()


def test_last_modified_moves_with_the_bytes_and_only_then(tmp_path: Path) -> None:
    """A stamp stays while its bytes do, also over a restart, and never goes back."""

    def stamps(now: datetime, **bodies: bytes) -> dict[str, datetime]:
        with Store.open(tmp_path / "wire.db") as store:
            marks = publish.stamped(store, files(**bodies), now=now)
        return {path: mark.changed_at for path, mark in marks.items()}

    assert stamps(NOW, a=b"1", b=b"1") == {"a.html": NOW, "b.html": NOW}
    assert stamps(at(hours=1), a=b"1", b=b"2") == {"a.html": NOW, "b.html": at(hours=1)}
    assert stamps(at(hours=-1), a=b"1", b=b"3")["b.html"] > at(hours=1)
    assert stamps(at(hours=2), a=b"1") == {"a.html": NOW}


def test_the_channel_says_what_configuration_and_topic_say(tmp_path: Path) -> None:
    """Title and address of the operator, description of the topic, an id of neither."""
    made = config(tmp_path).serving("0.0.0.0", 81)
    about = topic.load(made.topic.file)
    channel = publish.channel_of(made, about)
    assert (channel.title, channel.base_url) == (made.serve.title, "http://localhost:81")
    assert channel.description == about.description
    assert "localhost" not in channel.feed_id
