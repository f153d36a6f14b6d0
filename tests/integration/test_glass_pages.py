"""What a case that was opened in an emergency leads to: all is read, nothing changed (X10)."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from shared.ids import staff_id
from tests.integration.test_stories import sign_all
from tests.support.inbound import answering, bring
from tests.support.notifier import SECRET
from tests.support.replies.clients import thunderbird
from tests.support.signing_in import Visitor, visitor, words_of
from tests.support.story import GUARDIANS, open_a_case
from tests.support.town import Json, Town, a_town

STRANGER = "lotta-engstrom"  # on no case
SAID = "Du läser i nödläge. Här kan du inte ändra något."
_MOTHER, _FATHER = GUARDIANS
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}"


@pytest.fixture(scope="module")
def town(registered_of_the_module: str, municipality: Path) -> Iterator[Town]:
    """One for all tests here, which read alone."""
    with a_town(registered_of_the_module, municipality) as made:
        yield made


@pytest.fixture(scope="module")
def case(town: Town) -> Json:
    """A meeting is booked, a mail has failed, and one that came in waits for somebody."""
    town.server.at_rcpt = lambda to: "550 5.1.1 nobody" if to == _MOTHER else None
    opened = open_a_case(town)
    town.quiet()
    sign_all(town, opened["id"])
    town.quiet()
    said = answering(town, _FATHER, attendee="nagon.annan@post.example")
    bring(town, thunderbird(said), said.organizer, "nagon.annan@post.example")
    town.quiet()
    return opened


@pytest.fixture(scope="module")
def reader(town: Town, case: Json) -> Visitor:
    """Who has opened it."""
    somebody = visitor(town.client, town.database_url, SECRET, STRANGER)
    reason = "Samtal från akuten i natt, vi behöver veta vilka som är med."
    fields = {"reference": case["reference"], "reason": reason, "understood": "yes"}
    assert somebody.post("/nodlage", fields).status_code == 303
    return somebody


def test_X10_all_that_the_case_leads_to_is_read_and_noted_and_nothing_can_be_changed(
    town: Town, case: Json, reader: Visitor
) -> None:
    to_see, seen = [f"/arenden/{case['id']}"], dict[str, str]()
    while to_see:
        path = to_see.pop()
        answer = reader.get(path)
        assert answer.status_code == 200, path
        if path.endswith(".pdf"):
            seen[path] = ""
            continue
        seen[path] = answer.text[answer.text.index("<main") : answer.text.index("</main")]
        assert 'method="post"' not in seen[path], path
        to_see += [one for one in _links(seen[path]) if one not in {*seen, *to_see}]
    for kind in ("/moten/", "/utskick/", "/inkommet/", "/historik", "/lasningar", ".pdf"):
        of_kind = [path for path in seen if kind in path]
        assert of_kind, kind
        assert all(SAID in words_of(seen[path]) for path in of_kind if seen[path]), kind
    noted = town.rows(
        "SELECT what FROM cases.access_log WHERE actor = %s AND case_id = %s",
        f"person:{staff_id(STRANGER)}",
        case["id"],
    )
    assert len(noted) >= len([path for path in seen if re.search(_UUID, path)])
    assert {row["what"].partition(":")[0] for row in noted} == {"glass"}


def test_X10_no_form_about_it_is_shown(town: Town, case: Json, reader: Visitor) -> None:
    meeting = town.get(f"cases/{case['id']}")["meetings"][0]["id"]
    consent, person = case["consents"][1]["id"], case["consents"][0]["person"]
    here, there = f"/arenden/{case['id']}", f"/moten/{meeting}"
    for path in (
        f"{here}/avsluta", f"{here}/ansvar", f"{here}/personer/ny", f"{here}/onskemal/nytt",
        f"{here}/vardnadshavare/ny", f"{here}/familj/{person}", f"{here}/samtycken/nytt",
        f"{here}/samtycken/{consent}/aterta", f"{here}/moten/boka", f"{there}/flytta",
        f"{there}/stall-in", f"{there}/hallet",
    ):  # fmt: skip
        answer = reader.get(path)
        assert answer.status_code == 403, path
        assert "Behöver något ändras, ring den som är processbärare" in words_of(answer.text), path
    assert reader.post(f"{there}/stall-in").status_code == 404


def _links(page: str) -> list[str]:
    """Pages of ours, without where on them."""
    found = (unescape(one).partition("#")[0] for one in re.findall(r'href="(/[^"]+)"', page))
    others = ("/static/", "/mallar", "/nodlage")
    return [one for one in dict.fromkeys(found) if one and not one.startswith(others)]
