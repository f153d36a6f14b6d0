"""A desk for a unit of work: every port over the unit's connection."""

from functools import partial

from services.cases.adapters.cases import SqlCases
from services.cases.adapters.meetings import SqlMeetings
from services.cases.adapters.register import SqlRegister
from services.cases.adapters.tasks import SqlAudit, SqlMessages, SqlTasks
from services.cases.handlers.ports import Desk
from shared.bus.publishing import publish
from shared.db import Unit
from shared.domain.days import WorkingDays
from shared.domain.hours import OfficeHours
from shared.procedures import Procedures


def desk_for(
    unit: Unit, actor: str, procedures: Procedures, days: WorkingDays, hours: OfficeHours
) -> Desk:
    connection, now = unit.connection, unit.now
    return Desk(
        now=now,
        actor=actor,
        procedures=procedures,
        days=days,
        hours=hours,
        register=SqlRegister(connection),
        cases=SqlCases(connection, now),
        meetings=SqlMeetings(connection, now),
        tasks=SqlTasks(connection, now),
        messages=SqlMessages(connection),
        audit=SqlAudit(connection, now, actor),
        publish=partial(publish, unit),
    )
