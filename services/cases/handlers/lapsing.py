"""Proposed times that pass are no longer offered; a proposal without any is off (R6, R11, X1)."""

import logging
from collections.abc import Callable, Collection
from uuid import UUID

from services.cases.domain.booking import Wanted
from services.cases.domain.limits import last_day_to_book
from services.cases.domain.tasks import DECIDED_WITHIN, book_anew
from services.cases.handlers.meetings import cancel_one, minutes, next_date_is_off
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.votes import book_if_all_have_voted
from services.cases.handlers.year.callers import ask
from shared.domain.calling import in_charge
from shared.domain.consent import consent_stands, declined
from shared.domain.facts import Meeting
from shared.domain.procedure import Step

log = logging.getLogger(__name__)

# Does something with a desk in a transaction of its own.
InAUnit = Callable[[Callable[[Desk], object]], object]
_AT_A_TIME = 50


def let_proposals_lapse(
    in_a_unit: InAUnit, is_away: Callable[[Exception], bool], resting: Collection[UUID]
) -> tuple[UUID, ...]:
    """What has passed, in some cases at a time. A case that fails takes no other along: which these
    are. `resting`: those that failed a while ago, and aren't tried now. `is_away`: whether an error
    says nothing of the case; it is raised.
    """
    found: list[UUID] = []
    in_a_unit(
        lambda desk: found.extend(desk.votes.with_passed_times(desk.now, _AT_A_TIME, resting))
    )
    return tuple(case_id for case_id in found if not _has_lapsed(case_id, in_a_unit, is_away))


def _has_lapsed(case_id: UUID, in_a_unit: InAUnit, is_away: Callable[[Exception], bool]) -> bool:
    try:
        in_a_unit(lambda desk: let_lapse(desk.take(case_id), desk))
    except Exception as error:
        if is_away(error):
            raise
        # Its type alone: what an error says may name somebody.
        log.error("Passed times stay, case %s: %s", case_id, type(error).__name__)  # noqa: TRY400
        return False
    return True


def let_lapse(file: CaseFile, desk: Desk) -> CaseFile:
    """The case without the proposed times that have passed, whenever somebody looks at it."""
    proposed = [one for one in file.facts.meetings if one.state == "proposed"]
    passed = [one for one in proposed if desk.votes.drop_passed(one.id, desk.now)]
    for meeting in passed:
        _go_on_without(file, meeting, desk)
    return desk.reread(file) if passed else file


def _go_on_without(file: CaseFile, meeting: Meeting, desk: Desk) -> None:
    """The other times are still to choose from; who had voted about all of them needn't again."""
    options = desk.votes.options(meeting.id)
    if not options:
        _is_off(file, meeting, desk)
        return
    best = options[0].starts_at
    if best != meeting.starts_at:
        desk.meetings.stand_for(Wanted(meeting.step, best, minutes(meeting), meeting.id))
    book_if_all_have_voted(desk.reread(file), meeting.id, desk)


def _is_off(file: CaseFile, meeting: Meeting, desk: Desk) -> None:
    """Nobody said yes in time. The scheduler seeks anew what it sought, and a person is asked for a
    time, unless none can be had: after a no (P11), or past the limit (X1)."""
    cancel_one(file, meeting, "lapsed", desk)
    step = file.procedure.step(meeting.step)
    if not _may_be_called_to(step, file, desk):
        return
    if step.seeks:
        _ask_to_book(file, step, desk)
    else:
        next_date_is_off(file, meeting, desk)


def _may_be_called_to(step: Step, file: CaseFile, desk: Desk) -> bool:
    if declined(file.facts, file.procedure, desk.today):
        return False
    return step.grounds == "none" or consent_stands(file.facts, file.procedure, desk.today)


def _ask_to_book(file: CaseFile, step: Step, desk: Desk) -> None:
    decided_by = desk.days.plus(desk.today, DECIDED_WITHIN)
    due_on = last_day_to_book(
        file.facts, file.procedure, step, desk.days, desk.today, otherwise=decided_by
    )
    if due_on is not None:
        owner = in_charge(file.facts, file.procedure, step)
        ask(file, book_anew(file.id, owner, step.name, step.rule, due_on), desk)
