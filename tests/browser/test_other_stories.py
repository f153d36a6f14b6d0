"""A spindelmöte and an SSPF from the first page to the closing, at a desk with scripts.

What is typed is checked as it is typed, and axe reads each page of one opening in all its states.
"""

from datetime import date, timedelta

from playwright.sync_api import expect

from shared.domain.days import WorkingDays
from tests.browser.deeds import (
    answers_by_link,
    closes,
    ends,
    files_the_minutes,
    holds,
    mailbox,
    mailed,
    opens_it,
    sees_the_answer,
    signs,
    the_meeting,
    writes_guardians,
    writes_the_child,
)
from tests.browser.hands import Hands, Pointer
from tests.browser.reading import axe_says
from tests.browser.stage import Stage
from tests.support.chromium import PHONE
from tests.support.town import Json


class Reader(Pointer):
    """A pointer that has each page read by axe before it goes on."""

    def press(self, button: str) -> None:
        super().press(button)
        self._read()

    def follow(self, link: str) -> None:
        super().follow(link)
        self._read()

    def _read(self) -> None:
        assert not (said := axe_says(self.page, dark=False)), "\n".join(said)


def test_a_spindelmote_from_the_first_worry_to_the_closing(stage: Stage) -> None:
    """The four prepare, then they meet the family; then each goes on by a plan (S3, S4, S11)."""
    town, kurator = stage.town, Pointer(stage.staff("emelie-strand"))
    coordinator = Pointer(stage.staff("therese-backman"))
    case_id = opens_spindel(kurator)
    signs(kurator, case_id, "Ida Sjöberg")
    town.quiet()
    assert mailbox("Ida") not in mailed(town, "REQUEST", 0)
    holds(coordinator, ends(town, case_id, "preparation"))
    town.quiet()
    family = the_meeting(town, case_id, "family")
    assert mailbox("Ida") in mailed(town, "REQUEST", 0)
    answers_by_link(stage, Pointer(stage.visitor(size=PHONE)), "Ida")
    sees_the_answer(coordinator, family)
    family = ends(town, case_id, "family")
    holds(coordinator, family, following=three_weeks_after(family))
    coordinator.press("Planen är sparad")
    files_the_minutes(coordinator)
    town.quiet()
    holds(coordinator, ends(town, case_id, "follow-up"))
    closes(kurator, case_id, reached=False)


def test_an_sspf_from_the_first_worry_to_the_closing(stage: Stage) -> None:
    """P4: all are told of it first; then the family consents, and a network meets (P5)."""
    town, reader = stage.town, Reader(stage.staff("stefan-norrby"))
    case_id = opens_sspf(reader)
    hands = Pointer(reader.page)
    town.quiet()
    information = the_meeting(town, case_id, "information")
    answers_by_link(stage, Pointer(stage.visitor(size=PHONE)), "Karin")
    sees_the_answer(hands, information)
    holds(hands, ends(town, case_id, "information"))
    town.quiet()
    signs(hands, case_id, "Karin Dahl")
    town.quiet()
    network = ends(town, case_id, "network")
    holds(hands, network, following=three_weeks_after(network))
    files_the_minutes(hands)
    town.quiet()
    holds(hands, ends(town, case_id, "follow-up"))
    closes(hands, case_id, reached=False)


def three_weeks_after(meeting: Json) -> str:
    """A day at work then; the stories come in any order, and each begins where one has ended."""
    held_on = date.fromisoformat(meeting["starts_at"][:10])
    return WorkingDays().plus(held_on + timedelta(days=20), 1).isoformat()


def opens_spindel(hands: Hands) -> str:
    """What is forgotten is said."""
    hands.page.goto("/arenden/nytt/spindelmote")
    hands.press("Vidare till familjen")
    expect(hands.page.get_by_role("alert")).to_contain_text("Något behöver rättas")
    writes_the_child(hands, "Melker Sjöberg", "2016-09-01")
    hands.choose("Varför behövs ett möte?", "Skolk")
    hands.press("Vidare till familjen")
    writes_guardians(hands, "Ida Sjöberg")
    hands.press("Vidare till deltagare")
    return opens_it(hands, "Melker Sjöberg")


def opens_sspf(hands: Hands) -> str:
    """P4: between 9 and 16 years; a child of seven is told before the form is sent."""
    hands.page.goto("/arenden/nytt/sspf")
    writes_the_child(hands, "Alva Dahl", "2020-02-01")
    hands.page.keyboard.press("Tab")
    expect(hands.page.locator("#besked")).to_contain_text("Stopp")
    hands.fill("Födelsedatum", "2014-02-01")
    hands.page.keyboard.press("Tab")
    expect(hands.page.locator("#besked")).not_to_contain_text("Stopp")
    hands.pick("Förskola eller skola", "Björkskolan")
    hands.pick("Årskurs", "7")
    hands.choose("Varför behövs ett möte?", "fritiden")
    hands.press("Vidare till familjen")
    writes_guardians(hands, "Karin Dahl")
    hands.press("Vidare till deltagare")
    for name in ("Anna Lindqvist", "Niklas Hägg", "Amanda Kjellberg"):
        hands.fill("Lägg till någon ur personalen", name)
        hands.press("Sök")
        hands.tick(name)
    return opens_it(hands, "Alva Dahl")
