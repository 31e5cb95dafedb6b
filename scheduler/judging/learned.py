"""What was learned for a topic, out of the store: the history of its sources, and the model."""

from pathlib import Path
from typing import TYPE_CHECKING

from feeds.curate.model import unpack
from feeds.curate.topic import Topic
from feeds.curate.tune import Tuning, tuning

if TYPE_CHECKING:
    from store import Store


def tuning_of(about: Topic, store: "Store", *, learned: bool = True) -> Tuning:
    """Return a topic with the history of the sources and the model, if one is switched on."""
    kept = store.curation.model(about.name) if learned else None
    model = unpack(kept.body) if kept is not None and kept.active else None
    return tuning(about, model, shares(store))


def tuning_beside(about: Topic, path: Path) -> Tuning:
    """Return `tuning_of` the store at `path` where there is one; nothing is made where there is none."""
    if not path.is_file():
        return tuning(about)
    from store import Store  # noqa: PLC0415 # judging without a store loads none

    with Store.open(path) as store:
        return tuning_of(about, store)


def shares(store: "Store") -> dict[str, tuple[int, int]]:
    """Return how many items of each source were judged and kept so far."""
    return {url: (share.judged, share.kept) for url, share in store.curation.shares().items()}


class Tuner:
    """The tuning that a long-running wire judges by; `refresh` takes over what was learned since."""

    def __init__(self, about: Topic, store: "Store") -> None:
        self._about = about
        self._store = store
        self.current = tuning_of(about, store)

    def __call__(self) -> Tuning:
        """Return the tuning of this moment; may be called from any thread."""
        return self.current

    def refresh(self) -> None:
        """Count the sources' history again; the model stays until the wire starts anew."""
        self.current = tuning(self._about, self.current.model, shares(self._store))
