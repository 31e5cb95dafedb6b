"""The configuration file: defaults, values, and one sentence per mistake."""

from pathlib import Path

import pytest

from feeds.model import BasicAuth
from scheduler.config.keys import SECTIONS, SOURCE
from scheduler.config.load import default_sources, find, load, parse
from scheduler.config.starter import init_text
from scheduler.config.types import derived_url


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


def test_subscribers_are_told_when_known() -> None:
    """The form that feed hosts look for; nothing when nobody counted."""
    fetch = parse("[fetch]\ncontact = 'https://moon.example/'\nsubscribers = 17", None).fetch
    assert fetch.user_agent.endswith(" (+https://moon.example/; 17 subscribers)")
    assert "subscribers" not in parse("[fetch]\nsubscribers = 0", None).fetch.user_agent


def test_user_agent_may_be_replaced() -> None:
    """A configured User-Agent is sent as it stands; an empty one is none."""
    assert parse("[fetch]\nuser_agent = 'X/1'\ncontact = 'y'", None).fetch.user_agent == "X/1"
    assert parse("[fetch]\nuser_agent = ''", None).fetch.user_agent.startswith("moonwire/")


def test_the_footer_may_be_any_part_or_none() -> None:
    """In the one order that feeds have."""
    for written, footer in (
        ('["also covered by", "why"]', ("why", "also covered by")),
        ('["also covered by"]', ("also covered by",)),
        ("[]", ()),
    ):
        assert parse(f"source = []\n[publish]\nfooter = {written}", None).publish.footer == footer


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
