"""What every command shares: the configuration, the store, the printer. Loads no command line library."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from feeds.errors import ConfigError
from feeds.model.value import Struct, field
from scheduler.config.types import Config
from scheduler.show import Show

if TYPE_CHECKING:
    from store import Store


class Shell(Struct):
    """The options before the command's name, and what follows from them."""

    config_path: Path | None = None
    verbose: bool = False
    show: Show = field(default_factory=Show)
    _config: Config | None = None

    @property
    def config(self) -> Config:
        """The configuration, read when it is first needed."""
        if self._config is None:
            from scheduler.config.load import load  # noqa: PLC0415 # `init` and completion run without it

            self._config = load(self.config_path)
        return self._config

    @contextmanager
    def store(self, *, sync: bool = True) -> Iterator["Store"]:
        """Open the store; `sync` puts the configured sources into it, which writes."""
        from scheduler.workshop import folded  # noqa: PLC0415 # judge and relate run without it
        from store import Store  # noqa: PLC0415 # as above

        config = self.config
        with Store.open(config.store.path, fold=folded) as opened:
            if sync:
                opened.sync_sources(config.sources, origin=config.sources_origin, now=now())
            yield opened


def now() -> datetime:
    """Return the time, aware UTC: the one clock of the command line."""
    return datetime.now(UTC)


@contextmanager
def opened(file: str) -> Iterator[tuple[BinaryIO, str]]:
    """Open FILE, or standard input for "-", for bytes; returns it with its name for sentences."""
    if file == "-":
        import sys  # noqa: PLC0415 # looked up late: tests put another one in its place

        yield sys.stdin.buffer, "standard input"
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            raise ConfigError(f"{file}: can not be read: {error.strerror}.") from None
        yield stream, file
