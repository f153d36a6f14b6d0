"""Wires the case service together: settings, database, bell, the web application, the worker."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from services.cases.adapters.clockwork import Clockwork
from services.cases.adapters.desk import desk_for
from services.cases.adapters.heartbeats import silent_services
from services.cases.adapters.idempotency import SqlAnswers, forget_old
from services.cases.adapters.links import LinkTerms
from services.cases.adapters.municipality import import_register
from services.cases.adapters.overviews import SqlOverviews
from services.cases.adapters.paper_views import SqlPaperViews
from services.cases.adapters.sight import SqlSights
from services.cases.adapters.views import SqlViews
from services.cases.domain.papers import House
from services.cases.handlers.daily import begin_day
from services.cases.handlers.duties import tell_of_near
from services.cases.handlers.feeds import Origin
from services.cases.handlers.importing import Imported
from services.cases.handlers.lapsing import let_proposals_lapse
from services.cases.handlers.lateness import tell_of_late
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Times
from services.cases.settings import Addresses, Settings
from services.cases.tasks import handlers
from shared.bus.delivery import Deliveries
from shared.bus.heartbeat import heartbeat
from shared.bus.subscribers import CASES
from shared.db import Database, again_after_deadlock
from shared.domain.days import WorkingDays, local_date
from shared.municipality import load_municipality, read_register
from shared.procedures import Procedures, load_procedures
from shared.queue import SERVICES, Doorbell, celery_app, task_of, work_while_there_is_work
from shared.register import MunicipalityError
from shared.settings import SettingsError
from shared.tomlfile import BrokenFileError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from services.cases.api.office import Office

_SECONDS_A_TASK = 5.0
_CONNECTIONS_OF_WEB = 10
_TIDY_SECONDS = 3600.0
_DAY_AGAIN_SECONDS = 600.0
_WORKER = f"{CASES}.worker"


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
    from services.cases.web.pages import STATIC  # noqa: PLC0415

    parts = _Parts(settings, connections=_CONNECTIONS_OF_WEB)

    @asynccontextmanager
    async def lifespan(_: "FastAPI") -> AsyncIterator[None]:
        yield
        parts.database.close()

    clock = Clockwork(parts.database, parts.bell.ring) if settings.demo else None
    app = make_api(_office(parts, settings), routers=[clock_router(clock)], lifespan=lifespan)
    _add_staff_pages(app, parts, settings, clock)
    _add_public_form(app, parts, settings)
    _add_guidance(app, parts)
    _add_personal_pages(app, parts, settings)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def _add_staff_pages(
    app: "FastAPI", parts: "_Parts", settings: Settings, clock: Clockwork | None
) -> None:
    """What those see who work with cases, and what mails look like. `clock`: one that is moved."""
    from services.cases.web.pages import Pages, make_pages  # noqa: PLC0415
    from services.cases.web.previews import PreviewPages, make_preview_pages  # noqa: PLC0415
    from services.cases.web.year_page import YearPages, make_year_pages  # noqa: PLC0415

    app.include_router(
        make_pages(
            Pages(
                database=parts.database,
                views_for=SqlViews,
                procedures=parts.municipality.procedures,
                days=parts.days,
                municipality=parts.municipality.name,
                mailbox_url=settings.mailbox_url,
                clock=clock,
            )
        )
    )
    app.include_router(
        make_preview_pages(
            PreviewPages(
                database=parts.database,
                views_for=SqlViews,
                municipality=parts.municipality.name,
                mailbox_url=settings.mailbox_url,
                shown=settings.demo,
            )
        )
    )
    app.include_router(
        make_year_pages(
            YearPages(
                database=parts.database,
                desk_for=parts.desk_for,
                views_for=SqlViews,
                municipality=parts.municipality.name,
                mailbox_url=settings.mailbox_url,
                shown=settings.demo,
            )
        )
    )


def _add_public_form(app: "FastAPI", parts: "_Parts", settings: Settings) -> None:
    """The form by which anybody asks for a case (P3)."""
    from services.cases.web.inquiry import InquiryPages, make_inquiry_pages  # noqa: PLC0415

    app.include_router(
        make_inquiry_pages(
            InquiryPages(
                database=parts.database,
                desk_for=parts.desk_for,
                views_for=SqlViews,
                procedures=parts.municipality.procedures,
                municipality=parts.municipality.name,
                phone=parts.municipality.contact_centre.phone,
                address=parts.municipality.contact_centre.address,
                public_url=settings.public_url,
            )
        )
    )


def _add_personal_pages(app: "FastAPI", parts: "_Parts", settings: Settings) -> None:
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
    app.state.failed_page = Showing(pages).failed
    app.include_router(make_feed_pages(FeedPages(parts.database, parts.desk_for, SqlViews, origin)))


def _add_guidance(app: "FastAPI", parts: "_Parts") -> None:
    """Where a report of concern is made (R49)."""
    from services.cases.web.concern import ConcernPage, make_concern_page  # noqa: PLC0415

    page = ConcernPage(
        parts.database,
        parts.municipality.procedures,
        parts.municipality.name,
        parts.municipality.concern,
    )
    app.include_router(make_concern_page(page))


def _origin(parts: "_Parts", settings: Settings) -> Origin:
    """UIDs as in mail: of the domain that mail comes from."""
    municipality = parts.municipality
    return Origin(municipality.name, municipality.mail.domain, settings.secret, settings.public_url)


def _office(parts: "_Parts", settings: Settings) -> "Office":
    """Everything that a request of the API works with."""
    from services.cases.adapters.papers import render  # noqa: PLC0415
    from services.cases.api.office import Office, Press  # noqa: PLC0415

    return Office(
        database=parts.database,
        token=settings.api_token,
        procedures=parts.municipality.procedures,
        times=Times(
            parts.days,
            parts.municipality.booking.hours,
            parts.municipality.school_years,
            parts.municipality.booking.gap,
            parts.municipality.booking.fresh,
        ),
        desk_for=parts.desk_for,
        views_for=SqlViews,
        answers_for=SqlAnswers,
        sights_for=SqlSights,
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


def _procedures_in(folder: Path) -> Procedures:
    try:
        return load_procedures(folder / "procedures")
    except BrokenFileError as error:
        raise MunicipalityError([str(error)]) from None


class Cases:
    """Everything one worker process holds; made when its first task comes, after any fork."""

    def __init__(self, settings: Settings) -> None:
        self._parts = _Parts(settings)
        heard = handlers(lambda unit: self._parts.desk_for(unit, _WORKER))
        self._tidy_at = 0.0
        self._looked_on: date | None = None
        self._look_again_at = 0.0
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
        day what the date brings. What fails of that is tried again after a while."""
        with self._parts.database.unit() as unit:
            today = local_date(unit.now)
        again = self.failed_today and time.monotonic() >= self._look_again_at
        if again or today != self._looked_on:
            self.failed_today = begin_day(self._in_a_unit)
            self._look_again_at = time.monotonic() + _DAY_AGAIN_SECONDS
        self._looked_on = today
        for look in (tell_of_late, tell_of_near, let_proposals_lapse):
            self._in_a_unit(look)

    def _in_a_unit(self, do: Callable[[Desk], object]) -> None:
        def once() -> None:
            with self._parts.database.unit() as unit:
                do(self._parts.desk_for(unit, _WORKER))

        again_after_deadlock(once)

    def _beat(self) -> None:
        heartbeat(self._parts.database, CASES)

    def _tidy(self) -> None:
        self._tidy_at = time.monotonic() + _TIDY_SECONDS
        with self._parts.database.unit() as unit:
            forget_old(unit.connection, unit.now)

    def close(self) -> None:
        self._parts.database.close()


class _Parts:
    """What web and worker have in common."""

    def __init__(self, settings: Settings, *, connections: int = 4) -> None:
        self.municipality = load_municipality(settings.municipality)
        self.days = WorkingDays()
        self.bell = Doorbell(settings.broker_url)
        self.database = Database(
            settings.database_url,
            role="samspel_cases",
            demo=settings.demo,
            ring=self.bell.ring,
            size=connections,
        )
        self.desk_for = partial(
            desk_for,
            municipality=self.municipality.name,
            procedures=self.municipality.procedures,
            days=self.days,
            hours=self.municipality.booking.hours,
            school_years=self.municipality.school_years,
            links=LinkTerms(
                settings.secret,
                timedelta(days=settings.link_days),
                timedelta(days=settings.link_code_days),
            ),
        )


@cache
def _service() -> Cases:
    return Cases(Settings.read())


celery = celery_app("cases", Addresses().broker_url)


@celery.task(name=task_of(CASES))
def work() -> None:
    """Take up whatever the database says is to do."""
    _service().work()
