"""An item that the operator marked follows the mark, whatever a topic says of it."""

import sqlite3
from typing import Final

from feeds.model import Judged, Reason, Verdict
from feeds.model.value import replace

MARK: Final = "mark"
"""Name of the reason that a mark gives."""


def followed(conn: sqlite3.Connection, item_id: int, judged: Judged) -> Judged:
    """Return what to store of an item: the verdict as judged, or as marked where it is."""
    row = conn.execute("SELECT keep FROM marks WHERE item_id = ?", (item_id,)).fetchone()
    if row is None:
        return judged
    return replace(judged, verdict=by_mark(judged.verdict, keep=bool(row["keep"])))


def by_mark(verdict: Verdict, *, keep: bool) -> Verdict:
    """Return the verdict that a mark makes; what the topic found stays behind it as reasons."""
    reason = Reason(
        concept=MARK,
        words="",
        place="item",
        weight=0.0,
        kind="for" if keep else "against",
        note=f"marked by the operator to {'keep' if keep else 'reject'}",
    )
    return replace(
        verdict, keep=keep, near=False, score=1.0 if keep else 0.0, reasons=(reason, *verdict.reasons)
    )
