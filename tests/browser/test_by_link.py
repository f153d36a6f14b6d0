"""A guardian's part of the story: the link in the real mail, on a phone, with and without scripts.

The case is opened over the API, since staff's part is told elsewhere.
"""

import pytest

from tests.browser.reading import axe_says, cut_off
from tests.browser.stage import Stage
from tests.support.chromium import PHONE
from tests.support.story import GUARDIANS, open_a_case
from tests.support.town import Json, Town


@pytest.fixture(scope="module")
def case(town: Town) -> Json:
    """All have consented, so the first meeting is called."""
    made = open_a_case(town)
    town.quiet()
    for consent in town.get(f"cases/{made['id']}")["consents"]:
        town.do(f"cases/{made['id']}/consents/{consent['id']}/sign", {"method": "paper"})
    return made


def answers(town: Town, case: Json) -> dict[str, str]:
    """What each has said about the first meeting, by their address."""
    rows = town.rows(
        """
        SELECT who.email, said.answer FROM cases.attendance said
        JOIN cases.meetings m ON m.id = said.meeting_id
        JOIN cases.people who ON who.id = said.person_id
        WHERE m.case_id = %s
        """,
        case["id"],
    )
    return {row["email"]: row["answer"] for row in rows}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_X13_a_guardian_answers_by_the_link_in_the_mail_on_a_phone(
    stage: Stage, case: Json, scripts: bool
) -> None:
    page = stage.visitor(size=PHONE, scripts=scripts)
    page.goto(stage.link_to(GUARDIANS[0]))
    page.get_by_role("button", name="Ja, jag kommer").click()
    assert page.get_by_role("status").is_visible()
    assert answers(stage.town, case)[GUARDIANS[0]] == "accepted"
    page.get_by_role("button", name="Kanske").click()
    assert "kanske" in page.locator("main").inner_text()


def test_a_guardian_answers_by_keyboard_alone(stage: Stage, case: Json) -> None:
    page = stage.visitor()
    page.goto(stage.link_to(GUARDIANS[1]))
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Till innehållet"
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text() == "Ja, jag kommer":
            break
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert answers(stage.town, case)[GUARDIANS[1]] == "accepted"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_personal_page_is_read_by_everybody(stage: Stage, case: Json, language: str) -> None:
    page = stage.visitor(size=PHONE)
    page.goto(f"{stage.link_to(GUARDIANS[0])}?lang={language}")
    assert not axe_says(page)
    assert not cut_off(page)
