"""What items are judged by: the topic and what was learned, compiled when the first item needs it.

Compiling takes longer than a round without news, so the store keeps the outcome for the next start. Whether
stored verdicts are of the present topic is seen from the hash of its file, which every verdict names.
"""

import threading
from typing import TYPE_CHECKING

from feeds.curate.edition import begun
from feeds.curate.topictext import digest_of, text_of

if TYPE_CHECKING:
    from feeds.curate.topic import Topic
    from feeds.curate.tune import Tuning
    from feeds.model import Entry
    from scheduler.judging.learned import Tuner
    from store import Store


class Criteria:
    """Topic, tuning and vocabulary of one configuration. Thread-safe; `store` knows what was learned."""

    def __init__(self, file: str, store: "Store | None" = None) -> None:
        """Compile at once, unless all of the store was judged by this very file; raises TopicError."""
        self._file = file
        self._store = store
        self._lock = threading.RLock()
        self._topic: Topic | None = None
        self._tuner: Tuner | None = None
        self._plain: Tuning | None = None
        begun()
        text, _ = text_of(file)
        self.settled = store is not None and _all_by(digest_of(text), store)
        """Whether all stored verdicts are known to be of this topic, and no model adds to it."""
        if not self.settled:
            _ = self.topic

    @property
    def topic(self) -> "Topic":
        """The compiled topic."""
        with self._lock:
            if self._topic is None:
                self._topic = self._loaded()
            return self._topic

    def _loaded(self) -> "Topic":
        if self._store is None:
            from feeds.curate.topic import load  # noqa: PLC0415 # see above

            return load(self._file)
        from scheduler.judging.compiled import load_beside  # noqa: PLC0415 # as above

        return load_beside(self._file, self._store)

    @property
    def tuner(self) -> "Tuner":
        """What was learned for the topic; of use with a store only."""
        with self._lock:
            if self._tuner is None:
                from scheduler.judging.learned import Tuner  # noqa: PLC0415 # see above

                assert self._store is not None
                self._tuner = Tuner(self.topic, self._store)
            return self._tuner

    def tuned(self) -> "Tuning":
        """Return what to judge by at this moment."""
        if self._store is not None:
            return self.tuner()
        with self._lock:
            if self._plain is None:
                from feeds.curate.tune import tuning  # noqa: PLC0415 # see above

                self._plain = tuning(self.topic)
            return self._plain

    def vocabulary(self, entry: bytes) -> bool:
        """Say whether the topic may want the item of an entry, by the words in its XML."""
        from feeds.curate.tune import may_matter  # noqa: PLC0415 # see above

        return may_matter(entry, self.tuned())

    def wanted(self, entry: "Entry") -> bool:
        """Say whether the topic may want the item of an entry whose texts were read."""
        from feeds.curate.assess import is_wanted  # noqa: PLC0415 # see above

        return is_wanted(entry, self.tuned())


def _all_by(digest: str, store: "Store") -> bool:
    label = store.judged_by()
    return label is not None and label.endswith(f"#{digest}")
