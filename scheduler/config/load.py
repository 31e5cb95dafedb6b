"""The configuration file: found, read, checked whole, and turned into frozen values.

One TOML file, `moonwire.toml`; every key has a default, so there need be none. Wrong files raise
ConfigError with one sentence per problem that names the file, the key or line, what was found and
what is expected.
"""

import os
import re
import socket
import tomllib
from pathlib import Path
from typing import Any, Literal

from feeds.errors import ConfigError
from feeds.model import Source
from feeds.model.value import replace
from scheduler.config.check import check_document, check_rules, check_sources
from scheduler.config.findings import Findings
from scheduler.config.notify_check import check_mail, smtp_of
from scheduler.config.notify_types import DigestConfig
from scheduler.config.translate_keys import translate_of
from scheduler.config.types import (
    AllowPrivate,
    Config,
    FetchConfig,
    PublishConfig,
    ScheduleConfig,
    ServeConfig,
    StoreConfig,
    TopicConfig,
    derived_url,
)
from scheduler.version import __version__

__all__ = [
    "AllowPrivate",
    "Config",
    "FetchConfig",
    "PublishConfig",
    "ScheduleConfig",
    "ServeConfig",
    "StoreConfig",
    "TopicConfig",
    "default_sources",
    "find",
    "load",
    "parse",
]

NAME = "moonwire.toml"
MAX_BYTES = 8 * 1024 * 1024
_MOST_SHOWN = 10
_PLAIN_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")


def load(path: Path | None) -> Config:
    """Return the configuration of a file, or of the one that `find` finds, or the defaults."""
    path = path or find()
    return parse(_text_of(path), path) if path else parse("", None)


def find() -> Path | None:
    """Return ./moonwire.toml, else the one in the user's configuration folder, else None."""
    try:
        here = Path.cwd() / NAME
    except FileNotFoundError:
        raise ConfigError(
            "The folder you are in is gone; change to another, or name --config FILE."
        ) from None
    if here.is_file():
        return here
    from platformdirs import user_config_dir  # noqa: PLC0415 # slow to load; most commands are told the file

    own = Path(user_config_dir("moonwire", appauthor=False)) / NAME
    return own if own.is_file() else None


def parse(text: str, path: Path | None) -> Config:
    """Return the configuration in a TOML text; `path` is the file it stands in, for names and folders."""
    path = path and path.absolute()
    file = str(path or NAME)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: this is not TOML: {_lowered(str(error), text)}.") from None
    except RecursionError:
        raise ConfigError(f"{file}: this is not a configuration: it is nested too deeply.") from None
    findings = Findings(file)
    values = check_document(document, findings)
    origin: Literal["config", "default"] = "config" if "source" in document else "default"
    sources = check_sources(document["source"], findings) if origin == "config" else ()
    rules = check_rules(document.get("notify", []), findings)
    digest, smtp = DigestConfig(**values["digest"]), smtp_of(values["smtp"], findings)
    check_mail(digest, smtp, findings)
    translate = translate_of(values["translate"], findings)
    _check_defaults(values, findings)
    if findings.problems:
        raise ConfigError(_told(findings.problems))
    built = _build(values, path, sources if origin == "config" else default_sources(), origin)
    return replace(built, notify=rules, digest=digest, smtp=smtp, translate=translate)


def default_sources() -> tuple[Source, ...]:
    """Return the shipped sources: agencies, wires and trade press that report on lunar bases."""
    text = Path(__file__).with_name("sources.toml").read_text(encoding="utf-8")
    findings = Findings("sources.toml")
    sources = check_sources(tomllib.loads(text)["source"], findings)
    assert not findings.problems, findings.problems
    return sources


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file; `moonwire init {path}` writes one.") from None
    except OSError as error:
        raise ConfigError(f"{path}: can not be read: {error.strerror}.") from None
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{path}: is larger than {MAX_BYTES} bytes, expected a configuration file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}: line {line} is not UTF-8, expected a text file saved as UTF-8.") from None


