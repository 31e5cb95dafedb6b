"""The rules for addresses of certain sites: how they are written, and which hosts they mean."""

from pathlib import Path

from feeds.curate import urls
from feeds.curate.url_rules import is_host, rules


def test_country_hosts_match_whole_labels() -> None:
    """`google.*` is google.com and google.co.uk, not notgoogle.com or google.evil.example."""
    assert is_host("google.com", ("google.*",))
    assert is_host("www.google.co.uk", ("google.*",))
    assert not is_host("notgoogle.com", ("google.*",))
    assert not is_host("google.evil.example", ("google.*",))


def test_rules_are_written_in_lower_case_once() -> None:
    """A rule in capitals would never match; a doubled one is an oversight."""
    for site in rules().sites:
        assert site.hosts
        assert all(name == name.lower() for name in site.keep | site.drop | (site.only or frozenset()))
    assert all(name == name.lower() for name in rules().variant)


def test_rules_ship_beside_the_code() -> None:
    """The data file is found where the module is, in a wheel too."""
    assert Path(urls.__file__).with_name("data").joinpath("urls.toml").is_file()
