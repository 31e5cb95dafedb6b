"""Where pictures stand: as published, nowhere, or at signed addresses that nobody else can make."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from feeds.model import Channel, Enclosure
from feeds.model.pictures import Images
from feeds.publish import pictures
from feeds.publish.site import render
from tests.builders import a_channel, a_published_item, a_story

KEY = b"k" * 32
URL = "https://agency.example/t.jpg?a=1&b=2"
CONTENT = (
    f'<p>Before <img src="{URL.replace("&", "&amp;")}" alt="a &gt; b, a > b"> after</p>'
    '<p title="<img>">&lt;img src="x"&gt;</p><img alt="without address">'
)


def a_site(images: Images, **changes: object) -> tuple[Channel, dict[str, bytes]]:
    """Render a site of one story with a thumbnail, a picture in its text and one as an enclosure."""
    lead = a_published_item(
        1,
        content=CONTENT,
        thumbnail=URL,
        enclosures=(
            Enclosure(url="https://agency.example/e.png", type="image/png", length=7),
            Enclosure(url="https://agency.example/a.mp3", type="audio/mpeg", length=9),
        ),
    )
    channel = a_channel(images=images, image_key=KEY, **changes)
    files = render(channel, [a_story(1, lead=lead)], [])
    return channel, {path: file.body for path, file in files.items()}


def told(files: dict[str, bytes]) -> tuple[set[str], set[str], set[str]]:
    """Give the addresses of pictures in content, thumbnails and enclosures: the same in all formats."""
    item = json.loads(files["feed.json"])["items"][0]
    atom, rss = etree.fromstring(files["feed.atom"]), etree.fromstring(files["feed.rss"])
    contents = [
        item["content_html"],
        atom.findtext("{*}entry/{*}content") or "",
        rss.findtext("channel/item/{*}encoded") or "",
    ]
    found = [
        {str(img.get("src")) for img in html.fromstring(each).iter("img") if img.get("src")}
        for each in contents
    ]
    assert found[0] == found[1] == found[2]
    thumbnails = {each.get("url") or "" for tree in (atom, rss) for each in tree.iter("{*}thumbnail")}
    assert thumbnails == ({item["image"]} if "image" in item else set())
    return found[0], thumbnails, {each["url"] for each in item.get("attachments", [])}


@pytest.mark.parametrize("images", ["feeds", "keep"])
def test_feeds_keep_what_publishers_have(images: Images) -> None:
    """As before there was a choice: the same bytes."""
    _, files = a_site(images)
    assert told(files) == (
        {URL},
        {URL},
        {"https://agency.example/e.png", "https://agency.example/a.mp3"},
    )


def test_feeds_without_pictures() -> None:
    """No element, no thumbnail, no picture enclosed; what only looks like one in text stays."""
    _, files = a_site("off")
    assert told(files) == (set(), set(), {"https://agency.example/a.mp3"})
    content = json.loads(files["feed.json"])["items"][0]["content_html"]
    assert '&lt;img src="x"&gt;' in content
    assert "Before  after" in content


def test_feeds_name_signed_addresses() -> None:
    """Absolute, below the site's own address, each leading back to the publisher's."""
    channel, files = a_site("proxy", base_url="https://wire.example.org/moon")
    content, thumbnails, enclosures = told(files)
    assert content == thumbnails
    (address,) = thumbnails
    path = address.removeprefix("https://wire.example.org/moon/")
    assert pictures.opened(KEY, path) == URL
    assert "https://agency.example/a.mp3" in enclosures
    assert "https://agency.example/e.png" not in enclosures
    assert a_site("proxy", base_url="https://wire.example.org/moon") == (channel, files)
    assert repr(KEY) not in repr(channel)


def test_pages_show_pictures_only_when_told() -> None:
    """None by default; from the publisher with a wider policy, or from the site itself."""
    for images, start in (("feeds", ""), ("off", ""), ("keep", "https://agency.example/"), ("proxy", "")):
        channel = a_channel(images=images, image_key=KEY)
        lead = a_published_item(1, thumbnail=URL)
        files = render(channel, [a_story(1, lead=lead)], [])
        shown = [str(img.get("src")) for img in html.fromstring(files["index.html"].body).iter("img")]
        assert bool(shown) == (images in {"keep", "proxy"}), images
        assert all(each.startswith(start) for each in shown)
        assert files["index.html"].outside == (images == "keep")
        if images == "proxy":  # a folder's page names the running site
            assert shown[0].startswith(f"{channel.base_url}/img/")


def test_an_address_that_nobody_signed_is_none() -> None:
    """Another key, another address, a cut or strange path: nothing is fetched for it."""
    path = pictures.signed(KEY, URL)
    assert pictures.opened(KEY, path) == URL
    mac, named = path.removeprefix("img/").split("/")
    other = base64.urlsafe_b64encode(b"http://10.0.0.1/").decode().rstrip("=")
    for wrong in (
        "",
        "img/",
        "img//",
        f"img/{mac}",
        f"img/{mac}/",
        f"img/{mac}/{other}",
        f"img/{mac[:-1]}/{named}",
        f"img/{mac}/{named}=",
        f"img/{mac}/{named}/x",
        f"img/{mac}/é",
        f"img/é/{named}",
        f"img/{mac}/{'A' * 9000}",
        f"x{path}",
    ):
        assert pictures.opened(KEY, wrong) is None, wrong
    assert pictures.opened(b"o" * 32, path) is None


@given(st.text(max_size=300), st.binary(min_size=1, max_size=40))
def test_every_address_comes_back(url: str, key: bytes) -> None:
    """Whatever is signed is opened by the same key, and by no path of the client's own making."""
    if url.isprintable():
        assert pictures.opened(key, pictures.signed(key, url)) == url
    assert pictures.opened(key, url) is None


def test_too_long_an_address_has_no_picture() -> None:
    """And without a key the site serves none."""
    channel = a_channel(images="proxy", image_key=KEY)
    assert pictures.in_feed(channel, "https://a.example/" + "x" * 2000) == ""
    assert pictures.in_feed(a_channel(images="proxy"), URL) == ""
    assert pictures.in_feed(channel, "") == ""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"GIF89arest", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", ""),
        (b"<?xml version='1.0'?><svg/>", ""),
        (b"<!DOCTYPE html><script>x()</script>", ""),
        (b"RIFF\0\0\0\0WAVE", ""),
        (b"%PDF-1.7", ""),
        (b"", ""),
    ],
)
def test_pictures_are_known_by_their_first_bytes(body: bytes, kind: str) -> None:
    """What a server calls it does not matter; what can act is none."""
    assert pictures.type_of(body) == kind
