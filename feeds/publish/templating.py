"""The template engine, set so that a forgotten variable fails and every text is escaped."""

from functools import cache, lru_cache
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from feeds.publish import words
from feeds.publish.formats.normal import Publication


@cache
def environment() -> Environment:
    """Return the one environment: autoescaping, strict, with our filters."""
    env = Environment(
        loader=PackageLoader("feeds.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    env.filters.update(
        day=words.day,
        clock=words.clock,
        rfc3339=words.rfc3339,
        language_name=words.language_name,
        relation=words.relation,
        reason_line=words.reason_line,
        telling=words.telling,
        shorten=words.shorten,
        tagged=tagged,
    )
    return env


@lru_cache(maxsize=1024)
def tagged(tag: str) -> str:
    """Return the address, from the site's root, of the stories that have a tag."""
    term = f'tag:"{tag}"' if " " in tag else f"tag:{tag}"
    return f"river?{urlencode({'q': term})}"


def entry_html(entry: Publication) -> str:
    """Return the HTML of a feed entry: the content, then what its footer names."""
    template = environment().get_template("entry.html")
    content = Markup(entry.content)  # noqa: S704 # sanitised by feeds.curate before it was stored
    return template.render(entry=entry, content=content).strip()
