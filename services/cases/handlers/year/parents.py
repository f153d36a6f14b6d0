"""Parent meetings to which IFO is invited: one for each cohort in each stage (R26, R27)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from services.cases.domain import parent_refusals as refusals
from services.cases.domain import wrong_values
from services.cases.domain.matters import NewMatter
from services.cases.domain.opening import OnCase, Staff
from services.cases.domain.parent_meetings import (
    COME,
    Cohort,
    Kept,
    ShownCohort,
    Unit,
    check_cohorts,
    check_free,
    duties_of,
    ledger,
    school_year,
    stage_at,
)
from services.cases.domain.refused import NotFound, codes_in_words
from services.cases.handlers.commands import AddParticipant, Book
from services.cases.handlers.duties import give
from services.cases.handlers.meetings import book_on
from services.cases.handlers.opening import add_participant
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.year.dispatches import check_in_post, check_own_name, is_long_past
from services.cases.handlers.year.parent_ledger import INVITED, look_who_comes, rule_of_today
from services.cases.handlers.year.rules import Round, this_round
from shared.bus.events import CaseOpened
from shared.domain.days import local_date
from shared.domain.facts import Meeting
from shared.domain.procedure import ParentMeetingRule, Step

_SCHOOL = "school"


@dataclass(frozen=True, slots=True)
class Invite:
    """A parent meeting of some cohorts of a stage; nobody named: IFO's post is invited.

    `minutes` None: as long as IFO's part usually is.
    """

    unit: str
    stage: str
    cohorts: tuple[int, ...]
    starts_at: datetime
    minutes: int | None = None
    place: str | None = None
    invite: tuple[UUID, ...] = ()
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A parent meeting that was held without Samspel."""

    unit: str
    stage: str
    cohorts: tuple[int, ...]
    on: date
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """R27: a parent meeting that none of those invited comes to, and who they are."""

    meeting: Meeting
    unit: str
    invited: tuple[UUID, ...]
    called: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Replace:
    """R27: somebody else comes to a parent meeting for who was invited."""

    meeting_id: UUID
    invited: UUID
    person: UUID
    by: UUID | None = None


def of_the_day(this: Round, desk: Desk) -> date | None:
    """R26: the duties of the school year, once; the next day on which there are new ones."""
    rule = this.rules.parent_meetings
    if rule is None:
        return None
    year = school_year(rule, desk.today)
    newest = not is_long_past(rule.starts.in_year(year), desk)
    units = desk.parent_meetings.units(_kinds(rule), rule.owner)
    terms = desk.school_years.terms
    asked = desk.parent_meetings.asked()
    _of_closed_units(asked, units, desk)
    there = {*asked, *(one.cohort for one in desk.parent_meetings.kept())}
    found = duties_of(units, rule, desk.today, terms, desk.days, newest=newest)
    for cohort, duty in found:
        if cohort not in there:
            give(duty, desk)
    return rule.starts.in_year(year + 1)


def shown(unit: str | None, year: int | None, desk: Desk) -> tuple[ShownCohort, ...]:
    """R26: the ledger of a school year, of one unit or of all. Raises Invalid or NotFound.

    It names nobody, so all of the staff may read it.
    """
    rule = _rule(desk)
    units = desk.parent_meetings.units(_kinds(rule), rule.owner)
    if unit is not None:
        units = [_unit(unit, rule, desk)]
    return ledger(
        units, rule, school_year(rule, desk.today) if year is None else year,
        desk.parent_meetings.kept(unit), desk.parent_meetings.asked(unit), desk.today,
        desk.school_years.terms, desk.days,
    )  # fmt: skip


def units_of(desk: Desk) -> frozenset[str]:
    """The units at which who sits before the calling system invites, and notes what was held."""
    rule = rule_of_today(desk)
    if rule is None:
        return frozenset()
    person = desk.actor_person
    units = desk.parent_meetings.units(_kinds(rule), rule.owner)
    posts = {post.code: post.acting for post in desk.duties.posts_of(rule.owner, desk.today)}
    everywhere = person is None or _is_caller(person, desk)
    own = (one.code for one in units if one.post and (everywhere or posts[one.post] == person))
    return frozenset(own)


