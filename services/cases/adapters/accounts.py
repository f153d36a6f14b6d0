"""Accounts in SQL."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection, connect
from psycopg.rows import DictRow, dict_row

from services.cases.adapters.audit import SqlAudit
from services.cases.adapters.sessions import SqlSessions
from services.cases.domain.accounts import Account
from services.cases.handlers.accounts import AccountDesk
from shared import clock
from shared.db import Database

_ACCOUNT = """
    SELECT a.id, a.login, a.person_id AS person, coalesce(p.name, a.name) AS name, a.roles,
           a.password_hash, a.subject, a.failures, a.locked_until,
           a.disabled_at IS NOT NULL AS disabled
    FROM cases.accounts a LEFT JOIN cases.people p ON p.id = a.person_id
"""
_BY_LOGIN = _ACCOUNT + "WHERE a.login = %s FOR UPDATE OF a"
_BY_SUBJECT = _ACCOUNT + "WHERE a.subject = %s FOR UPDATE OF a"
_BY_PERSON = _ACCOUNT + "WHERE a.person_id = %s FOR UPDATE OF a"
_EVERYBODY = _ACCOUNT + "ORDER BY a.login"
_STAFF = "SELECT id FROM cases.people WHERE party = 'staff' AND lower(email) = %s ORDER BY id"
_ADD = """
    INSERT INTO cases.accounts (id, login, person_id, name, roles, password_hash, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_LOGIN = """
    UPDATE cases.accounts SET login = %s
    WHERE id = %s AND NOT EXISTS (SELECT 1 FROM cases.accounts WHERE login = %s AND id <> %s)
"""
_SPEND = "INSERT INTO cases.spent_states (state, at) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_KEPT = timedelta(hours=1)  # longer than a sign-in lasts


class SqlAccounts:
    """Implements handlers.accounts.Accounts over one connection."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def find(self, login: str) -> Account | None:
        return self._one(_BY_LOGIN, login)

    def find_by_subject(self, subject: str) -> Account | None:
        return self._one(_BY_SUBJECT, subject)

    def find_by_person(self, person: UUID) -> Account | None:
        return self._one(_BY_PERSON, person)

    def staff_by_address(self, address: str) -> Sequence[UUID]:
        return [row["id"] for row in self._connection.execute(_STAFF, [address])]

    def add(self, account: Account, now: datetime) -> bool:
        name = account.name if account.person is None else None
        row = [account.id, account.login, account.person, name, sorted(account.roles)]
        added = self._connection.execute(_ADD, [*row, account.password_hash, now])
        return added.rowcount == 1

    def note_tries(self, account: UUID, failures: int, until: datetime | None) -> None:
        self._change("failures = %s, locked_until = %s", failures, until, account)

    def keep_login(self, account: UUID, login: str) -> bool:
        done = self._connection.execute(_LOGIN, [login, account, login, account])
        return done.rowcount == 1

    def keep_password(self, account: UUID, password_hash: str) -> None:
        self._change("password_hash = %s", password_hash, account)

    def keep_subject(self, account: UUID, subject: str) -> None:
        self._change("subject = %s", subject, account)

    def keep_roles(self, account: UUID, roles: Collection[str]) -> None:
        self._change("roles = %s", sorted(roles), account)

    def disable(self, account: UUID, now: datetime) -> None:
        self._change("disabled_at = coalesce(disabled_at, %s)", now, account)

    def enable(self, account: UUID) -> None:
        self._change("disabled_at = NULL, failures = 0, locked_until = NULL", account)

    def everybody(self) -> Sequence[Account]:
        return [_account(row) for row in self._connection.execute(_EVERYBODY)]

    def spend(self, state: bytes, now: datetime) -> bool:
        self._connection.execute("DELETE FROM cases.spent_states WHERE at < %s", [now - _KEPT])
        spent = self._connection.execute(_SPEND, [hashlib.sha256(state).digest(), now])
        return spent.rowcount == 1

    def _one(self, query: LiteralString, value: Any) -> Account | None:
        row = self._connection.execute(query, [value]).fetchone()
        return None if row is None else _account(row)

    def _change(self, columns: LiteralString, *values: Any) -> None:
        query: LiteralString = f"UPDATE cases.accounts SET {columns} WHERE id = %s"  # noqa: S608
        self._connection.execute(query, values)


def account_desk(connection: Connection[DictRow], actor: str, now: datetime) -> AccountDesk:
    """`now`: real time, also where the clock of the domain is moved."""
    return AccountDesk(
        now, SqlAccounts(connection), SqlSessions(connection), SqlAudit(connection, now, actor)
    )


@contextmanager
def accounts_over(database: Database, actor: str) -> Iterator[AccountDesk]:
    """A desk over one of the pool's connections."""
    with database.plain() as connection:
        yield account_desk(connection, actor, clock.system_now())


@contextmanager
def accounts_in(database_url: str, actor: str) -> Iterator[AccountDesk]:
    """A desk over a connection of its own, for commands."""
    with connect(database_url, row_factory=dict_row) as connection:
        connection.execute("SET ROLE samspel_cases")
        yield account_desk(connection, actor, clock.system_now())


def _account(row: DictRow) -> Account:
    return Account(**row | {"roles": frozenset(row["roles"])})
