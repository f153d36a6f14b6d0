"""What the mailboxes hold of the meetings to come, as a calendar program keeps it (1, 4)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from shared.domain.days import STOCKHOLM
from tests.faults.ended import is_handed_over
from tests.faults.families import Json
from tests.faults.letters import Letter
from tests.faults.register import Register

_CALENDAR = ("call", "change", "cancel")
Held = dict[tuple[str, str], str]  # by meeting and mailbox: when it is, as it stands there


def holdings(
    letters: Sequence[Letter], messages: Sequence[Json], register: Register
) -> Iterator[str]:
    """Whoever is called and can be mailed, family or staff, holds each meeting to come as it is
    now; no other mailbox holds it, also none that was left. Who can't be mailed, or not any more,
    holds what still stands, or is somebody's task."""
    now, due = _wall(register.now), _due(register)
    kept = {pair: at for pair, at in _kept(letters, messages).items() if at > now}
    for pair, at in due.items():
        if kept.get(pair) != at and not _is_left_to_a_person(pair, messages, register):
            yield f"somebody doesn't hold meeting {pair[0]} of {at}"
    told = _told_before(kept, register)
    for meeting, mailbox in kept.keys() - due.keys():
        silent = {who for who in register.owners(mailbox) if not register.may_be_mailed(who)}
        is_a_task = any(_has_task(meeting, who, register) for who in silent)
        knows = any((meeting, who) in told for who in silent)
        if not (is_a_task or knows or _is_left_to_a_person((meeting, mailbox), messages, register)):
            yield f"somebody still holds meeting {meeting} of {kept[meeting, mailbox]}"
    for meeting, person in _untold(register):
        if (meeting, person) not in told:
            yield f"nobody has the task to tell somebody of meeting {meeting}: {person}"


def _due(register: Register) -> Held:
    due: Held = {}
    for meeting, person in _called(register):
        if register.may_be_mailed(person):
            mailbox = register.person(person)["email"]
            due[meeting["id"], mailbox] = _wall(meeting["starts_at"])
    return due


def _told_before(kept: Held, register: Register) -> set[tuple[str, str]]:
    """By meeting and person: who was called to what still stands, and can't be mailed any more."""
    called = {
        (meeting["id"], person): _wall(meeting["starts_at"])
        for meeting, person in _called(register)
    }
    return {
        (meeting, person)
        for (meeting, mailbox), at in kept.items()
        for person in register.owners(mailbox)
        if called.get((meeting, person)) == at
    }


def _kept(letters: Sequence[Letter], messages: Sequence[Json]) -> Held:
    """By the newest mail about each; a repeat of an older one is told elsewhere."""
    about = {row["message_id"]: str(row["meeting_id"]) for row in messages if row["meeting_id"]}
    newest: dict[tuple[str, str], Letter] = {}
    for one in letters:
        pair = (about.get(one.message_id, ""), one.recipient)
        if one.method and pair[0]:
            newest[pair] = one
    return {pair: one.starts_at for pair, one in newest.items() if one.method == "REQUEST"}


def _untold(register: Register) -> Iterator[tuple[str, str]]:
    """The guardians called who can't be mailed, and whom nobody is to tell."""
    for meeting, person in _called(register):
        is_guardian = register.person(person)["party"] == "guardian"
        has_task = _has_task(meeting["id"], person, register)
        if is_guardian and not register.may_be_mailed(person) and not has_task:
            yield meeting["id"], person


def _called(register: Register) -> Iterator[tuple[Json, str]]:
    for one in register.attendance:
        meeting = register.meeting(one["meeting_id"])
        is_coming = meeting["state"] == "booked" and meeting["starts_at"] > register.now
        is_childs = register.case(meeting["case_id"])["about"] == "child"
        if is_coming and is_childs and not one["removed"]:
            yield meeting, one["person_id"]


def _has_task(meeting: str, person: str, register: Register) -> bool:
    return any(one["about"] == person and one["meeting_id"] == meeting for one in register.tasks)


def _is_left_to_a_person(
    pair: tuple[str, str], messages: Sequence[Json], register: Register
) -> bool:
    """The newest mail about it to the mailbox failed, and somebody has the task to tell."""
    same = [
        row
        for row in messages
        if (str(row["meeting_id"]), row["mailbox"]) == pair and row["kind"] in _CALENDAR
    ]
    newest = max(same, key=lambda row: (row["created_at"], row["told"]), default=None)
    return newest is not None and newest["state"] == "failed" and is_handed_over(newest, register)


def _wall(moment: datetime) -> str:
    """As it stands in a calendar object."""
    return moment.astimezone(STOCKHOLM).strftime("%Y%m%dT%H%M%S")
