"""Reports of concern: that there is one, and what is to be done about it (R40-R51)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid4

from services.cases.domain import report_refusals as no
from services.cases.domain import wrong_values
from services.cases.domain.duties import Duty, Subject, reach_otherwise
from services.cases.domain.refused import NotFound
from services.cases.domain.report_duties import (
    ANSWER,
    ASK,
    INFORM,
    RECEIPT,
    WRITTEN,
    Asking,
    Whose,
)
from services.cases.domain.reports import (
    SOCIAL_SERVICES,
    Feedback,
    Part,
    Report,
    channel_of,
    check_answering,
    check_asking,
    check_classified,
    check_informed,
    check_on,
    check_received,
    may_be_asked_from,
)
from services.cases.handlers.consultations import end_what_is_over
from services.cases.handlers.duties import give
from services.cases.handlers.ports import Desk
from services.cases.handlers.report_ports import Classify, Informed, NewReport
from services.cases.handlers.report_rules import part_in, receiver_of, rules_of, rules_on
from shared.domain.days import local_date
from shared.domain.procedure import ReportRules
from shared.ids import new_reference

_REFERENCE = 8  # characters: so many that no two are the same
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Dossier:
    """A report that is locked until the end of the unit, its rules, and who deals with it now."""

    report: Report
    rules: ReportRules
    part: Part


def make(command: NewReport, desk: Desk) -> UUID:
    """R42, R43, R48: it has come; it waits for nothing and nobody. Raises Refused."""
    rules, today = rules_on(desk.procedures, desk.today), desk.today
    report = _new(command, rules, desk)
    if part_in(report, desk.actor_person, rules, desk.reports, today) is None:
        raise no.ReportedForAnother
    desk.reports.add(report)
    _note(report, "report.make", rules.receiver_rule, desk)
    asking = _asking(report, rules, desk)
    if report.reporter != report.received_by:
        _give(asking.receipt(), asking, desk)
    if report.is_oral:
        for duty in asking.written():
            _give(duty, asking, desk)
    _look_for_guardian(asking, desk)
    if report.wants_feedback and report.feedback_from <= today:  # it was entered weeks late
        _give(asking.ask_for_feedback(), asking, desk)
    return report.id


def make_from_case(case_id: UUID, command: NewReport, desk: Desk) -> UUID:
    """R48: from a case, open or closed, in one step; without a consent (P10), and the case is
    neither locked nor changed, nor does it know of it (R41). Raises Refused."""
    return make(replace(command, unit=desk.cases.facts(case_id).unit), desk)


def note_written(report_id: UUID, on: date | None, desk: Desk) -> None:
    """R42: the written one is in. Twice changes nothing. Raises Refused."""
    dossier = take(report_id, desk)
    if dossier.part not in ("receiver", "system"):
        raise no.NotedBySocialServices
    day = on or desk.today
    check_on(dossier.report, day, desk.today)
    if dossier.report.written_on is not None:
        return
    desk.reports.keep(replace(dossier.report, written_on=day))
    desk.duties.finish(Subject(report=report_id), WRITTEN)
    _note(dossier.report, "report.written", dossier.rules.written_rule, desk)


def guardian_informed(command: Informed, desk: Desk) -> None:
    """R40: who has told the guardians, and when; never of suspected abuse (R41). Raises Refused."""
    dossier = take(command.report_id, desk)
    day = command.on or desk.today
    if not check_informed(dossier.report, day, desk.today):
        return
    if command.by not in desk.register.staff([command.by], desk.today):
        raise wrong_values.UnknownPerson("by")
    desk.reports.keep(
        replace(dossier.report, guardian_informed_on=day, guardian_informed_by=command.by)
    )
    desk.duties.finish(Subject(report=command.report_id), [INFORM])
    _note(dossier.report, "report.guardian-informed", dossier.rules.guardian_rule, desk)


def classify(command: Classify, desk: Desk) -> None:
    """R41: whether it is about suspected abuse. Raises Refused."""
    dossier = take(command.report_id, desk)
    suspected = command.suspected_abuse
    if not check_classified(dossier.report, dossier.part, command.because, suspected=suspected):
        return
    report = replace(dossier.report, suspected_abuse=suspected)
    desk.reports.keep(report)
    because = None if command.because is None else str(command.because)
    details = {"suspected": suspected, "because": because}
    _note(report, "report.classify", dossier.rules.secret_rule, desk, **details)
    if report.is_kept_from_the_family:
        desk.duties.finish(Subject(report=report.id), [INFORM])
    _look_for_guardian(_asking(report, dossier.rules, desk), desk)


def ask_for_feedback(report_id: UUID, desk: Desk) -> None:
    """R45: the reporter asks; whoever sees to reports answers soon, if they haven't. Raises
    Refused."""
    dossier = take(report_id, desk)
    report = dossier.report
    check_asking(dossier.part, is_reporter=desk.actor_person == report.reporter)
    desk.duties.finish(Subject(report=report_id), [ASK])
    if report.asked_on is not None:
        return
    desk.reports.keep(replace(report, asked_on=desk.today))
    _note(report, "report.ask-for-feedback", dossier.rules.feedback_rule, desk)
    if report.feedback is None:
        asking = _asking(report, dossier.rules, desk)
        _give(asking.give_feedback(), asking, desk)


def give_feedback(report_id: UUID, code: Feedback, desk: Desk) -> None:
    """R45: it stands there for the reporter who asks, and nobody is told of it. Raises Refused."""
    dossier = take(report_id, desk)
    check_answering(dossier.part)
    desk.duties.finish(Subject(report=report_id), [ANSWER])
    if dossier.report.feedback == code:
        return
    desk.reports.keep(replace(dossier.report, feedback=code, feedback_on=desk.today))
    _note(dossier.report, "report.feedback", dossier.rules.answer_rule, desk)


def ask_for_meeting(report_id: UUID, desk: Desk) -> None:
    """R51: a meeting is wished for, and whoever sees to reports books it. Raises Refused."""
    dossier = take(report_id, desk)
    asking = _asking(dossier.report, dossier.rules, desk)
    _give(asking.call_meeting(), asking, desk)
    _note(dossier.report, "report.ask-for-meeting", dossier.rules.meeting_rule, desk)


def of_the_day(desk: Desk) -> date | None:
    """R44: who wished for it may ask now; the next day on which there is something to do.

    Consultations that have been, and meetings that somebody has said were held, are over (R47).
    """
    for report in desk.reports.to_be_nudged(desk.today):
        try:
            rules = rules_of(report, desk.procedures)
        except NotFound:  # the municipality doesn't use the routine any more
            continue
        asking = _asking(report, rules, desk)
        _give(asking.ask_for_feedback(), asking, desk)
    end_what_is_over(desk)
    ends_at = desk.reports.next_end_after(desk.now)
    days = [desk.reports.next_nudge_after(desk.today)]
    days += [None if ends_at is None else local_date(ends_at) + _DAY]
    return min((day for day in days if day is not None), default=None)


def take(report_id: UUID, desk: Desk) -> Dossier:
    """Locked, and only then read. Raises NotFound, also if the person mayn't know of it (R41)."""
    report = desk.reports.take(report_id)
    if report is None:
        raise NotFound
    rules = rules_of(report, desk.procedures)
    part = part_in(report, desk.actor_person, rules, desk.reports, desk.today)
    if part is None:
        raise NotFound
    return Dossier(report, rules, part)


