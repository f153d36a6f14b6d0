"""A year at a glance over the API and on its page, on real rows (R20-R31)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from services.cases.settings import Settings
from services.cases.website import make_web
from tests.integration.cases_house import TOKEN, CasesHouse
from tests.support.folders import around_a_child_alone
from tests.support.links import SECRET
from tests.support.signing_in import visitor

HEADER = "Samspel-Acting-As"
ENGLISH = {"Cookie": "samspel-sprak=en"}
SENT = "2027-02-01T09:00:00+01:00"


@pytest.fixture
def known(cases: CasesHouse) -> CasesHouse:
    """2027 is opened: April is booked and answered, the evaluation open, a letter sent."""
    matter, meeting, letter = uuid4(), uuid4(), uuid4()
    people = staff_of(cases)
    cases.execute(
        "INSERT INTO cases.cases (id, reference, procedure, procedure_on, known_on, opened_at,"
        " process_owner, initiator, coordinator, unit, about)"
        " VALUES (%s, '7KQ2', 'arshjul', '2027-01-02', '2027-01-01', %s, %s, %s, %s,"
        " 'elevhalsan', 'year')",
        matter, SENT, people["elevhalsochef"], people["elevhalsochef"], people["enhetschef_ifo"],
    )  # fmt: skip
    for role in ("elevhalsochef", "enhetschef_ifo", "rektor"):
        cases.execute(
            "INSERT INTO cases.participants (case_id, person_id, party, role, organisation,"
            " added_at) VALUES (%s, %s, 'staff', %s, 'school', %s)",
            matter, people[role], role, SENT,
        )  # fmt: skip
    cases.execute(
        "INSERT INTO cases.meetings (id, case_id, step, starts_at, ends_at, local_start, state,"
        " sequence, created_at, changed_at) VALUES (%s, %s, 'april', '2027-04-14T13:00+02:00',"
        " '2027-04-14T15:00+02:00', '2027-04-14T13:00', 'booked', 1, %s, %s)",
        meeting, matter, SENT, SENT,
    )  # fmt: skip
    answers = {"elevhalsochef": "accepted", "enhetschef_ifo": "needs-action", "rektor": "declined"}
    for role, answer in answers.items():
        cases.execute(
            "INSERT INTO cases.attendance (meeting_id, person_id, answer) VALUES (%s, %s, %s)",
            meeting, people[role], answer,
        )  # fmt: skip
    cases.execute(
        "INSERT INTO cases.evaluations (year, opened_on, answers_by, due_on, questions)"
        " VALUES (2027, '2027-02-01', '2027-05-28', '2027-06-30', '[]')"
    )
    cases.execute(
        "INSERT INTO cases.evaluation_answers (year, post, person_id, answers, answered_at)"
        " VALUES (2027, 'elevhalsochef', %s, '{}', %s)",
        people["elevhalsochef"], SENT,
    )  # fmt: skip
    cases.execute(
        "INSERT INTO cases.dispatches (id, kind, year, title, rule, due_on, sent_by, sent_at)"
        " VALUES (%s, 'information', 2027, 'Brev till hemmen', 'R30', '2027-02-15', %s, %s)",
        letter, people["enhetschef_ifo"], SENT,
    )  # fmt: skip
    a_duty(cases, "answer-evaluation", "R25", "rektor-almskolan", "2027-05-28", year=2027)
    a_duty(cases, "pass-on", "R29", "rektor-almskolan", "2027-02-15", dispatch_id=letter)
    a_duty(cases, "pass-on", "R29", "rektor-kotten", "2027-02-15", "done", dispatch_id=letter)
    details = {"unit": "centralskolan", "stage": "hogstadiet", "cohort": 2026}
    a_duty(
        cases, "hold-parent-meeting", "R26", "rektor-centralskolan", "2029-06-08",
        year=2026, details=details,
    )  # fmt: skip
    cases.execute(
        "INSERT INTO cases.parent_meetings (unit, stage, cohort, state, held_on, noted_at)"
        " VALUES ('centralskolan', 'hogstadiet', 2025, 'held', '2027-02-03', %s)",
        SENT,
    )
    cases.set_clock("2027-03-18T08:00:00+01:00")
    return cases


def a_duty(
    cases: CasesHouse, kind: str, rule: str, post: str, due_on: str, state: str = "open",
    *, year: int | None = None, dispatch_id: UUID | None = None, details: object = None,
) -> None:  # fmt: skip
    cases.execute(
        "INSERT INTO cases.tasks (id, key, kind, rule, post, due_on, state, year, dispatch_id,"
        " details, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        uuid4(), str(uuid4()), kind, rule, post, due_on, state, year, dispatch_id,
        Jsonb(details or {}), SENT,
    )  # fmt: skip


def staff_of(cases: CasesHouse) -> dict[str, str]:
    """Somebody in each of the roles."""
    return {
        role: cases.get(f"people?role={role}")[0]["id"]
        for role in ("elevhalsochef", "enhetschef_ifo", "rektor")
    }


def test_R20_a_year_shows_all_that_the_contract_names(known: CasesHouse) -> None:
    """R20: meetings, evaluation, dispatches and parent meetings, with states and rules."""
    year = known.get("years/2027")
    assert (year["year"], year["preliminary"]) == (2027, False)
    april, october = year["meetings"]
    assert (april["step"], april["month"], april["state"]) == ("april", 4, "called")
    assert (april["starts_at"], april["sequence"]) == ("2027-04-14T13:00:00+02:00", 1)
    assert (april["rule"], april["window"]["opens_on"]) == ("R20", "2027-04-01")
    people = staff_of(known)
    assert april["callers"] == [people["elevhalsochef"], people["enhetschef_ifo"]]
    counted = {
        one["name"]: (one["called"], one["accepted"], one["declined"], one["waiting"])
        for one in april["groups"]
    }
    assert counted == {
        "elevhalsa": (1, 1, 0, 0),
        "rektor": (1, 0, 1, 0),
        "socialtjanst": (1, 0, 0, 1),
        "familjeteam": (0, 0, 0, 0),
    }
    assert (october["state"], october["id"], october["starts_at"]) == ("planned", None, None)


def test_R25_R29_who_has_not_answered_is_named_by_the_post(known: CasesHouse) -> None:
    """R25, R29: posts, never people."""
    year = known.get("years/2027")
    evaluation = year["evaluation"]
    assert (evaluation["state"], evaluation["answered"], evaluation["asked"]) == ("open", 1, 2)
    assert evaluation["waiting"] == ["rektor-almskolan"]
    assert (evaluation["rule"], evaluation["due_on"]) == ("R24", "2027-06-30")
    letter, material = year["dispatches"]
    assert (letter["title"], letter["state"], letter["rule"]) == (
        "Brev till hemmen", "overdue", "R30",
    )  # fmt: skip
    assert (letter["confirmed"], letter["asked"]) == (1, 2)
    assert letter["waiting"] == ["rektor-almskolan"]
    assert (material["kind"], material["state"]) == ("material", "coming")
    assert [one["rule"] for one in year["confirmations"]] == ["R31"]


def test_R30_information_is_sent_at_any_time_of_the_year_and_stands_in_it(
    known: CasesHouse,
) -> None:
    """R30: beside the material of the autumn, which is still to come."""
    sender = staff_of(known)["enhetschef_ifo"]
    body = {"kind": "information", "title": "Nya öppettider", "by": sender, "files": []}
    sent = known.post("dispatches", body, 201)
    shown = {one["id"]: one for one in known.get("years/2027")["dispatches"]}
    new = shown[sent["id"]]
    assert (new["title"], new["rule"], new["state"], new["sent_on"]) == (
        "Nya öppettider", "R30", "sent", "2027-03-18",
    )  # fmt: skip
    assert (new["confirmed"], new["asked"]) == (0, 14)
    assert shown[None]["state"] == "coming"


def test_R26_each_stage_tells_which_cohorts_are_missing(known: CasesHouse) -> None:
    """R26: one was held, one is still asked for."""
    stages = {one["stage"]: one for one in known.get("years/2027")["parent_meetings"]}
    assert stages["hogstadiet"] == {
        "stage": "hogstadiet", "title": "högstadiet", "cohorts": 2, "planned": 0, "held": 1,
        "missing": 1, "rule": "R26",
    }  # fmt: skip
    assert stages["gymnasiet"]["cohorts"] == 0


def test_X2_what_is_open_and_what_is_late_stands_with_its_post(known: CasesHouse) -> None:
    """X2: of the year and of what was sent in it."""
    duties = known.get("years/2027")["duties"]
    assert [(one["kind"], one["post"], one["state"], one["rule"]) for one in duties] == [
        ("pass-on", "rektor-almskolan", "late", "R29"),
        ("answer-evaluation", "rektor-almskolan", "open", "R25"),
    ]


def test_R21_a_callers_post_that_will_be_empty_is_shown_in_its_year(known: CasesHouse) -> None:
    """R21: a deputy doesn't fill it; a successor without a gap does."""
    assert known.get("years/2027")["vacancies"] == []
    known.execute("UPDATE cases.holders SET last_day = '2027-03-31' WHERE post = 'elevhalsochef'")
    assert known.get("years/2027")["vacancies"] == [
        {"post": "elevhalsochef", "role": "elevhalsochef", "vacant_from": "2027-04-01",
         "rule": "R21"}
    ]  # fmt: skip
    assert known.get("years/2028")["vacancies"] == []
    page = known.visitor().get("/arshjul/2027").text
    assert "elevhälsochef, Centrala elevhälsan: ingen från torsdagen den 1 april 2027" in page
    known.execute(
        "INSERT INTO cases.holders (post, person_id, first_day, capacity)"
        " VALUES ('elevhalsochef', %s, '2027-04-01', 'deputy')",
        staff_of(known)["rektor"],
    )
    assert len(known.get("years/2027")["vacancies"]) == 1
    known.execute(
        "UPDATE cases.holders SET capacity = 'holder'"
        " WHERE post = 'elevhalsochef' AND capacity = 'deputy'"
    )
    assert known.get("years/2027")["vacancies"] == []


