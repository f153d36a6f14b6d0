"""Once a day: what the plan says is over goes, each case in a transaction of its own."""

import logging
from collections.abc import Callable, Collection
from functools import partial
from uuid import UUID

from services.cases.domain.refused import Refused
from services.cases.domain.retention import STAYS
from services.cases.handlers.looking_through import look_through
from services.cases.handlers.retention import (
    RetentionDesk,
    due_matters,
    erase_case,
    erase_old,
    next_due,
)

log = logging.getLogger(__name__)

# Does something with a desk in a transaction of its own, and gives what it gives.
InADesk = Callable[[Callable[[RetentionDesk], object]], object]
A_DAY = 500  # cases at most; the rest goes tomorrow
_A_LOOK = 100  # at a time: what is due next, behind those that can't go


def let_go(in_a_unit: InADesk, between: Callable[[], object]) -> None:
    """What is due today, by whichever worker comes first. What can't go stays until tomorrow.

    A case that fails takes no other along: nothing of it has gone. `between` two pieces of this
    work others have their turn.
    """
    if not in_a_unit(_begin):
        return
    gone = _let_cases_go(in_a_unit, between)
    _tried(in_a_unit, "what belongs to no case", _old_ones)
    if gone:
        _look_through(in_a_unit, gone, between)
    in_a_unit(_note_next)


def _begin(desk: RetentionDesk) -> bool:
    """Whether it is this worker's, and there is something that may go."""
    if not desk.keeping.begin_day(desk.today) or desk.plan is None:
        return False
    if desk.archive is None:
        log.warning("Nothing goes by the plan: SAMSPEL_ARCHIVE isn't set. See docs/retention.md.")
    return desk.archive is not None


def _let_cases_go(in_a_unit: InADesk, between: Callable[[], object]) -> list[UUID]:
    """Those that have gone. Whoever can't go keeps nobody behind them."""
    gone: list[UUID] = []
    tried: set[UUID] = set()
    while len(gone) < A_DAY and (due := _due(in_a_unit, tried)):
        for case_id, packed in due:
            erase = partial(_let_case_go, case_id, packed=packed)
            if _tried(in_a_unit, f"case {case_id}", erase):
                gone.append(case_id)
            tried.add(case_id)
            between()
    return gone


def _due(in_a_unit: InADesk, tried: Collection[UUID]) -> list[tuple[UUID, bool]]:
    due: list[tuple[UUID, bool]] = []
    in_a_unit(lambda desk: due.extend(due_matters(desk, _A_LOOK, tried)))
    return due


def _let_case_go(case_id: UUID, desk: RetentionDesk, *, packed: bool) -> None:
    erase_case(case_id, "plan", desk, packed=packed)


def _old_ones(desk: RetentionDesk) -> None:
    if desk.plan is not None:
        for kind, term in desk.plan.of_kinds(desk.today).items():
            gone = {place: rows for place, rows in erase_old(desk, kind, term).items() if rows}
            if gone:
                desk.audit.note(None, "plan.erased", None, {"kind": kind, "rows": gone})


def _look_through(
    in_a_unit: InADesk, gone: Collection[UUID], between: Callable[[], object]
) -> None:
    """A report keeps the id that its meeting had."""
    ids: set[UUID] = set()

    def begin(desk: RetentionDesk) -> None:
        ids.update(one for one in gone if not desk.keeping.is_report(one))

    _tried(in_a_unit, "the look for what is left", begin)
    left = look_through(ids, partial(_tried, in_a_unit), between, but=STAYS)
    if left:
        log.error("Of what has gone, something is left in %s.", ", ".join(sorted(left)))


def _note_next(desk: RetentionDesk) -> None:
    desk.keeping.note_next(next_due(desk))


def _tried(in_a_unit: InADesk, what: str, work: Callable[[RetentionDesk], object]) -> bool:
    """Whether it was done. What an error says may name somebody: its code or type is logged."""
    try:
        in_a_unit(work)
    except Refused as refused:
        log.warning("Stays until tomorrow, %s: %s", what, refused.code)
        return False
    except Exception as error:  # noqa: BLE001 — the others have their day
        log.error("Stays until tomorrow, %s: %s", what, type(error).__name__)  # noqa: TRY400
        return False
    return True
