"""What the date brings: once on each day, by whichever worker comes first."""

import logging
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from services.cases.handlers import duties, reports
from services.cases.handlers.ports import Desk
from services.cases.handlers.register import leavers
from services.cases.handlers.year import dispatches, evaluation, meetings, parents
from services.cases.handlers.year.rules import Round, this_round

log = logging.getLogger(__name__)

# Does something with a desk in a transaction of its own.
InAUnit = Callable[[Callable[[Desk], None]], None]
# Does what the day asks for, and tells the next day on which it has something to do by itself.
Part = Callable[[Desk], date | None]


def begin_day(
    in_a_unit: InAUnit, is_away: Callable[[Exception], bool] = lambda _: False
) -> tuple[str, ...]:
    """Posts end by their date; duties go along with them; the year moves on (R20-R31, R44).

    A part that fails takes no other along: it is as if it hadn't been, until it is tried again. The
    names of those that did. `is_away`: whether an error says nothing of the part, since there is no
    database for any of them; it is raised.
    """
    failed = []
    for name, part in _PARTS.items():
        try:
            in_a_unit(partial(_begin, name, part))
        except Exception as error:
            if is_away(error):
                raise
            # Its type alone: what an error says may name somebody.
            log.error("The day's part %r failed: %s", name, type(error).__name__)  # noqa: TRY400
            failed.append(name)
    return tuple(failed)


def _begin(name: str, part: Part, desk: Desk) -> None:
    """Once a day; others wait until it is done."""
    if desk.staffing.begin_day(name, desk.today):
        desk.staffing.note_next(name, part(desk))


def _leavers(desk: Desk) -> None:
    leavers(desk.staffing, desk.tasks, desk.procedures, desk.today, None)


def _of_the_year(part: Callable[[Round, Desk], date | None], desk: Desk) -> date | None:
    this = this_round(desk)
    return None if this is None else part(this, desk)


# In this order: whose a duty is comes first, and who calls before what is asked of them.
_PARTS: Mapping[str, Part] = {
    "leavers": _leavers,
    "duties": duties.duties_of_the_day,
    "reports": reports.of_the_day,
    "meetings": partial(_of_the_year, meetings.of_the_day),
    "evaluation": partial(_of_the_year, evaluation.of_the_day),
    "dispatches": partial(_of_the_year, dispatches.of_the_day),
    "parents": partial(_of_the_year, parents.of_the_day),
}
