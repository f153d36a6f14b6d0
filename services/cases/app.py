"""Wires the case service together: settings, database, bell, the web application, the worker."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from services.cases.adapters.accounts import accounts_in, accounts_over
from services.cases.adapters.clockwork import Clockwork
from services.cases.adapters.desk import desk_for
from services.cases.adapters.drafts import forget_drafts
from services.cases.adapters.family import forget_former
from services.cases.adapters.heartbeats import silent_services
from services.cases.adapters.idempotency import SqlAnswers, forget_old
from services.cases.adapters.links import LinkTerms
from services.cases.adapters.municipality import import_register
from services.cases.adapters.overviews import SqlOverviews
from services.cases.adapters.paper_views import SqlPaperViews
from services.cases.adapters.register_files import forget_import_drafts
from services.cases.adapters.sessions import SqlSessions
from services.cases.adapters.sight import SqlSights
from services.cases.adapters.tokens import SqlApiTokens, tokens_in
from services.cases.adapters.views import SqlViews
from services.cases.domain.papers import House
from services.cases.handlers.accounts import AccountDesk
from services.cases.handlers.daily import begin_day
from services.cases.handlers.digests import count_letters, plan_weeks
from services.cases.handlers.duties import tell_of_near
from services.cases.handlers.feeds import Origin
from services.cases.handlers.importing import Imported
from services.cases.handlers.lapsing import let_proposals_lapse
from services.cases.handlers.lateness import tell_of_late
from services.cases.handlers.ports import Desk
from services.cases.handlers.tokens import TokenDesk
from services.cases.office import Office, Press
from services.cases.settings import Addresses, Settings
from services.cases.tasks import handlers
from shared.bus.delivery import Deliveries
from shared.bus.heartbeat import heartbeat
from shared.bus.subscribers import CASES
from shared.clock import system_now
from shared.db import Database, Unit, again_after_deadlock
from shared.domain.days import WorkingDays, local_date
from shared.live_rules import LiveRules
from shared.municipality import read_register
from shared.procedures import ProcedureFiles, read_procedures
from shared.queue import SERVICES, Doorbell, celery_app, task_of, work_while_there_is_work
from shared.register import MunicipalityError
from shared.settings import SettingsError
from shared.tomlfile import BrokenFileError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from services.cases.web.link_showing import Showing
    from services.cases.web.staff.room import Room

T = TypeVar("T")
_SECONDS_A_TASK = 5.0
_CONNECTIONS_OF_WEB = 10
_TIDY_SECONDS = 3600.0
_DAY_AGAIN_SECONDS = 600.0
_WORKER = f"{CASES}.worker"
_DOOR, _COMMAND = "web", "command"


def web() -> "FastAPI":
    """The API and the pages; for `uvicorn --factory`."""
    try:
        return make_web(Settings.read())
    except SettingsError as error:
        raise SystemExit(str(error)) from None


def make_web(settings: Settings) -> "FastAPI":
    """The web application of these settings; it holds its connections until it is shut down."""
    # Imported here: FastAPI takes a second, which the worker and the import don't need to wait.
    from fastapi.staticfiles import StaticFiles  # noqa: PLC0415

    from services.cases.api.application import make_api  # noqa: PLC0415
    from services.cases.api.clock import clock_router  # noqa: PLC0415
    from services.cases.web.staff.pages import failed_pages, install  # noqa: PLC0415
    from services.cases.web.templating import STATIC  # noqa: PLC0415

    parts = _Parts(settings, connections=_CONNECTIONS_OF_WEB)

    @asynccontextmanager
    async def lifespan(_: "FastAPI") -> AsyncIterator[None]:
        yield
        parts.database.close()

    clock = Clockwork(parts.database, parts.bell.ring) if settings.demo else None
    app = make_api(_office(parts, settings), routers=[clock_router(clock)], lifespan=lifespan)
    room = _room(app, parts, settings, clock)
    app.state.room = room
    install(app, room)
    _add_the_door(app, room, parts, settings)
    _add_settings(app, room, parts)
    _add_operations(app, room)
    _add_public_form(app, parts, settings)
    _add_guidance(app, parts)
    personal = _add_personal_pages(app, parts, settings)
    app.state.failed_page = failed_pages(personal.failed, room.failed)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def _room(app: "FastAPI", parts: "_Parts", settings: Settings, clock: Clockwork | None) -> "Room":
    """What the pages of those who sign in are made with. `clock`: one that is moved."""
    from services.cases.web.staff.room import Room  # noqa: PLC0415

    return Room(
        current=lambda: app.state.office,
        sessions_for=SqlSessions,
        terms=settings.terms,
        secret=settings.secret,
        public_url=settings.public_url,
        municipality=parts.municipality.name,
        mailbox_url=settings.mailbox_url,
        clock=clock,
    )


def _add_the_door(app: "FastAPI", room: "Room", parts: "_Parts", settings: Settings) -> None:
    """Where staff sign in."""
    from services.cases.adapters.oidc import IdentityService  # noqa: PLC0415
    from services.cases.adapters.passwords import Passwords  # noqa: PLC0415
    from services.cases.web.staff.entrance import Entrance  # noqa: PLC0415
    from services.cases.web.staff.login import make_login_pages  # noqa: PLC0415

    told = settings.demo_password if settings.demo else None
    entrance = Entrance(
        unit=partial(accounts_over, parts.database, _DOOR),
        passwords=Passwords(),
        service=None if settings.oidc is None else IdentityService(settings.oidc),
        demo_password=None if told is None else told.get_secret_value(),
    )
    app.state.entrance = entrance
    app.include_router(make_login_pages(room, entrance))


def _add_settings(app: "FastAPI", room: "Room", parts: "_Parts") -> None:
    """What administrators keep."""
    from services.cases.adapters.passwords import Passwords  # noqa: PLC0415
    from services.cases.adapters.register_files import register_of  # noqa: PLC0415
    from services.cases.web.staff.settings.pages import make_settings_pages  # noqa: PLC0415

    accounts = partial(accounts_over, parts.database)
    app.include_router(make_settings_pages(room, register_of, accounts, Passwords()))


def _add_operations(app: "FastAPI", room: "Room") -> None:
    """How the machinery is, for IT."""
    from services.cases.adapters.operations import SqlOperations  # noqa: PLC0415
    from services.cases.web.staff.operations import make_operations_pages  # noqa: PLC0415

    app.include_router(make_operations_pages(room, SqlOperations))


def _add_public_form(app: "FastAPI", parts: "_Parts", settings: Settings) -> None:
    """The form by which anybody asks for a case (P3)."""
    from services.cases.web.inquiry import InquiryPages, make_inquiry_pages  # noqa: PLC0415

    app.include_router(
        make_inquiry_pages(
            InquiryPages(
                database=parts.database,
                desk_for=parts.desk_for,
                views_for=SqlViews,
                rules_at=parts.rules.at,
                municipality=parts.municipality.name,
                phone=parts.municipality.contact_centre.phone,
                address=parts.municipality.contact_centre.address,
                public_url=settings.public_url,
            )
        )
    )


def _add_personal_pages(app: "FastAPI", parts: "_Parts", settings: Settings) -> "Showing":
    """Links, duties and feeds: what people open without login (X13)."""
    from services.cases.web.duty_pages import make_duty_pages  # noqa: PLC0415
    from services.cases.web.feeds import FeedPages, make_feed_pages  # noqa: PLC0415
    from services.cases.web.link_showing import LinkPages, Showing  # noqa: PLC0415
    from services.cases.web.links import make_link_pages  # noqa: PLC0415

    origin, centre = _origin(parts, settings), parts.municipality.contact_centre
    pages = LinkPages(
        database=parts.database,
        desk_for=parts.desk_for,
        views_for=SqlViews,
        origin=origin,
        phone=centre.phone,
        address=centre.address,
    )
    app.include_router(make_link_pages(pages))
    documents = [(one.title, one.url) for one in parts.municipality.concern.documents]
    app.include_router(make_duty_pages(pages, documents))
    app.include_router(make_feed_pages(FeedPages(parts.database, parts.desk_for, SqlViews, origin)))
    return Showing(pages)


def _add_guidance(app: "FastAPI", parts: "_Parts") -> None:
    """Where a report of concern is made (R49), and where a fault of the pages is."""
    from services.cases.web.accessibility import (  # noqa: PLC0415
        AccessibilityPage,
        make_accessibility_page,
    )
    from services.cases.web.concern import ConcernPage, make_concern_page  # noqa: PLC0415

    page = ConcernPage(
        parts.database,
        parts.rules.at,
        parts.municipality.name,
        parts.municipality.concern,
    )
    app.include_router(make_concern_page(page))
    app.include_router(
        make_accessibility_page(
            AccessibilityPage(parts.municipality.name, parts.municipality.contact_centre)
        )
    )


def _origin(parts: "_Parts", settings: Settings) -> Origin:
    """UIDs as in mail: of the domain that mail comes from."""
    municipality = parts.municipality
    return Origin(municipality.name, municipality.mail.domain, settings.secret, settings.public_url)


def _office(parts: "_Parts", settings: Settings) -> Office:
    """Everything that a request of the API works with."""
    from services.cases.adapters.papers import render  # noqa: PLC0415

    return Office(
        database=parts.database,
        token=settings.api_token,
        rules=parts.rules,
        days=parts.days,
        desk_for=parts.desk_for,
        views_for=SqlViews,
        answers_for=SqlAnswers,
        sights_for=SqlSights,
        tokens_for=SqlApiTokens,
        overviews_for=SqlOverviews,
        silent_services=partial(silent_services, parts.database, SERVICES),
        press=Press(
            House(
                parts.municipality.name,
                parts.municipality.contact_centre.phone,
                parts.municipality.contact_centre.address,
            ),
            SqlPaperViews,
            render,
        ),
        origin=_origin(parts, settings),
        concern=parts.municipality.concern,
    )


def open_accounts() -> AbstractContextManager[AccountDesk]:
    """The accounts of those who sign in, for commands."""
    return accounts_in(Addresses().database_url, _COMMAND)


def open_tokens() -> AbstractContextManager[TokenDesk]:
    """The keys of other systems, for commands."""
    addresses = Addresses()
    return tokens_in(addresses.database_url, _COMMAND, demo=addresses.demo)


def import_municipality(folder: Path, *, dry_run: bool = False) -> Imported:
    """Bring the folder's register into the database. Raises MunicipalityError."""
    addresses = Addresses()
    return import_register(
        addresses.database_url,
        read_register(folder),
        procedures=_procedures_in(folder),
        dry_run=dry_run,
        demo=addresses.demo,
        ring=Doorbell(addresses.broker_url).ring,
    )


