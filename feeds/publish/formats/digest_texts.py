"""A digest as Markdown, plain text, a whole HTML page and JSON. Pure; equal digests, equal texts."""

import re

from feeds.model import Channel
from feeds.model.digest import Digest, DigestReport, DigestStory
from feeds.publish import clean, words
from feeds.publish.formats.digest import digest_html, digest_title, sum_up
from feeds.publish.templating import environment

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~!&])|^(\d+)([.)])|^([-+=])")
"""What Markdown would take for markup (CommonMark 2.4)."""


def markdown(channel: Channel, digest: Digest) -> str:
    """Return the digest as Markdown (CommonMark); titles hold nothing that it would take for markup."""
    lines = [f"# {_plain(digest_title(channel, digest))}", "", f"{sum_up(digest)}.", ""]
    for section in digest.sections:
        lines += [f"## {_plain(section.tag) or 'Further'}", ""]
        for story in section.stories:
            first = story.reports[0]
            lines.append(f"- **{_link(story.title, first.url)}**  ")
            lines.append(f"  {_plain(_told_by(story))}")
            lines += [f"  - {text}" for text in _details(channel, story)]
        lines.append("")
    return "\n".join([*lines, *_more(channel, digest)]).rstrip() + "\n"


def _details(channel: Channel, story: DigestStory) -> list[str]:
    found = []
    if story.summary and story.summary != story.title:
        found.append(_plain(story.summary))
    if story.why:
        found.append(_plain(f"Why: {'; '.join(story.why)}"))
    if story.reports[1:]:
        others = ", ".join(_link(_who(each), each.url) for each in story.reports[1:])
        found.append(f"Also: {others}; {_link('how the story came out', _page(channel, story))}")
    return found


def text(channel: Channel, digest: Digest) -> str:
    """Return the digest as plain text, for a mail that is read without HTML."""
    title = digest_title(channel, digest)
    lines = [title, "=" * min(len(title), 72), "", f"{sum_up(digest)}.", ""]
    for section in digest.sections:
        heading = section.tag or "Further"
        lines += [heading, "-" * min(len(heading), 72), ""]
        for story in section.stories:
            lines += [f"* {story.title}", f"  {_told_by(story)}"]
            lines += [f"  {url}" for url in (story.reports[0].url,) if url]
            if story.summary and story.summary != story.title:
                lines.append(f"  {story.summary}")
            if story.why:
                lines.append(f"  Why: {'; '.join(story.why)}")
            if story.reports[1:]:
                lines.append(f"  Also: {', '.join(map(_who, story.reports[1:]))}")
                lines.append(f"  {_page(channel, story)}")
            lines.append("")
    return "\n".join([*lines, *_more(channel, digest)]).rstrip() + "\n"


def page(channel: Channel, digest: Digest) -> str:
    """Return the digest as one HTML document that needs nothing else: for mail and files."""
    template = environment().get_template("digest_page.html")
    return template.render(
        title=digest_title(channel, digest),
        language=clean.language(channel.language) or "en",
        body=digest_html(channel, digest),
    )


def document(channel: Channel, digest: Digest) -> dict[str, object]:
    """Return the digest as one JSON object; its fields stand in docs/reference/json.md."""
    period = digest.period
    return {
        "kind": period.kind,
        "period": period.name,
        "time_zone": period.zone,
        "start": words.rfc3339(period.start),
        "end": words.rfc3339(period.end),
        "made": words.rfc3339(digest.made),
        "title": digest_title(channel, digest),
        "languages": list(digest.languages),
        "more": digest.more,
        "sections": [
            {"tag": section.tag, "stories": [_record(channel, story) for story in section.stories]}
            for section in digest.sections
        ],
    }


def _record(channel: Channel, story: DigestStory) -> dict[str, object]:
    return {
        "story": story.story,
        "page": _page(channel, story),
        "title": story.title,
        "summary": story.summary,
        "date_published": words.rfc3339(story.when),
        "late": story.late,
        "why": list(story.why),
        "reports": [
            {"source": each.source, "url": each.url, "title": each.title, "language": each.language}
            for each in story.reports
        ],
    }


def _told_by(story: DigestStory) -> str:
    late = " (came in late)" if story.late else ""
    return f"{_who(story.reports[0])}, {words.day(story.when)}, {words.clock(story.when)}{late}"


def _who(report: DigestReport) -> str:
    language = words.language_name(report.language) if report.language else ""
    return f"{report.source} ({language})" if language else report.source


def _page(channel: Channel, story: DigestStory) -> str:
    return f"{clean.address(channel.base_url)}/story/{story.story}.html"


def _more(channel: Channel, digest: Digest) -> list[str]:
    return [f"And {digest.more} more: {clean.address(channel.base_url)}/"] if digest.more else []


def _plain(value: str) -> str:
    return _SPECIAL.sub(_escaped, value)


def _escaped(found: re.Match[str]) -> str:
    special, number, mark, first = found.groups()
    return f"{number}\\{mark}" if number else f"\\{special or first}"


def _link(title: str, url: str) -> str:
    return f"[{_plain(title)}](<{url}>)" if url else _plain(title)
