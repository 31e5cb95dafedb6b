"""The transcripts in the documentation are run as they stand and must print what they say.

A fenced block whose first line is "```KIND NAME" is a file of that name; in a "```console" block each line
after "$ " is a command and the lines below it are what it prints. `python tests/test_docs_transcripts.py`
writes what the commands print now into the documents.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.fakes_http import RawServer, Reply, Seen, reply

HOW_TO = Path(__file__).resolve().parent.parent / "docs" / "how-to"
TRANSCRIPTS = ("back-test.md",)
SERVER = "http://127.0.0.1:8000"
"""Where the documents say that the feed is served; in a test it is another port."""
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_VOLATILE = (
    (re.compile(r"in \d+\.\d s\b"), "in 0.1 s"),
    (re.compile(r"#[0-9a-f]{8}(\+[0-9a-f]{8})?"), "#..."),
    (re.compile(r"first seen \S+"), "first seen 2026-03-08T08:00:00Z"),
)


def settled(text: str) -> str:
    """Put fixed words for what differs between two runs: durations and hashes."""
    for pattern, fixed in _VOLATILE:
        text = pattern.sub(fixed, text)
    return text


def served(folder: Path) -> RawServer:
    """Serve the files of a folder."""

    def answer(seen: Seen) -> Reply:
        path = folder / seen.target.lstrip("/")
        return reply(200, path.read_bytes()) if path.is_file() else reply(404)

    return RawServer(answer)


def played(document: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Do what a document says; gives each command, what it is said to print, and what it prints."""
    with served(folder) as server:
        here = server.url("").rstrip("/")
        home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        inherited = {key: os.environ[key] for key in ("LANG", "COVERAGE_PROCESS_CONFIG") if key in os.environ}
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        for kind, name, body in _BLOCK.findall(document):
            if name:
                (folder / name).write_text(body, encoding="utf-8")
            for command, expected in _COMMAND.findall(body if kind == "console" else ""):
                ran = subprocess.run(  # noqa: S603 # commands of our own documents
                    ["/bin/sh", "-c", command.replace(SERVER, here)],
                    cwd=folder,
                    env=inherited | home | {"PATH": path, "PYTHONUTF8": "1"},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    timeout=60,
                    check=False,
                )
                yield command, expected, settled(ran.stdout.replace(here, SERVER))


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_documents_say_what_happens(name: str, tmp_path: Path) -> None:
    """Every command of the document prints what stands below it."""
    document = (HOW_TO / name).read_text(encoding="utf-8")
    commands = 0
    for command, expected, printed in played(document, tmp_path):
        commands += 1
        assert printed == expected, command
    assert commands >= 10


def main() -> None:
    """Write what the commands print now into the documents."""
    for name in TRANSCRIPTS:
        path = HOW_TO / name
        document, done = path.read_text(encoding="utf-8"), 0
        with tempfile.TemporaryDirectory() as folder:
            for command, expected, printed in played(document, Path(folder)):
                place = document.index(f"$ {command}\n{expected}", done)
                done = place + len(f"$ {command}\n{printed}")
                rest = document[place + len(f"$ {command}\n{expected}") :]
                document = f"{document[:place]}$ {command}\n{printed}{rest}"
        path.write_text(document, encoding="utf-8")


if __name__ == "__main__":
    main()