def _procedures_in(folder: Path) -> ProcedureFiles:
    try:
        files = read_procedures(folder / "procedures")
        files.procedures()
    except BrokenFileError as error:
        raise MunicipalityError([str(error)]) from None
    return files


class Cases:
    """Everything one worker process holds; made when its first task comes, after any fork."""

    def __init__(self, settings: Settings) -> None:
        self._parts = _Parts(settings)
        self._terms = settings.terms
        heard = handlers(lambda unit: self._parts.desk_for(unit, _WORKER))
        self._tidy_at = 0.0
        self._looked_by: tuple[date, UUID | None] | None = None
        self._look_again_at = 0.0
        self._count_again_at: dict[UUID, float] = {}
        self.failed_today: tuple[str, ...] = ()
        self._deliveries = Deliveries(self._parts.database, CASES, heard)

    def work(self) -> None:
        """Answer the bell, and hear events as long as there are any."""
        self._parts.bell.answer(CASES)
        more = work_while_there_is_work(
            self._deliveries.drain_batch, self._beat, seconds=_SECONDS_A_TASK
        )
        if more:
            self._parts.bell.ring({CASES})
            return
        self.look_daily()
        if time.monotonic() >= self._tidy_at:
            self._tidy()

    def look_daily(self) -> None:
        """What comes with the time alone: late tasks, proposed times that pass, and once on each
        day what the date brings, again if the rules have changed. What fails is tried again after
        a while."""
        with self._parts.database.unit() as unit:
            seen = (local_date(unit.now), self._parts.rules.rules_at(unit.connection).revision)
        again = self.failed_today and time.monotonic() >= self._look_again_at
        if again or seen != self._looked_by:
            self.failed_today = begin_day(self._in_a_unit)
            self._in_a_unit(partial(plan_weeks, self._parts.municipality.digest))
            self._look_again_at = time.monotonic() + _DAY_AGAIN_SECONDS
        self._looked_by = seen
        for look in (tell_of_late, tell_of_near, let_proposals_lapse):
            self._in_a_unit(look)
        self._count_letters()

    def _count_letters(self) -> None:
        """A letter that can't be counted is tried again after a while."""
        now = time.monotonic()
        again = {one: at for one, at in self._count_again_at.items() if at > now}
        letter = self._parts.municipality.digest
        failed = self._in_a_unit(partial(count_letters, letter, again.keys()))
        self._count_again_at = again | dict.fromkeys(failed, now + _DAY_AGAIN_SECONDS)

    def _in_a_unit(self, do: Callable[[Desk], T]) -> T:
        def once() -> T:
            with self._parts.database.unit() as unit:
                return do(self._parts.desk_for(unit, _WORKER))

        return again_after_deadlock(once)

    def _beat(self) -> None:
        heartbeat(self._parts.database, CASES)

    def _tidy(self) -> None:
        self._tidy_at = time.monotonic() + _TIDY_SECONDS
        with self._parts.database.unit() as unit:
            forget_old(unit.connection, unit.now)
            forget_drafts(unit.connection, unit.now)
            forget_former(unit.connection, unit.now)
            forget_import_drafts(unit.connection, unit.now)
            now = system_now()  # a session's times are real ones
            SqlSessions(unit.connection).forget_ended(now, now - self._terms.idle)

    def close(self) -> None:
        self._parts.database.close()


class _Parts:
    """What web and worker have in common."""

    def __init__(self, settings: Settings, *, connections: int = 4) -> None:
        self.rules = LiveRules(settings.municipality)
        self.municipality = self.rules.last
        self.days = WorkingDays()
        self.bell = Doorbell(settings.broker_url)
        self.database = Database(
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

    def desk_for(self, unit: Unit, actor: str) -> Desk:
        """A desk with the rules as the unit sees them."""
        rules = self.rules.at(unit.connection)
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


@cache
def _service() -> Cases:
    return Cases(Settings.read())


celery = celery_app("cases", Addresses().broker_url)


@celery.task(name=task_of(CASES))
def work() -> None:
    """Take up whatever the database says is to do."""
    _service().work()
