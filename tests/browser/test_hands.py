"""Hands wait for the page that a link or a button leads to, however late it is answered."""

import asyncio
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from playwright.sync_api import Browser

from tests.browser.hands import Hands, Keys, Pointer
from tests.support.chromium import a_context, chromium, served

_LATE_SECONDS = 0.3
_FIRST = """<!doctype html><html lang="sv"><title>A</title><h1>Först</h1>
<a href="/sedan">Vidare</a><form method="post" action="/spara"><button>Spara</button></form>"""
_THEN = '<!doctype html><html lang="sv"><title>B</title><h1>Sedan</h1>'


@pytest.fixture(scope="module")
def slow(chromium_path: str) -> Iterator[Browser]:
    with served(_slow_town()) as port, chromium(chromium_path, port) as running:
        yield running


@pytest.mark.parametrize("by", [Pointer, Keys])
@pytest.mark.parametrize("does", ["follow", "press"])
def test_what_is_looked_at_next_is_the_next_page(
    slow: Browser, by: type[Pointer | Keys], does: str
) -> None:
    with a_context(slow) as context:
        hands: Hands = by(context.new_page())
        hands.page.goto("/")
        if does == "follow":
            hands.follow("Vidare")
        else:
            hands.press("Spara")
        assert hands.page.get_by_role("heading", name="Sedan").count() == 1  # waits for nothing


def _slow_town() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    def first() -> HTMLResponse:
        return HTMLResponse(_FIRST)

    @app.post("/spara")
    async def save() -> Response:
        await asyncio.sleep(_LATE_SECONDS)
        return RedirectResponse("/sedan", status_code=303)

    @app.get("/sedan")
    async def then() -> HTMLResponse:
        await asyncio.sleep(_LATE_SECONDS)
        return HTMLResponse(_THEN)

    return app
