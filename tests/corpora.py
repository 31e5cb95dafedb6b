"""Texts of our own writing in `tests/corpus`, as items: full articles, pairs of excerpts, events."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from feeds.model import Item
from tests.builders import NOW, at

CORPUS = Path(__file__).with_name("corpus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An item and what it tells: one article, or one event, in how many versions there are of it."""

    subject: str
    """Articles of one subject are versions of one text; reports of one subject are of one event."""
    version: str
    item: Item


def an_item(number: int, **values: Any) -> Item:  # noqa: ANN401 # any field of the item
    """Make an item of a site of its own."""
    site = values.get("site", f"site{number}.example")
    fixed = {
        "source": f"https://{site}/feed",
        "guid": str(number),
        "url": f"https://{site}/{number}",
        "site": site,
    }
    return Item(**{"published": NOW} | fixed | values)


def rows(name: str) -> list[dict[str, Any]]:
    """Read a file of the corpus, one object a line."""
    return [json.loads(line) for line in (CORPUS / f"{name}.jsonl").read_text("utf-8").splitlines()]


def articles() -> list[Told]:
    """Read the full articles with all their versions, as feeds give them: paragraphs of HTML.

    A version starts with `== SUBJECT NAME SITE DAY`; `[x] text` is a paragraph with a name, `[x]` alone that
    paragraph again, of the same subject or of the one that the subject's name begins with.
    """
    made: list[Told] = []
    for path in sorted((CORPUS / "articles").glob("*.txt")):
        named: dict[tuple[str, str], str] = {}
        for block in re.split(r"(?m)^== ", path.read_text("utf-8"))[1:]:
            head, title, *lines = block.strip().splitlines()
            subject, version, site, day = head.split()
            item = an_item(
                len(made),
                title=title,
                content="".join(f"<p>{_paragraph(subject, line, named)}</p>" for line in lines),
                language=path.stem,
                site=site,
                published=datetime.fromisoformat(day).replace(tzinfo=UTC),
            )
            made.append(Told(subject=f"{path.stem} {subject}", version=version, item=item))
    return made


def _paragraph(subject: str, line: str, named: dict[tuple[str, str], str]) -> str:
    found = re.fullmatch(r"\[(\w)\](?: (.+))?", line)
    if found is None:
        return line
    name, text = found.groups()
    if text:
        named[subject, name] = text
    return named.get((subject, name)) or named[subject.partition("-")[0], name]


def pairs(name: str) -> Iterator[tuple[str, str, Item, Item]]:
    """Read pairs of excerpts: name of the pair, label (dup, story, different), both items."""
    for number, row in enumerate(rows(name)):
        one, other = (
            an_item(
                2 * number + place,
                site=f"s{number}.example" if row["home"] else f"s{number}{side}.example",
                title=row[side][0],
                summary=row[side][1],
                language=row.get("language2", row["language"]) if place else row["language"],
                published=at(days=row["days"] * place),
            )
            for place, side in enumerate("ab")
        )
        yield f"{name} {row['id']}", row["label"], one, other


def events(name: str) -> list[Told]:
    """Read reports of events, several languages each."""
    return [
        Told(
            subject=row["event"],
            version=row["language"],
            item=an_item(
                number,
                title=row["title"],
                summary=row["summary"],
                language=row["language"],
                published=datetime.fromisoformat(row["published"]).replace(tzinfo=UTC),
            ),
        )
        for number, row in enumerate(rows(name))
    ]
