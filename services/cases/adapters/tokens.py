"""Keys of other systems in SQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from psycopg import Connection, connect
from psycopg.rows import DictRow, dict_row

from services.cases.adapters.audit import SqlAudit
from services.cases.handlers.token_ports import ApiToken, NewToken
from services.cases.handlers.tokens import TokenDesk
from shared import clock
from shared.domain.days import local_date

_COLUMNS = "id, name, scopes, made_at, made_by, expires_on, last_used_on, revoked_at"


class SqlApiTokens:
    """The port ApiTokens over one unit of work; `actor` is who makes one."""

    def __init__(self, connection: Connection[DictRow], now: datetime, actor: str) -> None:
        self._connection = connection
        self._now = now
        self._actor = actor

    def add(self, token: NewToken) -> None:
        self._connection.execute(
            "INSERT INTO cases.api_tokens (id, name, hash, scopes, made_at, made_by, expires_on)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                token.id, token.name, token.hash, list(token.scopes), self._now, self._actor,
                token.expires_on,
            ],
        )  # fmt: skip

    def by_hash(self, hashed: bytes) -> ApiToken | None:
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM cases.api_tokens WHERE hash = %s",  # noqa: S608 — ours
            [hashed],
        ).fetchone()
        return None if row is None else _token(row)

    def all(self) -> Sequence[ApiToken]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM cases.api_tokens ORDER BY made_at DESC, id"  # noqa: S608
        )
        return [_token(row) for row in rows]

    def note_used(self, token_id: UUID, on: date) -> None:
        self._connection.execute(
            "UPDATE cases.api_tokens SET last_used_on = %s WHERE id = %s", [on, token_id]
        )

    def revoke(self, token_id: UUID) -> bool:
        done = self._connection.execute(
            "UPDATE cases.api_tokens SET revoked_at = %s WHERE id = %s AND revoked_at IS NULL",
            [self._now, token_id],
        )
        return done.rowcount > 0


@contextmanager
def tokens_in(database_url: str, actor: str, *, demo: bool) -> Iterator[TokenDesk]:
    """A desk over a connection of its own, for commands."""
    with connect(database_url, row_factory=dict_row) as connection:
        connection.execute("SET ROLE samspel_cases")
        now = clock.now_in(connection, demo=demo)
        tokens = SqlApiTokens(connection, now, actor)
        yield TokenDesk(local_date(now), tokens, SqlAudit(connection, now, actor))


def _token(row: DictRow) -> ApiToken:
    return ApiToken(**row | {"scopes": tuple(row["scopes"])})
