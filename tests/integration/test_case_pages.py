"""The pages of cases: what they show to whom, what their forms do, and what they say of a no."""

import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.cases.adapters.family import forget_former
from shared.db import Database
from shared.ids import staff_id
from tests.conftest import Servers
from tests.integration.cases_house import OWNER, CasesHouse, Json, cases_house, guardian
from tests.support.signing_in import Visitor, words_of

ENGLISH = {"headers": {"Cookie": "samspel-sprak=en"}}
COLLEAGUE = str(staff_id("jonas-ekdahl"))
MOST_BYTES = 150_000


@pytest.fixture(scope="module")
def house(
    registered_of_the_module: str, servers: Servers, worker_number: int, municipality: Path
) -> Iterator[CasesHouse]:
    """One database for all tests here: each opens a case of its own."""
    valkey = servers.valkey.rsplit("/", 1)[0] + f"/{worker_number}"
    with cases_house(registered_of_the_module, valkey, municipality) as made:
        yield made


@pytest.fixture
def anna(house: CasesHouse) -> Visitor:
    """The process owner of the cases here."""
    return house.visitor()


def path_of(case: Json) -> str:
    return f"/arenden/{case['id']}"


def consent_path(case: Json, number: int = 0) -> str:
    return f"{path_of(case)}/samtycken/{case['consents'][number]['id']}"


def sees(visitor: Visitor, path: str, **more: Any) -> str:
    """What the page says."""
    answer = visitor.get(path, **more)
    assert answer.status_code == 200, answer.text
    return unescape(words_of(answer.text))


def does(visitor: Visitor, path: str, **fields: Any) -> str:
    """Send a form that is let pass, and what the page says that it leads to."""
    answer = visitor.post(path, fields)
    assert answer.status_code == 303, words_of(answer.text)
    return unescape(words_of(visitor.follow(answer).text))


def is_refused(visitor: Visitor, path: str, status: int = 409, **fields: Any) -> str:
    answer = visitor.post(path, fields)
    assert answer.status_code == status, (answer.status_code, words_of(answer.text))
    return unescape(answer.text)


def undo(visitor: Visitor, path: str) -> str:
    """Press «Ångra» on a page, and what the page says then."""
    to, hidden = way_back(visitor.get(path).text)
    return does(visitor, to, **hidden)


def way_back(page: str) -> tuple[str, dict[str, str]]:
    """Where «Ångra» on a page leads, and what it sends."""
    found = re.search(r'class="said".*?action="([^"]+)"(.*?)</form>', page, re.DOTALL)
    assert found is not None, words_of(page)
    return found.group(1), dict(re.findall(r'name="([^"]+)" value="([^"]*)"', found.group(2)))


def changed(visitor: Visitor, path: str, **fields: str) -> str:
    """Change somebody's particulars; the change that «Ångra» takes back then."""
    answer = visitor.post(path, {**AS_BEFORE, **fields})
    to, hidden = way_back(visitor.follow(answer).text)
    assert to == f"{path}/angra"
    return hidden["change"]


AS_BEFORE = {"language": "sv", "custody": "yes", "protected": "no"}


def family_of(house: CasesHouse, path: str) -> Json:
    """Somebody of the family as they are kept, by the path of their page."""
    (row,) = house.rows("SELECT * FROM cases.people WHERE id = %s", path.rpartition("/")[2])
    return row


def kept_of(house: CasesHouse, path: str) -> list[Json]:
    """What is kept of how they were before."""
    kept = "SELECT particulars FROM cases.former_particulars WHERE person_id = %s"
    return house.rows(kept, path.rpartition("/")[2])


def open_tasks(house: CasesHouse, case: Json) -> set[str]:
    tasks = house.get(f"cases/{case['id']}")["tasks"]
    return {one["id"] for one in tasks if one["state"] == "open"}


# What is shown, and to whom


