"""The configuration as frozen values. Maker: `scheduler.config.load`. Takers: commands, rounds, daemon.

Durations are seconds, sizes bytes, paths absolute.
"""

from pathlib import Path
from typing import Literal

from feeds.model import Source
from feeds.model.footer import FOOTER, Footer
from feeds.model.pictures import Images
from feeds.model.value import Value, field, replace
from scheduler.config.notify_types import DigestConfig, NotifyRule, SmtpConfig
from scheduler.config.translate_types import TranslateConfig

AllowPrivate = bool | frozenset[str]
"""Which private addresses may be asked: all, none, or these host names and addresses."""


Moves = Literal["every-source", "first-of-a-language", "official-source", "never"]
"""Which later coverage moves a story's date; `store.moves` says how."""


class TopicConfig(Value, frozen=True, kw_only=True):
    """What counts as news."""

    file: str = "lunar-station"
    """Name of a shipped topic, or the absolute path of a topic file."""


class StoreConfig(Value, frozen=True, kw_only=True):
    """Where items, verdicts and the schedule are kept."""

    path: Path
    rejected_days: int = 365
    """For how long rejected items and near misses are kept; 0: for ever."""


class ServeConfig(Value, frozen=True, kw_only=True):
    """Where the feeds and pages are served, and what they call themselves."""

    UNSHOWN = frozenset(("token",))

    host: str = "127.0.0.1"
    port: int = 8380
    base_url: str = "http://127.0.0.1:8380"
    """Where the site is reached from outside, without a trailing slash."""
    base_url_derived: bool = True
    """True when nobody set `base_url`, so that it follows host and port."""
    title: str = "Lunar station wire"
    token: str = ""
    """The operator's, which signs in on the pages; empty: the site is for reading only."""
    hub: bool = False
    """The site runs a WebSub hub for its own feeds."""


class FetchConfig(Value, frozen=True, kw_only=True):
    """How publishers are asked."""

    workers: int = 8
    timeout_s: float = 60.0
    """Whole time one exchange may take, redirects and body included."""
    max_bytes: int = 8 * 1024 * 1024
    """Largest document after decompression."""
    user_agent: str = "moonwire"
    contact: str = ""
    subscribers: int = 0
    """Readers behind this wire, told to publishers; 0: not told."""
    allow_private: AllowPrivate = frozenset()
    ca_file: Path | None = None
    """PEM file of certificate authorities to trust besides certifi's."""
    host_spacing_s: float = 5.0
    """Least time between the starts of two requests to one host."""
    per_host: int = 2
    """Most requests to one host at the same time."""


class ScheduleConfig(Value, frozen=True, kw_only=True):
    """How often a source is asked; each source may narrow these."""

    min_interval_s: int = 900
    max_interval_s: int = 86_400
    default_interval_s: int = 3600
    """For a source whose rhythm is not known yet."""


class PublishConfig(Value, frozen=True, kw_only=True):
    """What is written, and for whom."""

    dir: Path | None = None
    """Folder the daemon keeps a copy of the site in; None: it only serves."""
    entries: int = 100
    """Stories in each feed."""
    hubs: tuple[str, ...] = ()
    """WebSub hubs elsewhere, named in the feeds and told of each change."""
    moves: Moves = "first-of-a-language"
    """Which later coverage moves a story's date in the feeds."""
    footer: Footer = FOOTER
    """What follows the content of each entry in the feeds."""
    images: Images = "feeds"
    """Where pictures come from, and where they are shown."""


class Config(Value, frozen=True, kw_only=True):
    """Everything an operator decides, checked as a whole."""

    topic: TopicConfig = TopicConfig()
    store: StoreConfig
    serve: ServeConfig = ServeConfig()
    fetch: FetchConfig = FetchConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    publish: PublishConfig = PublishConfig()
    digest: DigestConfig = field(default_factory=DigestConfig)
    smtp: SmtpConfig = field(default_factory=SmtpConfig)
    translate: TranslateConfig = field(default_factory=TranslateConfig)
    notify: tuple[NotifyRule, ...] = ()
    sources: tuple[Source, ...] = ()
    sources_origin: Literal["config", "default"] = "default"
    """`default`: the file names no source, so these are the shipped ones."""
    path: Path | None = None
    """The file all this was read from; None when there is none."""

    def serving(self, host: str | None, port: int | None) -> "Config":
        """Return this configuration with another host or port; a derived base_url follows them."""
        serve = replace(
            self.serve, host=host or self.serve.host, port=self.serve.port if port is None else port
        )
        if serve.base_url_derived:
            serve = replace(serve, base_url=derived_url(serve.host, serve.port))
        return replace(self, serve=serve)


def derived_url(host: str, port: int) -> str:
    """Return the address under which this machine itself reaches what listens on host and port."""
    if host in {"", "0.0.0.0", "::"}:  # noqa: S104 # compared, not bound
        host = "localhost"
    if ":" in host:
        host = f"[{host}]"  # RFC 3986 3.2.2
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"  # noqa: PLR2004 # RFC 9110 4.2.1
