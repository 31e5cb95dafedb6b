"""What a round did, for those who ask for one."""

from feeds.model.value import Value
from scheduler.rounds import line


class RoundReport(Value, frozen=True, kw_only=True):
    """What a round did. `left` sources were not asked because it had to end; they stay due."""

    changed: int = 0
    unchanged: int = 0
    deferred: int = 0
    failed: int = 0
    gone: int = 0
    new: int = 0
    kept: int = 0
    updated: int = 0
    left: int = 0
    unreached: int = 0
    """Of the failed ones: those whose host gave no answer at all (name, connection, time)."""
    slow: int = 0
    """Of the asked ones: those that answered well, but slowly."""
    cut: int = 0
    """Of the failed ones: those that the round no longer waited for."""
    late: int = 0
    """Not among the asked: those that are still being asked, and recorded with a later round."""
    line_down: bool = False
    elapsed_s: float = 0.0

    @property
    def asked(self) -> int:
        """Sources that were asked over the network."""
        return self.changed + self.unchanged + self.failed + self.gone

    @property
    def sentence(self) -> str:
        """The round in one line for a person."""
        if self.line_down:
            return line.SENTENCE
        parts = [f"{self.asked} asked", f"{self.new} new, {self.kept} kept"]
        parts += [
            f"{count} {name}"
            for count, name in (
                (self.failed + self.gone, "failed"),
                (self.deferred, "deferred"),
                (self.left, "left"),
                (self.late, "still answering"),
            )
            if count
        ]
        return ", ".join(parts) + f" in {self.elapsed_s:.1f} s"
