"""One check into the store: everything it found, in one transaction of the caller."""

import sqlite3
from typing import Any

from feeds.model import Check, Identity, Judged, Recorded, Relation
from feeds.model.value import Struct, field, replace
from store import batch, candidates, items, links, marks, relate, search, sources, stories
from store.batch import Keyed
from store.calm import conclude, revise
from store.candidates import Relative
from store.codec import hash64, micros, micros_or_none, storable
from store.links import Compare

__all__ = ["record", "rejudge", "revise"]


class _Filing(Struct):
    """What one transaction works with, and counts."""

    conn: sqlite3.Connection
    compare: Compare
    source_id: int
    at: int
    touched: set[int] = field(default_factory=set)
    new_ids: list[int] = field(default_factory=list)
    kept: int = 0
    updated: int = 0
    pending: set[int] = field(default_factory=set)
    """New items and their relatives, to be grouped once at the end."""
    visible: bool = False


def record(conn: sqlite3.Connection, check: Check, compare: Compare) -> Recorded:
    """File all entries of a check, then the source's new state and the cost of the check.

    Entries are filed last first: feeds list the newest first, and ids grow with time. Raises
    UnicodeEncodeError for a check that is not `storable`.
    """
    source = sources.known(conn, check)
    source_id: int = source["id"]
    filing = _Filing(conn=conn, compare=compare, source_id=source_id, at=micros(check.at))
    far: list[Keyed] = []
    found = [(judged, candidates.keys_of(judged.identity)) for judged in reversed(check.judged)]
    met = batch.met(conn, source_id, found)
    for judged, keys in found:
        if met.strange(judged, keys):
            far.append((judged, keys))
            continue
        _file_all(filing, far)
        _file(filing, judged)
    _file_all(filing, far)
    relate.arrive(conn, filing.pending)
    recorded = Recorded(
        new=len(filing.new_ids),
        kept=filing.kept,
        updated=filing.updated,
        item_ids=tuple(reversed(filing.new_ids)),
    )
    _count(conn, source_id, recorded)
    if conclude(conn, source, check, recorded) or filing.visible:
        revise(conn)
    return recorded


def _count(conn: sqlite3.Connection, source_id: int, recorded: Recorded) -> None:
    """Count new items once per check: a trigger would take as long for each as to insert it."""
    if recorded.new:
        conn.execute(
            "INSERT INTO source_counts VALUES (?, ?, ?) ON CONFLICT (source_id)"
            " DO UPDATE SET judged = judged + excluded.judged, kept = kept + excluded.kept",
            (source_id, recorded.new, recorded.kept),
        )


def _file_all(filing: _Filing, far: list[Keyed]) -> None:
    """File rejected items that have nothing to do with any stored one, all at once, and empty the list."""
    ids = batch.insert(filing.conn, filing.source_id, filing.at, far)
    filing.touched.update(ids)
    filing.new_ids += ids
    far.clear()


def _file(filing: _Filing, judged: Judged) -> None:
    conn = filing.conn
    row = _of_guid(filing, judged.item.guid)
    if row and _is_another(row, judged, filing.compare):
        judged = _renamed(conn, row["id"], judged)
        row = _of_guid(filing, judged.item.guid)
    if row:
        _again(filing, row["id"], judged)
        return
    relatives = candidates.by_key(conn, judged.identity)
    own = [each for each in relatives if each.source_id == filing.source_id]
    same = _same_item(judged.identity, own, filing.compare)
    if same is not None and same not in filing.touched:  # two ids in one document are two entries
        candidates.add_keys(conn, same, judged.identity)
        _again(filing, same, judged)
        return
    if _pruned(conn, judged):
        return
    _new(filing, judged, relatives)


def _of_guid(filing: _Filing, guid: str) -> sqlite3.Row | None:
    sql = "SELECT id, url, title, summary, published, fingerprint FROM items WHERE source_id = ? AND guid = ?"
    row: sqlite3.Row | None = filing.conn.execute(sql, (filing.source_id, guid)).fetchone()
    return row


def _is_another(row: sqlite3.Row, judged: Judged, compare: Compare) -> bool:
    """Tell an entry from the stored one of its guid: some programs write one guid into all entries.

    Nothing may be the same, address, title, text and date, nor may they pass for an entry and its edit.
    """
    item = judged.item
    known = row["url"], row["title"], row["summary"], row["published"]
    told = item.url, item.title, item.summary[: len(row["summary"]) or None], micros_or_none(item.published)
    if any(one == other for one, other in zip(known, told, strict=True)):
        return False
    return compare(judged.identity.fingerprint, row["fingerprint"]).relation is not Relation.SAME_ITEM


def _renamed(conn: sqlite3.Connection, other: int, judged: Judged) -> Judged:
    """Name an entry by its guid and its address, and take from its keys those of the other entry."""
    held = {row[0] for row in conn.execute("SELECT key FROM item_keys WHERE item_id = ?", (other,))}
    keys = tuple(key for key in judged.identity.keys if hash64(key) not in held)
    return replace(
        judged,
        item=replace(judged.item, guid=f"{judged.item.guid} {judged.item.url}"),
        identity=replace(judged.identity, keys=keys),
    )


