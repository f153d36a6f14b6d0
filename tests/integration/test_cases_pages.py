"""The pages of the case service: what they show, what they don't, and what stands around them."""

import re
from pathlib import Path

from fastapi.testclient import TestClient
from pydantic import SecretStr

from services.cases.settings import Settings
from services.cases.website import make_web
from tests.integration.cases_house import TOKEN, CasesHouse

_OUR_SCRIPT = '<script src="/static/htmx.min.js" defer>'


def test_pages_need_nothing_from_outside_and_allow_nothing(cases: CasesHouse) -> None:
    case = cases.open_case()
    for path in ("/", f"/arenden/{case['id']}", "/docs"):
        page = cases.visitor().get(path)
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert set(re.findall("<script[^>]*>", page.text)) <= {_OUR_SCRIPT}
        assert "style=" not in page.text
        assert "//" not in page.text.replace("http://www.w3.org", "")
    assert cases.client.get("/static/samspel.css").status_code == 200
    assert cases.client.get("/static/samspel.svg").status_code == 200
    assert cases.client.get("/static/../app.py").status_code == 404


def test_a_browser_keeps_our_own_files_and_asks_if_they_have_changed(cases: CasesHouse) -> None:
    first = cases.client.get("/static/samspel.css")
    assert first.headers["cache-control"] == "no-cache"
    known = {"If-None-Match": first.headers["etag"]}
    again = cases.client.get("/static/samspel.css", headers=known)
    assert (again.status_code, again.content) == (304, b"")
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


def test_in_production_the_start_page_is_behind_the_door_and_the_clock_is_refused(
    cases: CasesHouse, broker_url: str, municipality: Path
) -> None:
    settings = Settings(
        database_url=cases.database_url,
        broker_url=broker_url,
        public_url="https://samspel.example",
        secret_key=SecretStr("s" * 32),
        municipality=municipality,
        api_token=SecretStr(TOKEN),
    )
    with TestClient(make_web(settings), headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        assert client.get("/", follow_redirects=False).headers["location"] == "/logga-in"
        assert client.post("/demo/clock", data={"step": "day"}).status_code == 403
        assert client.get("/api/v1/clock").status_code == 403
        assert client.post("/api/v1/clock", json={"advance": "P1D"}).status_code == 403
