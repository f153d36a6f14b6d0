"""Opening a case: who may, from when, for whom, and who is on it from the start (R2, R5, R6)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.cases.domain import refusals
from services.cases.domain.refused import any_of, codes_in_words
from shared.domain.consent import age_on
from shared.domain.procedure import AlwaysCalled, Procedure


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A post that somebody holds on the day in question."""

    code: str
    role: str
    unit: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff with the posts held on the day, in the order of their codes."""

    person_id: UUID
    posts: tuple[PostHeld, ...]


@dataclass(frozen=True, slots=True)
class OnCase:
    """A member of staff on a case, in one role of one organisation."""

    person_id: UUID
    role: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Colleagues:
    """The staff an opening needs to know: those it names, and those who may be added (R6)."""

    named: Mapping[UUID, Staff]
    rektorer_of_unit: tuple[Staff, ...]
    by_role: Mapping[str, tuple[Staff, ...]]


def check_dates(known_on: date, birth_date: date, today: date) -> None:
    """R9 counts from the day the case became known: not a day to come. Raises Invalid."""
    if known_on > today:
        raise refusals.KnownInFuture("known_on", today=today)
    if birth_date > known_on:
        raise refusals.BornTooLate("child.birth_date")


def check_somebody_decides(
    procedure: Procedure, birth_date: date, custody: Iterable[bool], today: date
) -> None:
    """R3: there is a custodian to ask, or an adult youth."""
    age = procedure.consent.youth_decides_from_age
    if age_on(birth_date, today) < age and not any(custody):
        raise refusals.NobodyDecides(age=age)


def staff_of_case(
    procedure: Procedure,
    initiator: UUID,
    participants: tuple[UUID, ...],
    colleagues: Colleagues,
) -> tuple[OnCase, ...]:
    """All staff on the case: the initiator first, those who were named, and those R6 adds.

    Raises Refused: by R2 if the initiator may not open, R5 and S1 about the others.
    """
    opener = _opener(procedure, initiator, colleagues.named)
    named = tuple(_participants(procedure, initiator, participants, colleagues.named))
    return (opener, *named, *_added(procedure, (opener, *named), colleagues))


def taking_part(procedure: Procedure, staff: Staff, field: str) -> OnCase:
    """Somebody in the role of a current post; one that is always called goes before others."""
    if not staff.posts:
        raise refusals.WithoutPost(field)
    called_for = {needed.role for needed in procedure.always_called}
    covered = [post for post in staff.posts if post.organisation in procedure.organisations]
    if not covered:
        others = tuple(sorted({post.organisation for post in staff.posts}))
        raise refusals.OrganisationNotCovered(organisations=codes_in_words(others))
    post = min(covered, key=lambda held: (held.role not in called_for, held.code))
    return OnCase(staff.person_id, post.role, post.organisation)


def _opener(procedure: Procedure, initiator: UUID, known: Mapping[UUID, Staff]) -> OnCase:
    """R2: the initiator holds one of the opening roles on the day and becomes process owner."""
    if initiator not in known:
        raise refusals.UnknownPerson("initiator")
    openers = procedure.roles.openers
    held = [post for post in known[initiator].posts if post.role in openers]
    if not held:
        raise refusals.MayNotOpen(rule=procedure.roles.openers_rule, roles=any_of(openers))
    post = min(held, key=lambda one: (openers.index(one.role), one.code))
    return OnCase(initiator, post.role, post.organisation)


def _participants(
    procedure: Procedure, initiator: UUID, named: tuple[UUID, ...], known: Mapping[UUID, Staff]
) -> Iterator[OnCase]:
    seen = set[UUID]()
    for position, person in enumerate(named):
        field = f"participants.{position}"
        if person in seen:
            raise refusals.TwiceNamed(field)
        seen.add(person)
        if person not in known:
            raise refusals.UnknownPerson(field)
        if person != initiator:
            yield taking_part(procedure, known[person], field)


def _added(
    procedure: Procedure, present: tuple[OnCase, ...], colleagues: Colleagues
) -> Iterator[OnCase]:
    """R6: who is always called and wasn't named, where it is plain who that is."""
    on_case = {who.person_id for who in present}
    for needed in procedure.always_called:
        if needed.party != "staff" or any(_stands_for(who, needed) for who in present):
            continue
        candidates = _candidates(needed, colleagues)
        if len(candidates) == 1 and candidates[0].person_id not in on_case:
            on_case.add(candidates[0].person_id)
            yield candidates[0]


def _stands_for(who: OnCase, needed: AlwaysCalled) -> bool:
    return needed.role in (None, who.role) and needed.organisation in (None, who.organisation)


def _candidates(needed: AlwaysCalled, colleagues: Colleagues) -> tuple[OnCase, ...]:
    """Who holds the role in the municipality; for the school the rektor of the child's unit."""
    role = "rektor" if needed.role is None else needed.role
    staff = colleagues.rektorer_of_unit if needed.role is None else colleagues.by_role.get(role, ())
    candidates = {
        one.person_id: OnCase(one.person_id, post.role, post.organisation)
        for one in staff
        for post in one.posts
        if post.role == role and needed.organisation in (None, post.organisation)
    }
    return tuple(candidates.values())
