"""One unit of work for one request: sight is checked, access is logged, and then it is done.

The API and the pages come this way alike; nothing in here knows of HTTP.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from pydantic import SecretStr

from services.cases.domain.papers import House
from services.cases.domain.refused import NotFound
from services.cases.handlers.feeds import Origin
from services.cases.handlers.kept import Answers, Kept, KeyUsedOtherwise
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.papers import Paper, PaperDesk, PaperViews
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Times, Views
from services.cases.handlers.sight import Sight, Sights, actor_of
from services.cases.handlers.token_ports import ApiTokens
from shared.db import Database, Unit, again_after_deadlock
from shared.domain.days import WorkingDays, local_date
from shared.live_rules import LiveRules
from shared.municipality import Concern, Municipality
from shared.procedures import Procedures

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Press:
    """What papers are read and printed with."""

    house: House
    views_for: Callable[[Connection[DictRow]], PaperViews]
    render: Callable[[Paper], bytes]


class DeskFor(Protocol):
    """`rules`: as this unit has seen them; None: they are asked for."""

    def __call__(self, unit: Unit, actor: str, rules: Municipality | None = None) -> Desk: ...


@dataclass(frozen=True, slots=True)
class Office:
    """What one web process holds; the functions make ports over a unit's connection."""

    database: Database
    token: SecretStr
    rules: LiveRules
    days: WorkingDays
    desk_for: DeskFor
    views_for: Callable[[Connection[DictRow], datetime], Views]
    answers_for: Callable[[Connection[DictRow], datetime, str], Answers]
    silent_services: Callable[[], list[str]]
    sights_for: Callable[[Connection[DictRow]], Sights]
    tokens_for: Callable[[Connection[DictRow], datetime, str], ApiTokens]
    overviews_for: Callable[[Connection[DictRow]], Overviews]
    press: Press
    origin: Origin
    concern: Concern

    @property
    def procedures(self) -> Procedures:
        """As they were when the last unit of work began: each begins with whose sight it is."""
        return self.rules.last.procedures

    @property
    def times(self) -> Times:
        """The same, of hours, days and breaks."""
        booking, years = self.rules.last.booking, self.rules.last.school_years
        return Times(self.days, booking.hours, years, booking.gap, booking.fresh)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a system, possibly for a person who sits before it; and the ids in the path.

    `system` is how one without a person is named in the audit and the access log. `opened` becomes
    the cases that were read only since they were opened in an emergency (X10).
    """

    office: Office
    person: UUID | None
    path: Mapping[str, str]
    system: str
    opened: set[UUID] = field(default_factory=set, compare=False)

    @property
    def actor(self) -> str:
        return actor_of(self.person, self.system)

    def sight(self, unit: Unit, rules: Municipality | None = None) -> Sight:
        """`rules` as for a desk."""
        sights, today = self.office.sights_for(unit.connection), local_date(unit.now)
        rules = rules or self.office.rules.at(unit.connection)
        return Sight(self.person, sights, rules.procedures, today)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads for one request: the access is logged first, in the transaction of the reading."""

    office: Office
    caller: Caller

    def read(self, what: str, show: Callable[[Views, datetime], T], case: Any = None) -> T:
        """Raises NotFound, also for a case that the caller's person may not see."""
        with self.office.database.unit() as unit:
            views, sight = self._views(unit), self._enter(unit, case, what)
            if sight.person is not None:
                views.show_only(sight)
            views.log(self.caller.actor, case, sight.logged(what))
            return show(views, unit.now)

    def see(self, what: str, show: Callable[[Desk, Views], T], case: UUID) -> T:
        """As read, of one case, with its desk: to read and not to change. Raises NotFound."""
        with self.office.database.unit() as unit:
            sight, views = self._enter(unit, case, what), self._views(unit)
            views.log(self.caller.actor, case, sight.logged(what))
            return show(self.office.desk_for(unit, self.caller.actor), views)

    def case_of(self, name: str, thing: UUID) -> UUID:
        """The case, or matter, that something with an id belongs to. Raises NotFound."""
        with self.office.database.plain() as connection:
            found = self.office.sights_for(connection).case_of(name, thing)
        if found is None:
            raise NotFound
        return found

    def case_of_mail(self, inbound_id: UUID) -> UUID | None:
        """None for a mail that belongs to no case. Raises NotFound if there is no such mail."""
        with self.office.database.unit() as unit:
            found = self._views(unit).mail(inbound_id)
        if found is None:
            raise NotFound
        case_id: UUID | None = found["case_id"]
        return case_id

    def look(
        self,
        what: str,
        show: Callable[[Overviews, datetime, Sight], T],
        case: UUID | None = None,
    ) -> T:
        """As read, over one case's past or over many; `show` is told whose sight it is."""
        with self.office.database.unit() as unit:
            sight = self._enter(unit, case, what)
            self._views(unit).log(self.caller.actor, case, sight.logged(what))
            return show(self.office.overviews_for(unit.connection), unit.now, sight)

    def consult(self, what: str, show: Callable[[Desk, Overviews], T]) -> T:
        """As look, over what belongs to no case: `show` has the desk, to read and not to change."""
        with self.office.database.unit() as unit:
            sight = self._enter(unit, None, what)
            self._views(unit).log(self.caller.actor, None, sight.logged(what))
            desk = self.office.desk_for(unit, self.caller.actor)
            return show(desk, self.office.overviews_for(unit.connection))

    def draw(
        self,
        what: str,
        case_of: Callable[[PaperViews], UUID | None],
        write: Callable[[UUID, PaperDesk], Paper],
    ) -> Paper:
        """A paper is a reading of the case that it is about. Raises NotFound."""
        press = self.office.press
        with self.office.database.unit() as unit:
            papers = press.views_for(unit.connection)
            if (case_id := case_of(papers)) is None:
                raise NotFound
            sight = self._enter(unit, case_id, what)
            self._views(unit).log(self.caller.actor, case_id, sight.logged(what))
            desk = PaperDesk(
                unit.now,
                papers,
                self.office.procedures,
                press.house,
                self.office.times.days,
                self.office.overviews_for(unit.connection),
            )
            return write(case_id, desk)

    def _enter(self, unit: Unit, case: UUID | None, what: str) -> Sight:
        """The caller's sight, by which this is read. Raises NotFound."""
        sight = self.caller.sight(unit)
        sight.enter(self.caller.path, case, what)
        self.caller.opened.update(sight.opened)
        return sight

    def _views(self, unit: Unit) -> Views:
        return self.office.views_for(unit.connection, unit.now)


