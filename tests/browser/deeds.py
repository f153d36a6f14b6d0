"""What people do in the stories, each thing once: by whatever hands, in whatever case."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.hands import Hands
from tests.browser.stage import Stage
from tests.support.town import Json, Town


def heading(hands: Hands) -> Locator:
    return hands.page.get_by_role("heading", level=1)


def is_told(hands: Hands) -> None:
    """A notice says that it was done."""
    expect(hands.page.get_by_role("status").first).to_be_visible()


def mailbox(name: str) -> str:
    return f"{name.split(maxsplit=1)[0].lower()}@hemma.example"


def writes_the_child(hands: Hands, name: str, born: str) -> None:
    hands.fill("Barnets namn", name)
    hands.fill("Födelsedatum", born)
    hands.choose("Har barnet skyddade", "Nej")


def writes_guardians(hands: Hands, *names: str) -> None:
    for _ in names[1:]:
        hands.press("Lägg till en vårdnadshavare")
    for number, name in enumerate(names, 1):
        group = f"Vårdnadshavare {number}" if len(names) > 1 else ""
        hands.fill("Namn", name, within=group)
        hands.choose("Skyddade personuppgifter?", "Nej", within=group)
        hands.fill("E-post", mailbox(name), within=group)


def opens_it(hands: Hands, child: str) -> str:
    """From the page with all that will happen; the case that comes of it."""
    hands.press("Se hur det blir")
    expect(heading(hands)).to_have_text("Så här blir det")
    hands.press("Öppna ärendet")
    expect(heading(hands)).to_contain_text(child)
    found = re.search(r"/arenden/([0-9a-f-]{36})", hands.page.url)
    assert found is not None, hands.page.url
    return found[1]


def signs(hands: Hands, case_id: str, guardian: str) -> None:
    hands.page.goto(f"/arenden/{case_id}")
    hands.follow(f"Registrera underskrift: {guardian}")
    hands.press("Spara underskriften")
    is_told(hands)


def withdraws(hands: Hands, case_id: str, guardian: str) -> None:
    hands.page.goto(f"/arenden/{case_id}")
    hands.follow(f"Registrera att det tas tillbaka: {guardian}")
    hands.press("Ja, samtycket är återtaget")
    expect(heading(hands)).to_contain_text("Samtycket togs tillbaka")


def books(hands: Hands, case_id: str) -> None:
    """The best of the times that are offered, each of which says why it stands there."""
    hands.page.goto(f"/arenden/{case_id}")
    hands.follow("Boka möte")
    hands.take(hands.page.locator("#tider input[name=start]").first)
    hands.press("Boka och kalla")
    is_told(hands)


def moves(hands: Hands, meeting: Json) -> None:
    """To the second of the times."""
    hands.page.goto(f"/moten/{meeting['id']}")
    hands.follow("Flytta")
    hands.take(hands.page.locator("#tider input[name=start]").nth(1))
    hands.press("Flytta och kalla på nytt")
    is_told(hands)


def calls_off(hands: Hands, meeting: Json) -> None:
    hands.page.goto(f"/moten/{meeting['id']}")
    hands.follow("Ställ in")
    hands.press("Ställ in mötet")
    is_told(hands)


def answers_by_link(stage: Stage, hands: Hands, guardian: str) -> None:
    hands.page.goto(stage.link_to(mailbox(guardian)))
    hands.press("Ja, jag kommer")
    is_told(hands)


def sees_the_answer(hands: Hands, meeting: Json) -> None:
    hands.page.goto(f"/moten/{meeting['id']}")
    expect(hands.page.locator(".attendees .accepted")).to_have_count(1)


def holds(hands: Hands, meeting: Json, secretary: str = "", following: str = "") -> None:
    """Marked as held; `following`: the day (ISO) that was agreed on for the next, at ten."""
    hands.page.goto(f"/moten/{meeting['id']}")
    hands.follow("Markera som hållet")
    if secretary:
        hands.pick("Vem skrev anteckningar?", secretary)
    if hands.page.get_by_role("group", name="Gick ni igenom samtycket?").count():
        hands.choose("Gick ni igenom samtycket?", "Ja")
    if following:
        hands.fill("Dag", following)
        hands.fill("Klockan", "10:00")
    hands.press("Spara")
    is_told(hands)


def files_the_minutes(hands: Hands) -> None:
    hands.fill("Var finns de?", "EA-17")
    hands.press("Anteckningarna är sparade")
    expect(hands.page.locator("main")).to_contain_text("EA-17")


def closes(hands: Hands, case_id: str, *, reached: bool = True) -> None:
    hands.page.goto(f"/arenden/{case_id}")
    hands.follow("Avsluta ärendet")
    hands.choose("Hur slutade det?", "Insatsen är genomförd")
    if reached:
        hands.choose("Är målen nådda?", "Målen är nådda")
    hands.press("Avsluta ärendet")
    expect(hands.page.locator("#ansvar")).to_contain_text("Avslutat som")


def the_meeting(town: Town, case_id: str, step: str, state: str = "") -> Json:
    case = town.get(f"cases/{case_id}")
    meeting: Json = next(
        one
        for one in case["meetings"]
        if one["step"] == step and (not state or one["state"] == state)
    )
    return meeting


def ends(town: Town, case_id: str, step: str) -> Json:
    """It is the time at which the meeting ends; the meeting."""
    meeting = the_meeting(town, case_id, step, "booked")
    town.jump_clock(meeting["ends_at"])
    return meeting


def mailed(town: Town, kind: str, since: int) -> set[str]:
    """Who has been sent that kind of mail («CANCEL») since there were so many."""
    return {mail.to for mail in town.mails()[since:] if mail.kind.startswith(kind)}
