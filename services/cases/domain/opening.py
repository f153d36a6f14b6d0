"""Opening a case: who may, from when, for whom, and who is on it from the start (R2, R5, R6)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.cases.domain import case_refusals, consent_refusals, wrong_values
from services.cases.domain.refused import any_of, codes_in_words
from shared.domain.consent import age_on
from shared.domain.procedure import AlwaysCalled, Procedure

COORDINATOR = "koordinator"


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
    """The staff an opening needs to know: those it names, and those who may be added (R6).

    `by_post` has who is in the posts that the procedure names, each with that post alone.
    """

    named: Mapping[UUID, Staff]
    rektorer_of_unit: tuple[Staff, ...]
    by_role: Mapping[str, tuple[Staff, ...]]
    by_post: Mapping[str, Staff] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StaffOfCase:
    """All staff on a new case, the initiator first, and who of them coordinates, if anybody."""

    people: tuple[OnCase, ...]
    coordinator: UUID | None


def check_dates(known_on: date, birth_date: date, today: date) -> None:
    """R9 counts from the day the case became known: not a day to come. Raises Invalid."""
    if known_on > today:
        raise wrong_values.KnownInFuture("known_on", today=today)
    if birth_date > known_on:
        raise wrong_values.BornTooLate("child.birth_date")


def check_somebody_decides(
    procedure: Procedure, birth_date: date, custody: Iterable[bool], today: date
) -> None:
    """R3: there is a custodian to ask, or an adult youth."""
    age = procedure.consent.youth_decides_from_age
    if age_on(birth_date, today) < age and not any(custody):
        raise case_refusals.NobodyDecides(age=age)


def staff_of_case(
    procedure: Procedure,
    initiator: UUID,
    participants: tuple[UUID, ...],
    colleagues: Colleagues,
) -> StaffOfCase:
    """The initiator, those who were named, the coordinator (S5, P5), and those whom R6 adds.

    Raises Refused: by R2 if the initiator may not open, R5 and S1 about the others.
    """
    opener = opening_role(procedure, initiator, colleagues.named, "initiator")
    named = (opener, *_participants(procedure, initiator, participants, colleagues.named))
    coordinator = _coordinator(procedure, named, colleagues)
    present = named if coordinator is None else _joined(named, coordinator)
    people = (*present, *_added(procedure, present, colleagues))
    return StaffOfCase(people, None if coordinator is None else coordinator.person_id)


def has_coordinator(procedure: Procedure) -> bool:
    """Whether the procedure knows a coordinator at all (S5, P5)."""
    leaders = {procedure.roles.leader, *(step.leader for step in procedure.steps)}
    called = {one for step in procedure.steps for one in step.calls}
    return COORDINATOR in leaders | called


def posts_named(procedure: Procedure) -> frozenset[str]:
    """The posts whose holders come to a case unasked, or coordinate it."""
    posts = {needed.post for needed in procedure.always_called} | {procedure.roles.coordinator_post}
    return frozenset(post for post in posts if post is not None)


def taking_part(procedure: Procedure, staff: Staff, field: str) -> OnCase:
    """Somebody in the role of a current post; one that is always called goes before others."""
    if not staff.posts:
        raise wrong_values.WithoutPost(field)
    called_for = {needed.role for needed in procedure.always_called}
    covered = [post for post in staff.posts if post.organisation in procedure.all_organisations]
    if not covered:
        others = tuple(sorted({post.organisation for post in staff.posts}))
        raise consent_refusals.OrganisationNotCovered(organisations=codes_in_words(others))
    post = min(covered, key=lambda held: (held.role not in called_for, held.code))
    return OnCase(staff.person_id, post.role, post.organisation)


def opening_role(
    procedure: Procedure, person: UUID, known: Mapping[UUID, Staff], field: str
) -> OnCase:
    """R2: a process owner holds one of the opening roles on the day. Raises Refused."""
    if person not in known:
        raise wrong_values.UnknownPerson(field)
    openers = procedure.roles.openers
    held = [post for post in known[person].posts if post.role in openers]
    if not held:
        raise case_refusals.MayNotOpen(rule=procedure.roles.openers_rule, roles=any_of(openers))
    post = min(held, key=lambda one: (openers.index(one.role), one.code))
    return OnCase(person, post.role, post.organisation)


def as_coordinator(staff: Staff) -> OnCase | None:
    """Somebody as the coordinator they are today; None, if they are not."""
    for post in staff.posts:
        if post.role == COORDINATOR:
            return OnCase(staff.person_id, post.role, post.organisation)
    return None


def _coordinator(
    procedure: Procedure, named: tuple[OnCase, ...], colleagues: Colleagues
) -> OnCase | None:
    """S5, P5: the post's holder, where the municipality has named a post; a coordinator among
    those who were named; or the only one there is."""
    if not has_coordinator(procedure):
        return None
    post = procedure.roles.coordinator_post
    if post is not None and (holder := colleagues.by_post.get(post)) is not None:
        return OnCase(holder.person_id, COORDINATOR, holder.posts[0].organisation)
    by_name = (colleagues.named[one.person_id] for one in named)
    if found := [one for one in map(as_coordinator, by_name) if one is not None]:
        return found[0]
    everybody = colleagues.by_role.get(COORDINATOR, ())
    return as_coordinator(everybody[0]) if len(everybody) == 1 else None


def _joined(present: tuple[OnCase, ...], who: OnCase) -> tuple[OnCase, ...]:
    """Those who are there and one more, who takes part in the role given even if they are there."""
    if all(one.person_id != who.person_id for one in present):
        return (*present, who)
    return tuple(who if one.person_id == who.person_id else one for one in present)


def _participants(
    procedure: Procedure, initiator: UUID, named: tuple[UUID, ...], known: Mapping[UUID, Staff]
) -> Iterator[OnCase]:
    seen = set[UUID]()
    for position, person in enumerate(named):
        field = f"participants.{position}"
        if person in seen:
            raise wrong_values.TwiceNamed(field)
        seen.add(person)
        if person not in known:
            raise wrong_values.UnknownPerson(field)
        if person != initiator:
            yield taking_part(procedure, known[person], field)


def _added(
    procedure: Procedure, present: tuple[OnCase, ...], colleagues: Colleagues
) -> Iterator[OnCase]:
    """R6, S8: who is always called and wasn't named, where it is plain who that is.

    A coordinator comes to coordinate, and doesn't stand for the organisation they work for.
    """
    on_case = {who.person_id for who in present}
    others = [who for who in present if who.role != COORDINATOR]
    for needed in procedure.always_called:
        there = present if needed.role is not None else others
        if needed.party != "staff" or any(stands_for(who, needed) for who in there):
            continue
        candidates = _candidates(needed, colleagues)
        if len(candidates) == 1 and candidates[0].person_id not in on_case:
            on_case.add(candidates[0].person_id)
            yield candidates[0]


def stands_for(who: OnCase, needed: AlwaysCalled) -> bool:
    return needed.role in (None, who.role) and needed.organisation in (None, who.organisation)


def _candidates(needed: AlwaysCalled, colleagues: Colleagues) -> tuple[OnCase, ...]:
    """Who is in the post that is named for it; else who holds the role in the municipality, and for
    the school the rektor of the child's unit."""
    if needed.post is not None and (holder := colleagues.by_post.get(needed.post)) is not None:
        post = holder.posts[0]
        who = OnCase(holder.person_id, post.role, post.organisation)
        return (who,) if stands_for(who, needed) else ()
    role = "rektor" if needed.role is None else needed.role
    staff = colleagues.rektorer_of_unit if needed.role is None else colleagues.by_role.get(role, ())
    candidates = {
        one.person_id: OnCase(one.person_id, post.role, post.organisation)
        for one in staff
        for post in one.posts
        if post.role == role and needed.organisation in (None, post.organisation)
    }
    return tuple(candidates.values())
