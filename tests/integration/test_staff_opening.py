"""Opening a case on the pages: three short pages, kept as a draft, and one case of it (R2, R9)."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from services.cases.adapters.drafts import forget_drafts
from services.cases.handlers.draft_ports import KEPT
from services.cases.web.staff.visits import TOKEN
from shared.db import Database
from shared.ids import staff_id
from tests.conftest import Servers
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, cases_house
from tests.support.signing_in import Visitor, words_of

NEW = "/arenden/nytt"
SAM, SSPF, SPINDEL = f"{NEW}/samverkansmote", f"{NEW}/sspf", f"{NEW}/spindelmote"
TEACHER, COORDINATOR = "kristina-blom", "stefan-norrby"
ENGLISH = {"headers": {"Cookie": "samspel-sprak=en"}}
MOST_BYTES = 150_000
CHILD = {
    "known_on": "2027-03-01",
    "name": "Alva Exempel",
    "birth_date": "2014-05-02",
    "unit": "bjorkskolan",
    "protected": "no",
}
OF_SSPF = {"grade": "6", "residence": "har", "reason": "truancy"}
KIM = {
    "guardians": "1",
    "guardian_1_name": "Kim Exempel",
    "guardian_1_custody": "yes",
    "guardian_1_protected": "no",
    "guardian_1_email": "kim@hemma.example",
}


@pytest.fixture(scope="module")
def house(
    registered_of_the_module: str, servers: Servers, worker_number: int, municipality: Path
) -> Iterator[CasesHouse]:
    """One database for all tests here: each person's draft is thrown away before a test."""
    valkey = servers.valkey.rsplit("/", 1)[0] + f"/{worker_number}"
    with cases_house(registered_of_the_module, valkey, municipality) as made:
        yield made


@pytest.fixture
def anna(house: CasesHouse) -> Visitor:
    """A rektor, who has begun nothing."""
    house.execute("DELETE FROM cases.drafts")
    return house.visitor()


def told(answer: Any, status: int = 200) -> str:
    """What the page says."""
    assert answer.status_code == status, words_of(answer.text)
    return unescape(words_of(answer.text))


def leads_to(answer: Any) -> str:
    assert answer.status_code == 303, words_of(answer.text)
    return str(answer.headers["location"])


def fill_in(
    visitor: Visitor,
    path: str = SAM,
    *,
    child: Mapping[str, str] = CHILD,
    family: Mapping[str, str] = KIM,
    person: str = THERAPIST,
) -> str:
    """Every page of the form, and what the summary says."""
    assert leads_to(visitor.post(path, child)) == at(path, "familjen")
    assert leads_to(visitor.post(at(path, "familjen"), family)) == at(path, "deltagare")
    sent = {"person": person} if person else {}
    assert leads_to(visitor.post(at(path, "deltagare"), sent)) == at(path, "granska")
    return told(visitor.get(at(path, "granska")))


def at(path: str, page: str) -> str:
    before, sign, query = path.partition("?")
    return f"{before}/{page}{sign}{query}"


def case_of(answer: Any) -> str:
    return leads_to(answer).partition("?")[0].rpartition("/")[2]


def cases(house: CasesHouse) -> int:
    return int(house.rows("SELECT count(*) AS n FROM cases.cases WHERE about = 'child'")[0]["n"])


def drafts(house: CasesHouse) -> int:
    return int(house.rows("SELECT count(*) AS n FROM cases.drafts")[0]["n"])


# --- which routine ----------------------------------------------------------------------------


def test_each_routine_says_in_words_for_whom_it_is_and_how_it_begins(anna: Visitor) -> None:
    page = told(anna.get(NEW))
    assert "För barn från 9 till och med 16 år, i årskurs 4–9, folkbokförda i Exempelkommun" in page
    assert "Familjen möter skola, socialtjänst, polis och fritid." in page
    assert "Först samtycke, sedan första samverkansmötet inom 14 dagar." in page
    assert "Inget personnummer behövs." in page


