"""The programs that are compared: how each is set up for a list of addresses, and told to ask once."""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_READER = """
import sys
from reader import make_reader
with make_reader(sys.argv[1]) as reader:
    reader.update_feeds(scheduled=False)
"""
_READER_ADD = """
import sys
from reader import make_reader
with make_reader(sys.argv[1]) as reader:
    for url in open(sys.argv[2]).read().split():
        reader.add_feed(url)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One program, set up: run `command` for a round, after `before` was run once and not counted."""

    command: Sequence[str]
    before: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def moonwire(folder: Path, urls: Sequence[str], python: str = sys.executable) -> Job:
    """Run this checkout, with the sources in its configuration."""
    sources = "".join(f'[[source]]\nurl = "{url}"\n' for url in urls)
    config = folder / "moonwire.toml"
    config.write_text(f'[store]\npath = "{folder}/store.sqlite"\n[fetch]\nallow_private = true\n{sources}')
    script = str(_ROOT / "moonwire.py")
    return Job(command=[python, script, "--config", str(config), "fetch", "--all"])


def newsboat(folder: Path, urls: Sequence[str]) -> Job:
    """Newsboat, with as many threads as we have workers."""
    (folder / "urls").write_text("\n".join(urls) + "\n")
    (folder / "config").write_text("reload-threads 8\n")
    files = ["-u", f"{folder}/urls", "-c", f"{folder}/cache.db", "-C", f"{folder}/config"]
    return Job(command=["newsboat", *files, "-x", "reload"])


def sfeed(folder: Path, urls: Sequence[str]) -> Job:
    """Run sfeed_update with its default of parallel jobs; it asks without validators."""
    lines = "".join(f"feed 'n{number}' '{url}'\n" for number, url in enumerate(urls))
    (folder / "sfeedrc").write_text(f"sfeedpath='{folder}/feeds'\nfeeds() {{\n{lines}}}\n")
    return Job(command=["sfeed_update", str(folder / "sfeedrc")])


def rss2email(folder: Path, urls: Sequence[str]) -> Job:
    """rss2email, told to send nothing."""
    feeds = "".join(f"[feed.n{number}]\nurl = {url}\n" for number, url in enumerate(urls))
    (folder / "r2e.cfg").write_text(f"[DEFAULT]\nfrom = a@example.org\nto = b@example.org\n{feeds}")
    base = ["r2e", "-c", f"{folder}/r2e.cfg", "-d", f"{folder}/r2e.json"]
    return Job(command=[*base, "run", "--no-send"])


def feed2exec(folder: Path, urls: Sequence[str]) -> Job:
    """feed2exec with the output that does nothing."""
    feeds = "".join(
        f"[n{number}]\nurl = {url}\noutput = feed2exec.plugins.null\n" for number, url in enumerate(urls)
    )
    (folder / "feeds.ini").write_text(feeds)
    files = ["--config", f"{folder}/feeds.ini", "--database", f"{folder}/feeds.db"]
    return Job(command=["feed2exec", *files, "fetch"])


def reader(folder: Path, urls: Sequence[str], python: str) -> Job:
    """Use the reader library, with its defaults, of the environment of `python`."""
    for name, text in (("update.py", _READER), ("add.py", _READER_ADD), ("urls", "\n".join(urls))):
        (folder / name).write_text(text)
    store = str(folder / "reader.sqlite")
    return Job(
        command=[python, str(folder / "update.py"), store],
        before=[python, str(folder / "add.py"), store, str(folder / "urls")],
    )


Setup = Callable[[Path, Sequence[str]], Job]
_COMMANDS = {
    "newsboat": ("newsboat", newsboat),
    "sfeed": ("sfeed_update", sfeed),
    "rss2email": ("r2e", rss2email),
    "feed2exec": ("feed2exec", feed2exec),
}


def installed(reader_python: str | None) -> dict[str, Setup]:
    """Set-ups by name of what can be measured here; `reader_python` has the reader library."""
    found: dict[str, Setup] = {"moonwire": moonwire}
    found |= {name: setup for name, (command, setup) in _COMMANDS.items() if shutil.which(command)}
    if reader_python:
        found["reader"] = lambda folder, urls: reader(folder, urls, reader_python)
    return found
