"""Wrong configuration files: one sentence per mistake."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import ConfigError
from scheduler.config.keys import SECTIONS, SOURCE
from scheduler.config.load import load, parse

WRONG = [
    ("serve = {", "this is not TOML", "line 1"),
    ("[serve]\nport = 'x'\nport = 2", "this is not TOML", "line 3"),
    ("[servr]\nport = 1", "servr: is not a known section", "nearest known one is serve"),
    ("[serve]\nx = 1", "x: is not a known key", "(all of them: host, port, base_url, title, token_env, hub)"),
    ("port = 80", "port: is not a section", "belongs under [serve]"),
    ("url = 'http://a.example'", "url: is not a section", "belongs under [[source]]"),
    ("[serve]\nprot = 80", "[serve] prot: is not a known key", "nearest known one is port"),
    ("[serve]\nworkers = 2", "[serve] workers", "it belongs under [fetch]"),
    ("serve = 3", "serve: found 3 (a whole number)", "section that starts with [serve]"),
    ("[serve]\nport = 'eighty'", '[serve] port: found "eighty" (text)', "a whole number from 0 to 65535"),
    ("[serve]\nport = 70000", "found 70000", "a whole number from 0 to 65535"),
    ("[serve]\nport = true", "found true (true or false)", "a whole number"),
    ("[serve]\nhost = 'a b'", "[serve] host", "a host name or an IP address"),
    ("[serve]\nhost = 7", "[serve] host: found 7", "a host name or an IP address"),
    ("[serve]\nbase_url = 'moon.example'", "[serve] base_url", "starts with http:// or https://"),
    ("[serve]\ntitle = ''", "[serve] title", "one line of text of 1 to 200 characters"),
    ('[serve]\ntitle = "two\\nlines"', "[serve] title", "one line of text"),
    ("[publish]\nfooter = true", "[publish] footer: found true", 'a list that holds some of "why"'),
    ("[publish]\nfooter = ['whence']", "[publish] footer", '"also covered by", or none'),
    ("[publish]\nfooter = [['why']]", "[publish] footer", '"also covered by", or none'),
    ("[fetch]\ntimeout_s = nan", "found nan", "a number from 1 to 600"),
    ("[fetch]\ntimeout_s = '5'", "[fetch] timeout_s", "a number from 1 to 600"),
    ("[fetch]\nallow_private = 'localhost'", "[fetch] allow_private", "true, or a list of host names"),
    ("[fetch]\nallow_private = ['a b']", "[fetch] allow_private", "true, or a list of host names"),
    ("[store]\npath = 2020-01-01", "[store] path: found 2020-01-01 (a date)", "one line of text"),
    ("[publish]\nhubs = 'https://hub.example'", "[publish] hubs", "a list of http:// or https:// addresses"),
    (
        "[schedule]\nmin_interval_s = 9\nmax_interval_s = 3",
        "min_interval_s: found 9",
        "at most max_interval_s",
    ),
    ("[schedule]\nmin_interval_s = 9\ndefault_interval_s = 3", "default_interval_s: found 3", "at least min"),
    (
        "[schedule]\nmax_interval_s = 9\ndefault_interval_s = 30",
        "default_interval_s: found 30",
        "at most max",
    ),
    ("source = 'http://a.example'", "source: found", "tables that start with [[source]]"),
    ("[[source]]\nname = 'A'", "[[source]] number 1 url: is missing", "starts with http://"),
    ("[[source]]\nurl = 'ftp://a.example'", 'found "ftp://a.example"', "starts with http:// or https://"),
    ("[[source]]\nurl = 'http://[::1'", "number 1 url", "starts with http:// or https://"),
    ("[[source]]\nurl = 'http://a b.example'", "number 1 url", "starts with http:// or https://"),
    ("[publish]\nhubs = ['http://me:pw@a.example']", "[publish] hubs", "without user name and password"),
    ("[[source]]\nurl = 'http://a.example'\nlangauge = 'en'", "langauge: is not a known key", "is language"),
    ("[[source]]\nurl = 'http://a.example'\nlanguage = 'English!'", "language", "a language tag (BCP 47)"),
    ("[[source]]\nurl = 'http://a.example'\ndisabled = 'no'", "disabled", "true or false"),
    (
        "[[source]]\nurl = 'http://a.example'\nheaders = []",
        "headers: found [] (a list)",
        "a table of header names",
    ),
    ("[[source]]\nurl = 'http://a.example'\nheaders = {'a b' = 'c'}", "headers", 'not "a b"'),
    ("[[source]]\nurl = 'http://a.example'\nheaders = {Host = 'c'}", "headers", 'no header "Host"'),
    ("[[source]]\nurl = 'http://a.example'\nheaders = {A = 1}", "headers", 'value of header "A"'),
    ("[[source]]\nurl = 'http://a.example'\nheaders = {A = '月'}", "headers", "Latin-1 text as the value of"),
    ("[[source]]\nurl = 'http://a.example'\nuser = 'me'", "password_env: is missing", "environment variable"),
    ("[[source]]\nurl = 'http://a.example'\npassword_env = 'NO_SUCH'", "user: is missing", "user name"),
    (
        "[[source]]\nurl = 'http://a.example'\nuser = 'a:b'\npassword_env = 'NO_SUCH'",
        "user",
        "without a colon",
    ),
    (
        "[[source]]\nurl = 'http://a.example'\nuser = 'a'\npassword_env = 'NO_SUCH'",
        "NO_SUCH is not set",
        "expected",
    ),
    ("[[source]]\nurl = 'http://a.example'\npassword_env = '4 2'", "password_env", "name of an environment"),
    (
        "[[source]]\nurl = 'http://A.example:80'\n[[source]]\nurl = 'http://a.example/'",
        "number 2 url",
        "already number 1",
    ),
]


@pytest.mark.parametrize(("text", "found", "expected"), WRONG)
def test_a_wrong_file_is_one_sentence(text: str, found: str, expected: str) -> None:
    """The sentence names the file, the key or line, what was found and what is expected."""
    file = Path("moonwire.toml").absolute()
    with pytest.raises(ConfigError) as caught:
        parse(text, file)
    sentence = str(caught.value)
    assert sentence.startswith(f"{file}: ")
    assert found in sentence
    assert expected in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")


def test_all_problems_are_told_at_once() -> None:
    """Several mistakes give as many sentences, up to ten and the number of the rest."""
    with pytest.raises(ConfigError) as caught:
        parse("[serve]\nport = -1\n[fetch]\nworkers = 0\n", None)
    assert len(str(caught.value).splitlines()) == 2
    with pytest.raises(ConfigError, match="and 3 more like these"):
        parse("[serve]\n" + "".join(f"x{n} = 1\n" for n in range(13)), None)


def test_what_can_not_be_read_is_named(tmp_path: Path) -> None:
    """A missing file, a folder, other encodings, too much of it: each has its sentence."""
    missing, folder = tmp_path / "no.toml", tmp_path
    with pytest.raises(ConfigError, match="moonwire init"):
        load(missing)
    with pytest.raises(ConfigError, match="can not be read"):
        load(folder)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"[serve]\ntitle = '\xe9'\n")
    with pytest.raises(ConfigError, match="line 2 is not UTF-8"):
        load(latin)
    big = tmp_path / "big.toml"
    big.write_bytes(b"#" * (8 * 1024 * 1024 + 1))
    with pytest.raises(ConfigError, match="is larger than"):
        load(big)
    with pytest.raises(ConfigError, match="nested too deeply"):
        parse("a = " + "[" * 100_000, None)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever stands in the file, the outcome is a configuration or a ConfigError."""
    with suppress(ConfigError):
        assert parse(text, None).path is None


_NAMES = [key.name for section in (*SECTIONS, SOURCE) for key in section.keys]
_VALUES = st.sampled_from(
    ["1", "-1", "1.5", "nan", '""', '"x"', "true", "[]", '["x"]', "[[1]]", "{}", "2020-01-01", "00:00:00"]
)


@given(
    st.sampled_from([*(f"[{section.name}]" for section in SECTIONS), "[[source]]"]),
    st.sampled_from(_NAMES),
    _VALUES,
)
def test_no_value_breaks_the_reader(header: str, key: str, value: str) -> None:
    """Every key takes or refuses every kind of value; nothing else comes out."""
    with suppress(ConfigError):
        assert parse(f"{header}\n{key} = {value}\n", None).path is None
