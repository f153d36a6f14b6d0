"""What becomes of a parent meeting is kept in the ledger, and its matter closes (R26, R27)."""

from services.cases.domain.duties import post_to_ask
from services.cases.domain.meetings import Outcome
from services.cases.domain.parent_meetings import COME, to_come
from services.cases.handlers.duties import give
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.year.rules import this_round
from shared.bus.events import CaseClosed
from shared.domain.days import local_date
from shared.domain.facts import Meeting
from shared.domain.procedure import ParentMeetingRule

INVITED = "social_services"


def held(file: CaseFile, meeting: Meeting, desk: Desk) -> None:
    """R26: the cohorts have had theirs, and nobody is asked for one any more."""
    for kept in desk.parent_meetings.of_matter(file.id):
        desk.tasks.finish_key(kept.cohort.key)
    desk.parent_meetings.hold(file.id, local_date(meeting.starts_at))
    _close(file, meeting, Outcome.COMPLETED, desk)


def cancelled(file: CaseFile, meeting: Meeting, desk: Desk) -> None:
    """R26: the cohorts have none again."""
    desk.parent_meetings.forget_plan(file.id)
    _close(file, meeting, Outcome.OTHER, desk)


def look_who_comes(file: CaseFile, meeting: Meeting, desk: Desk) -> None:
    """R27: once all who were invited have said no, IFO says who comes instead.

    Done by itself when somebody else is called, or says yes, and when everybody is asked anew.
    """
    said = desk.meetings.answers(meeting.id)
    people = desk.reread(file).facts.participants
    invited = {who.person_id for who in people if who.organisation == INVITED} & set(said)
    if not invited:
        return
    if any(said[person].answer != "declined" for person in invited):
        _somebody_comes(meeting, desk)
    elif (rule := rule_of_today(desk)) is not None:
        post = post_to_ask(desk.duties.posts_of(rule.invited, desk.today), None)
        if post is not None:
            starts_on = local_date(meeting.starts_at)
            give(to_come(meeting.id, rule, post.code, desk.next_working_day, starts_on), desk)


def rule_of_today(desk: Desk) -> ParentMeetingRule | None:
    """None where the municipality keeps no such ledger."""
    this = this_round(desk)
    return None if this is None else this.rules.parent_meetings


def _close(file: CaseFile, meeting: Meeting, outcome: Outcome, desk: Desk) -> None:
    """Unless one more was booked, which then ends it."""
    _somebody_comes(meeting, desk)
    if any(one.state in ("booked", "proposed") for one in desk.reread(file).facts.meetings):
        return
    desk.cases.close(file.id, outcome)
    desk.tasks.finish(file.id)
    desk.audit.note(file.id, "parent-meeting.close", "R26", {"outcome": str(outcome)})
    desk.publish(CaseClosed(case_id=file.id))


def _somebody_comes(meeting: Meeting, desk: Desk) -> None:
    """The duty is retired, so that it comes back if they say no in their turn."""
    for duty in desk.duties.open_of_kind(COME):
        if duty.meeting_id == meeting.id:
            desk.tasks.retire(duty.id)
