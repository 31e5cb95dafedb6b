"""Random keys that the store makes for itself and keeps: who has the store has them."""

import secrets
from typing import Final

from store.connection import Database

_BYTES: Final = 32


class Keys:
    """The part of the store that holds keys. Made by `Store`; failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def key(self, name: str) -> bytes:
        """Return the key of a name: 32 random bytes, made when first asked for, the same ever after."""
        with self._db.reading() as conn:
            row = conn.execute("SELECT value FROM keys WHERE name = ?", (name,)).fetchone()
        if row is None:
            with self._db.writing() as conn:
                conn.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (name, secrets.token_bytes(_BYTES)))
                row = conn.execute("SELECT value FROM keys WHERE name = ?", (name,)).fetchone()
        return bytes(row["value"])
