"""Crashes between any two writes: a fuse that burns with each statement of the services.

What has burnt down ends whatever runs as a kill would: no handler catches it, the transaction that
was open is rolled back by the server, and what the process knew is gone.
"""

from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection, Cursor
from psycopg.rows import DictRow
from psycopg_pool import ConnectionPool

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


class FusedDatabase(Database):
    """A service's database whose connections burn a fuse; few, and trusted to be there."""

    def __init__(self, fuse: Fuse, url: str, **more: Any) -> None:
        self._fuse = fuse
        super().__init__(url, **more)

    def _opened(self, url: str) -> ConnectionPool[Connection[DictRow]]:
        pool = ConnectionPool(
            url,
            connection_class=_fused(self._fuse),
            kwargs=self._kwargs(),
            configure=self._take_role,
            min_size=1,
            max_size=self._size,
            timeout=10,
            open=True,
        )
        pool.wait()
        return pool
