"""Who calls and who is called follows the posts, in every open year, at once (R21, R22)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.cases.domain.duties import Subject
from services.cases.domain.meetings import coming
from services.cases.domain.opening import OnCase
from services.cases.domain.year_duties import FILL_POST, fill_post, is_about, substitute_key
from services.cases.domain.year_staff import (
    Posts,
    YearStaff,
    serving,
    staff_of_year,
    vacancies,
)
from services.cases.handlers.duties import Giving, give
from services.cases.handlers.meeting_ports import Meetings
from services.cases.handlers.ports import Audit, CaseFile, Cases, Tasks
from services.cases.handlers.year.rules import ARSHJUL
from services.cases.handlers.year_ports import Years
from shared.bus.events import ParticipantsChanged
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import YearRules
from shared.procedures import Procedures, UnknownProcedure

# Who comes to a meeting in somebody's place, as long as they are in service (R27).
Substitutes = Mapping[UUID, Collection[UUID]]
_TOLD = ("tell-by-hand", "reach-otherwise")


class YearDesk(Giving, Protocol):
    """What of a desk is needed, so that an import can do it too."""

    @property
    def now(self) -> datetime: ...
    @property
    def procedures(self) -> Procedures: ...
    @property
    def years(self) -> Years: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def meetings(self) -> Meetings: ...
    @property
    def tasks(self) -> Tasks: ...
    @property
    def audit(self) -> Audit: ...


def follow_staff(desk: YearDesk) -> None:
    """Every open year has those who hold the posts now; twice in a row changes nothing more."""
    files = locked_years(desk)
    if not files:
        return
    posts = desk.years.posts()
    substitutes = desk.years.substitutes(*(file.id for file in files))
    for file in files:
        _follow(file, posts, substitutes, desk)
    _look_for_vacancies(posts, desk)


def locked_years(desk: YearDesk) -> list[CaseFile]:
    """Every open year, read once all are locked; without those whose rules nobody knows now."""
    files = (_file(facts, desk) for facts in desk.years.facts(desk.years.lock_open()))
    return [file for file in files if file is not None]


def _look_for_vacancies(posts: Posts, desk: YearDesk) -> None:
    """R21: whoever may fill a calling post is asked to, and no longer once somebody holds it."""
    rules = _rules_today(desk)
    found = [] if rules is None else list(vacancies(rules, posts, desk.today))
    for duty in desk.duties.open_of_kind(FILL_POST):
        if not any(is_about(duty.details, vacancy) for vacancy in found):
            desk.tasks.retire(duty.id)  # the same vacancy, registered again, is told again
    for vacancy in found:
        for told in vacancy.told:
            assert rules is not None
            give(fill_post(vacancy, told, rules.callers_rule, desk.today), desk)


def _rules_today(desk: YearDesk) -> YearRules | None:
    try:
        return desk.procedures.get(ARSHJUL, desk.today).year
    except UnknownProcedure:
        return None


def _file(facts: CaseFacts, desk: YearDesk) -> CaseFile | None:
    try:
        return CaseFile(facts, desk.procedures.get(facts.procedure, facts.procedure_on))
    except UnknownProcedure:
        return None


def _follow(file: CaseFile, posts: Posts, standing_in: Substitutes, desk: YearDesk) -> None:
    rules = file.procedure.year
    if rules is None:
        return
    staff = staff_of_year(rules, posts, desk.today)
    here = serving(posts, desk.today)
    substitutes = {
        meeting: {person for person in people if person in here}
        for meeting, people in standing_in.items()
    }
    changed = _callers_follow(file, staff, rules, desk)
    changed |= _people_follow(file, staff, substitutes, desk)
    if _meetings_follow(file, staff, substitutes, desk) or changed:
        desk.publish(ParticipantsChanged(case_id=file.id))


def _callers_follow(file: CaseFile, staff: YearStaff, rules: YearRules, desk: YearDesk) -> bool:
    """R21: who acts for the posts calls; while nobody does, it stays with who did."""
    if not staff.callers:
        return False
    owner, other = staff.callers[0], next(iter(staff.callers[1:]), None)
    if (owner, other) == (file.facts.process_owner, file.facts.coordinator):
        return False
    desk.years.lead(file.id, owner, other)
    details = {"callers": [str(one) for one in staff.callers]}
    desk.audit.note(file.id, "year.callers", rules.callers_rule, details)
    return True


def _people_follow(
    file: CaseFile, staff: YearStaff, substitutes: Substitutes, desk: YearDesk
) -> bool:
    on_it = {
        who.person_id: OnCase(who.person_id, who.role or "", who.organisation or "")
        for who in file.facts.participants
    }
    added = [who for who in staff.people if on_it.get(who.person_id) != who]
    wanted = {who.person_id for who in staff.people} | _standing_in(file, substitutes, desk.now)
    removed = sorted(on_it.keys() - wanted)
    for who in added:
        desk.cases.add_participant(file.id, who)
    for person in removed:
        desk.cases.remove_participant(file.id, person)
    if not added and not removed:
        return False
    details = {
        "added": sorted(str(who.person_id) for who in added),
        "removed": [str(person) for person in removed],
    }
    desk.audit.note(file.id, "year.staff", _group_rule(file), details)
    return True


def _standing_in(file: CaseFile, substitutes: Substitutes, now: datetime) -> set[UUID]:
    """R27: who comes in somebody's place to a meeting that is still to come."""
    return {
        person for meeting in coming(file.facts, now) for person in substitutes.get(meeting.id, ())
    }


def _meetings_follow(
    file: CaseFile, staff: YearStaff, substitutes: Substitutes, desk: YearDesk
) -> bool:
    """Coming meetings are those of the staff of today: newcomers are called, leavers no longer."""
    everybody = {who.person_id for who in staff.people}
    changed = False
    for meeting in coming(file.facts, desk.now):
        wanted = everybody | set(substitutes.get(meeting.id, ()))
        if meeting.left_out & wanted:  # who only stood in elsewhere comes now on their own account
            desk.meetings.leave_out(meeting.id, meeting.left_out - wanted)
        for person in sorted(meeting.person_ids - wanted):
            _uncall(file, meeting, person, desk)
            changed = True
        for person in sorted(wanted - meeting.person_ids):
            _call(file, meeting, person, desk)
            changed = True
    return changed


def _call(file: CaseFile, meeting: Meeting, person: UUID, desk: YearDesk) -> None:
    """Also who is taken then: only the two who call must be free (R21)."""
    desk.meetings.call(meeting, person)
    _note(file, meeting, person, "meeting.call", desk)


def _uncall(file: CaseFile, meeting: Meeting, person: UUID, desk: YearDesk) -> None:
    desk.meetings.uncall(meeting.id, person)
    year = Subject(year=file.facts.known_on.year)
    desk.duties.finish(year, _TOLD, meeting=meeting.id, about=person)
    desk.tasks.finish_key(substitute_key(meeting, person))
    _note(file, meeting, person, "meeting.uncall", desk)


def _note(file: CaseFile, meeting: Meeting, person: UUID, action: str, desk: YearDesk) -> None:
    rule = file.procedure.step(meeting.step).rule
    details = {"meeting": str(meeting.id), "person": str(person)}
    desk.audit.note(file.id, action, rule, details)


def _group_rule(file: CaseFile) -> str:
    rules = file.procedure.year
    assert rules is not None
    return rules.groups[0].rule
