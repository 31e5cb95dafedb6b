"""Pages and the feeds they name."""

from feeds.intake.page import find_feeds, read_page
from feeds.model.entry import FoundFeed

URL = "https://site.example/blog/"


def test_links() -> None:
    """Every alternate of a feed's type, absolute, once, with its title; other links are passed over."""
    page = """
    <html><head>
      <link rel="alternate" type="application/rss+xml" title=" All &amp;  news " href="/feed">
      <link href='atom.xml' rel='ALTERNATE home' type='application/atom+xml; charset=utf-8' />
      <link rel=alternate type=application/feed+json href=feed.json>
      <link rel="alternate" type="application/rss+xml" href="https://site.example/feed">
      <link rel="feed" type="text/xml" href="//other.example/x">
      <link rel="alternate" type="text/html" hreflang="de" href="/de/">
      <link rel="alternate" type="application/json" href="/wp-json/1">
      <link rel="alternate" type="application/json" href="/feed/json">
      <link rel="stylesheet" type="text/xml" href="/s">
      <link rel="alternate" type="application/rss+xml" href="javascript:x">
      <link rel="alternate" type="application/rss+xml">
    """
    assert find_feeds(page, URL) == (
        FoundFeed(url="https://site.example/feed", title="All & news", type="application/rss+xml"),
        FoundFeed(url="https://site.example/blog/atom.xml", type="application/atom+xml; charset=utf-8"),
        FoundFeed(url="https://site.example/blog/feed.json", type="application/feed+json"),
        FoundFeed(url="https://other.example/x", type="text/xml"),
        FoundFeed(url="https://site.example/feed/json", type="application/json"),
    )


def test_base_and_hidden_text() -> None:
    """<base> counts; comments, scripts and styles do not, closed or not."""
    link = '<link rel="alternate" type="application/rss+xml" href="f">'
    page = f"<base href='https://cdn.example/x/'><!-- {link} --><script>'{link}'</script>{link}<style>{link}"
    assert [feed.url for feed in find_feeds(page, URL)] == ["https://cdn.example/x/f"]
    assert find_feeds("<base href='::'>" + link, URL)[0].url == "https://site.example/blog/f"


def test_sentences() -> None:
    """The failure names the feeds, a few of them when there are many."""
    link = '<link rel="alternate" type="application/rss+xml" href="/f%d">'
    assert read_page(b"<html>", URL).sentence == "This is a web page, not a feed, and it names no feed."
    one = read_page(f"<html>{link % 1}".encode(), URL)
    assert one.sentence == "This is a page; its feeds are https://site.example/f1."
    many = read_page("".join(link % number for number in range(99)).encode(), URL)
    assert len(many.feeds) == 30
    assert many.sentence.endswith("f4 and 25 more.")


def test_hostile_pages_end() -> None:
    """Tags that never end cost no more than their length."""
    assert find_feeds("<link rel=alternate " * 50_000, URL) == ()
    assert find_feeds('<link a="' * 50_000, URL) == ()
    assert find_feeds("İ<SCRIPT>" * 1_000, URL) == ()
