"""Play the demonstration: the invented feeds, a temporary store, and the real wire over them."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from feeds.model import Source
from scheduler.config.types import (
    Config,
    FetchConfig,
    ScheduleConfig,
    ServeConfig,
    StoreConfig,
    derived_url,
)
from scheduler.demo.server import demo_server
from scheduler.workshop import Clock, wall_clock

TITLE = "Lunar station wire (demo)"


def demo_config(folder: Path, sources: Sequence[Source], *, host: str, port: int) -> Config:
    """Return a configuration that polls loopback sources every few seconds and keeps all in `folder`."""
    return Config(
        store=StoreConfig(path=folder / "demo.db"),
        serve=ServeConfig(
            host=host, port=port, base_url=derived_url(host, port), base_url_derived=True, title=TITLE
        ),
        fetch=FetchConfig(
            user_agent="moonwire-demo",
            allow_private=frozenset({"127.0.0.1"}),
            host_spacing_s=0.0,
            timeout_s=10.0,
        ),
        schedule=ScheduleConfig(min_interval_s=5, default_interval_s=10, max_interval_s=30),
        sources=tuple(sources),
        sources_origin="config",
    )


@contextmanager
def demo(*, host: str, port: int, clock: Clock = wall_clock) -> Iterator[Config]:
    """Serve the invented feeds and give the configuration to run over them; all of it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="moonwire-demo-") as folder, demo_server(clock) as server:
        yield demo_config(Path(folder), server.sources(), host=host, port=port)
