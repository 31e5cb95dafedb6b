"""The commented configuration file that `moonwire init` writes. Pure, made from the table of keys."""

from scheduler.config.keys import NOTIFY, SECTIONS, SOURCE, Key

_HEAD = """\
# moonwire.toml: every key is optional. A line with one # shows a key with its default;
# remove the # to set it. Lines with ## explain. `moonwire run` reads this file again on SIGHUP.
"""
_SOURCE_EXAMPLE = """\
#[[source]]
#url = "https://example.org/feed.xml"
#name = "Example"
#language = "en"
#kind = "press"
"""
_NOTIFY_EXAMPLE = """\
#[[notify]]
#when = "official source"
#to = "https://example.org/hook"
"""


def init_text() -> str:
    """Return the text; it loads to the defaults, with and without its single # marks."""
    parts = [_HEAD]
    for section in SECTIONS:
        lines = [f"## {section.help}", f"[{section.name}]"]
        for key in section.keys:
            lines += [f"## {key.help}", *([_default(key)])]
        parts.append("\n".join(lines) + "\n")
    lines = [
        "## Sources. Without any [[source]] the shipped list is watched (`moonwire sources list`);",
        "## with one, only those in this file and those of `moonwire sources add`.",
        *(f"##   {key.name:<16}{key.help}" for key in SOURCE.keys),
    ]
    parts.append("\n".join(lines) + "\n" + _SOURCE_EXAMPLE)
    lines = [
        "## Rules by which somebody is told at once; without any, nobody is.",
        *(f"##   {key.name:<16}{key.help}" for key in NOTIFY.keys),
    ]
    parts.append("\n".join(lines) + "\n" + _NOTIFY_EXAMPLE)
    return "\n".join(parts)


def _default(key: Key) -> str:
    return f"#{key.name} = {key.default}" if key.default is not None else f"## {key.name}: {key.note}"
