"""What somebody's personal link is good for (X13, S6, P7): whether it works, and what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.cases.domain.refused import Refused, Words
from services.cases.domain.tasks import Task
from shared.domain.call_time import is_called
from shared.domain.calling import called, in_charge
from shared.domain.consent import age_on, consent_stands, stands
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts, Consent, Meeting, Participant
from shared.domain.procedure import Procedure

MOST_WRONG_TRIES = 5
FAMILY = ("child", "guardian", "external")
NEW_CODE = "new-link-code"
_DAYS = WorkingDays()

Shown = Literal["booked", "proposed", "cancelled", "over"]
Try = Literal["right", "wrong", "void", "none"]  # void: that was the last wrong one


class NoLinkFor(Refused):
    """Only who is reached by mail has a link, and so a code for it (X6, X11)."""

    code = "no-link-for"
    rule = "X13"
    title = Words("Ingen länk", "No link")
    detail = Words(
        "Personen har ingen länk som en kod kan öppna mer av. Personal loggar in. Den som har"
        " skyddade uppgifter eller är för ung för egen e-post berättar ni för på annat sätt. Utan"
        " samtycke, och i ett avslutat ärende, gäller inga länkar.",
        "This person has no link that a code could open more of. Staff log in. Tell whoever is"
        " protected, or too young for mail of their own, in another way. Without the consent, and"
        " on a closed case, no links work.",
    )


class NotYoursToGive(Refused):
    """The code is read out by whoever knows the family (X13)."""

    code = "not-yours-to-give"
    rule = "X13"
    title = Words("Koden lämnas av någon annan", "Somebody else gives the code")
    detail = Words(
        "Koden läses upp av processbäraren, eller av den som leder mötena. Be någon av dem.",
        "The code is read out by the process owner, or by whoever leads the meetings. Ask them.",
    )


class NotYoursToTakeBack(Refused):
    """Links are taken back by whoever knows the family (X13)."""

    code = "not-yours-to-take-back"
    rule = "X13"
    title = Words("Länken tas tillbaka av någon annan", "Somebody else takes the link back")
    detail = Words(
        "Länkar tas tillbaka av processbäraren, eller av den som leder mötena. Be någon av dem.",
        "Links are taken back by the process owner, or by whoever leads the meetings. Ask them.",
    )


@dataclass(frozen=True, slots=True)
class Link:
    """A link that hasn't ended: whose it is, and to which meeting of which case."""

    id: UUID
    case_id: UUID
    meeting_id: UUID
    person_id: UUID
    language: Literal["sv", "en"]


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it was made: shown once, and kept as a keyed hash alone."""

    code: str
    expires_at: datetime


def shown_as(
    facts: CaseFacts, procedure: Procedure, meeting: Meeting, person: UUID, now: datetime
) -> Shown | None:
    """What somebody's link shows of a meeting; None: it is good for nothing any more.

    It rests on the same ground as a mail does, whatever has become of the meeting: without the
    consent for its day, or once the case is closed, the family's links are closed (P7, R16). That a
    meeting is off was told to whoever was called to it.
    """
    who = on_the_case(facts, person)
    if who is None or not has_link(facts, procedure, who, now):
        return None
    if who.party != "staff" and not is_open_to_family(facts, procedure, meeting):
        return None
    return _shown(facts, procedure, meeting, person, now)


def _shown(
    facts: CaseFacts, procedure: Procedure, meeting: Meeting, person: UUID, now: datetime
) -> Shown | None:
    """R20: of a meeting that nobody is called to yet, nothing."""
    if not is_called(procedure.step(meeting.step), meeting, _DAYS, now):
        return None
    if meeting.state == "cancelled":
        return "cancelled"
    if person not in meeting.person_ids or not is_grounded(facts, procedure, meeting, person):
        return None
    if meeting.state == "held" or meeting.starts_at <= now:
        return "over"
    return "proposed" if meeting.state == "proposed" else "booked"


def has_link(facts: CaseFacts, procedure: Procedure, who: Participant, now: datetime) -> bool:
    """X11: a child by the age from which it has mail of its own. Who is protected has none, either
    (X6); that is looked up with the link."""
    if who.party != "child":
        return True
    return age_on(facts.born_on, local_date(now)) >= procedure.consent.own_mail_from_age


def is_open_to_family(facts: CaseFacts, procedure: Procedure, meeting: Meeting) -> bool:
    """P7, R16: whether a meeting, also one that is off, may still be shown to the family."""
    if facts.state == "closed" or meeting.cancelled_because == "consent":
        return False
    unbound = procedure.step(meeting.step).grounds == "none"
    return unbound or consent_stands(facts, procedure, local_date(meeting.starts_at))


def is_grounded(facts: CaseFacts, procedure: Procedure, meeting: Meeting, person: UUID) -> bool:
    """S1, P7: whether the consent covers somebody at a meeting, where its step rests on one."""
    step, day = procedure.step(meeting.step), local_date(meeting.starts_at)
    if step.grounds == "none":
        return True
    return consent_stands(facts, procedure, day) and person in called(facts, procedure, step, day)


def check_code_for(
    facts: CaseFacts, procedure: Procedure, person: UUID, giver: UUID | None, now: datetime
) -> None:
    """Whether somebody may have a code, and `giver` (None: a system) give it. Raises Refused."""
    who = on_the_case(facts, person)
    if who is None or who.party not in FAMILY or not has_link(facts, procedure, who, now):
        raise NoLinkFor
    if facts.state == "closed" or not _opens_something(facts, procedure, person, now):
        raise NoLinkFor
    if not gives_codes(facts, procedure, giver):
        raise NotYoursToGive


def check_taking_back(facts: CaseFacts, procedure: Procedure, taker: UUID | None) -> None:
    """Whoever may give a code may take links back, too. Raises Refused."""
    if not gives_codes(facts, procedure, taker):
        raise NotYoursToTakeBack


def gives_codes(facts: CaseFacts, procedure: Procedure, giver: UUID | None) -> bool:
    """The process owner, whoever leads the meetings, or a system (None)."""
    return giver in (None, facts.process_owner, in_charge(facts, procedure))


def _opens_something(facts: CaseFacts, procedure: Procedure, person: UUID, now: datetime) -> bool:
    """P7: the consent stands, or some link of theirs shows something all the same."""
    return consent_stands(facts, procedure, local_date(now)) or any(
        shown_as(facts, procedure, meeting, person, now) for meeting in facts.meetings
    )


def new_code_needed(case: UUID, person: UUID, owner: UUID, due_on: date) -> Task:
    """X13: a code was guessed at too often and is void; a person finds out who it was."""
    key = f"{case}/X13/{NEW_CODE}/{person}"
    return Task(key, NEW_CODE, owner, "X13", due_on, about=person)


def consent_to_withdraw(facts: CaseFacts, person: UUID) -> Consent | None:
    """One of the consents of somebody that stand; who withdraws it withdraws all of them (P7)."""
    return next(
        (form for form in facts.consents if form.person_id == person and stands(facts, form)), None
    )


def on_the_case(facts: CaseFacts, person: UUID) -> Participant | None:
    return next((who for who in facts.participants if who.person_id == person), None)


def told_apart(names: Mapping[UUID, str]) -> Sequence[tuple[UUID, str]] | None:
    """Those who share a mailbox, each by as few letters of their name as tell them apart.

    They read each other's mail already, but the page can be forwarded: so never a whole first name
    or surname (X12). By the first name («Ka…», «Ki…»), else by the surname too («K… E…»). None:
    no letters that may be shown tell them apart, only their codes do.
    """
    parts = {person: name.split() for person, name in names.items()}
    first = {person: said[0] if said else "" for person, said in parts.items()}
    last = {person: said[-1] if len(said) > 1 else "" for person, said in parts.items()}
    short = _beginnings(first)
    if short is None and (of_last := _beginnings(last)) and min(map(len, first.values())) > 1:
        short = {person: f"{first[person][:1]}… {of_last[person]}" for person in names}
    if short is None:
        return None
    return sorted(((person, f"{said}…") for person, said in short.items()), key=lambda it: it[1])


def _beginnings(names: Mapping[UUID, str]) -> Mapping[UUID, str] | None:
    """The shortest beginnings that differ, of one length, and none of them a whole name."""
    for count in range(1, min(map(len, names.values()), default=0)):
        short = {person: name[:count] for person, name in names.items()}
        if len({said.casefold() for said in short.values()}) == len(short):
            return short
    return None