def _build(
    values: dict[str, dict[str, Any]],
    path: Path | None,
    sources: tuple[Source, ...],
    origin: Literal["config", "default"],
) -> Config:
    folder = path.parent if path else Path.cwd()
    serve, publish = values["serve"], values["publish"]
    host, port = serve.get("host", ServeConfig().host), serve.get("port", ServeConfig().port)
    given = serve.pop("base_url", "")
    return Config(
        topic=TopicConfig(file=_topic(values["topic"], folder)),
        store=StoreConfig(**values["store"] | {"path": _store_path(values["store"], folder)}),
        serve=ServeConfig(base_url=given or derived_url(host, port), base_url_derived=not given, **serve),
        fetch=FetchConfig(**_fetch(values["fetch"], folder)),
        schedule=ScheduleConfig(**_schedule(values["schedule"])),
        publish=PublishConfig(
            **publish | ({"dir": _under(folder, publish["dir"])} if "dir" in publish else {})
        ),
        sources=sources,
        sources_origin=origin,
        path=path,
    )


def _topic(values: dict[str, Any], folder: Path) -> str:
    file: str = values.get("file", TopicConfig().file)
    is_path = "/" in file or os.sep in file or file.endswith(".toml")
    return str(_under(folder, file)) if is_path else file


def _store_path(values: dict[str, Any], folder: Path) -> Path:
    if "path" in values:
        return _under(folder, values["path"])
    from platformdirs import user_data_dir  # noqa: PLC0415 # as above

    return Path(user_data_dir("moonwire", appauthor=False)) / "moonwire.db"


def _under(folder: Path, name: str) -> Path:
    try:
        return folder / Path(name).expanduser()
    except RuntimeError:  # ~somebody who is not there
        return folder / name


def _fetch(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    found = values | {"user_agent": _user_agent(values)}
    return found | ({"ca_file": _under(folder, values["ca_file"])} if "ca_file" in values else {})


def _user_agent(values: dict[str, Any]) -> str:
    contact = values.get("contact") or _postmaster()
    readers = values.get("subscribers") or 0
    told = f"; {readers} subscribers" if readers else ""  # the form that feed hosts count by, also for one
    return values.get("user_agent") or f"moonwire/{__version__} (+{contact}{told})"


def _postmaster() -> str:
    """Return the mailbox that each host with mail has (RFC 5321 4.5.1); no name server is asked."""
    host = socket.gethostname()
    return f"postmaster@{host if _PLAIN_HOST.fullmatch(host) else 'localhost'}"


def _schedule(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with the default interval moved inside bounds that were set alone."""
    plain = ScheduleConfig(**values)
    most = (
        max(plain.max_interval_s, plain.min_interval_s)
        if "max_interval_s" not in values
        else plain.max_interval_s
    )
    least = min(plain.min_interval_s, most)
    middle = min(max(plain.default_interval_s, least), most)
    return {"min_interval_s": least, "max_interval_s": most, "default_interval_s": middle}


def _check_defaults(values: dict[str, dict[str, Any]], findings: Findings) -> None:
    schedule = values.get("schedule", {})
    middle, least, most = (schedule.get(f"{name}_interval_s") for name in ("default", "min", "max"))
    if middle is None:
        return
    if least is not None and middle < least:
        findings.add(
            "[schedule] default_interval_s",
            f"found {middle}, expected at least min_interval_s, which is {least}.",
        )
    if most is not None and middle > most:
        findings.add(
            "[schedule] default_interval_s",
            f"found {middle}, expected at most max_interval_s, which is {most}.",
        )


def _lowered(sentence: str, text: str) -> str:
    last = len(text.rstrip().splitlines()) or 1
    sentence = sentence.replace("at end of document", f"at line {last}, the end of the document")
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _told(problems: list[str]) -> str:
    more = len(problems) - _MOST_SHOWN
    return "\n".join(problems[:_MOST_SHOWN] + ([f"and {more} more like these."] if more > 0 else []))
