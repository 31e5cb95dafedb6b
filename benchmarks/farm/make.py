"""Invented feeds on disk: the same for the same seed, in two versions.

In version `after` every tenth feed has one entry more than in `before`; the rest is hard-linked. A feed has
50 entries of 40 to 300 words with pictures and links, 60 to 150 kB, as RSS 2.0, Atom 1.0 or RSS 1.0.
"""

import gzip
import os
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import accumulate
from pathlib import Path

ENTRIES = 50
CHANGED = 10
"""Every how manyth feed has a new entry in the second version."""
VERSIONS = ("before", "after")
_START = datetime(2026, 9, 1, 6, tzinfo=UTC)
_GAP = timedelta(hours=7)
_SYLLABLES = [
    "va",
    "ne",
    "ri",
    "to",
    "mes",
    "kan",
    "der",
    "bi",
    "sol",
    "tra",
    "fen",
    "gu",
    "po",
    "wal",
    "ix",
    "em",
    "ost",
    "hy",
    "cru",
    "da",
    "plin",
    "qua",
    "sto",
]
_COMMON = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "for",
    "on",
    "with",
    "as",
    "by",
    "at",
    "from",
    "new",
    "first",
    "year",
    "week",
    "people",
    "city",
    "market",
]
_TOPICAL = [
    "moon",
    "lunar",
    "station",
    "base",
    "space",
    "rocket",
    "china",
    "russia",
    "international",
    "research",
    "chang'e",
    "orbit",
]
_KINDS = ["rss", "rss", "rss", "rss", "rss", "rss", "atom", "atom", "atom", "rdf"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """One invented entry."""

    title: str
    link: str
    guid: str
    date: datetime
    author: str
    label: str
    summary: str
    html: str


class Inventor:
    """Invents feeds; `topical` is the share of entries that speak of space."""

    def __init__(self, seed: int, *, topical: float = 0.05) -> None:
        rng = random.Random(seed)  # noqa: S311 # no secret depends on it
        made = {"".join(rng.choices(_SYLLABLES, k=rng.choice((1, 2, 2, 3, 4)))) for _ in range(8000)}
        self._words = _COMMON + sorted(made)
        rng.shuffle(self._words)
        self._weights = list(accumulate(1 / (rank + 9) for rank in range(len(self._words))))
        self._seed = seed
        self._topical = topical

    def feed(self, number: int, newest: int) -> str:
        """Give feed `number` with the entries up to `newest`."""
        kind = _KINDS[number % len(_KINDS)]
        posts = [self._post(number, count) for count in range(newest, newest - ENTRIES, -1)]
        title = f"Invented gazette {number}"
        return _WRITERS[kind](f"https://site{number}.example", title, posts)

    def _post(self, number: int, count: int) -> _Post:
        rng = random.Random(f"{self._seed}/{number}/{count}")  # noqa: S311 # no secret depends on it
        home = f"https://site{number}.example"
        extra = _TOPICAL if rng.random() < self._topical else []
        date = _START + count * _GAP + timedelta(seconds=rng.randrange(3600))
        words = max(40, min(300, int(rng.lognormvariate(4.7, 0.5))))
        return _Post(
            title=self._sentence(rng, rng.randint(5, 12), extra)[:-1],
            link=f"{home}/{date:%Y/%m}/{count}-{rng.randrange(10**6)}/",
            guid=f"{home}/?p={count * 31 + number}",
            date=date,
            author=self._sentence(rng, 2, [])[:-1].title(),
            label=self._sentence(rng, 1, [])[:-1],
            summary=" ".join(self._sentence(rng, rng.randint(6, 18), extra) for _ in range(3)),
            html=self._body(rng, words, extra),
        )

    def _sentence(self, rng: random.Random, size: int, extra: Sequence[str]) -> str:
        words = rng.choices(self._words, cum_weights=self._weights, k=size)
        if extra and size > 1:
            words[rng.randrange(size)] = rng.choice(extra)
        return " ".join(words).capitalize() + "."

    def _body(self, rng: random.Random, words: int, extra: Sequence[str]) -> str:
        parts: list[str] = []
        while words > 0:
            size = min(words, rng.randint(20, 60))
            words -= size
            text = " ".join(self._sentence(rng, 12, extra) for _ in range(max(1, size // 12)))
            target = f"https://other.example/{rng.randrange(10**6)}?utm_source=feed&amp;utm_medium=rss"
            link = f' <a href="{target}">{self._sentence(rng, 3, [])}</a>'
            parts.append(f"<p>{text}{link if rng.random() < 0.3 else ''} &amp; <em>{text[:20]}</em></p>")  # noqa: PLR2004 # a share
            if rng.random() < 0.2:  # noqa: PLR2004 # a share
                picture = f"https://img.example/{rng.randrange(10**7)}"
                sizes = ", ".join(f"{picture}-{width}.jpg {width}w" for width in (300, 768, 1024))
                parts.append(
                    f'<figure><img src="{picture}-1024.jpg" alt="{self._sentence(rng, 4, [])}" width="1024"'
                    f' height="683" srcset="{sizes}" /></figure>'
                )
        return "\n".join(parts)


def _rss(home: str, title: str, posts: Sequence[_Post]) -> str:
    items = "".join(
        f"<item>\n<title>{escape(post.title)}</title>\n<link>{post.link}</link>\n"
        f"<dc:creator><![CDATA[{post.author}]]></dc:creator>\n"
        f"<pubDate>{format_datetime(post.date)}</pubDate>\n"
        f"<category><![CDATA[{post.label}]]></category>\n"
        f'<guid isPermaLink="false">{escape(post.guid)}</guid>\n'
        f"<description><![CDATA[<p>{post.summary}</p>]]></description>\n"
        f"<content:encoded><![CDATA[{post.html}]]></content:encoded>\n</item>\n"
        for post in posts
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>\n'
        f"<title>{title}</title>\n<link>{home}/</link>\n<description>{title}</description>\n"
        f"<language>en-GB</language>\n{items}</channel></rss>\n"
    )


def _atom(home: str, title: str, posts: Sequence[_Post]) -> str:
    entries = "".join(
        f"<entry>\n<title>{escape(post.title)}</title>\n<id>{escape(post.guid)}</id>\n"
        f'<link href="{post.link}"/>\n'
        f"<published>{post.date.isoformat()}</published>\n<updated>{post.date.isoformat()}</updated>\n"
        f'<author><name>{post.author}</name></author>\n<category term="{post.label}"/>\n'
        f"<summary>{escape(post.summary)}</summary>\n"
        f'<content type="html">{escape(post.html)}</content>\n</entry>\n'
        for post in posts
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        f'<title>{title}</title>\n<id>{home}/</id>\n<link href="{home}/"/>\n'
        f"<updated>{posts[0].date.isoformat()}</updated>\n{entries}</feed>\n"
    )


def _rdf(home: str, title: str, posts: Sequence[_Post]) -> str:
    order = "".join(f'<rdf:li rdf:resource="{post.link}"/>' for post in posts)
    items = "".join(
        f'<item rdf:about="{post.link}">\n<title>{escape(post.title)}</title>\n<link>{post.link}</link>\n'
        f"<description>{escape(post.summary)}</description>\n<dc:creator>{post.author}</dc:creator>\n"
        f"<dc:date>{post.date.isoformat()}</dc:date>\n<dc:subject>{post.label}</dc:subject>\n"
        f"<content:encoded><![CDATA[{post.html}]]></content:encoded>\n</item>\n"
        for post in posts
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">\n'
        f'<channel rdf:about="{home}/">\n<title>{title}</title>\n<link>{home}/</link>\n'
        f"<description>{title}</description>\n<items><rdf:Seq>{order}</rdf:Seq></items>\n</channel>\n"
        f"{items}</rdf:RDF>\n"
    )


_WRITERS: dict[str, Callable[[str, str, Sequence[_Post]], str]] = {"rss": _rss, "atom": _atom, "rdf": _rdf}


def make(folder: Path, *, feeds: int, seed: int) -> int:
    """Write both versions of `feeds` feeds (`before/00000.xml` ...) afresh; returns bytes of the first."""
    shutil.rmtree(folder, ignore_errors=True)
    for version in VERSIONS:
        (folder / version).mkdir(parents=True)
    inventor = Inventor(seed)
    size = 0
    for number in range(feeds):
        first, second = (folder / version / name_of(number) for version in VERSIONS)
        size += write(first, inventor.feed(number, ENTRIES), ENTRIES)
        if number % CHANGED == 0:
            write(second, inventor.feed(number, ENTRIES + 1), ENTRIES + 1)
        else:
            for path, twin in ((first, second), (_packed(first), _packed(second))):
                os.link(path, twin)
    return size


def name_of(number: int) -> str:
    """File name of a feed."""
    return f"{number:05d}.xml"


def _packed(path: Path) -> Path:
    return path.with_suffix(".xml.gz")


def write(path: Path, text: str, newest: int) -> int:
    """Put a feed in its place, packed as well, dated by its newest entry; returns its size in bytes."""
    data = text.encode()
    at = (_START + newest * _GAP).timestamp()
    for target, content in ((path, data), (_packed(path), gzip.compress(data, 6, mtime=0))):
        target.write_bytes(content)
        os.utime(target, (at, at))
    return len(data)
