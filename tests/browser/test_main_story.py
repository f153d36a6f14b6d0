"""A samverkansmöte from the first worry to its closing, clicked through as people do it.

It is told twice: on a phone without JavaScript, and at a desk by keyboard alone.
"""

import pytest
from playwright.sync_api import expect

from services.cases.adapters.accounts import accounts_in
from services.cases.adapters.passwords import Passwords
from services.cases.handlers.accounts import add_account
from tests.browser.deeds import (
    answers_by_link,
    books,
    calls_off,
    closes,
    ends,
    files_the_minutes,
    heading,
    holds,
    mailed,
    moves,
    opens_it,
    sees_the_answer,
    signs,
    the_meeting,
    withdraws,
    writes_guardians,
    writes_the_child,
)
from tests.browser.hands import Hands, Keys, Pointer
from tests.browser.stage import Stage
from tests.support.chromium import PHONE
from tests.support.story import FAMILY, GUARDIANS, open_a_case
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


def hands_of(stage: Stage, how: str) -> Hands:
    if how == "keyboard":
        return Keys(stage.visitor())
    return Pointer(stage.visitor(size=PHONE, scripts=False))


@pytest.mark.parametrize("how", FAMILIES)
def test_a_samverkansmote_from_the_first_worry_to_the_closing(stage: Stage, how: str) -> None:
    """Everything needs no script, and no mouse."""
    child, guardians = FAMILIES[how]
    hands, town = hands_of(stage, how), stage.town
    sign_in(hands)
    case_id = opens(hands, child, guardians)
    for guardian in guardians:
        signs(hands, case_id, guardian)
    town.quiet()
    first = the_meeting(town, case_id, "first")
    moves(hands, first)
    town.quiet()
    answers_by_link(stage, hands_of(stage, how), guardians[0])
    sees_the_answer(hands, first)
    holds(hands, ends(town, case_id, "first"), secretary="Åsa Hallberg")
    files_the_minutes(hands)
    town.quiet()
    sees_the_second(hands, case_id)
    holds(hands, ends(town, case_id, "second"))
    closes(hands, case_id)


@pytest.mark.parametrize("how", FAMILIES)
def test_P7_a_guardian_stops_what_was_called_off_and_booked_anew(stage: Stage, how: str) -> None:
    """Booked by hand, and then everything ends at once: by mail, and on the page."""
    hands: Hands = Keys(stage.staff("anna-lindqvist"))
    if how != "keyboard":
        hands = Pointer(stage.staff("anna-lindqvist", size=PHONE, scripts=False))
    town = stage.town
    case = signed(town)
    calls_off(hands, the_meeting(town, case["id"], "first"))
    books(hands, case["id"])
    town.quiet()
    booked, before = the_meeting(town, case["id"], "first", "booked"), len(town.mails())
    withdraws(hands, case["id"], FAMILY["guardians"][0]["name"])
    town.quiet()
    assert mailed(town, "CANCEL", before) >= set(GUARDIANS) | {REKTOR}
    assert not mailed(town, "REQUEST", before)
    hands.page.goto(f"/moten/{booked['id']}")
    expect(hands.page.locator("main")).to_contain_text("inställt")
    hands.page.goto(f"/arenden/{case['id']}")
    expect(hands.page.locator("#samtycken")).to_contain_text("Återtaget")


def signed(town: Town) -> Json:
    """A case whose first meeting is called."""
    case = open_a_case(town, known_on=town.today)
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign", {"method": "paper"})
    return case


def sign_in(hands: Hands) -> None:
    hands.page.goto("/arenden/nytt")
    hands.fill("Användarnamn", REKTOR)
    hands.fill("Lösenord", PASSWORD)
    hands.press("Logga in")
    expect(heading(hands)).to_have_text("Nytt ärende")


def opens(hands: Hands, child: str, guardians: tuple[str, ...]) -> str:
    """The case that comes of it. Nothing is asked twice, and nothing that is known.

    What is forgotten is said at once, where the focus is.
    """
    hands.follow("Öppna Samverkansmöte")
    hands.press("Vidare till familjen")
    expect(hands.page.get_by_role("alert")).to_be_focused()
    hands.follow("Födelsedatum")
    expect(hands.page.get_by_label("Födelsedatum")).to_be_focused()
    writes_the_child(hands, child, "2014-05-02")
    hands.press("Vidare till familjen")
    writes_guardians(hands, *guardians)
    hands.press("Vidare till deltagare")
    hands.tick("Åsa Hallberg")
    return opens_it(hands, child)


def sees_the_second(hands: Hands, case_id: str) -> None:
    """Within two weeks of the first (R20): called, and in the picture of the case's time."""
    hands.page.goto(f"/arenden/{case_id}")
    expect(hands.page.locator("#moten")).to_contain_text("Andra samverkansmötet")


def test_the_skip_link_leads_past_the_menu_and_tab_back_the_way_it_came(stage: Stage) -> None:
    """WCAG 2.4.1, 2.4.3: from the first stop to the last and back, in one order."""
    page = stage.staff("anna-lindqvist")
    case = signed(stage.town)
    page.goto(f"/arenden/{case['id']}")
    keys = Keys(page)
    keys.follow("Till innehållet")
    keys.tab()
    assert page.locator("main :focus").count() == 1
    page.goto(f"/arenden/{case['id']}")
    there = [keys.tab() for _ in range(60)]
    back = [keys.tab("Shift+Tab") for _ in range(59)]
    assert back == there[-2::-1]
