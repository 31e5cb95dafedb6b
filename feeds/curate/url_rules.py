"""Rules on addresses as data: tracking parameters, presentation variants, redirect wrappers, sites."""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from feeds.later import late_pattern
from feeds.model.value import Value

_COUNTRY = re.compile(r"\.[a-z]{2,3}(?:\.[a-z]{2})?$")
"""Ends of the hosts that one company has in many countries."""


class Names(Value, frozen=True, kw_only=True):
    """Names to match: exact ones, and beginnings that were written with a trailing star."""

    exact: frozenset[str]
    starts: tuple[str, ...]

    def __contains__(self, name: str) -> bool:
        return name in self.exact or name.startswith(self.starts)


class SiteRules(Value, frozen=True, kw_only=True):
    """What one site needs more, or less, than all others; names in lower case."""

    hosts: tuple[str, ...]
    keep: frozenset[str]
    drop: frozenset[str]
    only: frozenset[str] | None


class Wrapper(Value, frozen=True, kw_only=True):
    """A redirector that carries its target in its own address."""

    hosts: tuple[str, ...]
    path: re.Pattern[str]
    parameters: frozenset[str]
    """Lower-case names of the parameters that may hold the target; empty: the rest of the path is it."""


class Rules(Value, frozen=True, kw_only=True):
    """The whole of `data/urls.toml`."""

    tracking: Names
    variant: dict[str, frozenset[str]]
    sites: tuple[SiteRules, ...]
    wrappers: tuple[Wrapper, ...]


def is_host(host: str, names: tuple[str, ...]) -> bool:
    """Match a host: `example.org` stands for itself and its subdomains, `google.*` for every country's."""
    return any(_fits(host, name) for name in names)


def _fits(host: str, name: str) -> bool:
    if name.endswith(".*"):
        host, name = _COUNTRY.sub("", host), name.removesuffix(".*")
    return host == name or host.endswith("." + name)


@lru_cache(maxsize=4096)
def site_rules(host: str) -> SiteRules | None:
    """Return what is special about a host, if anything."""
    return next((site for site in rules().sites if is_host(host, site.hosts)), None)


@lru_cache(maxsize=4096)
def wrappers_of(host: str) -> tuple[Wrapper, ...]:
    """Return the redirect wrappers that live on a host."""
    return tuple(wrapper for wrapper in rules().wrappers if is_host(host, wrapper.hosts))


@cache
def rules() -> Rules:
    """Return the shipped rules, read once."""
    data: dict[str, Any] = tomllib.loads(
        Path(__file__).with_name("data").joinpath("urls.toml").read_text("utf-8")
    )
    names = [name.lower() for name in data["tracking"] + data["session"]]
    return Rules(
        tracking=Names(
            exact=frozenset(names), starts=tuple(name[:-1] for name in names if name.endswith("*"))
        ),
        variant={name: frozenset(values) for name, values in data["variant"].items()},
        sites=tuple(_read_site(site) for site in data["site"]),
        wrappers=tuple(_read_wrapper(rule) for rule in data["wrapper"] + data["inpath"]),
    )


def _read_site(site: dict[str, Any]) -> SiteRules:
    return SiteRules(
        hosts=tuple(site["hosts"]),
        keep=frozenset(site.get("keep", ())),
        drop=frozenset(site.get("drop", ())),
        only=frozenset(site["only"]) if "only" in site else None,
    )


def _read_wrapper(rule: dict[str, Any]) -> Wrapper:
    if "prefix" in rule:
        path = rule["prefix"]
    else:
        path = "(?:" + "|".join(re.escape(p).replace(r"\*", ".*") for p in rule["paths"]) + ")$"
    return Wrapper(
        hosts=tuple(rule["hosts"]),
        path=late_pattern(path),
        parameters=frozenset(name.lower() for name in rule.get("parameters", ())),
    )
