"""Takes the pictures of docs/screenshots: starts the example, signs in, looks at its main pages.

    make screenshots [ARGS="arende kalender"]

The clock stands still on a Monday, so the pictures change when the pages do. Playwright drives the
machine's own Chromium (SAMSPEL_CHROMIUM, else the one in the path).
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Literal
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, Response, sync_playwright

from samspel.embedded.ground import Ground
from samspel.ports import LOOPBACK, free_port

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"
PASSWORD = "bara-for-exemplet"  # noqa: S105 - of an example that is thrown away
MONDAY = "2027-03-22T08:05:00+01:00"
START_SECONDS = 180
LARGEST = 200_000

Size = Literal["desktop", "phone"]
_SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: whose page it is, its address, and which links are pressed to come further."""

    name: str
    login: str | None
    path: str
    size: Size = "desktop"
    presses: tuple[str, ...] = ()


REKTOR = "anna.lindqvist@exempelkommun.example"
CHIEF = "karin.bergqvist@exempelkommun.example"
ADMINISTRATOR = "administrator"
FIRST_CASE = "table.cases tbody a"
NEXT_MEETING = "#moten h3 a"
SHOTS = (
    Shot("att-gora", REKTOR, "/"),
    Shot("att-gora-telefon", REKTOR, "/", "phone"),
    Shot("arende", REKTOR, "/arenden", presses=(FIRST_CASE,)),
    Shot("arende-telefon", REKTOR, "/arenden", "phone", presses=(FIRST_CASE,)),
    Shot("nytt-arende-telefon", REKTOR, "/arenden/nytt", "phone"),
    Shot(
        "flytta", REKTOR, "/arenden", presses=(FIRST_CASE, NEXT_MEETING, "role=link[name='Flytta']")
    ),
    Shot("kalender", REKTOR, "/kalender"),
    Shot("arshjul", CHIEF, "/arshjul"),
    Shot("utskick", REKTOR, "/utskick"),
    Shot("rutiner", ADMINISTRATOR, "/installningar/rutiner/samverkansmote"),
    Shot("drift", ADMINISTRATOR, "/drift"),
)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:]
    with the_example() as base, a_browser() as browser:
        for shot in (one for one in SHOTS if not wanted or one.name in wanted):
            taken = take(browser, base, shot)
            print(f"{taken.relative_to(ROOT)}: {taken.stat().st_size // 1000} kB")
            if taken.stat().st_size > LARGEST:
                sys.exit(f"{taken.name} is larger than {LARGEST // 1000} kB")


@contextmanager
def the_example() -> Iterator[str]:
    """`samspel run` in a home that is thrown away; its address once everything has started."""
    home = Path(tempfile.mkdtemp(prefix="samspel-screenshots-"))
    web = free_port()
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("SAMSPEL_")
    } | {
        "SAMSPEL_HOME": str(home),
        "SAMSPEL_WEB_PORT": str(web),
        "SAMSPEL_MAILBOX_PORT": str(free_port()),
        "SAMSPEL_SMTP_PORT": str(free_port()),
        "SAMSPEL_INBOUND_PORT": str(free_port()),
        "SAMSPEL_DEMO_PASSWORD": PASSWORD,
        "SAMSPEL_CLOCK": MONDAY,
    }
    with (home / "output.log").open("wb") as output:
        command = [sys.executable, "-m", "samspel", "run"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        base = f"http://{LOOPBACK}:{web}"
        wait_for(f"{base}/readyz", process, home / "output.log")
        yield base
    finally:
        process.terminate()
        process.wait(30)
        Ground.of(home).discard()  # as root, the servers' data lies elsewhere
        shutil.rmtree(home, ignore_errors=True)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.5)
    sys.exit(f"the example didn't start:\n{log.read_text(errors='replace')[-2000:]}")


@contextmanager
def a_browser() -> Iterator[Browser]:
    path = os.environ.get("SAMSPEL_CHROMIUM") or shutil.which("chromium")
    if path is None:
        sys.exit("no Chromium on this machine (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            chromium_sandbox=os.geteuid() != 0,
        )
        yield browser
        browser.close()


def take(browser: Browser, base: str, shot: Shot) -> Path:
    """The upper part of the page, as it is met."""
    width, height = _SIZES[shot.size]
    page = browser.new_page(
        base_url=base,
        viewport={"width": width, "height": height},
        locale="sv-SE",
        timezone_id="Europe/Stockholm",
        reduced_motion="reduce",
    )
    answers: list[Response] = []
    page.on("response", lambda one: answers.append(one))  # noqa: PLW0108 - it has to be a function
    if shot.login:
        sign_in(page, shot.login, shot.path)
    else:
        page.goto(shot.path)
    for link in shot.presses:
        page.locator(link).first.click()
    path = FOLDER / f"{shot.name}.png"
    if broken := [one.url for one in answers if one.status >= HTTPStatus.BAD_REQUEST]:
        sys.exit(f"{shot.name}: no page to be shown: {broken}")
    page.screenshot(path=path)
    page.context.close()
    return path


def sign_in(page: Page, login: str, path: str) -> None:
    page.goto(f"/logga-in?till={path}")
    page.get_by_label("Användarnamn").fill(login)
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.wait_for_url(f"{path}**")


if __name__ == "__main__":
    main()
