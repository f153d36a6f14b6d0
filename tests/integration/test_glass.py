"""A case is opened in an emergency: read until midnight, and whoever has to know does (X10)."""

from typing import Any

import httpx2 as httpx
import pytest

from shared.ids import staff_id
from tests.integration.cases_house import OWNER, CasesHouse, Json
from tests.support.signing_in import Visitor, words_of

HEADER = "Samspel-Acting-As"
STRANGER = "lotta-engstrom"  # socialsekreterare, on no case; enhetschef IFO is her manager
MANAGER, OTHER = "jonas-ekdahl", "karin-bergqvist"
REASON = "Samtal från akuten i natt, vi behöver veta vilka som är med."


def open_it(visitor: Visitor, case: str, **changes: str) -> httpx.Response:
    fields = {"reference": case, "reason": REASON, "understood": "yes"} | changes
    return visitor.post("/nodlage", fields)


def read(house: CasesHouse, person: str, path: str) -> int:
    """What a read over the API answers somebody."""
    headers = {HEADER: str(staff_id(person))}
    return house.client.get(f"/api/v1/{path}", headers=headers).status_code


@pytest.fixture
def case(cases: CasesHouse) -> Json:
    return cases.signed_case()


def test_X10_whoever_opens_it_can_read_it_and_each_reading_is_noted(
    cases: CasesHouse, case: Json
) -> None:
    assert read(cases, STRANGER, f"cases/{case['id']}") == 404
    visitor = cases.visitor(STRANGER)
    page = visitor.follow(open_it(visitor, case["reference"].lower()))
    assert "Ärendet är öppet för dig att läsa till midnatt" in page.text
    assert f"/arenden/{case['id']}" in page.text
    assert read(cases, STRANGER, f"cases/{case['id']}") == 200
    assert read(cases, STRANGER, f"cases/{case['id']}/timeline") == 200
    page = visitor.get(f"/arenden/{case['id']}")
    assert page.status_code == 200
    assert "Du läser i nödläge. Här kan du inte ändra något." in page.text
    assert "nödläge" not in cases.visitor().get(f"/arenden/{case['id']}").text
    noted = cases.rows(
        "SELECT what FROM cases.access_log WHERE actor = %s AND case_id = %s ORDER BY id",
        f"person:{staff_id(STRANGER)}", case["id"],
    )  # fmt: skip
    assert len(noted) >= 3
    assert all(row["what"].startswith("glass:") for row in noted)


def test_X10_it_is_for_reading_alone(cases: CasesHouse, case: Json) -> None:
    open_it(cases.visitor(STRANGER), case["reference"])
    headers = {HEADER: str(staff_id(STRANGER))}
    for path, body in (
        (f"cases/{case['id']}/close", {"outcome": "completed"}),
        (f"cases/{case['id']}/participants", {"person": str(staff_id(STRANGER))}),
        (f"cases/{case['id']}/consents/{case['consents'][0]['id']}/withdraw", {}),
    ):
        answer = cases.client.post(f"/api/v1/{path}", json=body, headers=headers)
        assert answer.status_code == 404, path
    listed = cases.client.get("/api/v1/cases", headers=headers).json()
    assert listed["cases"] == []


def test_X10_a_form_that_waits_for_its_signature_is_read_and_the_reading_noted(
    cases: CasesHouse,
) -> None:
    case, visitor = cases.open_case(), cases.visitor(STRANGER)
    form = f"/arenden/{case['id']}/papper/blankett/{case['consents'][0]['id']}.pdf"
    assert visitor.get(form).status_code == 404
    open_it(visitor, case["reference"])
    assert form in visitor.get(f"/arenden/{case['id']}").text
    assert visitor.get(form).content.startswith(b"%PDF")
    (noted,) = cases.rows("SELECT actor FROM cases.access_log WHERE what = 'glass:consent.form'")
    assert noted == {"actor": f"person:{staff_id(STRANGER)}"}


