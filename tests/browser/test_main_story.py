"""A samverkansmöte from the first worry to its second meeting, clicked through as people do it.

It is told twice: on a phone without JavaScript, and at a desk by keyboard alone.
"""

import re

import pytest
from playwright.sync_api import Locator, expect

from services.cases.adapters.accounts import accounts_in
from services.cases.adapters.passwords import Passwords
from services.cases.handlers.accounts import add_account
from tests.browser.hands import Hands, Keys, Pointer
from tests.browser.stage import Stage
from tests.support.chromium import PHONE
from tests.support.town import Json, Town

PASSWORD = "en bra mening att minnas"
REKTOR = "anna.lindqvist@exempelkommun.example"
FAMILIES = {
    "phone without scripts": ("Linnea Ekdahl", ("Petra Ekdahl", "Jonas Ekdahl")),
    "keyboard": ("Wilmer Strand", ("Sanna Strand", "Mats Strand")),
}


@pytest.fixture(scope="module", autouse=True)
def account(town: Town) -> None:
    with accounts_in(town.database_url, "test") as desk:
        add_account(REKTOR, None, (), Passwords().hashed(PASSWORD), desk)


@pytest.mark.parametrize("how", FAMILIES)
def test_a_samverkansmote_is_opened_consented_held_and_goes_on(stage: Stage, how: str) -> None:
    """Booking, answering and the rest need no script, and no mouse."""
    child, guardians = FAMILIES[how]
    hands = hands_of(stage, how)
    sign_in(hands)
    case_id = opens(hands, child, guardians)
    stage.town.quiet()
    for guardian in guardians:
        signs(hands, case_id, guardian)
    stage.town.quiet()
    first = the_meeting(stage.town, case_id, "first")
    moves(hands, first)
    stage.town.quiet()
    answers_by_link(stage, how, guardians[0])
    sees_the_answer(hands, first)
    stage.town.jump_clock(the_meeting(stage.town, case_id, "first")["ends_at"])
    holds(hands, first)
    files_the_minutes(hands)
    stage.town.quiet()
    sees_the_second(hands, case_id)


def hands_of(stage: Stage, how: str) -> Hands:
    if how == "keyboard":
        return Keys(stage.visitor())
    return Pointer(stage.visitor(size=PHONE, scripts=False))


def sign_in(hands: Hands) -> None:
    hands.page.goto("/arenden/nytt")
    hands.fill("Användarnamn", REKTOR)
    hands.fill("Lösenord", PASSWORD)
    hands.press("Logga in")
    expect(heading(hands)).to_have_text("Nytt ärende")


def opens(hands: Hands, child: str, guardians: tuple[str, ...]) -> str:
    """The case that comes of it. Nothing is asked twice, and nothing that is known."""
    hands.follow("Öppna Samverkansmöte")
    hands.fill("Barnets namn", child)
    hands.fill("Födelsedatum", "2014-05-02")
    hands.choose("Har barnet skyddade", "Nej")
    hands.press("Vidare till familjen")
    hands.press("Lägg till en vårdnadshavare")
    for number, name in enumerate(guardians, 1):
        writes_guardian(hands, number, name)
    hands.press("Vidare till deltagare")
    hands.tick("Åsa Hallberg")
    hands.press("Se hur det blir")
    expect(heading(hands)).to_have_text("Så här blir det")
    hands.press("Öppna ärendet")
    expect(heading(hands)).to_contain_text(child)
    found = re.search(r"/arenden/([0-9a-f-]{36})", hands.page.url)
    assert found is not None, hands.page.url
    return found[1]


def writes_guardian(hands: Hands, number: int, name: str) -> None:
    group = f"Vårdnadshavare {number}"
    hands.fill("Namn", name, within=group)
    hands.choose("Skyddade personuppgifter?", "Nej", within=group)
    hands.fill("E-post", mailbox(name), within=group)


def mailbox(name: str) -> str:
    return f"{name.split(maxsplit=1)[0].lower()}@hemma.example"


def signs(hands: Hands, case_id: str, guardian: str) -> None:
    hands.page.goto(f"/arenden/{case_id}")
    hands.follow(f"Registrera underskrift: {guardian}")
    hands.press("Spara underskriften")
    expect(hands.page.get_by_role("status").first).to_be_visible()


def the_meeting(town: Town, case_id: str, step: str) -> Json:
    case = town.get(f"cases/{case_id}")
    meeting: Json = next(m for m in case["meetings"] if m["step"] == step)
    return meeting


def moves(hands: Hands, meeting: Json) -> None:
    """To the second of the times that are offered, each of which says why it stands there."""
    hands.page.goto(f"/moten/{meeting['id']}")
    hands.follow("Flytta")
    hands.take(hands.page.locator("#tider input[name=start]").nth(1))
    hands.press("Flytta och kalla på nytt")
    expect(hands.page.get_by_role("status").first).to_be_visible()


def answers_by_link(stage: Stage, how: str, guardian: str) -> None:
    hands = hands_of(stage, how)
    hands.page.goto(stage.link_to(mailbox(guardian)))
    hands.press("Ja, jag kommer")
    expect(hands.page.get_by_role("status").first).to_be_visible()


def sees_the_answer(hands: Hands, meeting: Json) -> None:
    hands.page.goto(f"/moten/{meeting['id']}")
    expect(hands.page.locator(".attendees .accepted")).to_have_count(1)


def holds(hands: Hands, meeting: Json) -> None:
    hands.page.goto(f"/moten/{meeting['id']}")
    hands.follow("Markera som hållet")
    hands.pick("Vem skrev anteckningar?", "Åsa Hallberg")
    hands.choose("Gick ni igenom samtycket?", "Ja")
    hands.press("Spara")
    expect(hands.page.get_by_role("status").first).to_be_visible()


def files_the_minutes(hands: Hands) -> None:
    hands.fill("Var de finns, som en kod", "EA-17")
    hands.press("Anteckningarna är sparade")
    expect(hands.page.locator("main")).to_contain_text("EA-17")


def sees_the_second(hands: Hands, case_id: str) -> None:
    """Within two weeks of the first (R20): called, and in the picture of the case's time."""
    hands.page.goto(f"/arenden/{case_id}")
    expect(hands.page.locator("#moten")).to_contain_text("Andra samverkansmötet")


def heading(hands: Hands) -> Locator:
    return hands.page.get_by_role("heading", level=1)
