"""The pages about mail: what was sent and why, what came in and waits for somebody (B4, X13)."""

import re

import pytest

from tests.integration.test_stories import sign_all
from tests.support.inbound import answering, bring, plain
from tests.support.notifier import SECRET
from tests.support.replies.clients import thunderbird
from tests.support.signing_in import Visitor, visitor, words_of
from tests.support.story import GUARDIANS, open_a_case
from tests.support.town import Json, Town

MOTHER, _ = GUARDIANS
_UUID = "[0-9a-f-]{36}"


@pytest.fixture
def case(town: Town) -> Json:
    """The first meeting is booked, and the mother's address takes no mail that day."""
    town.server.at_rcpt = lambda to: "550 5.1.1 nobody" if to == MOTHER else None
    opened = open_a_case(town)
    town.quiet()
    sign_all(town, opened["id"])
    town.quiet()
    town.server.at_rcpt = lambda _: None
    return opened


def _as(town: Town, code: str) -> Visitor:
    return visitor(town.client, town.database_url, SECRET, code)


def _links(page: str, under: str) -> list[str]:
    return list(dict.fromkeys(re.findall(f'href="({under}/{_UUID})"', page)))


def test_a_mail_shows_its_state_why_and_what_it_said_and_is_tried_again(
    town: Town, case: Json
) -> None:
    rektor = _as(town, "anna-lindqvist")
    page = rektor.get("/utskick").text
    assert "Inbjudan till" in words_of(page)
    assert "mottagarens adress tar inte emot mejl" in page
    assert len(_links(page, "/utskick")) == len(town.get(f"messages?case={case['id']}"))
    (failed,) = _links(rektor.get("/utskick?lage=fel").text, "/utskick")
    said = rektor.get(failed).text
    assert "skulle skickas" in said
    assert "Försök igen" in said
    assert "Mejlet prövas igen" in rektor.follow(rektor.post(f"{failed}/igen")).text
    town.quiet()
    arrived = rektor.get(failed).text
    assert "mottaget av mejlservern" in arrived
    assert "Du är inbjuden till ett möte" in arrived
    assert "[personlig länk]" in arrived
    assert "/r/" not in arrived
    again = rektor.post(f"{failed}/igen")
    assert again.status_code == 409
    assert "Mejlet är redan skickat" in again.text
    assert "POST /meetings" not in again.text


def test_X10_mails_of_a_case_are_for_who_sees_it(town: Town, case: Json) -> None:
    rektor, stranger = _as(town, "anna-lindqvist"), _as(town, "eva-lindstrom")
    first = _links(rektor.get("/utskick").text, "/utskick")[0]
    assert stranger.get(first).status_code == 404
    assert stranger.post(f"{first}/igen").status_code == 404
    assert not _links(stranger.get("/utskick").text, "/utskick")
    assert stranger.get(f"/utskick?arende={case['id']}").status_code == 404
    assert rektor.get(f"/utskick?arende={case['id']}").status_code == 200


def test_B4_a_mail_that_is_not_certain_waits_and_somebody_decides(town: Town, case: Json) -> None:
    said = answering(town, GUARDIANS[1], attendee="nagon.annan@post.example")
    bring(town, thunderbird(said), said.organizer, "nagon.annan@post.example")
    rektor = _as(town, "anna-lindqvist")
    page = rektor.get("/inkommet").text
    assert "Avsändaren är inte den som kallades." in page
    (waiting,) = _links(page, "/inkommet")
    assert _as(town, "eva-lindstrom").get(waiting).status_code == 404
    person = re.search(f'<option value="({_UUID})"', rektor.get(waiting).text)
    assert person is not None
    assert rektor.post(f"{waiting}/svar", {"person": person[1]}).status_code == 422
    answer = rektor.post(f"{waiting}/svar", {"person": person[1], "svar": "accepted"})
    assert "Svaret är noterat" in rektor.follow(answer).text
    town.quiet()
    assert "Väntar på beslut" in rektor.get("/inkommet").text
    assert rektor.post(f"{waiting}/at-sidan").status_code == 409


def test_B8_words_of_a_mail_that_belongs_to_no_case_are_for_who_takes_such_in(town: Town) -> None:
    bring(
        town, plain("nagon@post.example", "Hej, jag undrar <b>något</b>"), "moten@exempel.example"
    )
    coordinator = _as(town, _coordinator(town))
    (waiting,) = _links(coordinator.get("/inkommet").text, "/inkommet")
    page = coordinator.get(waiting).text
    assert "jag undrar &lt;b&gt;något&lt;/b&gt;" in page
    assert _as(town, "anna-lindqvist").get(waiting).status_code == 404
    assert _as(town, "anna-lindqvist").post(f"{waiting}/at-sidan").status_code == 404
    done = coordinator.post(f"{waiting}/at-sidan")
    assert "lagt åt sidan" in coordinator.follow(done).text


def _coordinator(town: Town) -> str:
    return str(town.people("koordinator")[0]["code"])