PAGES = (
    "", "/historik", "/avsluta", "/samtycken/nytt", "/vardnadshavare/ny", "/personer/ny",
    "/ansvar", "/onskemal/nytt",
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_X10_who_is_not_on_a_case_is_answered_as_if_there_were_none(
    house: CasesHouse, page: str
) -> None:
    case = house.open_case()
    for visitor in (house.visitor("karin-bergqvist"), house.visitor(None, "administrator")):
        hidden = visitor.get(path_of(case) + page)
        missing = visitor.get(f"/arenden/{uuid4()}{page}")
        assert hidden.status_code == missing.status_code
        assert hidden.status_code in (403, 404)
        assert "Alva" not in hidden.text


def test_X10_no_form_changes_a_case_that_is_not_seen(house: CasesHouse) -> None:
    case, karin = house.open_case(), house.visitor("karin-bergqvist")
    before = house.get(f"cases/{case['id']}")
    consent = case["consents"][0]
    for path, fields in (
        (
            f"/samtycken/{consent['id']}/underskrift",
            {"on": "2027-03-01", "organisations": "school"},
        ),
        (f"/familj/{consent['person']}", {"name": "X", "language": "sv"}),
        ("/personer/ny", {"person": COLLEAGUE}),
        ("/avsluta", {"outcome": "completed"}),
        ("/ansvar/lamna-over", {"to": COLLEAGUE, "reason": "other"}),
        (f"/uppgifter/{case['tasks'][0]['id']}/klar", {}),
    ):
        assert karin.post(path_of(case) + path, fields).status_code == 404, path
    assert house.get(f"cases/{case['id']}") == before


def test_X10_a_thing_of_another_case_is_not_found_by_way_of_ones_own(
    house: CasesHouse, anna: Visitor
) -> None:
    mine, other = house.open_case(), house.open_case()
    theirs = other["consents"][0]
    assert anna.get(f"{path_of(mine)}/samtycken/{theirs['id']}/nej").status_code == 404
    assert anna.get(f"{path_of(mine)}/familj/{theirs['person']}").status_code == 404
    assert anna.get(f"{path_of(mine)}/papper/blankett/{theirs['id']}.pdf").status_code == 404
    task = other["tasks"][0]["id"]
    assert anna.post(f"{path_of(mine)}/uppgifter/{task}/klar").status_code == 404


def test_the_page_has_the_family_by_name_and_the_reading_is_logged_first(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.signed_case()
    said = sees(anna, path_of(case))
    for name in ("Alva Exempel", "Kim Exempel", "Robin Exempel", case["reference"]):
        assert name in said
    logged = house.rows(
        "SELECT actor FROM cases.access_log"
        " WHERE case_id = %s AND what = 'case' AND actor <> 'api'",
        case["id"],
    )
    assert logged == [{"actor": f"person:{OWNER}"}]


def test_the_picture_and_its_list_say_the_same(house: CasesHouse, anna: Visitor) -> None:
    case = house.signed_case()
    house.booked(case)
    page = anna.get(path_of(case)).text
    assert page.count("<svg") == 2
    said = unescape(words_of(page))
    assert "tisdag 9 mars 2027 kl. 13.00–14.00 Första samverkansmötet" in said
    assert "senast måndag 15 mars 2027 Första samverkansmötet: gräns" in said


def test_X6_no_address_of_a_protected_person_is_shown_and_none_is_lost(
    house: CasesHouse, anna: Visitor
) -> None:
    hidden = guardian("Kim Exempel", protected=True, postal_address="Hemliga gatan 1")
    case = house.open_case(guardians=[hidden, guardian("Robin Exempel")])
    paths = [f"{path_of(case)}/familj/{one['id']}" for one in case["guardians"]]
    for path in (path_of(case), *paths):
        page = anna.get(path).text
        assert "Hemliga gatan" not in page
        assert "kim.exempel@" not in page
    (kim,) = [path for path in paths if "Adresser visas inte" in sees(anna, path)]
    does(anna, kim, name="Kim Exempel", language="en", custody="yes", protected="yes")
    kept = house.rows(
        "SELECT email, postal_address, language FROM cases.people WHERE id = %s",
        kim.rpartition("/")[2],
    )
    assert kept == [
        {
            "email": "kim.exempel@hemma.example",
            "postal_address": "Hemliga gatan 1",
            "language": "en",
        }
    ]


def test_every_page_has_one_heading_of_the_first_rank_no_inline_style_and_is_small(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.signed_case()
    consent, person = consent_path(case), case["consents"][0]["person"]
    paths = [path_of(case) + page for page in PAGES]
    paths += [f"{consent}/{answer}" for answer in ("underskrift", "nej", "aterta", "utan")]
    for path in ("/arenden", f"{path_of(case)}/familj/{person}", *paths):
        for more in ({}, ENGLISH):
            answer = anna.get(path, **more)
            assert answer.status_code == 200, path
            assert len(answer.content) < MOST_BYTES
            assert answer.text.count("<h1") == 1, path
            assert " style=" not in answer.text
            levels = [int(level) for level in re.findall(r"<h([1-6])", answer.text)]
            assert all(b <= a + 1 for a, b in pairwise(levels)), path
            ids = re.findall(r' id="([^"]+)"', answer.text)
            assert len(ids) == len(set(ids)), path


# The list


def test_the_list_has_ones_own_cases_and_no_names(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case()
    said = sees(anna, f"/arenden?referens={case['reference'].lower()}")
    assert case["reference"] in said
    assert "senast måndagen den 15 mars 2027" in said
    assert "Alva" not in said
    karin = house.visitor("karin-bergqvist")
    assert case["reference"] not in sees(karin, "/arenden")
    assert case["reference"] not in sees(anna, "/arenden?lage=closed")
    assert case["reference"] not in sees(anna, "/arenden?rutin=sspf")


def test_the_list_goes_on_where_a_page_ends_and_what_presses_is_first(
    registered_of_the_module: str, house: CasesHouse
) -> None:
    known = [f"2027-02-{day:02d}" for day in range(1, 28)]
    opened = [house.open_case(known_on=day)["reference"] for day in known]
    anna, seen, path = house.visitor(), list[str](), "/arenden"
    while path:
        page = anna.get(path).text
        seen += re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page)
        more = re.search(r'href="(/arenden\?[^"]*fran=\d+)"', page)
        path = unescape(more.group(1)) if more else ""
    assert len(seen) == len(set(seen))
    assert set(opened) <= set(seen)


# Consents


def test_R3_a_signature_is_recorded_with_what_the_form_says(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.open_case()
    said = does(
        anna, f"{consent_path(case)}/underskrift", on="2027-03-01", method="paper",
        organisations=["school", "social_services"], reference="akt-12/3",
    )  # fmt: skip
    assert "Underskriften är registrerad" in said
    signed = house.get(f"cases/{case['id']}")["consents"][0]
    assert (signed["state"], signed["form_reference"]) == ("signed", "akt-12/3")


def test_R3_after_a_signature_it_says_whether_all_have_signed(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.open_case()
    signed = {"on": "2027-03-01", "organisations": ["school", "social_services"]}
    first = does(anna, f"{consent_path(case)}/underskrift", **signed)
    assert "Alla som behöver skriva på har inte gjort det än" in first
    last = does(anna, f"{consent_path(case, 1)}/underskrift", **signed)
    assert "Nu har alla skrivit på, så möten kan bokas" in last


def test_R6_when_all_have_signed_but_somebody_is_missing_nothing_is_promised(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.open_case(participants=[])
    signed = {"on": "2027-03-01", "organisations": ["school", "social_services"]}
    does(anna, f"{consent_path(case)}/underskrift", **signed)
    last = does(anna, f"{consent_path(case, 1)}/underskrift", **signed)
    assert "Nu har alla skrivit på, men än kan inget möte bokas" in last


def test_X14_a_refusal_stands_at_the_form_with_its_rule_and_what_was_typed(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.open_case()
    page = is_refused(
        anna, f"{consent_path(case)}/underskrift", on="2027-03-09", reference="akt-7",
        organisations="school",
    )  # fmt: skip
    assert "Datumet har inte varit än" in page
    assert "X14" in page
    assert 'value="2027-03-09"' in page
    assert 'value="akt-7"' in page


def test_S1_a_form_that_names_nobody_is_mended_at_its_field(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.open_case()
    page = is_refused(
        anna, f"{consent_path(case)}/underskrift", 422, on="i går", reference="två ord"
    )
    for words in ("Välj minst en organisation", "Skriv dagen så här", "Skriv en kod"):
        assert words in page


def test_P7_a_withdrawal_says_first_what_stops_and_then_what_it_did(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.signed_case()
    house.booked(case, "2027-03-10T13:00:00+01:00")
    before = sees(anna, f"{consent_path(case)}/aterta")
    assert "onsdagen den 10 mars 2027 kl. 13.00" in before
    assert "ställs in" in before
    after = does(anna, f"{consent_path(case)}/aterta", on="2027-03-01")
    assert "Inställda möten: 1" in after
    assert "Inget mejl var på väg ut" in after
    states = [one["state"] for one in house.get(f"cases/{case['id']}")["consents"]]
    assert states == ["withdrawn", "signed"]


def test_P8_who_loses_sight_by_a_withdrawal_is_led_to_the_list(house: CasesHouse) -> None:
    case, asa = house.signed_case(), house.visitor("asa-hallberg")
    assert asa.get(path_of(case)).status_code == 200
    said = does(asa, f"{consent_path(case)}/aterta", on="2027-03-01")
    assert "Du ser inte längre ärendet" in said
    assert asa.get(path_of(case)).status_code == 404


def test_R3_an_address_opened_anew_after_the_signatures_asks_for_none(
    house: CasesHouse, anna: Visitor
) -> None:
    """A page that is loaded again says what was next only while it is."""
    opened, signed = house.open_case(), house.signed_case()
    said = "Nästa steg: samtycke."
    assert said in sees(anna, f"{path_of(opened)}?klart=nytt-samtycke")
    assert said not in sees(anna, f"{path_of(signed)}?klart=nytt-samtycke")


def test_P11_a_no_is_an_answer(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case()
    assert "Svaret nej är registrerat" in does(anna, f"{consent_path(case)}/nej", on="2027-03-01")
    assert house.get(f"cases/{case['id']}")["consents"][0]["state"] == "refused"


def test_R4_somebody_is_asked_anew(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case()
    does(anna, f"{consent_path(case)}/nej", on="2027-03-01")
    person = case["consents"][0]["person"]
    said = does(
        anna, f"{path_of(case)}/samtycken/nytt", person=person,
        organisations=["school", "social_services"],
    )  # fmt: skip
    assert "Samtycket är begärt" in said
    assert len(house.get(f"cases/{case['id']}")["consents"]) == 3


# People


def test_X7_particulars_are_corrected_and_what_is_wrong_is_named(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.open_case()
    path = f"{path_of(case)}/familj/{case['consents'][0]['person']}"
    fields = {
        "name": "Kim Exempel", "email": "", "phone": "070-123 45 67", "language": "en",
        "postal_address": "Storgatan 1, 123 45 Exempel", "interpreter": "ar", "no_mail": "yes",
        "custody": "yes", "protected": "no",
    }  # fmt: skip
    assert "Uppgifterna är ändrade" in does(anna, path, **fields)
    page = sees(anna, path_of(case))
    assert "070-123 45 67" in page
    assert "ingen: får brev" in page
    assert "Det är ingen e-postadress" in is_refused(
        anna, path, 422, **{**fields, "email": "inte en adress"}
    )


def test_X7_a_change_of_particulars_is_taken_back_by_who_made_it_once(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.signed_case()
    path = f"{path_of(case)}/familj/{case['consents'][0]['person']}"
    before = family_of(house, path)
    wrong = {"name": "Kim Fel", "email": "fel@hemma.example", "phone": "070-1", **AS_BEFORE}
    answer = anna.post(path, wrong)
    assert "hemma.example" not in answer.headers["location"]
    assert "hemma.example" not in anna.follow(answer).text.partition("</form>")[0]
    there = answer.headers["location"].partition("#")[0]
    this = way_back(anna.get(there).text)[1]["change"]
    colleague = house.visitor("asa-hallberg")
    assert "går inte att ångra" in is_refused(colleague, f"{path}/angra", change=this)
    assert "Uppgifterna är som förut" in undo(anna, there)
    assert family_of(house, path) == before
    assert "går inte att ångra" in is_refused(anna, f"{path}/angra", change=this)
    assert not kept_of(house, path)


def test_X7_the_change_that_is_taken_back_is_the_one_that_the_button_stands_beside(
    house: CasesHouse, anna: Visitor
) -> None:
    """Two pages of one person: what the second changed isn't undone by the first."""
    case = house.signed_case()
    path = f"{path_of(case)}/familj/{case['consents'][0]['person']}"
    first = changed(anna, path, name="Kim Exempel", phone="070-1")
    second = changed(anna, path, name="Kim Exempel", phone="070-1", postal_address="Storgatan 1")
    assert "går inte att ångra" in is_refused(anna, f"{path}/angra", change=first)
    assert "går inte att ångra" in is_refused(anna, f"{path}/angra")
    assert family_of(house, path)["postal_address"] == "Storgatan 1"
    assert "Uppgifterna är som förut" in does(anna, f"{path}/angra", change=second)
    assert family_of(house, path)["postal_address"] is None
    assert family_of(house, path)["phone"] == "070-1"


@pytest.mark.parametrize(
    ("fields", "starts_at"),
    [
        ({"email": "fel@hemma.example"}, "2027-03-11T08:00:00+01:00"),
        ({"no_mail": "yes"}, "2027-03-11T10:00:00+01:00"),
    ],
)
def test_X7_how_who_is_called_gets_mail_is_not_undone(
    house: CasesHouse, anna: Visitor, fields: dict[str, str], starts_at: str
) -> None:
    """A call has left for the new address, and a cancellation for the old one."""
    case = house.signed_case()
    house.booked(case, starts_at)
    path = f"{path_of(case)}/familj/{case['consents'][0]['person']}"
    before = {**AS_BEFORE, "name": "Kim Exempel", "email": "kim.exempel@hemma.example"}
    page = anna.follow(anna.post(path, before | fields)).text
    said = unescape(words_of(page))
    assert "mejladress får följder direkt" in said
    assert "ring också den det gäller" in said
    assert "/angra" not in page
    assert not kept_of(house, path)
    this = changed(anna, path, **before | fields, phone="070-1")
    assert "Uppgifterna är som förut" in does(anna, f"{path}/angra", change=this)


def test_X7_nor_once_somebody_is_called_since(house: CasesHouse, anna: Visitor) -> None:
    case = house.signed_case()
    path = f"{path_of(case)}/familj/{case['consents'][0]['person']}"
    this = changed(anna, path, name="Kim Exempel", email="fel@hemma.example")
    house.booked(case, "2027-03-11T13:00:00+01:00")
    assert "har lett till mejl" in is_refused(anna, f"{path}/angra", change=this)
    assert family_of(house, path)["email"] == "fel@hemma.example"


def test_X7_after_an_hour_or_anothers_change_nothing_is_taken_back(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.signed_case()
    path = f"{path_of(case)}/familj/{case['consents'][0]['person']}"
    first = changed(anna, path, name="Kim Ett")
    house.execute("UPDATE cases.former_particulars SET changed_at = changed_at - interval '1 hour'")
    assert "går inte att ångra" in is_refused(anna, f"{path}/angra", change=first)
    database = Database(house.database_url, role="samspel_cases", demo=True, size=1)
    with closing(database), database.unit() as unit:
        forget_former(unit.connection, unit.now)
    assert not kept_of(house, path)
    second = changed(anna, path, name="Kim Två")
    assert kept_of(house, path)
    does(house.visitor("asa-hallberg"), path, name="Kim Tre", **AS_BEFORE)
    assert "går inte att ångra" in is_refused(anna, f"{path}/angra", change=second)
    assert family_of(house, path)["name"] == "Kim Tre"


def test_X6_what_counts_at_once_is_said_and_not_undone(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case()
    path = f"{path_of(case)}/familj/{case['consents'][0]['person']}"
    fields = {"name": "Kim Exempel", **AS_BEFORE, "protected": "yes"}
    answer = anna.post(path, fields)
    said = anna.follow(answer).text
    assert "det går inte att ångra" in unescape(words_of(said))
    assert "/angra" not in said
    assert "går inte att ångra" in is_refused(anna, f"{path}/angra")
    assert "Inget ändrades" in does(anna, path, **fields)


def test_the_day_of_birth_is_written_as_in_Swedish_papers(house: CasesHouse, anna: Visitor) -> None:
    assert "Född 2014-05-02" in sees(anna, path_of(house.open_case()))


def test_R3_the_last_custodian_keeps_the_custody(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case(guardians=[guardian("Kim Exempel")])
    path = f"{path_of(case)}/familj/{case['consents'][0]['person']}"
    page = is_refused(anna, path, name="Kim Exempel", language="sv", protected="no")
    assert "Ingen kan samtycka" in page


def test_R6_a_guardian_who_appears_later_is_asked(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case(guardians=[guardian("Kim Exempel")])
    said = does(
        anna, f"{path_of(case)}/vardnadshavare/ny", name="Mika Exempel", language="sv",
        custody="yes", protected="no",
    )  # fmt: skip
    assert "Mika Exempel" in said
    assert len(house.get(f"cases/{case['id']}")["consents"]) == 2


def test_R5_a_colleague_is_added_and_the_way_back_is_a_button(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.open_case()
    found = sees(anna, f"{path_of(case)}/personer/ny?sok=jonas ekdahl")
    assert "Jonas Ekdahl" in found
    answer = anna.post(f"{path_of(case)}/personer/ny", {"person": COLLEAGUE})
    assert answer.status_code == 303
    back = undo(anna, answer.headers["location"].partition("#")[0])
    assert "Personen är borttagen" in back
    assert COLLEAGUE not in str(house.get(f"cases/{case['id']}"))


def test_R6_the_process_owner_must_stay(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case()
    page = is_refused(anna, f"{path_of(case)}/personer/{OWNER}/ta-bort")
    assert "Måste vara kvar" in page
    assert "R6" in page


def test_X12_guardians_meet_separately_and_may_meet_again(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case()
    answer = anna.post(f"{path_of(case)}/var-for-sig", {"never": "yes"})
    assert house.get(f"cases/{case['id']}")["never_together"] is True
    undo(anna, answer.headers["location"].partition("#")[0])
    assert house.get(f"cases/{case['id']}")["never_together"] is False


def test_X13_a_code_is_shown_once_and_kept_nowhere(house: CasesHouse, anna: Visitor) -> None:
    case = house.signed_case()
    house.booked(case, "2027-03-10T10:00:00+01:00")
    path = f"{path_of(case)}/familj/{case['consents'][0]['person']}"
    answer = anna.post(f"{path}/kod")
    found = re.search(r'class="code">([^<]+)<', answer.text)
    assert found is not None, words_of(answer.text)
    assert found.group(1) not in anna.get(path).text
    assert not house.rows(
        "SELECT FROM cases.idempotency WHERE body::text LIKE %s", f"%{found.group(1)}%"
    )


def test_S7_a_wish_is_written_down_and_granted(house: CasesHouse, anna: Visitor) -> None:
    case = house.signed_case()
    by = case["consents"][0]["person"]
    said = does(
        anna, f"{path_of(case)}/onskemal/nytt", by=by, name="Mormor Exempel", relation="relative",
        protected="no",
    )  # fmt: skip
    assert "Mormor Exempel" in said
    wish = house.get(f"cases/{case['id']}/wishes")[0]
    assert "kallas till det som kommer" in does(anna, f"{path_of(case)}/onskemal/{wish['id']}/ja")
    refused = is_refused(anna, f"{path_of(case)}/onskemal/{wish['id']}/nej")
    assert "redan avgjort" in refused


# Tasks, responsibility, the end


def test_a_task_is_ticked_off_and_opened_again(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case()
    task = next(one for one in case["tasks"] if one["kind"] == "inform")
    answer = anna.post(f"{path_of(case)}/uppgifter/{task['id']}/klar")
    assert "Uppgiften är öppen igen" in undo(anna, answer.headers["location"].partition("#")[0])
    states = {one["id"]: one["state"] for one in house.get(f"cases/{case['id']}")["tasks"]}
    assert states[task["id"]] == "open"


def test_what_is_done_by_itself_is_not_ticked_off(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case()
    task = next(one for one in case["tasks"] if one["kind"] == "get-consent")
    page = anna.get(path_of(case)).text
    assert f"uppgifter/{task['id']}/klar" not in page
    assert "Då blir uppgiften klar av sig själv" in unescape(page)
    assert "inte klar än" in is_refused(anna, f"{path_of(case)}/uppgifter/{task['id']}/klar")


def test_R16_a_case_is_closed_and_opened_again_on_the_same_day(
    house: CasesHouse, anna: Visitor
) -> None:
    """What was open is open again; what had been ticked off isn't, and no meeting comes back."""
    case = house.open_case()
    ticked = next(one["id"] for one in case["tasks"] if one["kind"] == "inform")
    house.post(f"tasks/{ticked}/done")
    house.sign_all(case)
    house.booked(case, "2027-03-10T15:00:00+01:00")
    before = open_tasks(house, case)
    answer = anna.post(f"{path_of(case)}/avsluta", {"outcome": "not-needed"})
    assert "Ärendet är avslutat" in anna.follow(answer).text
    assert open_tasks(house, case) == set()
    assert "Ärendet är öppet igen" in undo(anna, answer.headers["location"])
    again = house.get(f"cases/{case['id']}")
    assert (again["state"], [one["state"] for one in again["meetings"]]) == ("open", ["cancelled"])
    assert ticked not in open_tasks(house, case)
    assert open_tasks(house, case) == before


def test_R16_a_case_closed_before_its_tasks_were_noted_is_opened_again(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.open_case()
    before = open_tasks(house, case)
    does(anna, f"{path_of(case)}/avsluta", outcome="not-needed")
    house.execute(
        'UPDATE cases.audit SET details = \'{"outcome": "not-needed"}\''
        " WHERE case_id = %s AND action = 'case.close'",
        case["id"],
    )
    does(anna, f"{path_of(case)}/oppna-igen")
    assert before <= open_tasks(house, case)


def test_R16_a_case_that_was_closed_before_today_stays_closed(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.open_case()
    does(anna, f"{path_of(case)}/avsluta", outcome="declined")
    house.execute(
        "UPDATE cases.cases SET closed_at = closed_at - interval '1 day' WHERE id = %s", case["id"]
    )
    assert "avslutades tidigare" in is_refused(anna, f"{path_of(case)}/oppna-igen")


def test_R16_how_it_ended_has_to_be_said(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case()
    page = is_refused(anna, f"{path_of(case)}/avsluta", 422)
    assert "Välj ett av alternativen" in page
    assert house.get(f"cases/{case['id']}")["state"] == "open"


def test_R2_a_case_is_handed_over_to_who_could_have_opened_it(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.signed_case()
    asa = str(staff_id("asa-hallberg"))
    assert "Åsa Hallberg" in sees(anna, f"{path_of(case)}/ansvar")
    said = does(anna, f"{path_of(case)}/ansvar/lamna-over", to=asa, reason="other")
    assert "överlämnat" in said
    assert house.get(f"cases/{case['id']}")["process_owner"] == asa


def test_R14_the_contact_person_is_somebody_on_the_case(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case()
    page = is_refused(anna, f"{path_of(case)}/ansvar/kontaktperson", 422, contact=COLLEAGUE)
    assert "inte med i ärendet" in page
    assert 'href="#contact"' in page  # the way to the field to mend
    assert 'id="fel-contact"' in page
    asa = str(staff_id("asa-hallberg"))
    assert "Kontaktpersonen är ändrad" in does(
        anna, f"{path_of(case)}/ansvar/kontaktperson", contact=asa
    )


def test_who_can_not_coordinate_is_said_of_the_field_that_chose_them(
    house: CasesHouse, anna: Visitor
) -> None:
    path = path_of(house.open_case(procedure="spindelmote", participants=[]))
    page = is_refused(anna, f"{path}/ansvar/koordinator", 422, coordinator=str(uuid4()))
    assert 'href="#coordinator"' in page


def test_P16_support_is_given_as_a_task(house: CasesHouse, anna: Visitor) -> None:
    case = house.open_case()
    said = does(anna, f"{path_of(case)}/uppgifter/ny", kind="support-talk", due_on="2027-03-10")
    assert "Uppgiften är tillagd" in said


def test_the_papers_are_pdfs_named_by_the_reference_alone(house: CasesHouse, anna: Visitor) -> None:
    case = house.signed_case()
    meeting = house.booked(case, "2027-03-09T10:00:00+01:00")["id"]
    person = case["consents"][0]["person"]
    for paper in (
        f"dagordning/{meeting}", f"minnesanteckningar/{meeting}", f"brev/{meeting}/{person}",
    ):  # fmt: skip
        answer = anna.get(f"{path_of(case)}/papper/{paper}.pdf")
        assert answer.content.startswith(b"%PDF"), paper
        assert case["reference"] in answer.headers["content-disposition"]


def test_the_history_names_staff_and_the_family_by_their_part(
    house: CasesHouse, anna: Visitor
) -> None:
    case = house.signed_case()
    said = sees(anna, f"{path_of(case)}/historik")
    assert "Ärendet öppnades" in said
    assert "En vårdnadshavare skrev på samtycket" in said
    assert "Kim Exempel" not in said
