"""F11: who reads what can't be written down, so nothing is shown."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from random import Random
from typing import ClassVar
from urllib.parse import urlsplit

import httpx2
import psycopg

from shared.ids import staff_id
from tests.faults.fault import Missed
from tests.faults.routes import addresses, table_of
from tests.faults.wires_own import OwnCase
from tests.faults.world import ANSWER_SECONDS, World
from tests.support.signing_in import COOKIE, begin_session

PATIENCE = 20.0
FEWEST = 14  # addresses that tell of it
_FEEDS = "/f/"
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
    """Meanwhile all that tells of a case is asked for: each route of the application that does so
    while all is well, as a system, as a person through one, on the pages, by the link, and as the
    calendar that one of the staff subscribes to. (What a duty's link leads to is about no case.)"""

    id: ClassVar[str] = "F11"
    name: ClassVar[str] = "F11-no-log"
    sentence: ClassVar[str] = "nothing can be written to the access log"
    twin: ClassVar[bool] = False

    def strike(self, world: World, random: Random, /) -> None:
        self.own = OwnCase.open(world, random)
        self.own.sign()
        if not world.until(lambda: bool(_link(world, self.own)), PATIENCE):
            raise Missed
        known = _known(world, self.own)
        self.ways = [one for one in _ways(world, self.own) if _tells(world, *one, known)]
        self.shown: list[str] = []
        with _harmed(world, random.choice(_ERRORS)):
            for path, headers in self.ways:
                answer = _ask(world, path, headers)
                if answer.status_code != 503:
                    self.shown.append(f"{_shape(path)}: {answer.status_code}")
                if any(word in answer.text.replace(path, "") for word in known):
                    self.shown.append(f"{_shape(path)} tells of the case")

    def check(self, world: World, /) -> list[str]:
        wrong = [] if len(self.ways) >= FEWEST else [f"only {len(self.ways)} addresses tell of it"]
        if not any(path.startswith(_FEEDS) for path, _ in self.ways):
            wrong.append("the calendar that is subscribed to doesn't tell of it")
        closed = [path for path, more in self.ways if _ask(world, path, more).is_error]
        after = [f"{_shape(path)} isn't there any more" for path in closed]
        return [*wrong, *self.shown, *after, *self.own.every_call_was_accepted()]


def _ways(world: World, own: OwnCase) -> Iterator[tuple[str, dict[str, str]]]:
    """Every address, and as whom."""
    cookie = {"Cookie": f"{COOKIE}={begin_session(world.database_url, staff_id(own.rektor))}"}
    for path in addresses(table_of(world), world, own, _link(world, own)):
        if path.startswith("/api/"):
            yield path, {}
            yield path, {"Samspel-Acting-As": str(staff_id(own.rektor))}
        else:
            yield path, cookie
    feed = world.post(f"people/{staff_id(own.rektor)}/feed")["url"]
    yield urlsplit(feed).path, {}


def _known(world: World, own: OwnCase) -> list[str]:
    """What tells of the case: its family's names, its reference."""
    (row,) = world.rows("SELECT reference FROM cases.cases WHERE id = %s", own.id)
    return [own.mark, row["reference"]]


def _tells(world: World, path: str, headers: dict[str, str], known: list[str]) -> bool:
    """Whether there is something of the case to see, as all is well; of a file or a page without
    names, that it is there, at an address that is the case's own."""
    answer = _ask(world, path, headers)
    if answer.status_code != 200:
        return False
    return path.startswith("/r/") or any(word in answer.text for word in known)


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
    with httpx2.Client(base_url=world.web.base_url, timeout=ANSWER_SECONDS) as visitor:
        return visitor.get(path, headers=headers)


def _shape(path: str) -> str:
    """Without ids and tokens."""
    return re.sub(r"(?<=/[rf]/)[^/]+|[0-9a-f-]{36}", "…", path)


@contextmanager
def _harmed(world: World, error: str) -> Iterator[None]:
    with psycopg.connect(world.database_url, autocommit=True) as database:
        database.execute(_HARM.format(error).encode())
        try:
            yield
        finally:
            database.execute(_MENDED)


FAULTS = [CannotBeWritten]
