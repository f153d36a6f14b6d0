"""One web application for all tests of a process: to build its routes takes longer than most tests.

What differs from test to test is the database, so the application's own is one that can be moved.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi import FastAPI

from services.cases.app import make_web
from services.cases.settings import Settings
from shared.db import Database

_KEPT: dict[str, tuple[FastAPI, "_Movable"]] = {}


class _Movable(Database):
    """A database that is another one from one test to the next."""

    def move(self, url: str) -> None:
        self._pool.close()
        self._pool = self._opened(url)


@contextmanager
def the_web(settings: Settings, *, fresh: bool = False) -> Iterator[FastAPI]:
    """The application of these settings, whose database is given up at the end.

    `fresh`: one that has met nobody before and meets nobody after, for tests of what it remembers.
    """
    token = settings.api_token.get_secret_value()
    key = f"{settings.municipality} {settings.broker_url} {token}"
    if fresh:
        app, database = _built(settings)
    elif key in _KEPT:
        app, database = _KEPT[key]
        database.move(settings.database_url)
    else:
        app, database = _KEPT[key] = _built(settings)
    try:
        yield app
    finally:
        database.close()


def _built(settings: Settings) -> tuple[FastAPI, _Movable]:
    made: list[_Movable] = []

    def database(*args: object, **more: object) -> _Movable:
        made.append(_Movable(*args, **more))  # type: ignore[arg-type]
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.cases.app.Database", database)
        app = make_web(settings)
    return app, made[0]
