"""The short way for plain addresses: it says what the long way says."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.curate import urls

_PARTS = [
    "a",
    "B-2~_",
    "a.html",
    "a.amp.html",
    ".a",
    "..",
    "amp",
    "print",
    "amps",
    "index",
    "index.html",
    "default.php",
]
_TERMS = [
    "",
    "a=2",
    "p=1",
    "b",
    "=",
    "utm_source=x",
    "ref=x",
    "m=1",
    "m=2",
    "amp",
    "view=print",
    "v=3",
    "feature=y",
]
_PLAIN_ADDRESSES = st.builds(
    "{}://{}{}/{}{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["", "www.", "m.", "www2.www.", "en.m."]),
    st.sampled_from(["news.example", "vk.com", "github.com", "youtube.com", "google.co.uk", "ria.ru"]),
    st.lists(st.sampled_from(_PARTS), max_size=3).map("/".join),
    st.sampled_from(["", "/", "//"]),
    st.just("") | st.lists(st.sampled_from(_TERMS), max_size=4).map("&".join).map("?".__add__),
)


@given(_PLAIN_ADDRESSES)
@example("https://news.example/a/b/")
@example("https://www.news.example/?p=2&utm_source=x&m=1&a=1")
@example("https://news.example?p=1")
@example("https://news.example/?")
def test_what_is_plain_is_answered_as_all_rules_answer_it(url: str) -> None:
    """The short way for plain addresses says what the long way says."""
    key, before = urls._key(url), url
    while key != before:
        key, before = urls._key(key), key
    address = urls._unwrapped(url)
    assert address is not None
    shown = urls._build(
        address, query=[part for part in address.query if not urls._tracks(address.host, part)]
    )
    own = urls.parse(key)
    assert own is not None
    assert (urls.canonical(url), urls.guid_key(url), urls.clean(url)) == (key, key, shown)
    parsed = urls.parse(url)
    assert parsed is not None
    assert urls.site_of(url) == urls._bare_host(parsed.host)
    assert urls.has_own_page(key) == bool(own.path.strip("/") or own.query)


@pytest.mark.parametrize(
    "url", ["http://www.news.example/a.b/c_d~e/?x=1", "https://en.m.news.example/", "http://a.b/?"]
)
def test_most_addresses_are_plain(url: str) -> None:
    """The short way is the usual one."""
    assert urls._plain(url) is not None
