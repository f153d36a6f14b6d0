"""Each forbidden recipient, tried at each of three layers by itself (R41, X6, X7, X11).

It can't be built: there is no such value. It can't be stored: the database refuses the row. It
can't be sent: with both of these out of the way, the last filter still keeps the bytes back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import CheckViolation
from psycopg.types.json import Jsonb

from services.notifier.adapters import gate
from services.notifier.adapters.rows import SqlRows
from services.notifier.domain.clearance import Go
from services.notifier.domain.mailing import Known
from services.notifier.domain.messages import (
    _MESSAGES,
    AlertWords,
    CalendarPart,
    DutyWords,
    ForbiddenMessage,
    MeetingWords,
    Message,
    Said,
    words_to_json,
)
from services.notifier.domain.recipients import ByHand, Colleague, ForbiddenRecipient, reach
from shared.bus.events import DutyArose
from shared.domain.days import local_date
from tests.support.facts import NOW, START, Facts
from tests.support.mailing import POST
from tests.support.notifier import Worker, booked
from tests.support.smtp import ScriptedServer

Prepare = Callable[[Facts], None]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A message that must never be: to whom, of what kind, as what, and the rule."""

    who: str
    rule: str
    kind: str = "call"
    ground: str = "consent"
    party: str = "guardian"
    prepare: Prepare = lambda _: None
    of_no_case: bool = False
    of_report: bool = False  # about a report of concern: its task, or its meeting


def person(name: str, **values: Any) -> Prepare:
    return lambda facts: facts.change_person(name, **values)


def shares_mailbox(name: str, other: str, **values: Any) -> Prepare:
    def prepare(facts: Facts) -> None:
        facts.change_person(name, **({"email": facts.address(other).upper()} | values))

    return prepare


def external(facts: Facts) -> None:
    facts.add_person("aunt", "external")
    facts.add_participant("aunt", "external")


def stranger(facts: Facts) -> None:
    facts.people["stranger"] = uuid4()


GROWN = {"birth_date": "2011-05-02", "email": "jag@ungdom.example"}
FORBIDDEN = {
    "protected": Forbidden("mother", "X6", prepare=person("mother", protected=True)),
    "protected-cancel": Forbidden(
        "mother", "X6", "cancel", "object", prepare=person("mother", protected=True)
    ),
    "unknown": Forbidden("mother", "X6", prepare=person("mother", protected=None)),
    "protected-reminder": Forbidden(
        "mother", "X6", "reminder", prepare=person("mother", protected=True)
    ),
    "protected-staff": Forbidden(
        "rektor", "X6", "alert", "duty", "staff", person("rektor", protected=True)
    ),
    "mailbox-of-protected": Forbidden(
        "mother", "X6", prepare=shares_mailbox("father", "mother", protected=True)
    ),
    "stranger": Forbidden("stranger", "X6", prepare=stranger),
    "no-mail": Forbidden("mother", "X7", prepare=person("mother", no_mail=True)),
    "no-mail-cancel": Forbidden(
        "mother", "X7", "cancel", "object", prepare=person("mother", no_mail=True)
    ),
    "young-child": Forbidden(
        "child", "X11", party="child", prepare=person("child", email="jag@ungdom.example")
    ),
    "child-at-parents-mailbox": Forbidden(
        "child", "X11", party="child",
        prepare=shares_mailbox("child", "mother", birth_date="2011-05-02"),
    ),
    "guardian-alert": Forbidden("mother", "R41", "alert", "duty"),
    "guardian-duty": Forbidden("mother", "R41", "call", "duty"),
    "guardian-alert-on-family-ground": Forbidden("mother", "R41", "alert", "none"),
    "guardian-as-staff": Forbidden("mother", "R41", "alert", "duty", "staff"),
    "child-alert": Forbidden("child", "R41", "alert", "duty", "child", person("child", **GROWN)),
    "external-alert": Forbidden("aunt", "R41", "alert", "duty", "external", external),
    "guardian-task": Forbidden("mother", "R41", "task", "duty", of_no_case=True),
    "guardian-call-of-no-case": Forbidden("mother", "R41", "call", "none", of_no_case=True),
    "guardian-task-as-staff": Forbidden("mother", "R41", "task", "duty", "staff", of_no_case=True),
    "external-task": Forbidden(
        "aunt", "R41", "task", "duty", "external", external, of_no_case=True
    ),
    "protected-staff-task": Forbidden(
        "rektor", "X6", "task", "duty", "staff", person("rektor", protected=True), of_no_case=True
    ),
    "no-mail-staff-task": Forbidden(
        "rektor", "X7", "task", "duty", "staff", person("rektor", no_mail=True), of_no_case=True
    ),
    "receipt-at-an-address-of-a-family": Forbidden(
        "rektor", "R41", "receipt", "duty", "staff", shares_mailbox("rektor", "mother"),
        of_no_case=True, of_report=True,
    ),
    "task-of-a-report-at-an-address-of-a-family": Forbidden(
        "rektor", "R41", "task", "duty", "staff", shares_mailbox("rektor", "mother"),
        of_no_case=True, of_report=True,
    ),
    "guardian-task-of-a-report": Forbidden(
        "mother", "R41", "task", "duty", of_no_case=True, of_report=True
    ),
    "call-about-a-report-at-an-address-of-a-family": Forbidden(
        "rektor", "R41", "call", "none", "staff", shares_mailbox("rektor", "father"),
        of_report=True,
    ),
    "cancel-about-a-report-at-an-address-of-a-family": Forbidden(
        "rektor", "R41", "cancel", "object", "staff", shares_mailbox("rektor", "father"),
        of_report=True,
    ),
    "guardian-call-about-a-report": Forbidden("mother", "X6", "call", "none", of_report=True),
}  # fmt: skip