def test_R2_who_may_not_open_sees_who_may_and_is_refused_by_the_rule(house: CasesHouse) -> None:
    chief = house.visitor("karin-bergqvist")
    page = told(chief.get(NEW))
    assert "Det öppnas av rektor, familjebehandlare eller socialsekreterare." in page
    assert f'href="{SAM}"' not in chief.get(NEW).text
    assert "Får inte öppna ärendet" in told(chief.get(SAM), 409)
    assert "Får inte öppna ärendet" in told(chief.post(SAM, CHILD), 409)


def test_a_routine_that_isnt_there_is_not_found(anna: Visitor) -> None:
    for name in ("arshjul", "anmalan", "sspx"):
        assert anna.get(f"{NEW}/{name}").status_code == 404


# --- the pages --------------------------------------------------------------------------------


def test_R9_a_case_is_opened_in_three_pages_and_leads_to_the_next_step(
    house: CasesHouse, anna: Visitor
) -> None:
    summary = fill_in(anna)
    assert "Hålls senast måndag 15 mars 2027 (vecka 11)." in summary
    assert "Kim Exempel som vårdnadshavare" in summary
    assert "Inga nu. Inbjudan skickas först när ett möte är bokat." in summary
    answer = anna.post(f"{SAM}/granska")
    page = told(anna.follow(answer))
    assert "Nästa steg: samtycke." in page
    case = house.get(f"cases/{case_of(answer)}")
    assert (case["process_owner"], case["known_on"]) == (OWNER, "2027-03-01")
    assert {who["person"] for who in case["participants"]} >= {OWNER, THERAPIST}
    assert [one["state"] for one in case["consents"]] == ["requested"]
    assert drafts(house) == 0


def test_what_is_known_already_is_filled_in(anna: Visitor) -> None:
    page = anna.get(SAM).text
    assert 'name="known_on" type="date" value="2027-03-01"' in page
    assert '<option value="bjorkskolan" selected>' in page  # the opener's own unit


def test_the_pages_are_small_and_work_in_english(anna: Visitor) -> None:
    anna.post(SAM, CHILD)
    anna.post(f"{SAM}/familjen", KIM)
    for path in (NEW, SAM, f"{SAM}/familjen", f"{SAM}/deltagare", f"{SAM}/granska"):
        answer = anna.get(path, **ENGLISH)
        assert (answer.status_code, len(answer.content) < MOST_BYTES) == (200, True)
        assert '<html lang="en">' in answer.text
        assert answer.text.count("<h1") == 1


def test_P9_only_what_the_routine_needs_is_asked(anna: Visitor) -> None:
    assert 'name="grade"' not in anna.get(SAM).text
    sspf = anna.get(SSPF).text
    for name in ("grade", "residence", "reason"):
        assert f'name="{name}"' in sspf
    assert "personnummer" not in re.findall(r'name="([^"]+)"', sspf)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Barnets namn: fyll i det här."),
        ({"birth_date": "2008-02-28"}, "Födelsedatum: barnet är 19 år. SSPF gäller från 9"),
        ({"grade": "3"}, "Årskurs: SSPF gäller årskurs 4 till 9."),
        ({"residence": "annan"}, "Folkbokföring: SSPF är för barn som är folkbokförda"),
        ({"reason": "other-absence"}, "Varför: det blir inget ärende här. Vid annan skolfrånvaro"),
        ({"known_on": "2027-03-02"}, "När behovet blev känt: dagen har inte varit än."),
        ({"protected": ""}, "Skyddade personuppgifter: välj ett av alternativen."),
    ],
)
def test_P1_P2_what_is_to_be_mended_is_told_at_once_and_what_was_typed_stays(
    anna: Visitor, changes: dict[str, str], said: str
) -> None:
    answer = anna.post(SSPF, {**CHILD, **OF_SSPF, **changes})
    assert said in told(answer, 422)
    assert ('value="Alva Exempel"' in answer.text) is ("name" not in changes)


