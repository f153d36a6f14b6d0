"""The machine's own Chromium, driven by Playwright, on the pages of a town in this process.

The town's web application is served on a port of its own, and the browser is told that this is
where `samspel.example` lies: a link out of a mail is opened as it stands, and whatever any other
machine is asked for fails, and is seen.
"""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

HOST = "samspel.example"
BASE = f"http://{HOST}"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
ENLARGED = {"width": 640, "height": 450}  # a desktop at 200 %
NARROWEST = {"width": 320, "height": 640}
MOST_BYTES = 150_000
START_SECONDS = 10.0
PATIENCE_SECONDS = 20.0

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def installed() -> str | None:
    """Where the machine's Chromium is; None, if it has none."""
    return os.environ.get("SAMSPEL_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """The port at which the application answers; its connections are somebody else's to close."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, lifespan="off", log_level="warning", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        end = time.monotonic() + START_SECONDS
        while not server.started:
            assert thread.is_alive(), "the web application didn't start"
            assert time.monotonic() < end, "the web application didn't start in time"
            time.sleep(0.01)
        yield int(listening.getsockname()[1])
        server.should_exit = True
        thread.join(START_SECONDS)


@contextmanager
def chromium(path: str, port: int) -> Iterator[Browser]:
    """A browser that knows one machine alone."""
    arguments = [
        f"--host-resolver-rules=MAP {HOST}:80 127.0.0.1:{port}, MAP * ~NOTFOUND",
        "--disable-dev-shm-usage",
        "--no-proxy-server",
        "--lang=en-US",  # in which order the parts of a day are typed
        f"--unsafely-treat-insecure-origin-as-secure={BASE}",  # in use it is https
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=arguments, chromium_sandbox=os.geteuid() != 0
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass  # Playwright keeps something of its own on whose methods it calls
class Watched:
    """A page, and what must never happen on it: it's asked at the end of each test."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", lambda said: self._complain(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", self._asked)

    def _complain(self, kind: str, text: str) -> None:
        expected = "Failed to load resource" in text and "status of 4" in text  # a refusal we test
        if kind in ("error", "warning") and not expected:
            self.complaints.append(f"console: {text}")

    def _asked(self, request: Request) -> None:
        self.asked.append(request)
        if not request.url.startswith((f"{BASE}/", "data:", "blob:", "about:")):
            self.complaints.append(f"asks a third party: {request.url}")


@contextmanager
def a_context(
    browser: Browser, *, size: dict[str, int] | None = None, scripts: bool = True, **more: object
) -> Iterator[BrowserContext]:
    """A visitor of their own: nobody else's cookies."""
    context = browser.new_context(
        base_url=BASE,
        viewport=size or DESKTOP,  # type: ignore[arg-type]
        java_script_enabled=scripts,
        locale="sv-SE",
        timezone_id="Europe/Stockholm",
        reduced_motion="reduce",
        **more,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    try:
        yield context
    finally:
        context.close()
