"""The page «Att göra i dag»: what is shown, to whom, in which order (X2, X16)."""

import re
from collections.abc import Iterator

import pytest

from tests.conftest import EXAMPLE
from tests.support.notifier import SECRET
from tests.support.signing_in import Visitor, visitor, words_of
from tests.support.story import open_a_case
from tests.support.town import Json, Town, a_town

NAMES = ("Linnea", "Förälder", "hemma.example", "2014-05-02")


@pytest.fixture(scope="module")
def town(registered_of_the_module: str) -> Iterator[Town]:
    """Two cases of the same rektor, the first a week older: Friday 12 March 2027."""
    with a_town(registered_of_the_module, EXAMPLE, year=True) as made:
        open_a_case(made)
        signed = open_a_case(made)
        for consent in signed["consents"]:
            made.do(f"cases/{signed['id']}/consents/{consent['id']}/sign", {"method": "paper"})
        made.move_clock("2027-03-05T08:00:00+01:00")
        yield made


def of(town: Town, person: str | None, *roles: str) -> Visitor:
    return visitor(town.client, town.database_url, SECRET, person, roles=roles)


@pytest.fixture
def anna(town: Town) -> Visitor:
    return of(town, "anna-lindqvist")


def group(page: str, name: str) -> str:
    """What stands under a heading, in words."""
    found = re.search(rf'<h2 id="grupp-{name}">.*?</section>', page, re.DOTALL)
    return "" if found is None else words_of(found[0])


def cases_of(town: Town) -> list[Json]:
    return town.rows(
        "SELECT id, reference FROM cases.cases WHERE about = 'child' ORDER BY opened_at"
    )


def test_X2_what_is_late_comes_first_with_sign_word_day_rule_and_one_button(
    town: Town, anna: Visitor
) -> None:
    page = anna.get("/").text
    unsigned, _ = cases_of(town)
    late = group(page, "forsenat")
    assert "Be om samtycke och registrera svaret" in late
    assert "▲ Försenad senast tisdag 2 mars 2027 (vecka 9)" in late
    assert unsigned["reference"] in late
    assert f'href="/arenden/{unsigned["id"]}#samtycken"' in page
    assert page.index("grupp-forsenat") < page.index("<summary>")
    assert len(page) < 150_000


def test_a_task_alike_for_several_people_is_one_line(anna: Visitor) -> None:
    page = anna.get("/").text
    assert page.count('<p class="what">Be om samtycke och registrera svaret ') == 1
    assert "(2 personer)" in page


def test_a_limit_that_comes_leads_to_the_booking(town: Town, anna: Visitor) -> None:
    page = anna.get("/").text
    unsigned, signed = cases_of(town)
    assert f'href="/arenden/{unsigned["id"]}/moten/boka?steg=first"' in page
    assert "hålls senast måndag 15 mars 2027 (vecka 11)" in words_of(page)
    # what is booked within its limit asks for nothing
    assert f'href="/arenden/{signed["id"]}/moten/boka?steg=first"' not in page


def test_what_others_are_waited_for_is_numbers(town: Town, anna: Visitor) -> None:
    said = words_of(anna.get("/").text)
    unsigned, signed = cases_of(town)
    assert f"2 samtycken saknas · {unsigned['reference']}" in said
    assert f"4 har inte svarat · {signed['reference']}" in said


def test_the_next_meetings_lead_to_their_pages(town: Town, anna: Visitor) -> None:
    page = anna.get("/").text
    (meeting,) = town.rows(
        "SELECT id FROM cases.meetings WHERE state = 'booked' AND step = 'first'"
    )
    assert f'href="/moten/{meeting["id"]}"' in page


def test_X3_no_name_of_a_family_stands_on_it(anna: Visitor) -> None:
    page = anna.get("/").text
    for name in NAMES:
        assert name not in page


def test_each_look_at_it_is_logged(town: Town, anna: Visitor) -> None:
    logged = "SELECT count(*) AS n FROM cases.access_log WHERE what = 'today'"
    before = town.rows(logged)[0]["n"]
    anna.get("/")
    assert town.rows(logged)[0]["n"] == before + 1


