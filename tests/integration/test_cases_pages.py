"""The pages of the case service: what they show, what they don't, and what stands around them."""

from pathlib import Path

from fastapi.testclient import TestClient
from pydantic import SecretStr

from services.cases.app import make_web
from services.cases.settings import Settings
from shared.bus import events as e
from tests.integration.cases_house import TOKEN, CasesHouse


def test_the_start_page_shows_cases_by_reference_and_no_name_of_the_family(
    cases: CasesHouse,
) -> None:
    waiting = cases.open_case()
    case = cases.signed_case()
    meeting = cases.booked(case)
    cases.hear(
        e.HandDeliveryNeeded.model_validate(
            {
                "case_id": case["id"],
                "key": "hand",
                "meeting_id": meeting["id"],
                "person_id": case["guardians"][0]["id"],
                "kind": "call",
                "rule": "X6",
            }
        )
    )
    page = cases.client.get("/")
    assert page.status_code == 200
    text = page.text
    assert waiting["reference"] in text
    assert case["reference"] in text
    assert "Hålls senast måndag 15 mars 2027 (vecka 11)" in text
    assert "tisdagen den 9 mars 2027 kl. 13.00–14.00" in text
    assert "2 av 2 undertecknade" in text
    assert "0 av 2 undertecknade" in text
    assert "Be om samtycke och registrera svaret" in text
    assert "5 har inte svarat" in text
    assert "«Inom två veckor från att ärendet blev känt»" in text
    assert "måndagen den 1 mars 2027 kl. 08.00" in text
    for name in ("Alva", "Kim", "Robin", "hemma.example", "Björkskolan"):
        assert name not in text


def test_what_is_late_comes_first_and_says_so_in_words(cases: CasesHouse) -> None:
    cases.open_case()
    cases.set_clock("2027-03-20T08:00:00+01:00")
    text = cases.client.get("/").text
    assert "4 försenade" in text
    assert "Försenad" in text
    assert "gränsen har passerat" in text


def test_pages_need_nothing_from_outside_and_allow_nothing(cases: CasesHouse) -> None:
    for path in ("/", "/docs"):
        page = cases.client.get(path)
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "<script" not in page.text
        assert "style=" not in page.text
        assert "//" not in page.text.replace("http://www.w3.org", "")
    assert cases.client.get("/static/samspel.css").status_code == 200
    assert cases.client.get("/static/samspel.svg").status_code == 200
    assert cases.client.get("/static/../app.py").status_code == 404
    assert "/api/v1/cases" in cases.client.get("/docs").text
    assert cases.client.get("/openapi.json").json()["paths"]["/api/v1/cases"]["post"]


def test_no_other_site_moves_the_clock(cases: CasesHouse) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = cases.client.post("/demo/clock", data={"step": "day"}, headers=headers)
    assert answer.status_code == 403
    assert cases.get("clock") == {"now": "2027-03-01T08:00:00+01:00"}


def test_the_clock_is_moved_by_a_button(cases: CasesHouse) -> None:
    answer = cases.client.post("/demo/clock", data={"step": "week"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert cases.get("clock") == {"now": "2027-03-08T08:00:00+01:00"}


def test_in_production_the_start_page_shows_no_case_and_the_clock_is_refused(
    cases: CasesHouse, broker_url: str, municipality: Path
) -> None:
    case = cases.open_case()
    settings = Settings(
        database_url=cases.database_url,
        broker_url=broker_url,
        public_url="https://samspel.example",
        secret_key=SecretStr("s" * 32),
        municipality=municipality,
        api_token=SecretStr(TOKEN),
    )
    with TestClient(make_web(settings), headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert case["reference"] not in page.text
        assert client.post("/demo/clock", data={"step": "day"}).status_code == 403
        assert client.get("/api/v1/clock").status_code == 403
        assert client.post("/api/v1/clock", json={"advance": "P1D"}).status_code == 403