def _pruned(conn: sqlite3.Connection, judged: Judged) -> bool:
    """Whether an item was pruned. Its guid alone does not tell of what was published since elsewhere."""
    sql = "SELECT pruned FROM tombstones WHERE key = ?"
    found = [conn.execute(sql, (key,)).fetchone() for key in candidates.keys_of(judged.identity)]
    published = micros_or_none(judged.item.published)
    if any(found[1:]) or not any(found) or len(found) == 1 or published is None:
        return any(found)
    return bool(published <= found[0]["pruned"])


def _same_item(identity: Identity, own: list[Relative], compare: Compare) -> int | None:
    """Find the item of the same source that an entry under another guid is; the first stored of several."""
    found = links.compare_all(identity.fingerprint, own, compare)
    return min((one.item_id for one, how in found if how.relation is Relation.SAME_ITEM), default=None)


def _new(filing: _Filing, judged: Judged, by_key: list[Relative]) -> None:
    conn, item = filing.conn, judged.item
    row = items.columns(judged)
    sort_at = row["published"] if row["published"] is not None else filing.at
    row |= {"source_id": filing.source_id, "guid": item.guid, "first_seen": filing.at, "sort_at": sort_at}
    item_id = items.insert(conn, row)
    filing.touched.add(item_id)
    filing.new_ids.append(item_id)
    candidates.store_keys(conn, [(key, item_id) for key in candidates.keys_of(judged.identity)])
    candidates.store_traits(conn, item_id, judged.identity, row["status"], sort_at)
    search.index(conn, item_id, row)
    filing.pending |= relate.enter(conn, item_id, row["status"], judged.identity, by_key, filing.compare)
    filing.visible |= row["status"] >= items.NEAR  # near ones have a page too
    if judged.verdict.keep:
        filing.kept += 1


def _again(filing: _Filing, item_id: int, judged: Judged) -> None:
    """Meet a known item again: an edited text updates its row; id, guid, first_seen and date stay."""
    conn = filing.conn
    first_time = item_id not in filing.touched
    filing.touched.add(item_id)
    sql = "SELECT content_hash, status, story_id, published, updated, sort_at FROM items WHERE id = ?"
    old = conn.execute(sql, (item_id,)).fetchone()
    if old["content_hash"] == judged.identity.content_hash or not first_time:
        return
    judged = marks.followed(conn, item_id, judged)
    row = items.columns(judged)
    if old["published"] is not None:
        row["published"] = old["published"]
    row["sort_at"] = row["published"] if row["published"] is not None else old["sort_at"]
    stated = row["updated"]
    row["updated"] = (
        stated if stated is not None and stated > (old["updated"] or old["sort_at"]) else filing.at
    )
    row["updated"] = min(row["updated"], filing.at)
    items.update(conn, item_id, row)
    candidates.add_keys(conn, item_id, judged.identity)
    candidates.forget_traits(conn, item_id)
    search.forget(conn, item_id)
    candidates.store_traits(conn, item_id, judged.identity, row["status"], row["sort_at"])
    search.index(conn, item_id, row)
    filing.updated += 1
    _story_after_edit(filing, item_id, judged, old, row)


def _story_after_edit(
    filing: _Filing, item_id: int, judged: Judged, old: sqlite3.Row, row: dict[str, Any]
) -> None:
    conn = filing.conn
    was, now = old["status"] == items.KEPT, judged.verdict.keep
    filing.visible |= max(old["status"], row["status"]) >= items.NEAR
    if was and now:
        stories.lead_changed(conn, item_id, row["updated"], row["sort_at"])
    relate.change(conn, item_id, judged.identity, filing.compare)


def rejudge(conn: sqlite3.Connection, item_id: int, judged: Judged, *, compare: Compare) -> int:
    """Give a stored item another verdict; returns 1 when it entered the kept ones, -1 when it left, else 0.

    Nothing counts as news: a story that it opens or joins is dated by the item's own time.
    """
    judged = storable(judged)
    old = conn.execute("SELECT * FROM items WHERE id = ?", (item_id,)).fetchone()
    if old is None:
        return 0
    fresh = items.columns(judged)
    row = {name: fresh[name] for name in ("status", "score", "topic", "tags", "reasons")}
    items.update(conn, item_id, row)
    if row["status"] == old["status"]:
        return 0
    revise(conn)
    if old["status"] == items.REJECTED:  # of items far from the topic hardly anything was noted
        items.update(conn, item_id, {"fingerprint": fresh["fingerprint"]})
    row |= {name: old[name] for name in ("sort_at", "title", "summary", "content", "updated")}
    candidates.forget_traits(conn, item_id)
    search.forget(conn, item_id)
    candidates.store_traits(conn, item_id, judged.identity, row["status"], row["sort_at"])
    search.index(conn, item_id, row)
    moved = int(row["status"] == items.KEPT) - int(old["status"] == items.KEPT)
    if moved:
        filing = _Filing(conn=conn, compare=compare, source_id=old["source_id"], at=row["sort_at"])
        _story_after_edit(filing, item_id, judged, old, row)
    return moved
