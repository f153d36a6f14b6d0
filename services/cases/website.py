"""Wires the web application of the case service: its API, and its pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from services.cases.adapters.accounts import accounts_over
from services.cases.adapters.clockwork import Clockwork
from services.cases.adapters.heartbeats import silent_services
from services.cases.adapters.idempotency import SqlAnswers
from services.cases.adapters.oidc import IdentityService
from services.cases.adapters.operations import SqlOperations
from services.cases.adapters.overviews import SqlOverviews
from services.cases.adapters.paper_views import SqlPaperViews
from services.cases.adapters.papers import render
from services.cases.adapters.passwords import Passwords
from services.cases.adapters.register_files import register_of
from services.cases.adapters.retention import retention_desk
from services.cases.adapters.sessions import SqlSessions
from services.cases.adapters.sight import SqlSights
from services.cases.adapters.tokens import SqlApiTokens
from services.cases.adapters.views import SqlViews
from services.cases.api.application import make_api
from services.cases.api.clock import clock_router
from services.cases.api.metrics import make_metrics_router
from services.cases.domain.papers import House
from services.cases.handlers.feeds import Origin
from services.cases.handlers.ports import ITSELF
from services.cases.handlers.retention import RetentionDesk
from services.cases.office import Office, Press
from services.cases.parts import Parts
from services.cases.settings import Settings
from services.cases.web.accessibility import AccessibilityPage, make_accessibility_page
from services.cases.web.concern import ConcernPage, make_concern_page
from services.cases.web.duty_pages import make_duty_pages
from services.cases.web.feeds import FeedPages, make_feed_pages
from services.cases.web.inquiry import InquiryPages, make_inquiry_pages
from services.cases.web.link_showing import LinkPages, Showing
from services.cases.web.links import make_link_pages
from services.cases.web.staff.entrance import Entrance
from services.cases.web.staff.login import make_login_pages
from services.cases.web.staff.operations import make_operations_pages
from services.cases.web.staff.pages import failed_pages, install
from services.cases.web.staff.room import Room
from services.cases.web.staff.settings.pages import make_settings_pages
from services.cases.web.static_files import OwnFiles
from services.cases.web.under_path import UnderPath, path_of
from shared.db import Unit
from shared.queue import SERVICES

_CONNECTIONS_OF_WEB = 10
_DOOR = "web"


def make_web(settings: Settings, parts: Parts | None = None) -> FastAPI:
    """The web application of these settings; it holds its connections until it is shut down."""
    parts = parts or Parts(settings, connections=_CONNECTIONS_OF_WEB)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        parts.database.close()

    clock = Clockwork(parts.database, parts.bell.ring) if settings.demo else None
    app = make_api(office_of(parts, settings), routers=[clock_router(clock)], lifespan=lifespan)
    room = _room(app, parts, settings, clock)
    app.state.room = room
    install(app, room)
    _add_the_door(app, room, parts, settings)
    _add_settings(app, room, parts, settings)
    _add_operations(app, room)
    _add_metrics(app, parts, settings)
    _add_public_form(app, parts, settings)
    _add_guidance(app, parts)
    personal = _add_personal_pages(app, parts, settings)
    app.state.failed_page = failed_pages(personal.failed, room.failed)
    app.mount("/static", OwnFiles(), name="static")
    if path := path_of(settings.public_url):
        app.servers = [{"url": path}]
        app.add_middleware(UnderPath, path=path)
    return app


def _room(app: FastAPI, parts: Parts, settings: Settings, clock: Clockwork | None) -> Room:
    """What the pages of those who sign in are made with. `clock`: one that is moved."""
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


def _add_the_door(app: FastAPI, room: Room, parts: Parts, settings: Settings) -> None:
    """Where staff sign in."""
    told = settings.demo_password if settings.demo else None
    entrance = Entrance(
        unit=partial(accounts_over, parts.database, _DOOR),
        passwords=Passwords(),
        service=None if settings.oidc is None else IdentityService(settings.oidc),
        demo_password=None if told is None else told.get_secret_value(),
    )
    app.state.entrance = entrance
    app.include_router(make_login_pages(room, entrance))


def _add_settings(app: FastAPI, room: Room, parts: Parts, settings: Settings) -> None:
    """What administrators keep."""
    accounts = partial(accounts_over, parts.database)
    by_identity = settings.oidc is not None

    def retention_for(unit: Unit, actor: str) -> RetentionDesk:
        return retention_desk(unit, actor, parts.municipality.retention, settings.archive)

    app.include_router(
        make_settings_pages(
            room, register_of, accounts, Passwords(), retention_for, by_identity=by_identity
        )
    )


def _add_operations(app: FastAPI, room: Room) -> None:
    """How the machinery is, for IT."""
    app.include_router(make_operations_pages(room, SqlOperations))


def _add_metrics(app: FastAPI, parts: Parts, settings: Settings) -> None:
    """The same, for Prometheus."""

    def retention_for(unit: Unit) -> RetentionDesk:
        return retention_desk(unit, ITSELF, parts.municipality.retention, settings.archive)

    app.include_router(
        make_metrics_router(parts.database, SqlOperations, retention_for, settings.metrics_token)
    )


def _add_public_form(app: FastAPI, parts: Parts, settings: Settings) -> None:
    """The form by which anybody asks for a case (P3)."""
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


def _add_personal_pages(app: FastAPI, parts: Parts, settings: Settings) -> Showing:
    """Links, duties and feeds: what people open without login (X13)."""
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


def _add_guidance(app: FastAPI, parts: Parts) -> None:
    """Where a report of concern is made (R49), and where a fault of the pages is."""
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


def _origin(parts: Parts, settings: Settings) -> Origin:
    """UIDs as in mail: of the domain that mail comes from."""
    municipality = parts.municipality
    return Origin(municipality.name, municipality.mail.domain, settings.secret, settings.public_url)


def office_of(parts: Parts, settings: Settings) -> Office:
    """Everything that a request of the API works with."""
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
