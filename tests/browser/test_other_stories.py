"""A spindelmöte and an SSPF from the first page to the first meeting, at a desk with scripts.

What is typed is checked as it is typed, and axe reads each page on the way, in all its states.
"""

from playwright.sync_api import expect

from tests.browser.hands import Pointer
from tests.browser.stage import Stage, axe_says


class Reader(Pointer):
    """A pointer that has each page read by axe before it goes on."""

    def press(self, button: str) -> None:
        super().press(button)
        self._read()

    def follow(self, link: str) -> None:
        super().follow(link)
        self._read()

    def _read(self) -> None:
        self.page.wait_for_load_state()
        assert not (said := axe_says(self.page)), "\n".join(said)


def test_a_spindelmote_is_opened_and_what_is_forgotten_is_said(stage: Stage) -> None:
    hands = Reader(stage.staff("emelie-strand"))
    hands.page.goto("/arenden/nytt/spindelmote")
    hands.press("Vidare till familjen")
    expect(hands.page.get_by_role("alert")).to_contain_text("Något behöver rättas")
    hands.fill("Barnets namn", "Melker Sjöberg")
    hands.fill("Födelsedatum", "2016-09-01")
    hands.choose("Har barnet skyddade", "Nej")
    hands.choose("Varför behövs ett möte?", "Skolk")
    hands.press("Vidare till familjen")
    writes_the_guardian(hands, "Ida Sjöberg")
    hands.press("Vidare till deltagare")
    hands.press("Se hur det blir")
    hands.press("Öppna ärendet")
    expect(hands.page.get_by_role("heading", level=1)).to_contain_text("Melker Sjöberg")


def test_an_sspf_says_as_one_types_for_whom_it_is(stage: Stage) -> None:
    """P4: between 9 and 16 years; a child of seven is told before the form is sent."""
    hands = Reader(stage.staff("stefan-norrby"))
    hands.page.goto("/arenden/nytt/sspf")
    hands.fill("Barnets namn", "Alva Dahl")
    hands.fill("Födelsedatum", "2020-02-01")
    hands.page.keyboard.press("Tab")
    expect(hands.page.locator("#besked")).to_contain_text("Stopp")
    hands.fill("Födelsedatum", "2014-02-01")
    hands.page.keyboard.press("Tab")
    expect(hands.page.locator("#besked")).not_to_contain_text("Stopp")
    hands.pick("Förskola eller skola", "Björkskolan")
    hands.pick("Årskurs", "7")
    hands.choose("Varför behövs ett möte?", "fritiden")
    hands.choose("Har barnet skyddade", "Nej")
    hands.press("Vidare till familjen")
    writes_the_guardian(hands, "Karin Dahl")
    hands.press("Vidare till deltagare")
    hands.press("Se hur det blir")
    hands.press("Öppna ärendet")
    expect(hands.page.get_by_role("heading", level=1)).to_contain_text("Alva Dahl")


def writes_the_guardian(hands: Pointer, name: str) -> None:
    hands.fill("Namn", name)
    hands.choose("Skyddade personuppgifter?", "Nej")
    hands.fill("E-post", f"{name.split(maxsplit=1)[0].lower()}@hemma.example")