def test_X10_who_comes_on_the_case_later_that_day_can_do_what_the_others_do(
    cases: CasesHouse, case: Json
) -> None:
    visitor = cases.visitor(STRANGER)
    open_it(visitor, case["reference"])
    cases.post(f"cases/{case['id']}/participants", {"person": str(staff_id(STRANGER))}, 201)
    page = visitor.get(f"/arenden/{case['id']}").text
    assert "nödläge" not in page
    assert f"/arenden/{case['id']}/moten/boka" in page


def test_X10_at_midnight_in_stockholm_it_is_over(cases: CasesHouse, case: Json) -> None:
    open_it(cases.visitor(STRANGER), case["reference"])
    cases.set_clock("2027-03-01T23:59:00+01:00")
    assert read(cases, STRANGER, f"cases/{case['id']}") == 200
    cases.set_clock("2027-03-02T00:00:00+01:00")
    assert read(cases, STRANGER, f"cases/{case['id']}") == 404


def test_X10_only_that_case_and_only_for_who_opened_it(cases: CasesHouse, case: Json) -> None:
    other = cases.open_case()
    open_it(cases.visitor(STRANGER), case["reference"])
    assert read(cases, STRANGER, f"cases/{other['id']}") == 404
    assert read(cases, "hassan-yusuf", f"cases/{case['id']}") == 404


def test_X10_the_process_owner_has_a_task_and_the_manager_a_duty_by_mail(
    cases: CasesHouse, case: Json
) -> None:
    visitor = cases.visitor(STRANGER)
    open_it(visitor, case["reference"])
    open_it(visitor, case["reference"])  # twice the same day tells once
    tasks = cases.rows("SELECT kind, owner, case_id, about, rule FROM cases.tasks"
                       " WHERE kind IN ('glass-opened', 'see-glass') ORDER BY kind")  # fmt: skip
    assert [(row["kind"], str(row["owner"])) for row in tasks] == [
        ("glass-opened", OWNER),
        ("see-glass", str(staff_id(MANAGER))),
    ]
    assert all(row["about"] == staff_id(STRANGER) and row["rule"] == "X10" for row in tasks)
    assert cases.told().count("duty.arose") == 1


def test_X16_the_manager_sees_who_and_why_and_no_case(cases: CasesHouse, case: Json) -> None:
    open_it(cases.visitor(STRANGER), case["reference"])
    (duty,) = cases.rows("SELECT id FROM cases.tasks WHERE kind = 'see-glass'")
    assert f"/nodlage/{duty['id']}" in cases.visitor(MANAGER).get("/").text
    page = cases.visitor(MANAGER).get(f"/nodlage/{duty['id']}")
    assert "Lotta Engström" in page.text
    assert REASON in page.text
    assert cases.visitor(OTHER).get(f"/nodlage/{duty['id']}").status_code == 404
    assert cases.visitor(OTHER).post(f"/nodlage/{duty['id']}/sett").status_code == 404
    assert read(cases, MANAGER, f"cases/{case['id']}") == 404
    assert cases.visitor(MANAGER).post(f"/nodlage/{duty['id']}/sett").status_code == 303
    (duty,) = cases.rows("SELECT state FROM cases.tasks WHERE kind = 'see-glass'")
    assert duty["state"] == "done"


def test_it_shows_on_the_case(cases: CasesHouse, case: Json) -> None:
    open_it(cases.visitor(STRANGER), case["reference"])
    told = cases.get(f"cases/{case['id']}/timeline")
    said = [(one["who"], one["what"], one["rule"]) for one in told]
    opened = "Ärendet nödöppnades för läsning till midnatt."
    assert ("Lotta Engström", opened, "X10") in said
    cases.visitor(STRANGER).get(f"/arenden/{case['id']}/lasningar")
    page = cases.visitor("anna-lindqvist").get(f"/arenden/{case['id']}/lasningar")
    assert page.status_code == 200, page.text
    assert REASON in page.text
    assert "Lotta Engström ▲ nödöppnat" in words_of(page.text)
    assert cases.visitor("hassan-yusuf").get(f"/arenden/{case['id']}/lasningar").status_code == 404


