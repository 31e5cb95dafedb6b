"""Addresses: one key per page, one clean form to open."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.curate import urls
from feeds.curate.url_parts import LIMIT

SAME_PAGE = [
    "https://news.example/moon/base",
    "http://news.example/moon/base",
    "HTTPS://WWW.News.Example./moon/base/",
    "https://news.example:443/moon/base",
    "http://news.example:80/moon/base",
    "https://news.example/moon/base#comments",
    "https://news.example/moon/base?utm_source=rss&utm_medium=feed",
    "https://news.example/moon/base?fbclid=IwAR0&gclid=1",
    "https://news.example/moon/base;jsessionid=0A1B2C",
    "https://news.example/moon/base?PHPSESSID=77aa",
    "https://m.news.example/moon/base",
    "https://amp.news.example/moon/base",
    "https://news.example/moon/base/amp/",
    "https://news.example/moon/base?amp=1",
    "https://news.example/moon/base?outputType=amp",
    "https://news.example/moon/base/print",
    "https://news.example/moon/base?print=true",
    "https://news.example//moon/./x/../base/index.html",
    "https://news.example/m%6Fon/base",
    "https://user:secret@news.example/moon/base",
    "  https://news.example/mo\non/base\t",
    "https:\\\\news.example\\moon\\base",
    "https://www.google.com/url?sa=t&q=https%3A%2F%2Fnews.example%2Fmoon%2Fbase&ved=1",
    "https://www.google.co.uk/url?url=https%3A%2F%2Fnews.example%2Fmoon%2Fbase",
    "https://www.google.com/amp/s/news.example/moon/base",
    "https://news-example.cdn.ampproject.org/c/s/news.example/moon/base",
    "https://l.facebook.com/l.php?u=https%3A%2F%2Fnews.example%2Fmoon%2Fbase&h=AT0",
    "https://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fnews.example%2fmoon%2fbase&c=1",
    "https://vk.com/away.php?to=https%3A%2F%2Fnews.example%2Fmoon%2Fbase",
    "https://out.reddit.com/t3_1?url=https%3A%2F%2Fnews.example%2Fmoon%2Fbase&token=x",
    "https://web.archive.org/web/20260308120000/https://news.example/moon/base",
]


@pytest.mark.parametrize("url", SAME_PAGE)
def test_variants_of_a_page_share_one_key(url: str) -> None:
    """Scheme, host spelling, tracking, presentation and wrappers do not make another page."""
    assert urls.canonical(url) == "https://news.example/moon/base"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://news.example/?p=1", "https://news.example/?p=2"),
        ("https://news.example/a?id=1", "https://news.example/a"),
        ("https://news.example/a", "https://news.example/A"),
        ("https://news.example:8080/a", "https://news.example/a"),
        ("https://news.example/a%2Fb", "https://news.example/a/b"),
        ("https://news.example/#!/1", "https://news.example/#!/2"),
        ("https://www.youtube.com/watch?v=a", "https://www.youtube.com/watch?v=b"),
        ("https://ru.news.example/a", "https://news.example/a"),
        (
            "https://mp.weixin.qq.com/s?__biz=a&mid=1&idx=1&sn=c",
            "https://mp.weixin.qq.com/s?__biz=a&mid=1&idx=2&sn=d",
        ),
    ],
)
def test_different_pages_keep_different_keys(one: str, other: str) -> None:
    """What may name another page is never dropped."""
    assert urls.canonical(one) != urls.canonical(other)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://news.example/a?b=2&a=1", "https://news.example/a?a=1&b=2"),
        ("https://en.m.wikipedia.org/wiki/Moon", "https://en.wikipedia.org/wiki/Moon"),
        ("https://youtube.com/watch?feature=share&v=x", "https://youtube.com/watch?v=x"),
        ("https://github.com/o/r?ref=main&utm_source=x", "https://github.com/o/r?ref=main"),
        ("https://ria.ru/20260308/luna.html?in=t", "https://ria.ru/20260308/luna.html"),
        ("http://пример.рф/луна", "https://xn--e1afmkfd.xn--p1ai/%D0%BB%D1%83%D0%BD%D0%B0"),
        ("http://[2001:db8::1]:8080/a", "https://[2001:db8::1]:8080/a"),
        ("https://news.example/100%", "https://news.example/100%25"),
        ("https://news.example", "https://news.example/"),
    ],
)
def test_keys_are_spelled_one_way(url: str, key: str) -> None:
    """The key is itself an address, in normal form (RFC 3986 section 6.2)."""
    assert urls.canonical(url) == key


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "ftp://news.example/a",
        "mailto:a@news.example",
        "//news.example/a",
        "/relative",
        "http://",
        "http://:80/",
        "http://news.example:99999/",
        "http://news.example:port/",
        "http://exa mple/",
        "http://%",
        "http://[::1/",
        "http://" + "ü" * 300 + ".example/",
        "http://" + "ü" * 80 + ".example/",
        "https://news.example/" + "a" * 5000,
        "feed:https://news.example/",
        "https://\ud800/",
    ],
)
def test_what_is_no_web_address_is_empty(url: str) -> None:
    """Only http(s) with a host can be compared, opened or shown."""
    assert (urls.canonical(url), urls.clean(url), urls.site_of(url)) == ("", "", "")


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("http://www.news.example/a/?utm_source=x&b=2&a=1#part", "http://www.news.example/a/?b=2&a=1#part"),
        ("https://user:pw@news.example/", "https://news.example/"),
        ("http://news.example/\"><b>' x", "http://news.example/%22%3E%3Cb%3E'%20x"),
        ("http://news.example/a\r\nX-Injected: 1", "http://news.example/aX-Injected:%201"),
        (
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fnews.example%2Fa%3Fb%3D1",
            "https://news.example/a?b=1",
        ),
        (
            "https://www.google.com/url?q=javascript%3Aalert(1)",
            "https://www.google.com/url?q=javascript%3Aalert(1)",
        ),
        ("https://web.archive.org/web/2026/http:/news.example/a?b=1", "http://news.example/a?b=1"),
    ],
)
def test_addresses_to_open_lose_only_tracking(url: str, opened: str) -> None:
    """The form to open stays as published, without credentials, tracking and unsafe characters."""
    assert urls.clean(url) == opened


def test_site_is_the_host_without_its_decoration() -> None:
    """www., m. and ports do not make another publisher."""
    assert urls.site_of("https://www2.news.example:8443/a") == "news.example"
    assert urls.site_of("https://m.example/") == "m.example"


def test_guids_keep_their_fragment() -> None:
    """A changelog's entries differ in the fragment alone; another scheme or tracking changes no guid."""
    assert urls.guid_key("http://news.example/log?utm_source=x#v1") == urls.guid_key(
        "https://news.example/log#v1"
    )
    assert urls.guid_key("https://news.example/log#v1") != urls.guid_key("https://news.example/log#v2")
    assert urls.guid_key("tag:news.example,2026:1") == "tag:news.example,2026:1"


