"""What of a report is shown to whom (R41, R43, R45)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.cases.domain.refused import NotFound
from services.cases.domain.reports import SOCIAL_SERVICES, Feedback, Part, Report
from services.cases.handlers.reading import Row, Views
from services.cases.handlers.report_ports import Shown
from services.cases.handlers.report_rules import KnownOnce, part_in, rules_of, rules_on
from services.cases.handlers.showing import shown_meetings
from shared.procedures import Procedures

FeedbackState = Literal["not-asked", "asked", "answered"]


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A report, what is to be done about it, and its meetings; to a person only their own tasks.

    `shows_feedback`: not to the rektor, and to the reporter only once they have asked.
    """

    report: Report
    shows_feedback: bool
    tasks: Sequence[Row]
    meetings: Sequence[Row]
    attendance: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Told:
    """What the reporter hears who asks (R45); a code only once they have."""

    state: FeedbackState
    asked_on: date | None
    code: Feedback | None
    on: date | None


def show_report(
    report_id: UUID, person: UUID | None, views: Views, procedures: Procedures, today: date
) -> ShownReport:
    """Raises NotFound, also to whoever mayn't know of it. The caller has logged the access."""
    report, part = _find(report_id, person, views, procedures, today)
    if person == report.reporter:
        views.receipt_seen(report.id)
    facts = next(iter(views.facts([report.id])), None)
    meetings: Sequence[Row] = ()
    if facts is not None:
        procedure = procedures.get(facts.procedure, facts.procedure_on)
        meetings = shown_meetings(facts, procedure, views)
    return ShownReport(
        report=report,
        shows_feedback=_hears(report, part, person),
        tasks=views.tasks_of_report(report.id, person),
        meetings=meetings,
        attendance=views.attendance([report.id]),
    )


def list_reports(
    person: UUID | None,
    views: Views,
    procedures: Procedures,
    today: date,
    *,
    after: UUID | None,
    limit: int,
) -> Sequence[tuple[Report, bool]]:
    """Those that somebody sees, each with whether its feedback is shown to them."""
    known = KnownOnce(views)
    if person is None:
        shown = Shown(None, all=True, made=True, received=True, units=())
    else:
        works_for = known.works_for(person, today)
        shown = Shown(
            person,
            all=known.acts_for(person, rules_on(procedures, today).receiver, today),
            made=bool(works_for),
            received=SOCIAL_SERVICES in works_for,
            units=tuple(known.rektor_units(person, today)),
        )
    found = []
    for report in views.reports(shown, after, limit):
        part = part_in(report, person, rules_of(report, procedures), known, today)
        if part is not None:
            found.append((report, _hears(report, part, person)))
    return found


def tell_feedback(
    report_id: UUID, person: UUID | None, views: Views, procedures: Procedures, today: date
) -> Told:
    """R45: what there is to hear for the reporter. Raises NotFound."""
    report, part = _find(report_id, person, views, procedures, today)
    if report.asked_on is None:
        return Told("not-asked", None, None, None)
    if report.feedback is None or not _hears(report, part, person):
        return Told("asked", report.asked_on, None, None)
    return Told("answered", report.asked_on, report.feedback, report.feedback_on)


def _find(
    report_id: UUID, person: UUID | None, views: Views, procedures: Procedures, today: date
) -> tuple[Report, Part]:
    report = views.report(report_id)
    if report is None:
        raise NotFound
    part = part_in(report, person, rules_of(report, procedures), views, today)
    if part is None:
        raise NotFound
    return report, part


def _hears(report: Report, part: Part, person: UUID | None) -> bool:
    if part in ("receiver", "system"):
        return True
    return person == report.reporter and report.asked_on is not None
