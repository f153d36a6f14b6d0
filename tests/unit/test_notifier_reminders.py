"""Who is asked again, who is reminded, and what one mail says together (R8, X2, X5)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.clearance import Go, Stop, decide
from services.notifier.domain.drafts import Drafts
from services.notifier.domain.gathering import can_be_gathered, together, waits_until
from services.notifier.domain.messages import (
    AlertWords,
    DutyWords,
    Kind,
    MeetingWords,
    Message,
    ProposalWords,
    Said,
    Sending,
)
from services.notifier.domain.recipients import Colleague, Mailable, reach
from services.notifier.domain.words import words_for
from shared.bus.events import AlertDue, ReminderDue
from shared.domain.facts import Meeting
from shared.domain.quiet import USUAL_HOURS
from shared.procedures import load_procedures
from tests.support.cases import FATHER, MOTHER, REKTOR
from tests.support.mailing import (
    CONTACTS,
    HOUSE,
    MEETING,
    NOW,
    POST,
    PROCEDURE,
    contact,
    later,
    mailing,
    message,
)
from tests.support.mailroom import Mailroom

PROCEDURES = load_procedures(None)
STARTS = MEETING.starts_at
EVERYBODY = frozenset(MEETING.person_ids)


def reminder(kind: Kind, **more: Any) -> Message:
    words = MeetingWords(Said(STARTS, MEETING.ends_at), "token")
    return message(key=kind, kind=kind, words=words, **more)


def gate(about: Message, meeting: Meeting) -> str:
    answer = decide(about, mailing(meeting), None, PROCEDURE, NOW)
    return answer.reason if isinstance(answer, Stop) else "go"


@pytest.mark.parametrize(
    ("answered", "declined", "nudge", "reminded"),
    [
        ((), (), "go", "go"),
        ((FATHER,), (FATHER,), "go", "go"),
        ((MOTHER,), (), "answered", "go"),  # yes or perhaps
        ((MOTHER,), (MOTHER,), "answered", "said-no"),
    ],
)
def test_R8_an_answer_that_came_meanwhile_stops_what_asks_for_it(
    answered: Iterable[UUID], declined: Iterable[UUID], nudge: str, reminded: str
) -> None:
    meeting = replace(MEETING, answered=frozenset(answered), declined=frozenset(declined))
    assert gate(reminder(Kind.NUDGE), meeting) == nudge
    assert gate(reminder(Kind.REMINDER), meeting) == reminded


def test_R8_two_who_share_a_mailbox_are_asked_until_both_have_answered() -> None:
    shared = {FATHER: contact("mor@hem.example")}
    for answered, reason in (((MOTHER,), Go), ((MOTHER, FATHER), Stop)):
        meeting = replace(MEETING, answered=frozenset(answered))
        known = mailing(meeting, contacts=shared)
        assert isinstance(decide(reminder(Kind.NUDGE), known, None, PROCEDURE, NOW), reason)


def proposal(*times: datetime) -> Message:
    return message(kind=Kind.PROPOSAL, words=ProposalWords(times, 60, "token"))


def test_a_question_about_times_that_are_settled_or_changed_is_not_asked() -> None:
    times = (STARTS, later(STARTS, days=1))
    open_one = replace(MEETING, state="proposed", options=times)
    assert gate(proposal(*times), open_one) == "go"
    assert gate(proposal(*times), replace(open_one, options=times[1:])) == "settled"
    assert gate(proposal(*times), replace(open_one, sequence=1)) == "meeting-moved"
    for state in ("booked", "cancelled"):
        assert gate(proposal(*times), replace(open_one, state=state)) == "meeting-off"


# what happens to a meeting between its reminder's plan and the gate, in every order


MOVED: dict[str, Any] = {
    "starts_at": later(MEETING.starts_at, days=1),
    "ends_at": later(MEETING.ends_at, days=1),
    "sequence": 1,
    "answered": frozenset(),
    "declined": frozenset(),
}
WHAT_HAPPENS: dict[str, dict[str, Any]] = {
    "move": MOVED,
    "cancel": {"state": "cancelled", "cancelled_because": "by-hand", "sequence": 2},
    "hold": {"state": "held"},
    "answer": {"answered": frozenset({MOTHER})},
    "decline": {"answered": frozenset({FATHER}), "declined": frozenset({FATHER})},
}


def due(kind: str, sequence: int, *, asked: bool) -> ReminderDue:
    return ReminderDue.model_validate(
        {
            "case_id": UUID(int=1),
            "key": f"{MEETING.id}/R8/{kind}/{sequence}",
            "meeting_id": MEETING.id,
            "sequence": sequence,
            "rule": "R8",
            "due_at": NOW,
            "useful_until": STARTS,
            "kind": kind,
            "asked": asked,
        }
    )


ACTS = (*WHAT_HAPPENS, "nudge", "reminder", "asked", "look", "send")


@given(st.lists(st.sampled_from(ACTS), max_size=12))
def test_X5_nobody_is_ever_reminded_of_a_meeting_that_has_moved_or_is_off(acts: list[str]) -> None:
    facts = mailing().facts
    room = Mailroom(PROCEDURES, CONTACTS, facts, NOW)
    room.look()
    meeting = MEETING
    for act in [*acts, "send"]:
        if act in ("nudge", "reminder", "asked"):
            # it was planned for the meeting as it was at first, and may be heard at any time
            kind = "reminder" if act == "asked" else act
            room.hear(due(kind, 0, asked=act == "asked"))
        elif act == "look":
            room.look()
        elif act == "send":
            before = len(room.gone)
            room.send()
            for gone in room.gone[before:]:
                check(gone.message, meeting)
        else:
            if meeting.state == "booked":
                meeting = replace(meeting, **WHAT_HAPPENS[act])
            room.facts = replace(facts, meetings=(meeting,))


def check(sent: Sending, meeting: Meeting) -> None:
    if sent.kind not in (Kind.REMINDER, Kind.NUDGE):
        return
    assert (meeting.state, meeting.sequence) == ("booked", sent.told)
    refused = meeting.answered if sent.kind == Kind.NUDGE else meeting.declined
    assert sent.person_id not in refused


def test_who_was_invited_yesterday_is_not_asked_again_yet() -> None:
    room = Mailroom(PROCEDURES, CONTACTS, mailing().facts, NOW)
    room.look()
    room.hear(due("nudge", 0, asked=False))
    assert not [one for one in room.messages.values() if one.kind == Kind.NUDGE]
    room.now = later(days=3)
    room.hear(due("nudge", 0, asked=False))
    nudges = [one for one in room.messages.values() if one.kind == Kind.NUDGE]
    assert {one.optional for one in nudges} == {True}
    assert len(nudges) == 4


def test_R8_what_a_person_asks_for_goes_to_the_unanswered_and_else_to_all_who_come() -> None:
    for answered, declined, kind, number in (
        (EVERYBODY - {MOTHER}, frozenset(), Kind.NUDGE, 1),
        (EVERYBODY, frozenset({MOTHER}), Kind.REMINDER, 3),
    ):
        meeting = replace(MEETING, answered=answered, declined=declined)
        room = Mailroom(PROCEDURES, CONTACTS, mailing(meeting).facts, NOW)
        room.look()
        room.hear(due("reminder", 0, asked=True))
        said = [one for one in room.messages.values() if one.kind != Kind.CALL]
        assert [one.kind for one in said] == [kind] * number
        assert not any(one.optional for one in said)  # it goes now


def test_who_has_not_been_called_yet_is_called_and_not_reminded() -> None:
    """An answer to the reminder would be to nothing that the mailbox has been asked."""
    room = Mailroom(PROCEDURES, CONTACTS, mailing().facts, NOW)
    room.hear(due("reminder", 0, asked=False))
    assert {one.kind for one in room.messages.values()} == {Kind.CALL}


# what a person asks for, besides what is planned: 25 March 2027 is a Thursday

FAR = replace(
    MEETING,
    starts_at=datetime.fromisoformat("2027-03-25T09:00+01:00"),
    ends_at=datetime.fromisoformat("2027-03-25T10:00+01:00"),
)


def told(room: Mailroom, kind: str, on: str) -> list[str]:
    """To whom it went, said on this day of March at nine."""
    room.now = datetime.fromisoformat(f"2027-03-{on}T09:00+01:00")
    asked = kind.startswith("asked")
    event = due("reminder" if asked else kind, 0, asked=asked)
    begun = len(room.gone)
    more = {
        "key": f"{MEETING.id}/R8/{kind}/{on}",
        "due_at": room.now,
        "useful_until": FAR.starts_at,
    }
    room.hear(event.model_copy(update=more))
    room.send()
    return sorted(one.message.mailbox.split("@")[0] for one in room.gone[begun:])


def a_room(*answered: UUID) -> Mailroom:
    meeting = replace(FAR, answered=frozenset(answered))
    room = Mailroom(PROCEDURES, CONTACTS, mailing(meeting).facts, NOW)
    room.look()
    room.send()
    return room


def test_R8_who_has_said_yes_keeps_their_reminder_when_a_person_asks_the_others() -> None:
    room = a_room(REKTOR)
    others = ["far", "mor", "terapeut"]
    assert told(room, "nudge", "18") == others
    assert told(room, "asked", "19") == others
    assert told(room, "reminder", "23") == ["far", "mor", "rektor", "terapeut"]


def test_R8_who_was_reminded_by_a_person_the_day_before_is_not_reminded_again() -> None:
    for asked_on, reminded in (
        ("19", ["far", "mor", "rektor", "terapeut"]),  # a Friday: two working days before
        ("22", ["rektor"]),
        ("23", ["rektor"]),
    ):
        room = a_room(REKTOR)
        assert told(room, "asked", asked_on) == ["far", "mor", "terapeut"], asked_on
        assert told(room, "reminder", "23") == reminded, asked_on


def test_R8_whom_a_person_has_asked_is_not_asked_again_by_itself_but_the_others_are() -> None:
    room = a_room(REKTOR)
    assert told(room, "asked", "10") == ["far", "mor", "terapeut"]
    room.facts = mailing(FAR).facts  # the one who had answered takes it back
    assert told(room, "nudge", "18") == ["rektor"]
    assert told(room, "asked-2", "19") == ["far", "mor", "rektor", "terapeut"]  # on demand, always


def test_R8_a_person_s_reminder_that_has_not_left_takes_nobody_s_reminder_away() -> None:
    room = a_room()
    room.now = datetime.fromisoformat("2027-03-22T09:00+01:00")
    room.hear(due("reminder", 0, asked=True))
    room.facts = mailing(replace(FAR, answered=frozenset({MOTHER}))).facts
    assert "mor" in told(room, "reminder", "23")


STAFF = ["rektor", "terapeut"]


@pytest.mark.parametrize(
    ("answered", "kind"), [(frozenset(), Kind.NUDGE), (EVERYBODY, Kind.REMINDER)]
)
def test_R8_what_is_asked_for_on_two_days_off_comes_once_when_work_begins(
    answered: frozenset[UUID], kind: str
) -> None:
    room = a_room(*answered)
    families = ["far", "mor"]
    assert told(room, "asked", "20") == families  # Saturday: staff have theirs on Monday
    assert told(room, "asked", "21") == families
    assert on_monday(room) == [(one, kind) for one in STAFF]
    assert {one.state for one in room.messages.values()} == {"accepted", "suppressed"}


def test_R8_what_a_person_asks_for_again_is_said_once_in_whatever_order_it_is_heard() -> None:
    room = a_room()
    for heard in ("20", "21", "20"):
        told(room, "asked", heard)
    assert on_monday(room) == [(one, Kind.NUDGE) for one in STAFF]


def test_R8_a_nudge_that_waits_for_another_day_gives_way_to_what_a_person_asks_for_now() -> None:
    room = a_room(REKTOR)
    assert told(room, "nudge", "21") == ["far", "mor"]  # Sunday: the therapist's waits
    assert told(room, "asked", "21") == ["far", "mor"]
    assert on_monday(room) == [("terapeut", Kind.NUDGE)]


def test_R8_a_reminder_of_a_person_that_is_on_its_way_is_the_planned_one_too() -> None:
    room = a_room(*EVERYBODY)
    told(room, "asked", "21")
    room.now = datetime.fromisoformat("2027-03-22T07:00+01:00")
    plan = {"key": "planned", "due_at": room.now, "useful_until": FAR.starts_at}
    room.hear(due("reminder", 0, asked=False).model_copy(update=plan))
    assert on_monday(room) == [(one, Kind.REMINDER) for one in STAFF]


def on_monday(room: Mailroom) -> list[tuple[str, str]]:
    """Who gets what, as the week begins."""
    room.now = datetime.fromisoformat("2027-03-22T07:00+01:00")
    begun = len(room.gone)
    room.send()
    gone = [one.message for one in room.gone[begun:]]
    return sorted((one.mailbox.split("@")[0], one.kind) for one in gone)


# one mail a day


def task(limit: date | None) -> Message:
    return message(
        mailbox="rektor@skola.example",
        person=REKTOR,
        key=str(limit),
        kind=Kind.TASK,
        ground="duty",
        party="staff",
        meeting_id=None,
        optional=True,
        words=DutyWords(limit),
    )


def carrying(*others: Message) -> Message:
    first = task(date(2027, 3, 15))
    fields = {name: getattr(first, name) for name in Message.__dataclass_fields__}
    return together(Sending(**fields), others, date(2027, 3, 10))


def test_X2_one_mail_says_how_many_tasks_there_are_and_the_first_day_alone() -> None:
    late = replace(task(date(2027, 3, 9)), kind=Kind.ALERT)
    of_staff = replace(late, words=AlertWords("owner_manager", "task-late", date(2027, 3, 9)))
    for others, said in (
        ((), "Du har en uppgift som ska vara klar senast måndagen den 15 mars 2027. Logga in"),
        (
            (task(date(2027, 3, 12)), task(None)),
            "Du har 3 uppgifter. Den första ska vara klar senast fredagen den 12 mars 2027. Logga",
        ),
        ((late,), "2 uppgifter. Den första skulle ha varit klar senast tisdagen den 9 mars 2027."),
        ((of_staff,), "Du och dina medarbetare har 2 uppgifter."),
    ):
        text = words_for(carrying(*others), HOUSE).text
        assert said in text.replace("\n", " ")
    orders = {words_for(carrying(*few), HOUSE).text for few in permutations((late, task(None)))}
    assert len(orders) == 1


def test_only_what_staff_are_told_is_gathered() -> None:
    assert can_be_gathered(task(None))
    assert not can_be_gathered(replace(reminder(Kind.NUDGE), optional=True))  # to a family
    assert not can_be_gathered(reminder(Kind.REMINDER))


@pytest.mark.parametrize(
    ("now", "had_one", "useful_for", "waits"),
    [
        ("2027-03-10T12:00+01:00", False, 9, None),
        ("2027-03-10T12:00+01:00", True, 9, "2027-03-11T07:00+01:00"),
        ("2027-03-10T12:00+01:00", True, 0.5, None),  # tomorrow would be too late
        ("2027-03-12T12:00+01:00", True, 9, "2027-03-15T07:00+01:00"),  # over the weekend
        ("2027-03-10T22:00+01:00", False, 9, "2027-03-11T07:00+01:00"),
    ],
)
def test_a_second_mail_of_what_can_wait_waits_for_the_next_day(
    now: str, had_one: bool, useful_for: float, waits: str | None
) -> None:
    at = datetime.fromisoformat(now)
    one = replace(task(None), useful_until=at + timedelta(days=useful_for))
    until = waits_until(one, USUAL_HOURS, at, had_one_today=had_one)
    assert until == (waits and datetime.fromisoformat(waits))
    urgent = replace(one, optional=False)
    assert waits_until(urgent, USUAL_HOURS, at, had_one_today=True) == (
        until if not had_one else None
    )


def test_X2_only_the_manager_s_word_of_a_passed_limit_waits_for_no_other_mail() -> None:
    known = mailing()
    drafts = Drafts(known, PROCEDURE, POST, NOW)
    to = reach(known, REKTOR, NOW.date())
    assert isinstance(to, Mailable)
    for function, about, optional in (
        ("manager", "limit-passed", False),
        ("owner_manager", "task-late", True),
        ("process_owner", "limit-passed", True),
        ("process_owner", "limit-near", True),
    ):
        event = AlertDue.model_validate(
            {
                "case_id": UUID(int=1),
                "key": about,
                "step": "first",
                "rule": "X2",
                "to": function,
                "about": about,
                "limit_on": date(2027, 3, 15),
                "due_at": NOW,
                "useful_until": STARTS,
            }
        )
        assert drafts.alert(event, REKTOR, Colleague(to)).optional is optional
