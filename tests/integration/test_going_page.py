"""The page of what goes when: the plan and what is held, to administrators, with no case named."""

from tests.integration.cases_house import OWNER, CasesHouse, cases_house
from tests.integration.test_what_goes_when import with_a_plan
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
