"""What the web application and the worker of the case service have in common."""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from services.cases.adapters.desk import desk_for
from services.cases.adapters.links import LinkTerms
from services.cases.handlers.ports import Desk
from services.cases.settings import Settings
from shared.db import Database, Unit
from shared.domain.days import WorkingDays
from shared.live_rules import LiveRules
from shared.municipality import Municipality
from shared.queue import Doorbell


class Bell(Protocol):
    """Rings for services, and is answered."""

    def ring(self, services: set[str]) -> None: ...
    def answer(self, service: str) -> None: ...


class Parts:
    """Rules, working days, bell and database; whoever makes them closes the database.

    `bell` and `database`: others than those of a program that runs (`samspel/simulate`).
    """

    def __init__(
        self,
        settings: Settings,
        *,
        connections: int = 4,
        bell: Bell | None = None,
        database: Callable[..., Database] | None = None,
    ) -> None:
        self.rules = LiveRules(settings.municipality)
        self.municipality = self.rules.last
        self.days = WorkingDays()
        self.bell: Bell = bell or Doorbell(settings.broker_url)
        self.database = (database or Database)(
            settings.database_url,
            role="samspel_cases",
            demo=settings.demo,
            ring=self.bell.ring,
            size=connections,
        )
        self._links = LinkTerms(
            settings.secret,
            timedelta(days=settings.link_days),
            timedelta(days=settings.link_code_days),
        )

    def desk_for(self, unit: Unit, actor: str, rules: Municipality | None = None) -> Desk:
        """A desk with the rules as the unit sees them: those given, if it has asked already."""
        rules = rules or self.rules.at(unit.connection)
        return desk_for(
            unit,
            actor,
            municipality=rules.name,
            procedures=rules.procedures,
            days=self.days,
            hours=rules.booking.hours,
            school_years=rules.school_years,
            links=self._links,
        )
