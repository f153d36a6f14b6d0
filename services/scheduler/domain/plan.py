"""What should stand in the calendar of a case, worked out from its facts and its procedure.

Pure: the same facts at the same time give the same plan, so looking twice changes nothing, and it
makes no difference which event made one look. Each part has a module of its own: `seeking` finds
out for which step a time is to be found (`yearly`, for the months of a year), `falling_due` what
falls due, `next_look` when all of it changes by itself.
"""

from dataclasses import dataclass
from datetime import datetime

from services.scheduler.domain.due import Due
from services.scheduler.domain.falling_due import what_falls_due
from services.scheduler.domain.next_look import next_change
from services.scheduler.domain.seeking import Search, Wanting, next_step
from services.scheduler.domain.yearly import months_to_seek
from shared.domain.days import SchoolYears, WorkingDays, local_date
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure
from shared.domain.quiet import USUAL_HOURS, QuietHours
from shared.domain.windows import NO_BREAKS, Window, windows


@dataclass(frozen=True, slots=True)
class Plan:
    """All that follows from a case's facts at one moment. `look_at`: when it changes by itself."""

    windows: tuple[Window, ...]
    dues: dict[str, Due]
    search: Search | None
    wanting: Wanting | None
    look_at: datetime | None


def desired_plan(
    facts: CaseFacts,
    procedure: Procedure,
    days: WorkingDays,
    now: datetime,
    quiet: QuietHours = USUAL_HOURS,
    breaks: SchoolYears = NO_BREAKS,
) -> Plan:
    """The plan that should stand for a case at `now` (aware)."""
    limits = windows(facts, procedure, days, local_date(now), breaks)
    if facts.state == "closed":
        return Plan(limits, {}, None, None, None)
    if facts.about == "year":
        search, wanting = months_to_seek(facts, procedure, limits, days, breaks, now)
    else:
        sought = next_step(facts, procedure, limits, days, now)
        search = sought if isinstance(sought, Search) else None
        wanting = sought if isinstance(sought, Wanting) else None
    return Plan(
        windows=limits,
        dues={due.key: due for due in what_falls_due(facts, procedure, limits, days, now, quiet)},
        search=search,
        wanting=wanting,
        look_at=next_change(facts, procedure, limits, days, now),
    )