def test_a_home_page_is_no_page_of_its_own() -> None:
    """Entries that all link to the site have no address in common, only a publisher."""
    assert not urls.has_own_page(urls.canonical("https://www.news.example/index.html"))
    assert urls.has_own_page(urls.canonical("https://news.example/?p=1"))
    assert not urls.has_own_page(urls.canonical("https://news.example/#!/1"))
    assert not urls.has_own_page("")


def test_wrappers_nested_without_end_are_given_up() -> None:
    """Each wrapper is opened once, and their number is bounded."""
    url = "https://news.example/a"
    for _ in range(40):
        url = "https://vk.com/away.php?to=" + url
    assert urls.canonical(url) == urls.canonical(urls.canonical(url))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_key_is_never_too_long_to_be_an_address(scheme: str) -> None:
    """What only https in the key makes too long has none, so that the key of a key is the key."""
    for length in range(LIMIT - 2, LIMIT + 2):
        url = f"{scheme}://news.example/".ljust(length, "a")
        key = urls.canonical(url)
        assert urls.canonical(key) == key
        assert (key == "") == (length > LIMIT - (scheme == "http"))


def test_an_address_that_never_settles_has_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a rule ever turn two addresses into each other, the answer is no key instead of a wrong one."""
    monkeypatch.setattr(urls, "_key", lambda key: key + "/x")
    assert urls.canonical("https://news.example/never;asked-before") == ""


_ADDRESSES = st.builds(
    "{}://{}{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(
        ["www.news.example", "m.news.example:80", "Ü.example", "www.google.com", "vk.com", "[::1]"]
    ),
    st.sampled_from(
        ["", "/", "/url", "/away.php", "/a/amp/print/", "//a/../b%7e%zz", "/amp/s/x.example/amp", "/web/2/x"]
    ),
    st.sampled_from(
        ["", "?", "?q=https%3A%2F%2Fm.x.example%2Famp%2F", "?to=http%253A//x.example/&b", "?b=%e4&a&&=&amp=1"]
    ),
    st.text(alphabet=string.printable + "月ü\u200b", max_size=12),
    st.sampled_from(["", "#a", "#!b%7e"]),
)


@given(st.one_of(st.text(), _ADDRESSES, st.text().map("https://".__add__)))
@example("https://www.www.news.example/amp/print")
@example("https://news.example/a.amp.amp")
@example("http://ⅷ.example/\ud800")
@example("https://news.example/index.php/index.html")
def test_canonical_is_idempotent_and_never_raises(url: str) -> None:
    """The key of a key is the key, whatever the text; both forms are plain ASCII."""
    key = urls.canonical(url)
    assert urls.canonical(key) == key
    assert (key + urls.clean(url)).isascii()
    assert urls.canonical(urls.clean(url)) == key
    assert urls.clean(urls.clean(url)) == urls.clean(url)
