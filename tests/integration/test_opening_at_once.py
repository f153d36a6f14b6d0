"""An opening's rows go to the database together: as complete, as ordered, and as undone, as one by
one."""

import json

import pytest

from services.cases.adapters.facts import facts_of
from services.cases.api.models import NewCase
from services.cases.handlers.opening import as_read, facts_of_new, ready
from shared.domain.facts import CaseFacts
from tests.bench.pages import statements
from tests.integration.cases_house import CasesHouse, Json, guardian, new_case
from tests.integration.test_cases_opening import spindel_case, sspf_case

_ADULT = {"name": "Alva Exempel", "birth_date": "2008-05-02", "unit": "bjorkskolan"}
CASES = {
    "two guardians": new_case(),
    "one without custody": new_case(guardians=[guardian(), guardian("Robin", custody=False)]),
    "an adult youth, nobody else": new_case(child=_ADULT, guardians=[], participants=[]),
    "a coordinator": spindel_case(participants=[], reason="theft"),
    "a word of the child's own": sspf_case(),
}


@pytest.mark.parametrize("held_back", [False, True])
@pytest.mark.parametrize("body", CASES.values(), ids=CASES)
def test_R4_who_is_asked_follows_from_what_the_database_tells_of_a_new_case(
    cases: CasesHouse, body: Json, held_back: bool
) -> None:
    parts = cases.worker._parts
    with parts.database.unit() as unit:
        desk = parts.desk_for(unit, "test")
        command = NewCase.model_validate_json(json.dumps(body)).command()
        staff = ready(command, desk).staff
        opened = desk.cases.add(command, staff, desk.today)
        if held_back:
            desk.ownership.hold_back(opened.case_id, "talk")
        facts = facts_of_new(command, staff, opened, desk, held_back=held_back)
        assert as_read(facts) == desk.cases.facts(opened.case_id)


def test_R4_the_audit_tells_who_was_asked_before_it_tells_of_the_opening(cases: CasesHouse) -> None:
    case = cases.open_case()
    noted = cases.rows(
        "SELECT action, details FROM cases.audit WHERE case_id = %s ORDER BY id", case["id"]
    )
    assert [one["action"] for one in noted] == ["consent.ask", "consent.ask", "case.open"]
    (facts,) = _facts(cases, case)
    asked = sorted(facts.consents, key=lambda form: form.person_id)
    assert [one["details"].get("consent") for one in noted[:2]] == [str(one.id) for one in asked]


@pytest.mark.parametrize("table", ["people", "participants", "consents", "tasks", "audit"])
def test_what_fails_among_the_rows_undoes_the_whole_opening(cases: CasesHouse, table: str) -> None:
    cases.execute("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS"
                  " $$ BEGIN RAISE EXCEPTION 'no'; END $$")  # fmt: skip
    cases.execute(f"CREATE TRIGGER no BEFORE INSERT ON cases.{table}"
                  " FOR EACH ROW EXECUTE FUNCTION no()")  # fmt: skip
    before = cases.saved()
    keyed = {"Idempotency-Key": "one"}
    assert cases.client.post("/api/v1/cases", json=new_case(), headers=keyed).status_code == 500
    assert cases.saved() == before
    cases.execute(f"DROP TRIGGER no ON cases.{table}")
    again = cases.client.post("/api/v1/cases", json=new_case(), headers=keyed)
    assert again.status_code == 201
    assert "Idempotent-Replayed" not in again.headers


def test_an_opening_takes_as_many_statements_however_many_are_on_the_case(
    cases: CasesHouse,
) -> None:
    cases.open_case()
    taken = []
    for count in (1, 8):
        with statements() as sent:
            cases.open_case(guardians=[guardian(f"Kim {chr(65 + one)}") for one in range(count)])
        taken.append(len([one for one in sent if one]))  # not whether the connection lives
    assert taken[0] == taken[1] <= 23


def test_a_reference_that_is_taken_is_passed_over_for_another(
    cases: CasesHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X15"""
    taken = cases.open_case()["reference"]
    offered = iter([taken, "NYTT"])
    monkeypatch.setattr("services.cases.adapters.cases.new_reference", lambda _: next(offered))
    case = cases.open_case()
    assert case["reference"] == "NYTT"
    assert len(case["consents"]) == 2
    family = cases.rows("SELECT count(*) AS n FROM cases.people WHERE party <> 'staff'")
    assert family[0]["n"] == 2 * 3


def _facts(cases: CasesHouse, case: Json) -> list[CaseFacts]:
    with cases.worker._parts.database.plain() as connection:
        return facts_of(connection, [case["id"]])