@dataclass(frozen=True, slots=True)
class Again:
    """How an answer with personal data is shown again: read anew by its id, which alone is kept.

    `what` names the access in the log; `case` is the case that is read, None: the id is its own.
    """

    what: str
    show: Callable[[UUID, Desk, Views], Any]
    case: Callable[[UUID], UUID | None] = lambda found: found


@dataclass(frozen=True, slots=True)
class Answered:
    """What a command gives; `before`: it had been done already, by the same key."""

    body: Any
    status: int
    before: bool = False


@dataclass(frozen=True, slots=True)
class Doer:
    """Does one command in one unit, and keeps the answer if the caller gave it a key.

    `request` is what was asked, as a hash; `encode` makes the body what JSON can hold.
    """

    office: Office
    caller: Caller
    key: str | None
    request: bytes
    encode: Callable[[Any], Any]

    def unkept(self) -> "Doer":
        """The same, for an answer that holds a secret, which is kept nowhere (X13)."""
        return replace(self, key=None)

    def nameless(self) -> "Doer":
        """The same for who doesn't say who they are: it is done, and written down, as the system's.

        But they are of the staff, as for everything else. Raises NotFound.
        """
        with self.office.database.unit() as unit:
            self.caller.sight(unit).enter(self.caller.path, None)
        return replace(self, caller=replace(self.caller, person=None))

    def do(
        self,
        work: Callable[[Desk, Views], Any],
        status: int = 200,
        *,
        keeps: UUID | None = None,
        again: Again | None = None,
    ) -> Answered:
        """`work` gives the body. A deadlock with another booking is tried again.

        `keeps` is the meeting whose minutes' keeper is let pass, too (R15). With `again` the body
        isn't kept but read anew, by who may still see it.
        """
        return again_after_deadlock(lambda: self._once(work, status, keeps, again))

    def _once(
        self,
        work: Callable[[Desk, Views], Any],
        status: int,
        keeps: UUID | None,
        again: Again | None,
    ) -> Answered:
        with self.office.database.unit() as unit:
            rules = self.office.rules.at(unit.connection)
            sight = self.caller.sight(unit, rules)
            if keeps is None:
                sight.enter(self.caller.path, None)
            else:
                sight.enter_to_keep(self.caller.path, keeps)
            answers = self.office.answers_for(unit.connection, unit.now, self.caller.actor)
            if self.key is not None and (kept := answers.find(self.key)) is not None:
                if kept.request != self.request:
                    raise KeyUsedOtherwise
                body = kept.body if again is None else self._read(again, kept, unit, sight)
                return Answered(body, kept.status, before=True)
            views = self.office.views_for(unit.connection, unit.now)
            desk = self.office.desk_for(unit, self.caller.actor, rules)
            body = self.encode(work(desk, views))
            if self.key is not None:
                to_keep = body if again is None else {"id": body["id"]}
                answers.keep(self.key, Kept(self.request, status, to_keep))
        return Answered(body, status)

    def _read(self, again: Again, kept: Kept, unit: Unit, sight: Sight) -> Any:
        """As any reading: only what is seen, and logged first. Raises NotFound."""
        found = UUID(kept.body["id"])
        if (case_id := again.case(found)) is not None:
            sight.check(case_id)
        views = self.office.views_for(unit.connection, unit.now)
        what = again.what if case_id is not None else f"{again.what}:{found}"
        views.log(self.caller.actor, case_id, what)
        desk = self.office.desk_for(unit, self.caller.actor)
        return self.encode(again.show(found, desk, views))
