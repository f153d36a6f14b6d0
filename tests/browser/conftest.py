"""A running system with a real browser for each module; a visitor of their own for each test."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, expect

from tests.browser.stage import Stage
from tests.conftest import EXAMPLE
from tests.support.chromium import PATIENCE_SECONDS, chromium, installed, served
from tests.support.town import Town, a_town

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each of them is a story, in a browser."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Without a browser the pages can't be looked at; that is said, and fails a CI run."""
    path = installed()
    if path is not None:
        return path
    said = "no Chromium on this machine (Debian: apt install chromium): no page was looked at"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)


@pytest.fixture(scope="module")
def town(registered_of_the_module: str) -> Iterator[Town]:
    """All of Samspel in this process, on Monday 1 March 2027 at 08.00, the year with it."""
    with a_town(registered_of_the_module, EXAMPLE, year=True) as made:
        yield made


@pytest.fixture(scope="module")
def browser(chromium_path: str, town: Town) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    app = town.client.app
    assert isinstance(app, FastAPI)
    with served(app) as port, chromium(chromium_path, port) as running:
        yield running


@pytest.fixture
def stage(town: Town, browser: Browser) -> Iterator[Stage]:
    """Where a test opens its pages; at its end no page may have complained."""
    with ExitStack() as stack:
        made = Stage(town, browser, stack)
        yield made
        made.no_complaints()
