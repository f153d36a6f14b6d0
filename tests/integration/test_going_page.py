"""The page of what goes when: the plan and what is held, to administrators, with no case named."""

from uuid import uuid4

from tests.integration.cases_house import OWNER, CasesHouse, cases_house
from tests.integration.test_what_goes_when import rows_of, with_a_plan
from tests.support.signing_in import words_of

PAGE = "/installningar/gallring"


def test_without_a_plan_it_says_that_nothing_goes(cases_alone: CasesHouse) -> None:
    page = words_of(cases_alone.visitor(None, "administrator").get(PAGE).text)
    assert "Kommunen har ingen gallringsplan. Inget gallras." in page
    assert "Inget hålls kvar." in page


def test_X3_what_is_held_stands_there_with_why_and_not_whose_it_is(cases_alone: CasesHouse) -> None:
    case = cases_alone.signed_case()
    cases_alone.execute(
        "INSERT INTO cases.holds (id, case_id, person_id, because, placed_at, placed_by)"  # noqa: S608
        f" VALUES (gen_random_uuid(), '{case['id']}', NULL, 'legal', now(), 'x'),"
        f" (gen_random_uuid(), NULL, '{OWNER}', 'other', now(), 'x')"
    )
    administrator = cases_alone.visitor(None, "administrator")
    page = administrator.get(PAGE).text
    said = words_of(page)
    assert "Ett ärende eller en anmälan rättsprocess" in said
    assert "En person annat skäl" in said
    for kept in (case["reference"], case["id"], OWNER, "Anna Lindqvist"):
        assert kept not in page
    assert cases_alone.visitor().get(PAGE).status_code == 403


def test_the_terms_of_the_plan_stand_there(registered_url: str, broker_url: str) -> None:
    with cases_house(registered_url, broker_url, with_a_plan()) as house:
        said = words_of(house.visitor(None, "administrator").get(PAGE).text)
    assert "Beslut KS 2027:12" in said
    assert "Inget gallras: ingen mapp är angiven för arkivet" in said
    assert "avslutade ärenden 5 år ja" in said
    assert "händelser utan ärende 6 månader nej" in said
    assert "utvärderingar stannar nej" in said


def test_the_next_day_stands_there_also_beside_what_is_due_or_held(
    registered_url: str, broker_url: str
) -> None:
    """By a plan of five years from 2028 on; before that day, nothing is due."""
    with cases_house(registered_url, broker_url, with_a_plan()) as house:

        def said_on(day: str) -> str:
            house.set_clock(f"{day}T08:00:00+01:00")
            return words_of(house.visitor(None, "administrator").get(PAGE).text)

        closed(house, "2021-02-11")
        assert "gått ut i dag: 0. Nästa gång något går ut: lördag 1 januari 2028" in said_on(
            "2027-12-01"
        )
        assert "gått ut i dag: 1. Hålls kvar" in said_on("2033-03-01")
        held = closed(house, "2029-05-05")
        closed(house, "2030-06-06")
        house.execute(
            "INSERT INTO cases.holds (id, case_id, because, placed_at, placed_by)"
            " VALUES (gen_random_uuid(), %s, 'legal', now(), 'x')",
            held,
        )
        assert "gått ut i dag: 1. Nästa gång något går ut: torsdag 7 juni 2035" in said_on(
            "2033-03-01"
        )


def closed(house: CasesHouse, day: str) -> str:
    """A case that was closed on that day; its id."""
    case, child = str(uuid4()), str(uuid4())
    values = {":word": "Alva", ":child": child, ":reference": case[:8], ":staff": OWNER,
              ":case": case, "2027-02-11": day}  # fmt: skip
    rows = rows_of("bare_case")
    for name, value in values.items():
        rows = rows.replace(name, f"'{value}'" if name.startswith(":") else value)
    for statement in rows.split(";"):
        house.execute(statement)
    return case
