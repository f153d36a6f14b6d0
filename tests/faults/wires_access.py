"""F11: who reads what can't be written down, so nothing is shown."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from random import Random
from typing import ClassVar

import httpx2
import psycopg

from shared.ids import staff_id
from tests.faults.fault import Missed
from tests.faults.wires_mail import every_call_was_accepted
from tests.faults.wires_own import OwnCase
from tests.faults.world import World
from tests.support.signing_in import COOKIE, begin_session

PATIENCE = 20.0
# The disk is full; the server ends; a lock isn't had in time.
_ERRORS = ("53100", "57P03", "55P03")
_HARM = """
    CREATE OR REPLACE FUNCTION cases.harm_the_log() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'harm' USING ERRCODE = '{}'; END $$;
    CREATE OR REPLACE TRIGGER harm BEFORE INSERT ON cases.access_log
    EXECUTE FUNCTION cases.harm_the_log();
"""
_MENDED = """
    DROP TRIGGER harm ON cases.access_log;
    DROP FUNCTION cases.harm_the_log;
"""


class CannotBeWritten:
    """Meanwhile a case is asked for in every way in which there is something of it to see."""

    id: ClassVar[str] = "F11"
    name: ClassVar[str] = "F11-no-log"
    sentence: ClassVar[str] = "nothing can be written to the access log"
    twin: ClassVar[bool] = False

    def strike(self, world: World, random: Random, /) -> None:
        self.own = OwnCase.open(world, random)
        self.own.sign()
        if not world.until(lambda: bool(_link(world, self.own)), PATIENCE):
            raise Missed
        ways = [*_ways(world, self.own)]
        self.open_before = [path for path, _ in ways if _ask(world, path, _).status_code != 200]
        self.shown: list[str] = []
        with _harmed(world, random.choice(_ERRORS)):
            for path, headers in ways:
                answer = _ask(world, path, headers)
                if answer.status_code != 503:
                    self.shown.append(f"{_shape(path)}: {answer.status_code}")
                if self.own.mark in answer.text or self.own.id in answer.text.replace(path, ""):
                    self.shown.append(f"{_shape(path)} tells of the case")

    def check(self, world: World, /) -> list[str]:
        before = [f"{_shape(path)} wasn't there before" for path in self.open_before]
        closed = [path for path, more in _ways(world, self.own) if _ask(world, path, more).is_error]
        after = [f"{_shape(path)} isn't there any more" for path in closed]
        return [*before, *self.shown, *after, *every_call_was_accepted(self.own)]


def _ways(world: World, own: OwnCase) -> Iterator[tuple[str, dict[str, str]]]:
    """The API, as a system and as a person; the pages; the personal link and its calendar file."""
    case, rektor = own.id, str(staff_id(own.rektor))
    acting = {"Samspel-Acting-As": rektor}
    for headers in ({}, acting):
        for path in ("", "/timeline", "/mails"):
            yield f"/api/v1/cases/{case}{path}", headers
        yield "/api/v1/cases", headers
        yield "/api/v1/tasks", headers
    cookie = {"Cookie": f"{COOKIE}={begin_session(world.database_url, staff_id(own.rektor))}"}
    for path in ("/arenden", f"/arenden/{case}", f"/arenden/{case}/historik"):
        yield path, cookie
    link = _link(world, own)
    yield link, {}
    yield f"{link}/mote.ics", {}


def _link(world: World, own: OwnCase) -> str:
    """The path of the family's personal link, out of the first mail to them that was taken."""
    for mail in world.mail.taken:
        if mail.recipient.lower() in own.mailboxes:
            found = re.search(rb"/r/[\w.~=-]+", _decoded(mail.content))
            if found:
                return found.group().decode()
    return ""


def _decoded(content: bytes) -> bytes:
    """What a mail says as text."""
    part = message_from_bytes(content, policy=default).get_body(("plain",))
    return part.get_content().encode() if part is not None else b""


def _ask(world: World, path: str, headers: dict[str, str]) -> httpx2.Response:
    """Once: no is an answer here. The pages and links know no API token."""
    if path.startswith("/api/"):
        return world.web.get(path, headers=headers)
    with httpx2.Client(base_url=world.web.base_url, timeout=30) as visitor:
        return visitor.get(path, headers=headers)


def _shape(path: str) -> str:
    """Without ids and tokens."""
    return re.sub(r"(?<=/r/)[^/]+|[0-9a-f-]{36}", "…", path)


@contextmanager
def _harmed(world: World, error: str) -> Iterator[None]:
    with psycopg.connect(world.database_url, autocommit=True) as database:
        database.execute(_HARM.format(error).encode())
        try:
            yield
        finally:
            database.execute(_MENDED)


FAULTS = [CannotBeWritten]
