"""Answers that are kept under a caller's Idempotency-Key, in the transaction of their effect."""

from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.cases.handlers.kept import Kept

KEPT = timedelta(days=1)


class SqlAnswers:
    """The kept answers of one caller, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime, actor: str) -> None:
        self._connection = connection
        self._now = now
        self._actor = actor

    def find(self, key: str) -> Kept | None:
        """What stands under the key; whoever comes with the same key at the same time waits."""
        self._connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7262003))", [f"{self._actor} {key}"]
        )
        row = self._connection.execute(
            "SELECT request, status, body FROM cases.idempotency WHERE actor = %s AND key = %s",
            [self._actor, key],
        ).fetchone()
        return None if row is None else Kept(bytes(row["request"]), row["status"], row["body"])

    def keep(self, key: str, kept: Kept) -> None:
        self._connection.execute(
            "INSERT INTO cases.idempotency (actor, key, request, status, body, at)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [self._actor, key, kept.request, kept.status, Jsonb(kept.body), self._now],
        )


def forget_old(connection: Connection[DictRow], now: datetime) -> None:
    connection.execute("DELETE FROM cases.idempotency WHERE at < %s", [now - KEPT])
