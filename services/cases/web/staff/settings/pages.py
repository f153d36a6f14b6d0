"""All pages of the settings in one router."""

from fastapi import APIRouter

from services.cases.handlers.accounts import Passwords
from services.cases.web.staff.room import Room
from services.cases.web.staff.settings.accounts import Accounts, make_account_pages
from services.cases.web.staff.settings.going import RetentionFor, make_going_page
from services.cases.web.staff.settings.importing import ReadFiles, make_import_pages
from services.cases.web.staff.settings.overview import make_overview_page
from services.cases.web.staff.settings.register_pages import make_register_pages
from services.cases.web.staff.settings.routines import make_routine_pages
from services.cases.web.staff.settings.tokens import make_token_pages
from services.cases.web.staff.settings.years import make_year_pages


def make_settings_pages(
    room: Room,
    read_files: ReadFiles,
    accounts: Accounts,
    passwords: Passwords,
    retention_for: RetentionFor,
    *,
    by_identity: bool,
) -> APIRouter:
    """What administrators keep: everything of a municipality but its cases.

    `by_identity`: whether one can also sign in by the municipality's identity service.
    """
    router = APIRouter()
    for made in (
        make_overview_page(room),
        make_register_pages(room),
        make_import_pages(room, read_files),
        make_year_pages(room),
        make_routine_pages(room),
        make_token_pages(room),
        make_going_page(room, retention_for),
        make_account_pages(room, accounts, passwords, by_identity=by_identity),
    ):
        router.include_router(made)
    return router
