"""One web application for all tests of a process: to build its routes takes longer than most tests.

What differs from test to test is the database, so the application's own is one that can be moved.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from fastapi import FastAPI

from services.cases.settings import Settings
from services.cases.web.brake import Brake
from services.cases.website import make_web
from shared.db import Database
from tests.support.folders import fingerprint

_KEPT: dict[str, "_Kept"] = {}


class _Movable(Database):
    """A database that is another one from one test to the next."""

    def move(self, url: str) -> None:
        self._pool.close()
        self._pool = self._opened(url)


@dataclass(frozen=True, slots=True)
class _Kept:
    app: FastAPI
    database: _Movable
    brakes: list[Brake]

    def begin_anew(self, url: str) -> None:
        """Over this database, and as if it had met nobody."""
        self.database.move(url)
        for brake in self.brakes:
            brake._sent.clear()
            brake._all.clear()


@contextmanager
def the_web(settings: Settings) -> Iterator[FastAPI]:
    """The application of these settings, whose database is given up at the end."""
    token = settings.api_token.get_secret_value()
    key = f"{fingerprint(settings.municipality)} {settings.broker_url} {token}"
    if key in _KEPT:
        _KEPT[key].begin_anew(settings.database_url)
    else:
        _KEPT[key] = _built(settings)
    try:
        yield _KEPT[key].app
    finally:
        _KEPT[key].database.close()


def _built(settings: Settings) -> _Kept:
    made: list[_Movable] = []
    brakes: list[Brake] = []
    made_as_usual = Brake.__init__

    def brake(self: Brake, **limits: int) -> None:
        made_as_usual(self, **limits)
        brakes.append(self)

    def database(*args: object, **more: object) -> _Movable:
        made.append(_Movable(*args, **more))  # type: ignore[arg-type]
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.cases.parts.Database", database)
        patch.setattr(Brake, "__init__", brake)
        app = make_web(settings)
    return _Kept(app, made[0], brakes)
