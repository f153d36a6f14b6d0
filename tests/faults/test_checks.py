"""The harness's own eyes: each breach is seen, and what is right isn't one."""

from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import pytest

from tests.faults.checks import Checks, _out_of_order, _told_too_much, _twice
from tests.faults.families import CHILD, Forbidden, Json
from tests.faults.letters import Letter
from tests.faults.load import Load
from tests.faults.world import World

CASE = UUID(int=7)


def letter(ident: str = "<a@x.example>", **changes: Any) -> Letter:
    values: Json = {
        "began": 10.0, "recipient": "vh.1@hemma.example", "message_id": ident, "content": b"a",
        "method": "REQUEST", "uid": "u", "sequence": 0, "starts_at": "20270308T090000",
        "organizer": "moten+k@x.example", "link": "", "words": "Möte",
    }  # fmt: skip
    return Letter(**(values | changes))


def message(**changes: Any) -> dict[str, Json]:
    row = {"id": 1, "kind": "call", "ground": "consent", "case_id": CASE, "doubts": 0}
    return {"<a@x.example>": row | changes}


REPEATS = [
    ([letter(), letter(began=12.0)], 1, 0),  # after an unknown outcome: counted, not wrong
    ([letter(), letter(began=12.0)], 0, 1),  # its outcome was known
    ([letter(), letter(content=b"b")], 1, 1),  # with other bytes
    ([letter(), letter(), letter()], 1, 1),  # once too often
    ([letter(), letter("<b@x.example>")], 0, 1),  # another mail of the same revision
    ([letter(), letter("<b@x.example>", sequence=1)], 0, 0),  # the next revision
    ([letter(), letter("<b@x.example>", recipient="vh.2@hemma.example")], 0, 0),  # another mailbox
]


@pytest.mark.parametrize(("letters", "doubts", "breaches"), REPEATS)
def test_a_mail_comes_once_but_for_a_repeat_of_an_unknown(
    letters: list[Letter], doubts: int, breaches: int
) -> None:
    assert len(list(_twice(letters, message(doubts=doubts)))) == breaches


def test_SEQUENCE_rises_and_a_CANCEL_takes_back_what_was_sent() -> None:
    call = letter()
    cancel = letter("<b@x.example>", began=11.0, method="CANCEL", sequence=1)
    assert list(_out_of_order([call, cancel])) == []
    assert list(_out_of_order([cancel]))  # the mailbox never got anything
    assert list(_out_of_order([call, letter("<b@x.example>", began=11.0)]))  # the same again
    assert list(_out_of_order([call, call])) == []  # a repeat


def test_a_name_in_a_mail_is_seen() -> None:
    assert list(_told_too_much([letter(words=f"Hej {CHILD.upper()}")]))
    assert list(_told_too_much([letter()])) == []


@dataclass
class FakeWorld:
    """With one member of the staff, who is the only one known."""

    def rows(self, *_: object) -> list[Json]:
        return [{"email": "rektor@fel.example"}]


@dataclass
class FakeLoad:
    forbidden: Forbidden = field(default_factory=Forbidden)


WRONG = [
    (letter(), Forbidden(without_consent={str(CASE): 9.0}), 1),
    (letter(), Forbidden(without_consent={str(CASE): 11.0}), 0),  # it had begun before
    (letter(method="CANCEL"), Forbidden(without_consent={str(CASE): 9.0}), 0),
    (letter(), Forbidden(protected={"vh.1@hemma.example": 9.0}), 1),
    (letter(method="CANCEL"), Forbidden(protected={"vh.1@hemma.example": 9.0}), 1),
    (letter(), Forbidden(never={"vh.1@hemma.example"}), 1),
    (letter(), Forbidden(left={"vh.1@hemma.example": 9.0}), 1),
    (letter(method="CANCEL"), Forbidden(left={"vh.1@hemma.example": 9.0}), 0),
    (letter(recipient="okand@annan.example"), Forbidden(), 1),
    (letter(recipient="rektor@fel.example"), Forbidden(), 0),
    (letter("<unknown@x.example>"), Forbidden(), 1),
]


@pytest.mark.parametrize(("sent", "forbidden", "breaches"), WRONG)
def test_a_mail_to_the_wrong_one_or_after_a_no_is_seen(
    sent: Letter, forbidden: Forbidden, breaches: int
) -> None:
    load = FakeLoad(forbidden)
    checks = Checks(cast(World, FakeWorld()), cast(Load, load))
    assert len(list(checks._to_the_wrong([sent], message()))) == breaches