def test_one_answer_for_every_case_that_cannot_be_opened(cases: CasesHouse, case: Json) -> None:
    """Also where the address of whoever asks is that of somebody of the family."""
    cases.execute("UPDATE cases.people SET email = 'lotta@hemma.example' WHERE id = %s",
                  case["guardians"][0]["id"])  # fmt: skip
    cases.execute("UPDATE cases.people SET email = 'Lotta@hemma.example' WHERE code = %s", STRANGER)
    visitor = cases.visitor(STRANGER)
    answers = [open_it(visitor, reference) for reference in (case["reference"], "ZZZZ")]
    assert [answer.status_code for answer in answers] == [403, 403]
    said = {words_of(_main(answer, case["reference"])) for answer in answers}
    assert len(said) == 1
    assert "Inget ärende öppnades" in said.pop()
    assert cases.rows("SELECT FROM cases.glass") == []


def _main(answer: httpx.Response, reference: str) -> str:
    """What the page says, without what was typed."""
    page: str = answer.text[answer.text.index("<main") :]
    return page.replace(reference, "").replace("ZZZZ", "")


@pytest.mark.parametrize(
    "changes",
    [{"reason": "bråttom"}, {"reason": ""}, {"reference": ""}, {"understood": ""}],
)
def test_it_takes_a_reason_and_a_yes(
    cases: CasesHouse, case: Json, changes: dict[str, Any]
) -> None:
    answer = open_it(cases.visitor(STRANGER), case["reference"], **changes)
    assert answer.status_code == 422
    assert cases.rows("SELECT FROM cases.glass") == []


def test_neither_IT_nor_an_administrator_without_a_post_opens_a_case(
    cases: CasesHouse, case: Json
) -> None:
    for role in ("it", "administrator"):
        visitor = cases.visitor(None, role)
        assert visitor.get("/nodlage").status_code == 403
        assert open_it(visitor, case["reference"]).status_code == 403
    assert cases.rows("SELECT FROM cases.glass") == []


def test_who_tries_many_references_has_to_wait(cases: CasesHouse) -> None:
    visitor = cases.visitor("marcus-thelin")
    said = [open_it(visitor, f"ZZ{number:02}").text for number in range(20)]
    assert any("Du har försökt många gånger" in page for page in said)


def test_who_sees_the_case_anyway_has_nothing_to_open(cases: CasesHouse, case: Json) -> None:
    open_it(cases.visitor("anna-lindqvist"), case["reference"])
    assert cases.rows("SELECT FROM cases.glass") == []


def test_the_reason_stands_nowhere_but_with_the_case(cases: CasesHouse, case: Json) -> None:
    open_it(cases.visitor(STRANGER), case["reference"])
    events = cases.rows("SELECT * FROM bus.events")
    kept = cases.rows("SELECT * FROM cases.idempotency") + cases.rows("SELECT * FROM cases.audit")
    assert "akuten" not in str(events) + str(kept)


def test_how_many_cases_somebody_reads_is_seen_by_their_manager_and_no_case(
    cases: CasesHouse, case: Json
) -> None:
    other = cases.signed_case()
    for one in (case, other, case):
        assert read(cases, "asa-hallberg", f"cases/{one['id']}") == 200
    seen = cases.visitor(MANAGER).get("/lasningar")
    assert "Åsa Hallberg måndag 1 mars 2027 2 0" in words_of(seen.text)
    assert case["reference"] not in seen.text
    assert "Åsa Hallberg" not in cases.visitor(OTHER).get("/lasningar").text
    everybody = cases.visitor(None, "administrator").get("/installningar/lasningar")
    assert "Åsa Hallberg" in everybody.text
    assert case["reference"] not in everybody.text
    assert cases.visitor("asa-hallberg").get("/lasningar").status_code == 403
    assert cases.visitor(None, "it").get("/installningar/lasningar").status_code == 403