def test_R20_which_years_there_are(known: CasesHouse) -> None:
    """R20: those something is kept of, this one and two more; further ones are worked out."""
    assert known.get("years") == [
        {"year": 2026, "preliminary": False},
        {"year": 2027, "preliminary": False},
        {"year": 2028, "preliminary": True},
        {"year": 2029, "preliminary": True},
    ]
    later = known.get("years/2033")
    assert later["preliminary"]
    assert [one["starts_at"] for one in later["meetings"]] == [
        "2033-04-13T13:00:00+02:00",
        "2033-10-12T13:00:00+02:00",
    ]


@pytest.mark.parametrize(
    ("year", "status"),
    [("2025", 404), ("2038", 404), ("2000", 404), ("2100", 404), ("1999", 422), ("2101", 422),
     ("-1", 422), ("x", 404), ("2027.5", 404)],
)  # fmt: skip
def test_a_year_that_there_is_not_is_a_clear_error(
    known: CasesHouse, year: str, status: int
) -> None:
    answer = known.client.get(f"/api/v1/years/{year}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    visitor = known.visitor()
    assert visitor.get(f"/arshjul/{year}").status_code == 404
    assert visitor.get(f"/arshjul/{year}/hjul.svg").status_code == 404


def test_staff_see_the_year_and_a_family_never_does(known: CasesHouse) -> None:
    """It is the staff's own; each look is logged with whoever it was."""
    rektor = staff_of(known)["rektor"]
    acting = known.client.get("/api/v1/years/2027", headers={HEADER: rektor})
    assert acting.status_code == 200
    assert known.client.get("/api/v1/years", headers={HEADER: rektor}).status_code == 200
    looks = known.rows("SELECT actor, what FROM cases.access_log WHERE what LIKE 'year%%'")
    assert {"actor": f"person:{rektor}", "what": "year"} in looks
    guardian = known.open_case()["guardians"][0]["id"]
    for path in ("years", "years/2027"):
        answer = known.client.get(f"/api/v1/{path}", headers={HEADER: guardian})
        assert answer.status_code == 404
        nobody = known.client.get(f"/api/v1/{path}", headers={"Authorization": "x"})
        assert nobody.status_code == 401


def test_the_page_says_the_same_as_the_wheel_in_words(known: CasesHouse) -> None:
    page = known.visitor().get("/arshjul/2027")
    assert page.status_code == 200
    text = page.text
    assert "onsdagen den 14 april kl. 13.00–15.00" in text
    assert "Utvärdering av samverkan" in text
    assert "1 av 2 har svarat" in text
    assert "rektor, Almskolan" in text
    assert "försenat" in text
    assert "«kallar till ett samverkansmöte två gånger/år, april och oktober»" in text
    assert 'role="img"' in text
    assert "style=" not in text
    english = known.visitor().get("/arshjul/2027", headers=ENGLISH).text
    assert '<html lang="en">' in english
    assert "Joint meeting in April" in english
    assert "1 of 2 have answered" in english


def test_a_year_before_samspel_says_that_nothing_is_known_of_it(known: CasesHouse) -> None:
    """A cohort of 2026 is known, but the meetings of that year are nobody's failing."""
    year = known.get("years/2026")
    assert [one["state"] for one in year["meetings"]] == ["unknown", "unknown"]
    assert year["evaluation"]["state"] == "unknown"
    page = known.visitor().get("/arshjul/2026").text
    assert "inget känt" in page
    assert "ingen tid bokades här" in page
    assert "ingen tid ännu" not in page
    assert "Det här året planeras inte i Samspel" in page
    assert "Året är inte öppnat än" in known.visitor().get("/arshjul/2028").text


def test_the_wheel_is_a_picture_of_its_own_that_may_do_nothing(known: CasesHouse) -> None:
    picture = known.visitor().get("/arshjul/2027/hjul.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["content-security-policy"].startswith("default-src 'none'")
    root = ET.fromstring(picture.text)  # noqa: S314 — our own
    assert root.get("lang") == "sv"
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == "Årshjulet 2027"


def test_the_wheel_opens_with_this_year(known: CasesHouse) -> None:
    led = known.visitor().get("/arshjul")
    assert (led.status_code, led.headers["location"]) == (303, "/arshjul/2027")


def test_without_a_yearly_cycle_there_is_no_year_and_no_way_to_it(
    registered_url: str, municipality: Path
) -> None:
    with a_web(registered_url, around_a_child_alone(municipality)) as client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert client.get("/api/v1/years", headers=headers).json() == []
        assert client.get("/api/v1/years/2027", headers=headers).status_code == 404
        page = visitor(client, registered_url, SECRET, "anna-lindqvist").get("/kalender")
        assert page.status_code == 200
        assert 'href="/arshjul"' not in page.text


def test_nobody_sees_the_year_before_signing_in(known: CasesHouse) -> None:
    for path in ("", "/2027", "/2027/hjul.svg", "/2027/arshjul.pdf"):
        answer = known.client.get(f"/arshjul{path}", follow_redirects=False)
        assert (answer.status_code, answer.text) == (303, "")
    assert known.visitor(None, "it").get("/arshjul/2027").status_code == 403


@contextmanager
def a_web(url: str, municipality: Path) -> Iterator[TestClient]:
    """A web application of its own, which gives up its database at the end."""
    settings = Settings(
        database_url=url,
        broker_url="redis://nobody.example",
        public_url="http://samspel.example",
        secret_key=SecretStr("s" * 32),
        municipality=municipality,
        demo=True,
        api_token=SecretStr(TOKEN),
    )
    with TestClient(make_web(settings)) as client:
        yield client


def test_R25_a_year_still_says_who_had_not_answered_when_it_is_done(known: CasesHouse) -> None:
    """R25: what ends unanswered duties isn't an answer."""
    known.post("years/2027/evaluation/done", {})
    evaluation = known.get("years/2027")["evaluation"]
    assert (evaluation["state"], evaluation["answered"], evaluation["asked"]) == ("done", 1, 2)
    assert evaluation["waiting"] == ["rektor-almskolan"]
