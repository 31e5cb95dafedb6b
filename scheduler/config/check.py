"""A parsed configuration document against the table of keys: values, or one sentence per problem."""

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from feeds.model import BasicAuth, Source
from feeds.plain_address import PORTS, plain
from scheduler.config.findings import Findings
from scheduler.config.keys import NOTIFY, SECTIONS, SOURCE, TABLES, Section
from scheduler.config.kinds import WrongError, shown, split_credentials
from scheduler.config.notify_check import rules_of, tables_of
from scheduler.config.notify_types import NotifyRule

_SIGNS = r"[\x21-\x7e]{16,500}"


def check_document(document: Mapping[str, Any], findings: Findings) -> dict[str, dict[str, Any]]:
    """Return the values given per section (only those given); problems go to `findings`."""
    known = [section.name for section in (*SECTIONS, *TABLES)]
    for name in document:
        if name not in known:
            findings.add(name, _unknown_top(name, known))
    values: dict[str, dict[str, Any]] = {}
    for section in SECTIONS:
        table = document.get(section.name, {})
        if isinstance(table, dict):
            values[section.name] = check_table(table, section, f"[{section.name}]", findings)
        else:
            findings.add(
                section.name, f"found {shown(table)}, expected a section that starts with [{section.name}]."
            )
    _check_intervals(values.get("schedule", {}), "[schedule]", findings)
    _take_token(values.get("serve", {}), findings)
    _check_hubs(values.get("serve", {}), values.get("publish", {}), findings)
    return values


def _check_hubs(serve: Mapping[str, Any], publish: Mapping[str, Any], findings: Findings) -> None:
    """See that whoever gets feeds pushed can also reach what they are told of."""
    places = {"[serve] hub": serve.get("hub"), "[publish] hubs": publish.get("hubs")}
    for place in (place for place, wanted in places.items() if wanted and not serve.get("base_url")):
        findings.add(place, "needs [serve] base_url, the address under which others reach the feeds.")


def _take_token(serve: dict[str, Any], findings: Findings) -> None:
    """Put the token in place of the name of its variable."""
    variable = serve.pop("token_env", "")
    if not variable:
        return
    token = os.environ.get(variable)
    if token is None:
        findings.add(
            "[serve] token_env",
            f"the environment variable {variable} is not set, expected it to hold the operator's token.",
        )
    elif not re.fullmatch(_SIGNS, token):
        findings.add(
            "[serve] token_env",
            f"the environment variable {variable} holds no token ({len(token)} characters), expected 16 to "
            "500 letters, digits or signs without spaces, such as `openssl rand -hex 16` gives.",
        )
    else:
        serve["token"] = token


def check_table(table: Mapping[str, Any], section: Section, place: str, findings: Findings) -> dict[str, Any]:
    """Return the values of one table by key, read by their kinds."""
    kinds = section.kinds
    values: dict[str, Any] = {}
    for name, found in table.items():
        if name not in kinds:
            findings.add(f"{place} {name}", _unknown_key(name, section))
            continue
        try:
            values[name] = kinds[name].read(found)
        except WrongError as wrong:
            findings.add(
                f"{place} {name}", f"found {shown(found)}, expected {str(wrong) or kinds[name].expected}."
            )
    for key in section.required:
        if key.name not in table:
            findings.add(f"{place} {key.name}", f"is missing, expected {key.kind.expected}.")
    return values


