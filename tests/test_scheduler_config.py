"""The configuration file: defaults, values, and one sentence per mistake."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import ConfigError
from feeds.model import BasicAuth
from scheduler.config import default_sources, find, load, parse
from scheduler.config_keys import SECTIONS, SOURCE
from scheduler.config_types import derived_url
from scheduler.init_text import init_text


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with an empty home, so that no real file is found."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def test_defaults_need_no_file() -> None:
    """Without any file everything has a value: the shipped topic and sources, loopback only."""
    config = load(None)
    assert config.path is None
    assert config.topic.file == "lunar-station"
    assert config.serve.base_url == "http://127.0.0.1:8380"
    assert config.fetch.allow_private == frozenset()
    assert config.fetch.user_agent.startswith("moonwire/")
    assert config.sources_origin == "default"
    assert config.store.path.name == "moonwire.db"
    assert config.publish.dir is None


def test_every_value_is_read(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key of each section arrives where it belongs; relative paths start at the file."""
    monkeypatch.setenv("FEED_PASSWORD", "secret")
    folder = empty_home / "etc"
    folder.mkdir()
    file = folder / "moonwire.toml"
    file.write_text(
        """
        [topic]
        file = "topics/own.toml"
        [store]
        path = "data/wire.db"
        [serve]
        host = "::1"
        port = 9000
        base_url = "https://moon.example/"
        title = "Луна 月"
        [fetch]
        workers = 3
        timeout_s = 12.5
        max_bytes = 2048
        contact = "https://moon.example/about"
        allow_private = ["LocalHost", "127.0.0.1", "[::1]", "fd00::0001"]
        host_spacing_s = 0
        per_host = 1
        [schedule]
        min_interval_s = 60
        max_interval_s = 7200
        default_interval_s = 600
        [publish]
        dir = "out"
        entries = 7
        hubs = ["https://hub.example/"]
        [[source]]
        url = " https://a.example/feed "
        name = "A"
        language = "pt-BR"
        kind = "press"
        min_interval_s = 1
        max_interval_s = 2
        headers = { Accept-Language = "ru" }
        user = "me"
        password_env = "FEED_PASSWORD"
        [[source]]
        url = "http://b.example"
        disabled = true
        """,
        encoding="utf-8-sig",
    )
    config = load(file)
    assert config.path == file
    assert config.topic.file == str(folder / "topics/own.toml")
    assert config.store.path == folder / "data/wire.db"
    assert (config.serve.host, config.serve.port, config.serve.title) == ("::1", 9000, "Луна 月")
    assert config.serve.base_url == "https://moon.example"
    assert config.serving("0.0.0.0", 1).serve.base_url == "https://moon.example"
    assert (config.fetch.workers, config.fetch.timeout_s, config.fetch.max_bytes) == (3, 12.5, 2048)
    assert config.fetch.user_agent.endswith(" (+https://moon.example/about)")
    assert config.fetch.allow_private == frozenset({"localhost", "127.0.0.1", "::1", "fd00::1"})
    assert (config.fetch.host_spacing_s, config.fetch.per_host) == (0, 1)
    assert config.schedule.default_interval_s == 600
    assert (config.publish.dir, config.publish.entries) == (folder / "out", 7)
    assert config.publish.hubs == ("https://hub.example/",)
    first, second = config.sources
    assert (first.url, first.name, first.language, first.kind) == (
        "https://a.example/feed",
        "A",
        "pt-BR",
        "press",
    )
    assert (first.min_interval_s, first.max_interval_s) == (1, 2)
    assert first.headers == (("Accept-Language", "ru"),)
    assert first.auth == BasicAuth(user="me", password="secret")
    assert second.disabled
    assert config.sources_origin == "config"
    assert "secret" not in repr(config)


