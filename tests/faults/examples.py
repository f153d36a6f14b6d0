"""One mail, its message and its register, all as they should be; for tests to change a part of."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tests.faults.families import Json
from tests.faults.letters import Letter
from tests.faults.register import Register

CASE, OTHER = str(UUID(int=7)), str(UUID(int=8))
MEETING, PERSON, STAFF, LINK = (str(UUID(int=one)) for one in (71, 72, 73, 74))
MAILBOX, STAFFS = "vh.1@hemma.example", "rektor@fel.example"
WALL = "20270308T090000"  # a Monday
NOW, STARTS = datetime(2027, 3, 5, 12, tzinfo=UTC), datetime(2027, 3, 8, 8, tzinfo=UTC)
BOOKED = datetime(2027, 3, 1, 8, tzinfo=UTC)


def letter(ident: str = "<a@x.example>", **changes: Any) -> Letter:
    values: Json = {
        "began": 10.0, "recipient": MAILBOX, "message_id": ident, "content": b"a",
        "method": "REQUEST", "uid": "u", "sequence": 0, "starts_at": WALL,
        "organizer": "moten+k@x.example", "link": "", "words": "Möte", "to": MAILBOX,
        "attendee": MAILBOX,
    }  # fmt: skip
    return Letter(**(values | changes))


def message(ident: str = "<a@x.example>", **changes: Any) -> dict[str, Json]:
    row = {
        "id": 1, "message_id": ident, "came_as": ident, "kind": "call", "ground": "consent",
        "party": "guardian", "rule": "R8", "state": "accepted", "reason": None, "mailbox": MAILBOX,
        "case_id": CASE, "meeting_id": MEETING, "task_id": None, "digest_id": None,
        "person_id": PERSON, "told": 0, "payload": {}, "doubts": 0, "due_at": BOOKED,
        "useful_until": STARTS, "created_at": BOOKED, "is_due": True,
    }  # fmt: skip
    return {ident: row | changes}


def register(**changes: Any) -> Register:
    """A guardian and one of the staff are called to one meeting of one case."""
    who = {"no_mail": False, "dead_email": None}
    part = {"case_id": CASE, "organisation": None}
    come = {"meeting_id": MEETING, "answer": "needs-action", "answered_at": None, "removed": False}
    values: Json = {
        "people": [
            who | {"id": PERSON, "party": "guardian", "email": MAILBOX, "protected": False},
            who | {"id": STAFF, "party": "staff", "email": STAFFS, "protected": None},
        ],
        "cases": [
            {"id": CASE, "state": "open", "about": "child", "owner": STAFF, "opened_at": BOOKED,
             "procedure": "samverkansmote", "known_on": date(2027, 3, 1)},
        ],
        "participants": [
            part | {"person_id": PERSON, "party": "guardian"},
            part | {"person_id": STAFF, "party": "staff", "organisation": "school"},
        ],
        "consents": [
            {"case_id": CASE, "organisations": ["school"], "state": "signed",
             "signed_on": date(2027, 3, 1)},
        ],
        "meetings": [
            {"id": MEETING, "case_id": CASE, "step": "first", "state": "booked", "sequence": 0,
             "starts_at": STARTS, "changed_at": BOOKED, "by_hand": False},
        ],
        "attendance": [come | {"person_id": PERSON, "link": LINK},
                       come | {"person_id": STAFF, "link": OTHER}],
        "tasks": [], "bosses": [], "calls": [], "missed": [],
        "invitations": [
            {"meeting_id": MEETING, "mailbox": MAILBOX, "token": "k"},
            {"meeting_id": MEETING, "mailbox": STAFFS, "token": "s"},
        ],
        "clock": [{"now": NOW}],
        "links": {LINK: (MEETING, PERSON), OTHER: (MEETING, STAFF)},
    }  # fmt: skip
    return Register(**(values | changes))


def changed(table: str, number: int = 0, **values: Any) -> Register:
    """With other values in one row."""
    usual = register()
    rows = [dict(one) for one in getattr(usual, table)]
    rows[number] |= values
    changes: Json = {table: rows}
    return replace(usual, **changes)


def link_to(ident: str) -> str:
    word = base64.b32encode(UUID(ident).bytes + b"sealsealse").decode().rstrip("=").lower()
    return f"http://x.example/r/{word}"