def invite(command: Invite, desk: Desk) -> UUID:
    """R26: the rektor invites IFO; booked as any other meeting. Raises Refused."""
    rule, step = _rule(desk), _step(desk)
    check_own_name(command.by, desk)
    unit = _unit(command.unit, rule, desk)
    rektor = _who_invites(unit, rule, desk)
    stage = stage_at(unit, command.stage, rule)
    check_cohorts(stage, rule, command.cohorts, local_date(command.starts_at))
    cohorts = {Cohort(unit.code, stage.name, one) for one in command.cohorts}
    check_free(_in_ledger(cohorts, desk))
    people = (rektor, *_invited(command, rule, desk))
    matter = uuid4()
    desk.cases.add_matter(_matter(matter, people, unit, desk), desk.today)
    if not desk.parent_meetings.plan(cohorts, matter):
        raise refusals.IsPlanned
    file = desk.open_by_link(matter, lock=True)  # a caller who helps takes no part in it
    desk.publish(CaseOpened(case_id=matter))
    minutes = command.minutes or step.minutes
    book = Book(matter, step.name, command.starts_at, minutes, command.place)
    meeting = book_on(file, book, desk)
    details = {"meeting": str(meeting), "unit": unit.code, "stage": stage.name, "by": command.by}
    desk.audit.note(matter, "parent-meeting.invite", rule.rule, _as_text(details))
    return meeting


def note_held(command: Noted, desk: Desk) -> tuple[ShownCohort, ...]:
    """R26: it was held without Samspel; the cohorts as they stand after. Raises Refused."""
    rule = _rule(desk)
    check_own_name(command.by, desk)
    unit = _unit(command.unit, rule, desk)
    _who_invites(unit, rule, desk)
    stage = stage_at(unit, command.stage, rule)
    if command.on > desk.today:
        raise refusals.HeldInFuture("on", today=desk.today)
    check_cohorts(stage, rule, command.cohorts, command.on)
    cohorts = {Cohort(unit.code, stage.name, one) for one in command.cohorts}
    check_free(_in_ledger(cohorts, desk), noted_on=command.on)
    desk.parent_meetings.note_held(cohorts, command.on)
    for one in cohorts:
        desk.tasks.finish_key(one.key)
    details = {"unit": unit.code, "stage": stage.name, "on": command.on, "by": command.by}
    desk.audit.note(None, "parent-meeting.note-held", rule.rule, _as_text(details))
    there = shown(unit.code, school_year(rule, command.on), desk)
    return tuple(one for one in there if one.cohort in cohorts)


def to_replace(task_id: UUID, desk: Desk) -> Missing:
    """What whoever has the duty of coming instead has to know. Raises NotFound."""
    duty = desk.duties.take(task_id)
    if duty is None or duty.kind != COME or not duty.is_open or duty.meeting_id is None:
        raise NotFound
    if desk.actor_person not in (None, duty.owner):
        raise NotFound
    file, meeting, _ = of_meeting(duty.meeting_id, desk)
    said = desk.meetings.answers(meeting.id)
    of_ifo = (who.person_id for who in file.facts.participants if who.organisation == INVITED)
    declined = tuple(
        sorted(one for one in of_ifo if one in said and said[one].answer == "declined")
    )
    called = frozenset(who.person_id for who in file.facts.participants)
    return Missing(meeting, file.facts.unit, declined, called)


def replace(command: Replace, desk: Desk) -> None:
    """R27: by whoever has the duty, who was invited, or who invites. Raises Refused."""
    check_own_name(command.by, desk)
    file, meeting = _entered(command, desk)
    people = {who.person_id: who for who in file.facts.participants}
    invited = people.get(command.invited)
    if invited is None or invited.organisation != INVITED:
        raise refusals.NotInvited("for")
    if command.person in people:
        raise refusals.AlreadyInvited("person")
    _of_ifo(command.person, "person", desk)
    add_participant(AddParticipant(file.id, command.person, command.invited), desk)
    look_who_comes(file, meeting, desk)
    details = {"meeting": meeting.id, "for": command.invited, "person": command.person}
    desk.audit.note(file.id, "parent-meeting.replace", _rule(desk).come_rule, _as_text(details))


def of_meeting(meeting_id: UUID, desk: Desk) -> tuple[CaseFile, Meeting, list[Kept]]:
    """A parent meeting that has just been changed, and its cohorts. Raises NotFound."""
    matter = desk.cases.case_of_meeting(meeting_id)
    if matter is None:
        raise NotFound
    file = desk.open_by_link(matter, lock=False)
    return file, file.meeting(meeting_id), list(desk.parent_meetings.of_matter(matter))


