"""Digests as they were made: a closed period stays as it is."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from feeds.model import Story
from feeds.model.digest import Digest, DigestKind
from store import calm, outbox, stories
from store.codec import from_json, micros, moment, to_json
from store.connection import Database
from store.delivery import Parcel, Payload
from store.moves import Moves

KIND: Final = "mail"
"""Of the deliveries; their target is a mail address, their key the name of the digest."""
_PAGE: Final = 200


class Digests:
    """The part of the store that keeps digests. Failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def stories(self, start: datetime, end: datetime, *, limit: int, moves: Moves) -> list[Story]:
        """Return the stories first told from `start` on and before `end`, newest first."""
        found: list[Story] = []
        before = (end, 0)
        with self._db.reading() as conn:
            while len(found) < limit:
                page = stories.page(conn, _PAGE, before, moves)
                fits = [story for story in page if story.lead.when >= start]
                found += fits
                if len(fits) < _PAGE:
                    break
                before = (page[-1].lead.when, page[-1].id)
        return found[:limit]

    def close(self, digest: Digest) -> bool:
        """Keep the digest of a period for good; False when there is one already."""
        values = (
            digest.period.kind,
            digest.period.name,
            micros(digest.made),
            len(digest.stories),
            to_json(digest),
        )
        with self._db.writing() as conn:
            sql = "INSERT OR IGNORE INTO digests (kind, period, made, stories, body) VALUES (?, ?, ?, ?, ?)"
            new = conn.execute(sql, values).rowcount > 0
            if new:
                calm.revise(conn)
        return new

    def one(self, kind: DigestKind, period: str) -> Digest | None:
        """Return the digest of a period that was closed."""
        with self._db.reading() as conn:
            row = conn.execute(
                "SELECT body FROM digests WHERE kind = ? AND period = ?", (kind, period)
            ).fetchone()
        return from_json(row["body"], Digest) if row else None

    def newest(self, kind: DigestKind, *, limit: int) -> tuple[Digest, ...]:
        """Return the latest digests that hold a story, the latest first."""
        sql = "SELECT body FROM digests WHERE kind = ? AND stories > 0 ORDER BY period DESC LIMIT ?"
        with self._db.reading() as conn:
            return tuple(from_json(row["body"], Digest) for row in conn.execute(sql, (kind, limit)))

    def last(self, kind: DigestKind) -> tuple[str, datetime] | None:
        """Return the name of the latest closed period, an empty one too, and when its digest was made."""
        sql = "SELECT period, made FROM digests WHERE kind = ? ORDER BY period DESC LIMIT 1"
        with self._db.reading() as conn:
            row = conn.execute(sql, (kind,)).fetchone()
        return (row["period"], moment(row["made"])) if row else None

    def unmailed(self, kind: DigestKind, period: str) -> Digest | None:
        """Return the digest of a period if it holds a story and its mails were not asked for."""
        sql = "SELECT body FROM digests WHERE kind = ? AND period = ? AND stories > 0 AND mailed = 0"
        with self._db.reading() as conn:
            row = conn.execute(sql, (kind, period)).fetchone()
        return from_json(row["body"], Digest) if row else None

    def mail(self, digest: Digest, recipients: Collection[str], lane: str, *, now: datetime) -> bool:
        """Ask for one mail to each recipient, once per digest; False when that was done before."""
        with self._db.writing() as conn:
            sql = "UPDATE digests SET mailed = 1 WHERE kind = ? AND period = ? AND mailed = 0"
            if conn.execute(sql, (digest.period.kind, digest.period.name)).rowcount == 0:
                return False
            key = f"{digest.period.kind} {digest.period.name}"
            payload = Payload(body=key.encode(), content_type="text/plain")
            parcels = [Parcel(target=each, key=key, lane=lane) for each in recipients]
            outbox.put(conn, KIND, parcels, payload, now=now, again=False)
        return True
