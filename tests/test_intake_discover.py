"""Feed addresses told from a page's address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.intake.discover import guesses, known
from feeds.intake.target import parse


@pytest.mark.parametrize(
    ("page", "feeds"),
    [
        (
            "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv/videos",
            ["https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv"],
        ),
        ("https://m.youtube.com/user/nasa", ["https://www.youtube.com/feeds/videos.xml?user=nasa"]),
        (
            "https://www.youtube.com/playlist?list=PL0123456789ab",
            ["https://www.youtube.com/feeds/videos.xml?playlist_id=PL0123456789ab"],
        ),
        ("https://www.youtube.com/@nasa", []),
        ("https://mastodon.example/@esa", ["https://mastodon.example/@esa.rss"]),
        ("https://mastodon.example:8443/@esa/with_replies", ["https://mastodon.example:8443/@esa.rss"]),
        ("https://mastodon.example/tags/ilrs", ["https://mastodon.example/tags/ilrs.rss"]),
        ("https://moon.substack.com/p/a-station", ["https://moon.substack.com/feed"]),
        ("https://moon.wordpress.com/2026/01/01/x/", ["https://moon.wordpress.com/feed/"]),
        ("https://moon.blogspot.com/", ["https://moon.blogspot.com/feeds/posts/default"]),
        ("https://moon.tumblr.com/", ["https://moon.tumblr.com/rss"]),
        ("https://moon.livejournal.com/", ["https://moon.livejournal.com/data/rss"]),
        ("https://moon.ghost.io/", ["https://moon.ghost.io/rss/"]),
        ("https://old.reddit.com/r/space/", ["https://www.reddit.com/r/space/.rss"]),
        ("https://www.reddit.com/r/space/new/", ["https://www.reddit.com/r/space/new/.rss"]),
        ("https://www.reddit.com/u/someone", ["https://www.reddit.com/user/someone/.rss"]),
        ("https://www.reddit.com/", []),
        ("https://arxiv.org/list/astro-ph.EP/recent", ["https://rss.arxiv.org/rss/astro-ph.EP"]),
        ("https://arxiv.org/abs/2601.00001", []),
        (
            "https://github.com/owner/moon",
            ["https://github.com/owner/moon/releases.atom", "https://github.com/owner/moon/commits.atom"],
        ),
        ("https://github.com/owner/moon/commits/main", ["https://github.com/owner/moon/commits.atom"]),
        ("https://github.com/owner", ["https://github.com/owner.atom"]),
        ("https://github.com/", []),
        ("https://medium.com/@moon/a-story", ["https://medium.com/feed/@moon"]),
        ("https://moon.medium.com/a-story", ["https://moon.medium.com/feed"]),
        ("https://medium.com/", []),
        ("https://bsky.app/profile/moon.example", ["https://bsky.app/profile/moon.example/rss"]),
        ("https://bsky.app/", []),
        ("mailto:a@b.example", []),
        ("moon.example", []),
        ("https://", []),
        ("https://moon.example:port/", []),
    ],
)
def test_known_services(page: str, feeds: list[str]) -> None:
    """A known service costs the requests that its rule needs, no more."""
    assert [feed.url for feed in guesses(page)] == feeds


@pytest.mark.parametrize(
    ("page", "feeds"),
    [
        ("https://moon.substack.com/p/a-station", ["https://moon.substack.com/feed"]),
        ("https://mastodon.example/@esa", ["https://mastodon.example/@esa.rss"]),
        ("https://mastodon.example/@esa.rss", []),
        ("https://moon.substack.com/feed", []),
        ("https://github.com/owner/moon/commits.atom", []),
        ("https://moon.blogspot.com/feeds/posts/default/-/ilrs", []),
        ("https://rss.arxiv.org/atom/astro-ph", []),
        ("https://www.reddit.com/r/space/search.rss?q=ilrs", []),
        ("https://moon.example/blog", []),
    ],
)
def test_a_rule_spares_the_page(page: str, feeds: list[str]) -> None:
    """Known services are asked for the feed at once; common paths and feeds' own addresses are not."""
    assert [feed.url for feed in known(page)] == feeds


def test_common_paths() -> None:
    """Any other site is tried at the common paths, the likeliest first."""
    found = [feed.url for feed in guesses("https://moon.example/?x=1#y")]
    assert found[0] == "https://moon.example/feed"
    assert "https://moon.example/atom.xml" in found
    assert len(found) == 7


def test_a_page_in_a_folder() -> None:
    """The folder of a page comes before the site, and a file name is no folder."""
    found = [feed.url for feed in guesses("http://[2001:db8::1]:8080/blog/first.html")]
    assert found[0] == "http://[2001:db8::1]:8080/blog/feed"
    assert "http://[2001:db8::1]:8080/feed" in found
    assert len(found) == 7


@given(
    st.sampled_from(
        ["moon.example", "www.youtube.com", "reddit.com", "github.com", "arxiv.org", "medium.com"]
    ),
    st.text(max_size=40),
)
def test_guesses_are_addresses_that_can_be_asked(host: str, path: str) -> None:
    """Whatever the page's address, each guess is a sound http(s) address, and they are few."""
    found = guesses(f"https://{host}/{path}")
    assert len(found) <= 7
    for feed in found:
        assert parse(feed.url).scheme == "https"
