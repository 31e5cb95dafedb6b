"""What is wrong with a configuration, gathered sentence by sentence."""

from feeds.model.value import Struct, field


class Findings(Struct):
    """Sentences on what is wrong, in the order of the file."""

    file: str
    problems: list[str] = field(default_factory=list)

    def add(self, place: str, what: str) -> None:
        """Note one problem: `place` is a section or key, `what` the rest of the sentence."""
        self.problems.append(f"{self.file}: {place}: {what}")