@pytest.fixture
def meeting(facts: Facts) -> UUID:
    return facts.book()


@pytest.fixture(params=list(FORBIDDEN))
def forbidden(request: pytest.FixtureRequest, facts: Facts, meeting: UUID) -> Forbidden:
    one = FORBIDDEN[request.param]
    one.prepare(facts)
    if one.who != "stranger" and not one.of_report:
        facts.call(meeting, one.who)
    return one


def values_of(forbidden: Forbidden, facts: Facts, meeting: UUID) -> dict[str, Any]:
    """The fields of the message, as something that knows no rule would fill them."""
    if forbidden.of_report and not forbidden.of_no_case:
        facts.open_matter("report", "anmalan", "therapist", "rektor")
        meeting = facts.book("therapist", "rektor", step="report-meeting")
    address = facts.address(forbidden.who) if forbidden.who != "stranger" else "x@hem.example"
    key, mailbox = f"{meeting}/{forbidden.who}", address.lower()
    token = POST.invitation_token(meeting, mailbox)
    calendar = CalendarPart(token, 0, NOW, NOW) if forbidden.kind in ("call", "cancel") else None
    about = MeetingWords(Said(START, START + timedelta(hours=1), None), token, None, calendar)
    others = {
        "alert": AlertWords("process_owner", "limit-near", START.date()),
        "task": DutyWords(START.date()),
        "receipt": DutyWords(),
    }
    return {
        "key": key,
        "kind": forbidden.kind,
        "ground": forbidden.ground,
        "case_id": None if forbidden.of_no_case else facts.case_id,
        "task_id": task_of(forbidden, facts),
        "meeting_id": None if forbidden.of_no_case else meeting,
        "person_id": facts.people[forbidden.who],
        "party": forbidden.party,
        "mailbox": mailbox,
        "address": address,
        "language": "sv",
        "rule": "R8",
        "told": 0,
        "words": others.get(forbidden.kind, about),
        "message_id": POST.message_id(key),
        "due_at": NOW,
        "useful_until": START,
        "created_at": NOW,
    }


def task_of(forbidden: Forbidden, facts: Facts) -> UUID | None:
    """A task that belongs to no case, and that they have: as if the register were wrong."""
    if not forbidden.of_no_case:
        return None
    if forbidden.of_report:
        return facts.add_report_duty(forbidden.who)
    return facts.add_duty(forbidden.who)


def build(forbidden: Forbidden, values: dict[str, Any], rows: SqlRows) -> Message:
    """The only way from a person to a message: each step is a type that refuses."""
    known: Known | None
    if forbidden.of_no_case:
        known = rows.duty(values["task_id"])
    else:
        known = rows.mailing(values["case_id"])
    assert known is not None
    to = reach(known, values["person_id"], local_date(NOW))
    if isinstance(to, ByHand):
        raise ForbiddenRecipient(to.rule)
    if forbidden.ground == "duty":
        Colleague(to)
    return Message(**values)


