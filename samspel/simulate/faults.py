"""Crashes between any two writes: a fuse that burns with each statement of the services.

What has burnt down ends whatever runs as a kill would: no handler catches it, the transaction that
was open is rolled back by the server, and what the process knew is gone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection, Cursor
from psycopg.rows import DictRow

from shared.db import Database

Where = Literal["statement", "before-commit", "after-commit"]


class Crash(BaseException):
    """The process ends here."""


@dataclass(slots=True)
class Fuse:
    """`left`: how many statements, or commits, are let pass. None: it doesn't burn."""

    where: Where = "statement"
    left: int | None = None
    blown: int = 0

    def light(self, where: Where, count: int) -> None:
        self.where, self.left = where, count

    def put_out(self) -> None:
        self.left = None

    def burn(self, where: Where) -> None:
        if self.left is None or where != self.where:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            self.blown += 1
            raise Crash


class _FusedCursor(Cursor[DictRow]):
    def execute(self, *args: Any, **more: Any) -> "_FusedCursor":
        self.connection.fuse.burn("statement")  # type: ignore[attr-defined]
        return super().execute(*args, **more)

    def executemany(self, *args: Any, **more: Any) -> None:
        self.connection.fuse.burn("statement")  # type: ignore[attr-defined]
        super().executemany(*args, **more)


def _fused(fuse: Fuse) -> type[Connection[DictRow]]:
    class _FusedConnection(Connection[DictRow]):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            self.fuse = fuse
            self.cursor_factory = _FusedCursor

        def commit(self) -> None:
            fuse.burn("before-commit")
            super().commit()
            fuse.burn("after-commit")

    return _FusedConnection


@dataclass(slots=True)
class Hand:
    """Where the clock's hand stands. It is moved only while nobody is at work."""

    at: datetime


class FusedDatabase(Database):
    """A service's database whose connections burn a fuse, and whose time is the hand's."""

    def __init__(self, fuse: Fuse, hand: Hand, url: str, **more: Any) -> None:
        self._fuse = fuse
        self._hand = hand
        super().__init__(url, **more)

    def _now_in(self, connection: Connection[DictRow]) -> datetime:  # noqa: ARG002
        """A statement in demo mode, and so for the fuse."""
        self._fuse.burn("statement")
        return self._hand.at

    def _opened(self, url: str) -> Any:
        connect = _fused(self._fuse).connect

        def made() -> Connection[DictRow]:
            connection = connect(url, **self._kwargs())
            self._take_role(connection)
            return connection

        return _Connections(made)


@dataclass(slots=True)
class _Connections:
    """A pool without threads: for one who asks at a time, and is trusted to be there."""

    made: Callable[[], Connection[DictRow]]
    idle: list[Connection[DictRow]] = field(default_factory=list)

    @contextmanager
    def connection(self) -> Iterator[Connection[DictRow]]:
        connection = self.idle.pop() if self.idle else self.made()
        try:
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            self.idle.append(connection)

    def close(self) -> None:
        for connection in self.idle:
            connection.close()