WRONG = [
    ("serve = {", "this is not TOML", "line 1"),
    ("[serve]\nport = 'x'\nport = 2", "this is not TOML", "line 3"),
    ("[servr]\nport = 1", "servr: is not a known section", "nearest known one is serve"),
    ("[serve]\nx = 1", "x: is not a known key", "(all of them: host, port, base_url, title)"),
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
    ("[[source]]\nurl = 'http://me:pw@a.example'", "number 1 url", "set user and password_env instead"),
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
        "[[source]]\nurl = 'http://A.example'\n[[source]]\nurl = 'http://a.example/'",
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


def test_the_file_is_found_here_then_at_home(empty_home: Path, tmp_path: Path) -> None:
    """./moonwire.toml wins over the one in the user's configuration folder."""
    assert find() is None
    home = tmp_path / "home" / "moonwire"
    home.mkdir(parents=True)
    (home / "moonwire.toml").write_text("[serve]\nport = 1\n")
    assert load(None).serve.port == 1
    (empty_home / "moonwire.toml").write_text("[serve]\nport = 2\n")
    assert load(None).serve.port == 2


def test_an_empty_list_of_sources_is_meant() -> None:
    """`source = []` watches nothing but what was added by command."""
    config = parse("source = []", None)
    assert (config.sources, config.sources_origin) == ((), "config")


def test_intervals_set_alone_move_the_others() -> None:
    """A bound that is set alone never contradicts the defaults of the others."""
    assert parse("[schedule]\nmin_interval_s = 90000", None).schedule.max_interval_s == 90_000
    low = parse("[schedule]\nmax_interval_s = 10", None).schedule
    assert (low.min_interval_s, low.default_interval_s) == (10, 10)


def test_allow_private_may_be_everything() -> None:
    """`true` and `false` stand for all and none."""
    assert parse("[fetch]\nallow_private = true", None).fetch.allow_private is True
    assert parse("[fetch]\nallow_private = false", None).fetch.allow_private is False


def test_user_agent_may_be_replaced() -> None:
    """A configured User-Agent is sent as it stands; an empty one is none."""
    assert parse("[fetch]\nuser_agent = 'X/1'\ncontact = 'y'", None).fetch.user_agent == "X/1"
    assert parse("[fetch]\nuser_agent = ''", None).fetch.user_agent.startswith("moonwire/")


def test_a_disabled_source_needs_no_secret() -> None:
    """Nobody asks a disabled source, so its password may be absent."""
    text = "[[source]]\nurl = 'http://a.example'\nuser = 'u'\npassword_env = 'NO_SUCH'\ndisabled = true"
    assert parse(text, None).sources[0].auth is None


def test_an_unknown_home_is_left_as_written() -> None:
    """A path with ~ of a user who does not exist is taken as it stands."""
    path = parse("[store]\npath = '~no-such-user-here/x.db'", None).store.path
    assert path == Path.cwd() / "~no-such-user-here/x.db"


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("127.0.0.1", 8380, "http://127.0.0.1:8380"),
        ("0.0.0.0", 8380, "http://localhost:8380"),
        ("::", 80, "http://localhost"),
        ("fd00::1", 1, "http://[fd00::1]:1"),
    ],
)
def test_base_url_follows_host_and_port(host: str, port: int, url: str) -> None:
    """Nobody has to say the address twice."""
    assert derived_url(host, port) == url
    assert parse("", None).serving(host, port).serve.base_url == url
    assert parse("", None).serving(None, None).serve.base_url == "http://127.0.0.1:8380"


def test_shipped_sources_are_whole_and_fit_to_publish() -> None:
    """Each shipped source has address, name, language and kind; no search engine is among them."""
    sources = default_sources()
    assert len(sources) >= 30
    assert len({source.url for source in sources}) == len(sources)
    assert {"en", "zh", "ru", "ja"} <= {source.language for source in sources}
    for source in sources:
        assert source.name
        assert source.language
        assert source.kind
        assert "google" not in source.url


def test_the_commented_file_loads_to_the_defaults() -> None:
    """What `init` writes changes nothing, whether its keys stay commented out or not."""
    plain, written = parse("", None), init_text()
    assert parse(written, None) == plain
    active = "\n".join(
        line[1:] if line[:1] == "#" and line[:2] not in {"##", "# "} else line
        for line in written.splitlines()
    )
    loaded = parse(active, None)
    assert [source.url for source in loaded.sources] == ["https://example.org/feed.xml"]
    assert (loaded.topic, loaded.store, loaded.serve, loaded.fetch) == (
        plain.topic,
        plain.store,
        plain.serve,
        plain.fetch,
    )
    assert (loaded.schedule, loaded.publish) == (plain.schedule, plain.publish)
    for section in (*SECTIONS, SOURCE):
        for key in section.keys:
            assert key.name in written


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
