"""What no single key shows: rules that say too little or too much, mail that can not be sent."""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from feeds.model.notice import Condition
from scheduler.config.findings import Findings
from scheduler.config.kinds import shown
from scheduler.config.notify_types import DigestConfig, NotifyRule, SmtpConfig

_STORY_ONLY = ("tag", "lang", "min_score")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def rules_of(tables: list[tuple[str, dict[str, Any]]], findings: Findings) -> tuple[NotifyRule, ...]:
    """Return the rules of tables whose keys were read; each comes with its place in the file."""
    first: dict[str, str] = {}
    rules = []
    for place, values in tables:
        before = len(findings.problems)
        _check_condition(values, place, findings)
        rule = _rule(values, place, findings)
        if len(findings.problems) > before or rule is None:
            continue
        if rule.name in first:
            findings.add(
                f"{place} name",
                f'"{rule.name}" names {first[rule.name]} already; expected each rule with a name of its own.',
            )
            continue
        first[rule.name] = place
        rules.append(rule)
    return tuple(rules)


def _check_condition(values: Mapping[str, Any], place: str, findings: Findings) -> None:
    when = values["when"]
    if "at_least" in values and when != "independent origins":
        findings.add(f"{place} at_least", f'goes with when = "independent origins", not with "{when}".')
    for key in _STORY_ONLY:
        if key in values and when == "quiet source":
            findings.add(f"{place} {key}", 'is about stories, and when = "quiet source" tells of none.')


def _rule(values: Mapping[str, Any], place: str, findings: Findings) -> NotifyRule | None:
    apprise = values.get("apprise", "")
    if variable := values.get("apprise_env"):
        apprise = _secret(variable, f"{place} apprise_env", "the Apprise URL", findings)
    to, secret = values.get("to", ""), ""
    ways = [key for key in ("to", "apprise", "apprise_env") if values.get(key)]
    if len(ways) != 1:
        told = "found none" if not ways else f"found {' and '.join(ways)}"
        findings.add(f"{place} to", f"{told}, expected one of to, apprise and apprise_env.")
    if variable := values.get("secret_env"):
        secret = _secret(variable, f"{place} secret_env", "the secret that signs", findings)
        if not to:
            findings.add(f"{place} secret_env", "signs what a webhook gets, expected it beside the key to.")
    if len(ways) != 1:
        return None
    condition = Condition(
        when=values["when"],
        at_least=values.get("at_least", Condition(when="every story").at_least),
        tags=tuple(each.casefold() for each in values.get("tag", ())),
        languages=tuple(each.casefold().partition("-")[0] for each in values.get("lang", ())),
        sources=tuple(each.casefold() for each in values.get("source", ())),
        min_score=values.get("min_score", 0.0),
    )
    name = values.get("name") or f"{condition.when} to {_whom(values)}"
    return NotifyRule(name=name, condition=condition, to=to, secret=secret, apprise=apprise)


def _whom(values: Mapping[str, Any]) -> str:
    """Name a receiver without anything that may be a secret."""
    if values.get("to"):
        return urlsplit(values["to"]).hostname or ""
    if values.get("apprise_env"):
        return str(values["apprise_env"])
    return str(values["apprise"]).partition("://")[0][:40]


def smtp_of(values: dict[str, Any], findings: Findings) -> SmtpConfig:
    """Return the mail server, its password in place of the name of the variable."""
    user, variable = values.get("user", ""), values.pop("password_env", "")
    password = ""
    if bool(user) != bool(variable):
        absent = "password_env" if user else "user"
        findings.add(f"[smtp] {absent}", "is missing, expected user and password_env both or neither.")
    elif variable:
        password = _secret(variable, "[smtp] password_env", "the password", findings)
        host, port = values.get("host", ""), values.get("port", SmtpConfig().port)
        open_wire = not values.get("starttls", True) and port != 465  # noqa: PLR2004 # RFC 8314 7.3
        if open_wire and host not in _LOOPBACK:
            findings.add(
                "[smtp] starttls",
                "found false (true or false), expected true where a password is sent to another machine.",
            )
    return SmtpConfig(
        **{key: value for key, value in values.items() if key != "from"},
        password=password,
        sender=values.get("from", ""),
    )


def check_mail(digest: DigestConfig, smtp: SmtpConfig, findings: Findings) -> None:
    """Find mail that somebody wants and that has no way to go."""
    if not digest.mail_to:
        return
    for key, value in (("host", smtp.host), ("from", smtp.sender)):
        if not value:
            findings.add(f"[smtp] {key}", "is missing, expected it where [digest] mail_to names somebody.")


def _secret(variable: str, place: str, what: str, findings: Findings) -> str:
    found = os.environ.get(variable)
    if not found:
        state = "is empty" if found == "" else "is not set"
        findings.add(place, f"the environment variable {variable} {state}, expected it to hold {what}.")
    return found or ""


def tables_of(found: object, findings: Findings) -> list[dict[str, Any]]:
    """Return the tables of [[notify]]; anything else is told."""
    if isinstance(found, list) and all(isinstance(table, dict) for table in found):
        return found
    findings.add("notify", f"found {shown(found)}, expected tables that start with [[notify]].")
    return []
