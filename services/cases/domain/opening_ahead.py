"""What comes of a case that is about to be opened: limits, who is called, who signs, which mails.

Worked out by the same rules as an open case, from the facts it would have; nothing is stored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from services.cases.domain.asking import to_be_asked
from services.cases.domain.opening import COORDINATOR, OnCase, stands_for
from shared.domain.calling import missing_on_case, missing_parties
from shared.domain.consent import age_on
from shared.domain.days import WorkingDays
from shared.domain.facts import CaseFacts, ConsentParty
from shared.domain.procedure import KNOWN, AlwaysCalled, Procedure, Step
from shared.domain.windows import Window, windows

# What a meeting waits for before a time is sought: nothing, the consents, an earlier meeting, the
# party that is missing, the talk with a child who asked by itself (X11), or a person (R11).
Waits = Literal["nothing", "consent", "earlier-step", "missing-party", "talk", "person"]


@dataclass(frozen=True, slots=True)
class Contact:
    """How one of the family could be told of something; `protected` None counts as yes (X6)."""

    person_id: UUID
    birth_date: date | None  # of the child alone
    email: str | None
    protected: bool | None
    no_mail: bool = False


@dataclass(frozen=True, slots=True)
class StepAhead:
    """One meeting to come: its limit, or the day it is measured against (S10), or neither yet."""

    step: Step
    window: Window | None
    target: date | None
    waits: Waits


@dataclass(frozen=True, slots=True)
class Signing:
    """Who is to consent, as what; `after` is the step after which they are asked (P5)."""

    person_id: UUID
    party: ConsentParty
    after: Step | None


@dataclass(frozen=True, slots=True)
class Seat:
    """A party of staff that is always called, and who of those on the case stands for it."""

    needed: AlwaysCalled
    people: tuple[OnCase, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """All of it. `by_hand`: who of the family gets no mail, each with the rule that says so."""

    steps: tuple[StepAhead, ...]
    signings: tuple[Signing, ...]
    missing: tuple[AlwaysCalled, ...]
    by_hand: Mapping[UUID, str]

    @property
    def at_once(self) -> tuple[Step, ...]:
        """The meetings that get a time, and of which mails go out, as soon as the case is open."""
        return tuple(one.step for one in self.steps if one.waits == "nothing")


def ahead_of(
    facts: CaseFacts,
    procedure: Procedure,
    family: Sequence[Contact],
    days: WorkingDays,
    today: date,
) -> Ahead:
    """`facts` are those that the case would have today, nobody having signed anything."""
    limits = {window.step: window for window in windows(facts, procedure, days, today)}
    missing = missing_on_case(facts, procedure, today)
    return Ahead(
        steps=tuple(
            StepAhead(step, limits.get(step.name), _target(step, facts.known_on), waits)
            for step in procedure.steps_of("child")
            for waits in (_waits(facts, procedure, step, today),)
        ),
        signings=tuple(_signings(facts, procedure, today)),
        missing=tuple(one for one in procedure.always_called if one.name in missing),
        by_hand=_by_hand(procedure, family, today),
    )


def seats(procedure: Procedure, people: Sequence[OnCase]) -> tuple[Seat, ...]:
    """R6, S8: who of the staff stands for each party; a coordinator for no organisation."""
    return tuple(
        Seat(needed, tuple(who for who in people if _sits(who, needed)))
        for needed in procedure.always_called
        if needed.party == "staff"
    )


def _sits(who: OnCase, needed: AlwaysCalled) -> bool:
    return stands_for(who, needed) and (needed.role is not None or who.role != COORDINATOR)


def _target(step: Step, known_on: date) -> date | None:
    """S10: only measured against, and only while what it counts from is known."""
    if step.target is None or step.target.counted_from != KNOWN:
        return None
    return known_on + timedelta(days=step.target.days)


def _waits(facts: CaseFacts, procedure: Procedure, step: Step, today: date) -> Waits:
    if step.waits_for_steps or step.waits_for_plans:
        return "earlier-step" if step.seeks else "person"
    if not step.seeks:
        return "person"
    if facts.held_back:
        return "talk"
    if step.waits_for_consent:
        return "consent"
    return "missing-party" if missing_parties(facts, procedure, step, today) else "nothing"


def _signings(facts: CaseFacts, procedure: Procedure, today: date) -> Iterator[Signing]:
    after = procedure.consent.asked_after_step
    step = None if after is None else procedure.step(after)
    for asked in to_be_asked(facts, procedure, today):
        yield Signing(asked.person, asked.party, step)


def _by_hand(procedure: Procedure, family: Sequence[Contact], today: date) -> dict[UUID, str]:
    """X6, X7, X11: who is told by letter, on the phone, or by a named adult."""
    closed = {_mailbox(one) for one in family if one.protected is not False}
    told = ((one.person_id, _no_mail(procedure, one, closed, today)) for one in family)
    return {person: rule for person, rule in told if rule is not None}


def _no_mail(
    procedure: Procedure, who: Contact, closed: set[str | None], today: date
) -> str | None:
    if who.protected is not False:
        return "X6"
    if who.birth_date is not None:
        old_enough = age_on(who.birth_date, today) >= procedure.consent.own_mail_from_age
        if not old_enough or who.email is None:
            return "X11"
    if who.no_mail or who.email is None:
        return "X7"
    return "X6" if _mailbox(who) in closed else None


def _mailbox(who: Contact) -> str | None:
    return None if who.email is None else who.email.lower()
