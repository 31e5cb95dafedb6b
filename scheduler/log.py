"""Logging: lines for a person on a terminal, JSON for machines; credentials never in either.

Every record may carry `action` and further fields through `extra`; every request is one line
with action "fetch". Nothing but the standard library's logging.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import urlsplit

from feeds.later import late_pattern
from scheduler.rounds.hosts import host_of

if TYPE_CHECKING:
    from feeds.model import Check, Recorded

ROOT = "moonwire"
logging.getLogger(ROOT).addHandler(logging.NullHandler())  # commands that print set up no log
_TELLING_KEY = r"(?:api[_-]?key|apikey|access[_-]?token|auth|key|pass(?:word)?|secret|sig(?:nature)?|token)"
_USERINFO = late_pattern(r"(?<=://)[^/?#\s@]*@")
_QUERY = late_pattern(rf"(?i)([?&;]{_TELLING_KEY}=)[^&;#\s\"']+")
_ADDRESS = late_pattern(r"(?i)https?://\S+")
_AFTER = "\"'.,:;!?)]}>"
"""What may follow an address in a sentence without being part of it."""
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "quiet"}


def redact(text: str) -> str:
    """Return the text with user:password@ and secret-looking query values of addresses blotted out."""
    return _QUERY.sub(r"\1…", _USERINFO.sub("…@", text))


def hosts_only(text: str) -> str:
    """Return the text with addresses cut down to their hosts, where a path or any query may be a secret."""
    return _ADDRESS.sub(_host_only, text)


def _host_only(found: re.Match[str]) -> str:
    address = found[0].rstrip(_AFTER)
    try:
        host = urlsplit(address).hostname
    except ValueError:
        host = None
    return (host or "an address") + found[0][len(address) :]


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what was given through `extra`, texts redacted."""
    own = {key: value for key, value in vars(record).items() if key not in _STANDARD}
    return {key: redact(value) if isinstance(value, str) else value for key, value in own.items()}


class JsonLines(logging.Formatter):
    """One JSON object per record."""

    def format(self, record: logging.LogRecord) -> str:
        """Time (RFC 3339 UTC), level, logger, message and all extra fields."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        line.update(fields_of(record))
        if record.exc_info:
            line["traceback"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class HumanLines(logging.Formatter):
    """One line per record for a person; extra fields are left to the message, or follow it as key=value."""

    def __init__(self, *, details: bool = False) -> None:
        super().__init__()
        self._details = details

    def format(self, record: logging.LogRecord) -> str:
        """Clock time, level when it matters, message."""
        clock = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        text = f"{clock} {level}{record.getMessage()}"
        if self._details:
            told = {key: value for key, value in fields_of(record).items() if value not in (None, "", [])}
            text += "".join(f" {key}={_quoted(value)}" for key, value in told.items())
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return redact(text)


def _quoted(value: object) -> str:
    """Return a field's value as one word, as JSON where it would be more than one."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    plain = text and not any(char.isspace() or char in '"=' for char in text)
    return text if plain or not isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def set_up(*, as_json: bool, level: int = logging.INFO, stream: TextIO | None = None) -> logging.Handler:
    """Send moonwire's log (and warnings of the libraries) to `stream`, by default standard error."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if as_json else HumanLines(details=level <= logging.DEBUG))
    if not as_json and level > logging.DEBUG:
        handler.addFilter(lambda record: not getattr(record, "quiet", False))
    for name, at_least in ((ROOT, level), ("", logging.WARNING)):
        logger = logging.getLogger(name)
        for old in [one for one in logger.handlers if getattr(one, "of_moonwire", False)]:
            logger.removeHandler(old)
        logger.addHandler(handler)
        logger.setLevel(at_least)
    handler.of_moonwire = True  # type: ignore[attr-defined] # a mark to find it again at the next set-up
    logging.getLogger(ROOT).propagate = False
    return handler


def check_line(logger: logging.Logger, check: Check, recorded: Recorded, *, quiet: bool = False) -> None:
    """Write the one structured line of a check: what was asked, what came, what it cost, what is next.

    A quiet one, and one that brought nothing, is for machines: no person is told by default.
    """
    failed = check.outcome in {"failed", "gone"}
    level = logging.WARNING if failed else logging.INFO
    if not logger.isEnabledFor(level):
        return
    state = check.state
    asked = check.asked or state.address or state.source.url
    extra: Mapping[str, object] = {
        "action": "fetch" if check.requests else "defer",
        "source": state.source.url,
        "address": asked,
        "host": host_of(asked),
        "outcome": check.outcome,
        "status": check.status,
        "bytes": check.wire_bytes,
        "elapsed": round(check.elapsed_s, 3),
        "requests": check.requests,
        "conditional": check.conditional,
        "hops": [f"{hop.status} {redact(hop.target)}" for hop in check.hops],
        "entries": check.entries,
        "new": recorded.new,
        "kept": recorded.kept,
        "updated": recorded.updated,
        "error": check.error,
        "cause": check.cause,
        "failures": state.failures,
        "next_check": None if state.next_check is None else state.next_check.isoformat(timespec="seconds"),
        "why": state.next_check_why,
    }
    loud = failed or recorded.new or recorded.updated
    told = check.error if failed else f"{check.outcome}, {recorded.new} new, {recorded.kept} kept"
    logger.log(level, "%s: %s", state.source.label, told, extra={**extra, "quiet": quiet or not loud})