def test_X16_a_manager_sees_numbers_for_each_of_her_people_and_no_case(town: Town) -> None:
    chief = of(town, "margareta-sandstrom")
    page = chief.get("/").text
    assert 'hx-get="/medarbetare"' in page
    shown = chief.get("/medarbetare")
    said = words_of(shown.text)
    assert re.search(r"Anna Lindqvist ▲ \d försenade", said)
    for case in cases_of(town):
        assert case["reference"] not in page + shown.text
    part = chief.get("/medarbetare", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "Anna Lindqvist" in part


def test_only_managers_have_people(town: Town) -> None:
    therapist = of(town, "asa-hallberg")
    assert therapist.get("/medarbetare").status_code == 403
    assert "/medarbetare" not in therapist.get("/").text


def test_an_empty_day_says_so_kindly(town: Town) -> None:
    (nobody,) = town.rows(
        "SELECT p.code FROM cases.people p JOIN cases.holders h ON h.person_id = p.id"
        " JOIN cases.posts o ON o.code = h.post"
        " WHERE p.party = 'staff' AND NOT EXISTS (SELECT FROM cases.tasks t WHERE t.owner = p.id)"
        " AND NOT EXISTS (SELECT FROM cases.participants x WHERE x.person_id = p.id)"
        " ORDER BY p.code LIMIT 1"
    )
    said = words_of(of(town, nobody["code"]).get("/").text)
    assert "Inget att göra just nu" in said
    assert "Samspel säger till" in said


@pytest.mark.parametrize(("role", "leads"), [("administrator", "/installningar"), ("it", "/drift")])
def test_who_has_no_post_is_led_to_their_own_pages(town: Town, role: str, leads: str) -> None:
    page = of(town, None, role).get("/")
    assert page.status_code == 200
    assert f'class="act" href="{leads}"' in page.text
    for case in cases_of(town):
        assert case["reference"] not in page.text


def test_who_has_not_signed_in_is_led_to_the_door(town: Town) -> None:
    answer = town.client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/logga-in")


def test_the_weekly_letter_is_switched_off_and_on_again(town: Town, anna: Visitor) -> None:
    wants = "SELECT no_digest FROM cases.people WHERE code = 'anna-lindqvist'"
    answer = anna.post("/veckobrev", {"brev": "nej"})
    assert "Du får inget veckobrev mer." in anna.follow(answer).text
    assert town.rows(wants)[0]["no_digest"]
    answer = anna.post("/veckobrev", {"brev": "ja"})
    assert "Du får veckobrevet igen." in anna.follow(answer).text
    assert not town.rows(wants)[0]["no_digest"]
    assert anna.get("/veckobrev").headers["location"] == "/#veckobrev"


def test_one_group_by_itself_is_shown_in_full(anna: Visitor) -> None:
    page = anna.get("/?visa=forsenat").text
    assert "grupp-forsenat" in page
    assert "<summary><h2>" not in page
    assert "Visa allt att göra" in page


@pytest.fixture
def duty(town: Town) -> Iterator[str]:
    """Something of hers that belongs to no case and is ticked off by hand."""
    (row,) = town.rows(
        "INSERT INTO cases.tasks (id, key, kind, owner, due_on, rule, year, created_at)"
        " SELECT gen_random_uuid(), 'a-duty', 'reach-otherwise', id, '2027-03-05', 'X7', 2027,"
        " '2027-03-01T08:00Z' FROM cases.people WHERE code = 'anna-lindqvist' RETURNING id"
    )
    yield str(row["id"])
    town.rows("DELETE FROM cases.tasks WHERE id = %s RETURNING id", row["id"])


def test_a_duty_without_a_page_is_ticked_off_here(town: Town, anna: Visitor, duty: str) -> None:
    page = anna.get("/").text
    assert "● I dag senast fredag 5 mars 2027 (vecka 9)" in group(page, "nu")
    assert f'action="/att-gora/{duty}/klart"' in page
    done = anna.follow(anna.post(f"/att-gora/{duty}/klart")).text
    assert "Markerat som klart." in done
    assert duty not in done


def test_another_persons_duty_is_not_there_to_be_ticked_off(town: Town, duty: str) -> None:
    assert of(town, "asa-hallberg").post(f"/att-gora/{duty}/klart").status_code == 404


def test_what_is_done_by_itself_says_what_to_do(town: Town, anna: Visitor) -> None:
    (task,) = town.rows("SELECT id FROM cases.tasks WHERE kind = 'get-consent' AND state = 'open'"
                        " LIMIT 1")  # fmt: skip
    refused = anna.post(f"/att-gora/{task['id']}/klart")
    assert refused.status_code == 409
    assert "Uppgiften är inte klar än" in refused.text
    assert "Försenat" in refused.text


def test_in_english(town: Town, anna: Visitor) -> None:
    page = anna.get("/", headers={"Cookie": "samspel-sprak=en"}).text
    assert "To do today" in page
    assert "▲ Late by Tuesday 2 March 2027 (week 9)" in words_of(page)