def _new(command: NewReport, rules: ReportRules, desk: Desk) -> Report:
    received_on = command.received_on or desk.today
    check_received(received_on, desk.today)
    channel = channel_of(command.channel, oral=command.oral)
    if not desk.register.is_school(command.unit):
        raise wrong_values.UnknownUnit("unit")
    _check_people(command, desk)
    return Report(
        id=uuid4(),
        reference=new_reference(_REFERENCE),
        unit=command.unit,
        reporter=command.reporter,
        received_by=command.received_by,
        received_on=received_on,
        registered_at=desk.now,
        channel=channel,
        suspected_abuse=command.suspected_abuse,
        wants_feedback=command.wants_feedback,
        feedback_from=may_be_asked_from(received_on, rules.feedback_after_days, desk.days),
        written_on=None if command.oral else received_on,
    )


def _check_people(command: NewReport, desk: Desk) -> None:
    known = desk.register.staff({command.reporter, command.received_by}, desk.today)
    for field, person in (("reporter", command.reporter), ("received_by", command.received_by)):
        if person not in known:
            raise wrong_values.UnknownPerson(field)
    posts = known[command.received_by].posts
    if all(post.organisation != SOCIAL_SERVICES for post in posts):
        raise no.NotOfSocialServices("received_by")


def _asking(report: Report, rules: ReportRules, desk: Desk) -> Asking:
    receiver = receiver_of(report, rules, desk.duties, desk.today)
    return Asking(report, rules, receiver, desk.days, desk.today)


def _look_for_guardian(asking: Asking, desk: Desk) -> None:
    """R40: the rektor sees to it that the guardians know; where there is none, the reporter."""
    report = asking.report
    if report.is_kept_from_the_family or report.guardian_informed_on is not None:
        return
    post = desk.reports.rektor_post(report.unit)
    rektor = asking.reporter if post is None else Whose(post=post)
    _give(asking.inform_guardian(rektor), asking, desk)


def _give(duty: Duty, asking: Asking, desk: Desk) -> None:
    """R41: whoever has it, at an address that is also of a family, is told of it by a person."""
    give(duty, desk)
    standing = desk.duties.of(duty.subject)
    given = next((one for one in standing if one.is_open and one.kind == duty.kind), None)
    post = asking.receiver.post
    if given is None or given.owner is None or post is None:
        return
    if desk.reports.address_is_of_a_family(given.owner):
        mail = "receipt" if duty.kind == RECEIPT else "task"
        told = reach_otherwise(given, given.owner, mail, post, desk.today)
        assert told is not None
        give(told, desk)


def _note(report: Report, action: str, rule: str, desk: Desk, **details: str | bool | None) -> None:
    """Of no case (R41)."""
    desk.audit.note(None, action, rule, {"report": str(report.id), **details})
