"""The invented feeds as values: templates with relative times in, documents' bytes out.

The templates lie in `feeds/` as UTF-8; each is served in the encoding that it declares.
`[[rfc822 -5h]]` stands for a time five hours before the demo began, `<!--after 25s-->…<!--/after-->`
for entries that appear while it runs.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from feeds.model.value import Value

HERE = Path(__file__).resolve().parent / "feeds"

_TIME = re.compile(r"\[\[(rfc822|iso|zh|ru) -(\d+)h\]\]")
_LATER = re.compile(r"<!--after (\d+)s-->(.*?)<!--/after-->", re.DOTALL)
_RU_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
_WRITE: dict[str, Callable[[datetime], str]] = {
    "rfc822": format_datetime,
    "iso": lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "zh": lambda t: (t + timedelta(hours=8)).strftime("%Y年%m月%d日 %H:%M:%S +0800"),
    "ru": lambda t: (
        f"{(t + timedelta(hours=3)).day} {_RU_MONTHS[(t + timedelta(hours=3)).month - 1]} "
        + (t + timedelta(hours=3)).strftime("%Y, %H:%M MSK")
    ),
}


class DemoFeed(Value, frozen=True, kw_only=True):
    """One invented feed: where it is served, how it is encoded, and how it is to be listed."""

    file: str
    name: str
    language: str
    kind: str = "press"
    encoding: str = "utf-8"
    content_type: str = "application/rss+xml"

    @property
    def path(self) -> str:
        """Path on the demo server."""
        return f"/feeds/{self.file}"


FEEDS = (
    DemoFeed(file="courier.rss.xml", name="Cislunar Courier", language="en", kind="trade press"),
    DemoFeed(file="desk.atom.xml", name="Orbit Desk", language="en", content_type="application/atom+xml"),
    DemoFeed(file="mirror.rss.xml", name="Mirror of the Skies", language="en", kind="aggregator press"),
    DemoFeed(file="notes.json", name="Base Camp Notes", language="en", content_type="application/feed+json"),
    DemoFeed(
        file="shenkong.rss.gb18030.xml",
        name="深空观察",
        language="zh",
        encoding="gb18030",
        content_type="text/xml",
    ),
    DemoFeed(file="vestnik.rss.cp1251.xml", name="Лунный вестник", language="ru", encoding="windows-1251"),
    DemoFeed(file="getsumen.rdf.sjis.xml", name="月面通信", language="ja", encoding="shift_jis"),
    DemoFeed(
        file="raumfahrt.atom03.latin1.xml", name="Raumfahrt heute", language="de", encoding="iso-8859-1"
    ),
    DemoFeed(file="espace.rss091.xml", name="Espace 24", language="fr"),
    DemoFeed(file="taikong.rss.big5.xml", name="太空週刊", language="zh", encoding="big5"),
    DemoFeed(file="uju.rss.euckr.xml", name="우주신문", language="ko", encoding="euc-kr"),
    DemoFeed(file="espacio.atom.utf16.xml", name="Espacio al día", language="es", encoding="utf-16"),
    DemoFeed(file="akhbar.rss.ar.xml", name="أخبار الفضاء", language="ar"),
    DemoFeed(file="garage.broken.xml", name="Garage Astronomy", language="en", kind="blog"),
    DemoFeed(file="ridge.rss.xml", name="Polar Ridge", language="en", kind="blog"),
)
"""Those that answer; the server adds one that moved (`/moved`, to the last of these) and one that is down."""


def fill(template: str, *, began: datetime, running_s: float) -> str:
    """Turn relative times into dates and drop entries whose time has not come.

    `began` is the aware UTC start of the demo, `running_s` the seconds since then.
    """
    text = _LATER.sub(lambda m: m[2] if running_s >= int(m[1]) else "", template)
    return _TIME.sub(lambda m: _WRITE[m[1]](began - timedelta(hours=int(m[2]))), text)


def document(feed: DemoFeed, *, began: datetime, running_s: float) -> bytes:
    """Give the bytes that the demo server answers with for `feed`."""
    template = (HERE / feed.file).read_text(encoding="utf-8")
    return fill(template, began=began, running_s=running_s).encode(feed.encoding)