def test_what_follows_from_an_answer_is_told_as_one_types(anna: Visitor) -> None:
    answer = anna.post(
        f"{SSPF}/kontroll", {"birth_date": "2008-02-28"}, headers={"HX-Request": "true"}
    )
    assert "Barnet är 19 år. SSPF gäller från 9 till och med 16 år." in told(answer)
    assert "<html" not in answer.text
    answer = anna.post(f"{SAM}/kontroll", {"birth_date": "2009-05-04"})
    assert "Fyller 18 år tisdag 4 maj 2027." in told(answer)
    assert 'value="2009-05-04"' in anna.get(SAM).text  # kept, if the phone dies now


def test_what_is_typed_of_the_family_is_kept_before_one_goes_on(anna: Visitor) -> None:
    half = {"guardians": "1", "guardian_1_name": "Kim Exempel"}
    answer = anna.post(f"{SAM}/familjen", half, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert 'value="Kim Exempel"' in anna.get(f"{SAM}/familjen").text


def test_a_guardian_is_added_and_taken_out_without_any_script(anna: Visitor) -> None:
    anna.post(SAM, CHILD)
    path = f"{SAM}/familjen"
    assert leads_to(anna.post(path, {**KIM, "gor": "mer"})) == f"{path}#vardnadshavare-2"
    assert 'name="guardian_2_name"' in anna.get(path).text
    two = {**KIM, "guardians": "2", "guardian_2_name": "Robin Exempel", "gor": "bort-1"}
    assert leads_to(anna.post(path, two)) == path
    page = anna.get(path).text
    assert 'value="Robin Exempel"' in page
    assert "Kim Exempel" not in page
    assert 'name="guardian_2_name"' not in page


def test_R3_somebody_who_can_consent_is_needed_but_for_an_adult(anna: Visitor) -> None:
    anna.post(SAM, CHILD)
    answer = anna.post(f"{SAM}/familjen", {"guardians": "1"})
    assert "någon behöver kunna samtycka" in told(answer, 422)
    adult = {**CHILD, "birth_date": "2009-03-01"}
    summary = fill_in(anna, child=adult, family={"guardians": "1"})
    assert "Alva Exempel ensam, som myndig" in summary


def test_R6_who_always_comes_is_there_and_who_is_missing_can_be_chosen(anna: Visitor) -> None:
    anna.post(SAM, CHILD)
    anna.post(f"{SAM}/familjen", KIM)
    page = told(anna.get(f"{SAM}/deltagare"))
    assert "Anna Lindqvist (du) rektor" in page
    assert "Saknas: familjebehandlare" in page
    assert "Åsa Hallberg familjebehandlare, Familjeteamet" in page
    anna.post(f"{SAM}/deltagare", {"person": THERAPIST})
    assert "Saknas" not in told(anna.get(f"{SAM}/deltagare"))


def test_R6_a_case_can_be_opened_although_somebody_is_missing(
    house: CasesHouse, anna: Visitor
) -> None:
    summary = fill_in(anna, person="")
    assert "Någon saknas" in summary
    case = house.get(f"cases/{case_of(anna.post(f'{SAM}/granska'))}")
    assert "participants-missing" in {task["kind"] for task in case["tasks"]}


def test_the_place_where_they_usually_meet_is_the_units_only_one_until_another_is_said(
    house: CasesHouse, anna: Visitor
) -> None:
    assert "Rum B14, Ringvägen 18" in fill_in(anna)
    people = anna.get(at(SAM, "deltagare")).text
    assert 'value="bjorkskolan-rum" checked' in people
    anna.post(at(SAM, "deltagare"), {"person": THERAPIST, "place": "senare"})
    assert 'value="senare" checked' in anna.get(at(SAM, "deltagare")).text
    assert "Bestäms senare" in told(anna.get(at(SAM, "granska")))
    anna.post(at(SAM, "deltagare"), {"person": THERAPIST, "place": "bjorkskolan-rum"})
    case = case_of(anna.post(at(SAM, "granska")))
    assert house.get(f"cases/{case}")["place"] == "bjorkskolan-rum"


def test_S8_those_whose_posts_are_named_come_unasked(house: CasesHouse, anna: Visitor) -> None:
    teacher = house.visitor(TEACHER)
    teacher.post(SPINDEL, {**CHILD, "reason": "theft"})
    teacher.post(f"{SPINDEL}/familjen", KIM)
    page = told(teacher.get(f"{SPINDEL}/deltagare"))
    for name in ("Therese Bäckman koordinator", "Charlotte Ståhl kommunpolis", "Gustav Alm"):
        assert name in page
    assert page.count("Kommer alltid med") == 3


@pytest.mark.parametrize(
    ("words", "finds"),
    [
        ("strand", "Emelie Strand kurator, Björkskolan"),
        ("KURATOR björk", "Emelie Strand kurator, Björkskolan"),
        ("skolsköterska central", "Marie Isaksson skolsköterska, Centralskolan"),
        ("xyz", "Ingen passar på «xyz»."),
        ("strand emelie", "En träff för «strand emelie»"),
        ("anna lindqvist", "Alla som passar på «anna lindqvist» står redan här ovanför."),
    ],
)
def test_R5_colleagues_are_found_by_name_unit_and_role(
    anna: Visitor, words: str, finds: str
) -> None:
    anna.post(SAM, CHILD)
    found = told(anna.post(f"{SAM}/deltagare", {"gor": "sok", "sok": words}))
    assert finds in found
    fragment = anna.post(
        f"{SAM}/deltagare", {"gor": "sok", "sok": words}, headers={"HX-Request": "true"}
    )
    assert finds in told(fragment)
    assert "<html" not in fragment.text


def test_S1_a_colleague_whom_the_routine_doesnt_cover_is_refused_by_the_rule(
    anna: Visitor,
) -> None:
    anna.post(SAM, CHILD)
    anna.post(f"{SAM}/familjen", KIM)
    police = str(staff_id("charlotte-stahl"))
    anna.post(f"{SAM}/deltagare", {"person": police})
    answer = anna.get(f"{SAM}/deltagare")
    assert answer.status_code == 409
    assert "polis" in told(answer, 409)
    assert f'value="{police}" checked' in answer.text  # to be unticked


def test_P4_the_summary_of_sspf_says_who_is_invited_at_once_and_who_gets_no_mail(
    house: CasesHouse, anna: Visitor
) -> None:
    teacher = house.visitor(TEACHER)
    robin = {
        "guardians": "2", "guardian_2_name": "Robin Exempel", "guardian_2_custody": "yes",
        "guardian_2_protected": "unknown", "guardian_2_email": "robin@hemma.example",
    }  # fmt: skip
    child = {**CHILD, **OF_SSPF}
    summary = fill_in(teacher, SSPF, child=child, family={**KIM, **robin}, person="")
    assert "En tid söks genast för «Informationsmöte»." in summary
    now, _, by_hand = summary.partition("De här nås på annat sätt")
    assert re.search(r"var och en för sig: Kim Exempel Kristina Blom Stefan Norrby", now)
    assert re.search(r"Alva Exempel Regel X11 .* Robin Exempel Regel X6", by_hand)
    page = told(teacher.follow(teacher.post(f"{SSPF}/granska")))
    assert "Samspel söker nu en tid för det första mötet" in page


# --- drafts -----------------------------------------------------------------------------------


def test_a_draft_is_its_owners_alone_and_goes_on_where_it_stopped(
    house: CasesHouse, anna: Visitor
) -> None:
    anna.post(SAM, CHILD)
    assert 'value="Alva Exempel"' in anna.get(SAM).text
    assert "sparat måndagen den 1 mars 2027" in told(anna.get(NEW))
    asa = house.visitor("asa-hallberg")
    assert "Alva" not in asa.get(SAM).text
    assert "Fortsätt där du slutade" not in told(asa.get(NEW))
    assert 'value="Alva Exempel"' in house.visitor().get(SAM).text  # a new session


def test_a_draft_is_thrown_away_by_its_owner(house: CasesHouse, anna: Visitor) -> None:
    anna.post(SAM, CHILD)
    page = told(anna.follow(anna.post(f"{SAM}/kasta")))
    assert "Utkastet är borta." in page
    assert drafts(house) == 0


def test_a_draft_is_forgotten_after_fourteen_days(house: CasesHouse, anna: Visitor) -> None:
    anna.post(SAM, CHILD)
    house.execute("UPDATE cases.drafts SET saved_at = saved_at - %s", KEPT + timedelta(hours=1))
    assert "Alva" not in anna.get(SAM).text
    database = Database(house.database_url, role="samspel_cases", demo=True, size=1)
    with database.unit() as unit:
        forget_drafts(unit.connection, unit.now)
    database.close()
    assert drafts(house) == 0


def test_X3_nothing_of_a_draft_stands_in_a_log_an_event_or_a_kept_answer(
    house: CasesHouse, anna: Visitor
) -> None:
    fill_in(anna)
    anna.post(f"{SAM}/granska")
    for query in (
        "SELECT details::text AS said FROM cases.audit",
        "SELECT what AS said FROM cases.access_log",
        "SELECT body::text AS said FROM cases.idempotency",
        "SELECT data::text AS said FROM bus.events",
    ):
        assert not re.search("Alva|Kim Ex|kim@hemma", str(house.rows(query)))


def test_X10_looking_at_a_draft_is_logged(house: CasesHouse, anna: Visitor) -> None:
    anna.get(SAM)
    last = house.rows("SELECT actor, what FROM cases.access_log ORDER BY id DESC LIMIT 1")[0]
    assert last == {"actor": f"person:{OWNER}", "what": "opening:samverkansmote"}


@pytest.mark.parametrize("raw", [b"Al%00va", b"Al%ED%A0%80va", b"Al%FFva", b"A" * 9000])
def test_whatever_is_typed_is_kept_or_told_and_never_fails(anna: Visitor, raw: bytes) -> None:
    body = f"{TOKEN}={quote(anna.token)}&name=".encode() + raw + b"&person=x&unit=%00"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for page in (SAM, f"{SAM}/deltagare", f"{SAM}/familjen"):
        answer = anna._sent("POST", page, content=body, headers=headers)
        assert answer.status_code in (303, 409, 422)
        assert anna.get(page).status_code in (200, 409)
    assert anna.get(f"{SAM}/granska").status_code == 303


# --- opened once ------------------------------------------------------------------------------


def test_two_clicks_open_one_case(house: CasesHouse, anna: Visitor) -> None:
    fill_in(anna)
    before, click = cases(house), {"key": "of-this-click"}
    answers = [anna.post(f"{SAM}/granska", click) for _ in range(2)]
    assert leads_to(answers[0]) == leads_to(answers[1])
    assert cases(house) == before + 1


def test_two_windows_open_one_case_and_the_second_is_told(house: CasesHouse, anna: Visitor) -> None:
    fill_in(anna)
    before = cases(house)
    leads_to(anna.post(f"{SAM}/granska"))
    assert "Utkastet finns inte kvar" in told(anna.post(f"{SAM}/granska"), 409)
    assert cases(house) == before + 1


def test_a_page_that_one_comes_back_to_is_kept_as_it_is_then(anna: Visitor) -> None:
    again = {"key": "of-the-page-that-the-browser-kept"}
    leads_to(anna.post(SAM, {**CHILD, **again}))
    leads_to(anna.post(SAM, {**CHILD, **again, "name": "Bo Exempel"}))
    assert 'value="Bo Exempel"' in anna.get(SAM).text


def test_the_summary_of_half_a_form_leads_to_what_is_missing(anna: Visitor) -> None:
    assert leads_to(anna.get(f"{SAM}/granska")) == f"{SAM}?fel=1"
    assert "Barnets namn: fyll i det här." in told(anna.get(f"{SAM}?fel=1"), 422)
    anna.post(SAM, CHILD)
    assert leads_to(anna.get(f"{SAM}/granska")) == f"{SAM}/familjen?fel=1"


def test_R2_what_the_rules_refuse_at_the_end_is_told_and_nothing_is_opened(
    house: CasesHouse, anna: Visitor
) -> None:
    fill_in(anna)
    before = cases(house)
    house.execute('UPDATE cases.drafts SET said = said || \'{"unit": ["ifo"]}\'')
    assert leads_to(anna.get(f"{SAM}/granska")) == f"{SAM}?fel=1"
    assert anna.post(f"{SAM}/granska").status_code == 409
    assert cases(house) == before