def check_sources(tables: object, findings: Findings) -> tuple[Source, ...]:
    """Return the sources of all [[source]] tables; addresses must differ."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        findings.add("source", f"found {shown(tables)}, expected tables that start with [[source]].")
        return ()
    first: dict[str, int] = {}
    sources = []
    for place, table in enumerate(tables, start=1):
        label = f"[[source]] number {place}"
        before = len(findings.problems)
        values = check_table(table, SOURCE, label, findings)
        _check_intervals(values, label, findings)
        written, auth = values.get("url", ""), _auth(values, label, findings)
        values["url"], inline = split_credentials(written)
        if inline is not None:
            auth = _inline_auth(inline, values, label, findings)
        if len(findings.problems) > before:
            continue
        same = first.setdefault(address_key(values["url"]), place)
        if same != place:
            findings.add(
                f"{label} url", f"{values['url']} is already number {same}; expected each address once."
            )
            continue
        sources.append(
            Source(auth=auth, **{k: v for k, v in values.items() if k not in {"user", "password_env"}})
        )
    return tuple(sources)


def check_rules(found: object, findings: Findings) -> tuple[NotifyRule, ...]:
    """Return the rules of all [[notify]] tables; names must differ. One mistake in a table is told first."""
    sound = []
    for place, table in enumerate(tables_of(found, findings), start=1):
        label, before = f"[[notify]] number {place}", len(findings.problems)
        values = check_table(table, NOTIFY, label, findings)
        if len(findings.problems) == before:
            sound.append((label, values))
    return rules_of(sound, findings)


def _auth(values: Mapping[str, Any], place: str, findings: Findings) -> BasicAuth | None:
    user, variable = values.get("user", ""), values.get("password_env", "")
    if not user and not variable:
        return None
    if not variable:
        findings.add(
            f"{place} password_env",
            f'is missing, expected the environment variable with the password of "{user}".',
        )
    elif not user:
        findings.add(f"{place} user", "is missing, expected the user name that goes with password_env.")
    elif ":" in user:
        findings.add(
            f"{place} user", f"found {shown(user)}, expected a user name without a colon (RFC 7617)."
        )
    elif values.get("disabled"):
        return None  # nobody will ask it, so the secret need not be at hand
    elif variable not in os.environ:
        findings.add(
            f"{place} password_env",
            f"the environment variable {variable} is not set, expected it to hold the password.",
        )
    else:
        return BasicAuth(user=user, password=os.environ[variable])
    return None


def _inline_auth(
    inline: tuple[str, str], values: Mapping[str, Any], place: str, findings: Findings
) -> BasicAuth:
    """Return the credentials that stood in the address: they belong to the request, not to the identity."""
    if values.get("user") or values.get("password_env"):
        findings.add(
            f"{place} url", "names a user as the key user does; expected the user in one of the two."
        )
    return BasicAuth(user=inline[0], password=inline[1])


def _check_intervals(values: Mapping[str, Any], place: str, findings: Findings) -> None:
    least, most = values.get("min_interval_s"), values.get("max_interval_s")
    if least is not None and most is not None and least > most:
        findings.add(
            f"{place} min_interval_s", f"found {least}, expected at most max_interval_s, which is {most}."
        )


def address_key(url: str) -> str:
    """Return what two spellings of one feed's address have in common."""
    if found := plain(url):
        scheme, name, port, path = found
        where = name if port == PORTS[scheme] else f"{name}:{port}"
        return f"{scheme}://{where}{path}" if "?" in path else f"{scheme}://{where}{path}?"
    parts = urlsplit(url)
    host = parts.netloc.lower().removesuffix(f":{PORTS.get(parts.scheme, '')}")
    return f"{parts.scheme}://{host}{parts.path or '/'}?{parts.query}"


def _unknown_top(name: str, known: list[str]) -> str:
    for section in (*TABLES, *SECTIONS):
        if any(key.name == name for key in section.keys):
            return f"is not a section; the key {name} belongs under {_header(section)}."
    return f"is not a known section; the nearest known one is {_nearest(name, known)}."


def _unknown_key(name: str, section: Section) -> str:
    near = _close(name, [key.name for key in section.keys], cutoff=0.75)
    for other in (*SECTIONS, *TABLES):
        if not near and other is not section and any(key.name == name for key in other.keys):
            return f"is not a known key here; it belongs under {_header(other)}."
    return (
        f"is not a known key; the nearest known one is {_nearest(name, [key.name for key in section.keys])}."
    )


def _close(name: str, known: list[str], *, cutoff: float) -> list[str]:
    """Return the known name that is most like `name`, if one is as alike as `cutoff`."""
    from difflib import get_close_matches  # noqa: PLC0415 # most files know their keys

    return get_close_matches(name, known, n=1, cutoff=cutoff)


def _nearest(name: str, known: list[str]) -> str:
    nearest = _close(name, known, cutoff=0.0)[0]
    alike = _close(name, known, cutoff=0.5)
    return nearest if alike else f"{nearest} (all of them: {', '.join(known)})"


def _header(section: Section) -> str:
    return f"[[{section.name}]]" if section in TABLES else f"[{section.name}]"