def _entered(command: Replace, desk: Desk) -> tuple[CaseFile, Meeting]:
    """IFO's chief needn't take part in the meeting to say who does."""
    matter = desk.cases.case_of_meeting(command.meeting_id)
    if matter is None:
        raise NotFound
    file = desk.open_by_link(matter, lock=True)
    meeting = file.meeting(command.meeting_id)
    asked = desk.duties.open_of_kind(COME)
    has_it = {one.owner for one in asked if one.meeting_id == meeting.id}
    may = {None, file.facts.process_owner, command.invited, *has_it}
    if file.facts.about != "parents" or desk.actor_person not in may:
        raise NotFound
    return file, meeting


def _of_closed_units(asked: Iterable[Cohort], units: Iterable[Unit], desk: Desk) -> None:
    """Nobody can hold a meeting at a unit that there isn't any more."""
    there = {unit.code for unit in units}
    for one in asked:
        if one.unit not in there:
            desk.tasks.finish_key(one.key)


def _matter(matter: UUID, people: tuple[OnCase, ...], unit: Unit, desk: Desk) -> NewMatter:
    this = this_round(desk)
    assert this is not None
    owner = people[0].person_id
    return NewMatter(matter, "parents", this.procedure.name, desk.today, owner, unit.code, people)


def _who_invites(unit: Unit, rule: ParentMeetingRule, desk: Desk) -> OnCase:
    """Whoever acts for the unit's rektor. Of people, only they and the callers may."""
    posts = {post.code: post.acting for post in desk.duties.posts_of(rule.owner, desk.today)}
    acting = None if unit.post is None else posts.get(unit.post)
    role = codes_in_words((rule.owner,))
    if acting is None:
        raise refusals.NobodyInvites(rule=rule.rule, role=role)
    person = desk.actor_person
    if person not in (None, acting) and not _is_caller(person, desk):
        raise refusals.NotYourUnit(rule=rule.rule, role=role)
    return OnCase(acting, rule.owner, _SCHOOL)


def _is_caller(person: UUID | None, desk: Desk) -> bool:
    this = this_round(desk)
    roles = () if this is None else this.rules.callers
    posts = (post for role in roles for post in desk.duties.posts_of(role, desk.today))
    return any(post.acting == person for post in posts)


def _invited(command: Invite, rule: ParentMeetingRule, desk: Desk) -> tuple[OnCase, ...]:
    if command.invite:
        return tuple(
            _of_ifo(person, f"invite.{position}", desk)
            for position, person in enumerate(command.invite)
        )
    posts = desk.duties.posts_of(rule.invited, desk.today)
    acting = next((post.acting for post in posts if post.acting is not None), None)
    if acting is None:
        role = codes_in_words((rule.invited,))
        raise refusals.NobodyToInvite(rule=rule.rule, role=role)
    return (OnCase(acting, rule.invited, INVITED),)


def _of_ifo(person: UUID, field: str, desk: Desk) -> OnCase:
    check_in_post(person, field, desk)
    staff: Staff = desk.register.staff([person], desk.today)[person]
    post = next((one for one in staff.posts if one.organisation == INVITED), None)
    if post is None:
        raise refusals.NotOfIfo(field)
    return OnCase(person, post.role, post.organisation)


def _in_ledger(cohorts: set[Cohort], desk: Desk) -> list[Kept]:
    return [one for one in desk.parent_meetings.kept() if one.cohort in cohorts]


def _unit(code: str, rule: ParentMeetingRule, desk: Desk) -> Unit:
    units = {one.code: one for one in desk.parent_meetings.units(_kinds(rule), rule.owner)}
    if code not in units:
        raise wrong_values.UnknownUnit("unit")
    return units[code]


def _kinds(rule: ParentMeetingRule) -> set[str]:
    return {kind for stage in rule.stages for kind in stage.units}


def _rule(desk: Desk) -> ParentMeetingRule:
    if (rule := rule_of_today(desk)) is None:
        raise NotFound
    return rule


def _step(desk: Desk) -> Step:
    this = this_round(desk)
    steps = () if this is None else this.procedure.steps_of("parents")
    if not steps:
        raise NotFound
    return steps[0]


def _as_text(details: Mapping[str, object]) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in details.items()}