def store(values: dict[str, Any], url: str, *, role: str | None = "samspel_notifier") -> None:
    row = {name: value for name, value in values.items() if name != "words"}
    row |= {"id": uuid5(_MESSAGES, values["key"]), "payload": Jsonb(words_to_json(values["words"]))}
    statement = sql.SQL("INSERT INTO notifier.messages ({}) VALUES ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )
    with psycopg.connect(url) as connection:
        if role is not None:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        connection.execute(statement, list(row.values()))


def test_the_first_layer_it_cannot_be_built(
    forbidden: Forbidden, facts: Facts, meeting: UUID, worker: Worker
) -> None:
    with worker.database.unit() as unit, pytest.raises((ForbiddenRecipient, ForbiddenMessage)):
        build(forbidden, values_of(forbidden, facts, meeting), SqlRows(unit))


def test_the_second_layer_it_cannot_be_stored(
    forbidden: Forbidden, facts: Facts, meeting: UUID
) -> None:
    with pytest.raises(CheckViolation) as refused:
        store(values_of(forbidden, facts, meeting), facts.url)
    assert refused.value.diag.constraint_name in (
        "recipient_may_be_mailed", "duties_are_for_staff", "what_is_of_no_case_is_a_duty",
    )  # fmt: skip
    assert "@" not in str(refused.value).split("DETAIL")[0]


@pytest.fixture
def without_the_others(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """No type refuses, no constraint, no clearance: the last filter is alone."""
    facts.run("DROP TRIGGER recipient_may_be_mailed ON notifier.messages")
    facts.run("ALTER TABLE notifier.messages DROP CONSTRAINT duties_are_for_staff")
    facts.run("ALTER TABLE notifier.messages DROP CONSTRAINT what_is_of_no_case_is_a_duty")
    monkeypatch.setattr(Message, "__post_init__", lambda _: None)
    monkeypatch.setattr(gate, "decide", lambda *_: Go())


@pytest.mark.usefixtures("without_the_others")
def test_the_third_layer_it_cannot_be_sent(
    forbidden: Forbidden, facts: Facts, meeting: UUID, worker: Worker, server: ScriptedServer
) -> None:
    store(values_of(forbidden, facts, meeting), facts.url, role=None)
    worker.rounds()
    assert server.accepted == []
    (message,) = worker.messages()
    outcome = (message["state"], message["reason"], message["rule"])
    assert outcome == ("failed", "last-filter", forbidden.rule)
    (failed,) = worker.events("message.failed")
    assert failed["person_id"] == str(facts.people[forbidden.who])


@pytest.mark.usefixtures("without_the_others")
def test_the_last_filter_lets_through_what_is_allowed(
    facts: Facts, meeting: UUID, worker: Worker, server: ScriptedServer
) -> None:
    store(values_of(Forbidden("mother", ""), facts, meeting), facts.url)
    alert = Forbidden("rektor", "", "alert", "duty", "staff")
    store(values_of(alert, facts, meeting), facts.url)
    receipt = Forbidden("rektor", "", "receipt", "duty", "staff", of_no_case=True, of_report=True)
    one = {"key": "receipt", "message_id": POST.message_id("receipt")}
    store(values_of(receipt, facts, meeting) | one, facts.url)
    worker.rounds()
    assert len(server.accepted) == 3


@pytest.mark.parametrize("place", ["Skolan, rum 2", "Hos Alva Exempel", "Rummet för elevhälsan"])
def test_X3_a_place_that_tells_keeps_the_mail_back(
    facts: Facts, worker: Worker, server: ScriptedServer, place: str
) -> None:
    facts.run("UPDATE cases.people SET name = 'Alva Exempel' WHERE party = 'child'")
    facts.run("UPDATE cases.places SET public_text = %s", place)
    values = values_of(Forbidden("mother", ""), facts, facts.book())
    said = Said(START, START + timedelta(hours=1), place)
    words = values["words"]
    values["words"] = MeetingWords(said, words.token, None, words.calendar)
    facts.run(
        "INSERT INTO notifier.invitations (meeting_id, mailbox, case_id, token, people, told,"
        " sequence, stamp, created_at, state, place)"
        " VALUES (%s, %s, %s, %s, %s, 0, 0, %s, %s, 'invited', %s)",
        values["meeting_id"], values["mailbox"], facts.case_id, words.token,
        [values["person_id"]], NOW, NOW, place,
    )  # fmt: skip
    store(values, facts.url)
    worker.rounds()
    assert server.accepted == []
    assert [(one["state"], one["rule"]) for one in worker.messages()] == [("failed", "X3")]


def test_who_becomes_forbidden_keeps_no_open_row_that_could_be_turned(
    facts: Facts, meeting: UUID
) -> None:
    store(values_of(Forbidden("mother", ""), facts, meeting), facts.url)
    with pytest.raises(CheckViolation):
        facts.run("UPDATE notifier.messages SET person_id = %s", uuid4())
    with pytest.raises(CheckViolation):
        facts.run("UPDATE notifier.messages SET address = 'annan@hem.example'")


def test_R41_whoever_is_called_about_a_report_at_an_address_of_a_family_is_told_by_a_person(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    """Also when it has become one since they were called: even the cancellation is told."""
    shares_mailbox("rektor", "mother")(facts)
    facts.open_matter("report", "anmalan", "therapist", "rektor")
    meeting = facts.book("therapist", "rektor", step="report-meeting")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    assert [mail.recipient for mail in server.accepted] == [facts.address("therapist")]
    assert worker.by_hand() == [(facts.people["rektor"], "call", "R41")]
    shares_mailbox("therapist", "father")(facts)
    facts.cancel(meeting)
    facts.publish(booked(facts, meeting))
    worker.rounds()
    assert len(server.accepted) == 1
    assert (facts.people["therapist"], "cancel", "R41") in worker.by_hand()


def test_R41_the_receipt_of_a_report_goes_to_no_address_of_a_family(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    """Nor when it has become one while the mail was on its way."""
    tasks = [facts.add_report_duty("rektor") for _ in range(2)]
    owner = facts.people["rektor"]
    server.before_354 = lambda: shares_mailbox("mother", "rektor")(facts)
    facts.publish(DutyArose(task_id=tasks[0], person_id=owner, rule="R43"))
    worker.rounds()
    assert [(one["kind"], one["state"], one["rule"]) for one in worker.messages()] == [
        ("receipt", "suppressed", "R41")
    ]
    facts.publish(DutyArose(task_id=tasks[1], person_id=owner, rule="R43"))
    worker.rounds()
    assert len(worker.messages()) == 1
    assert server.accepted == []
