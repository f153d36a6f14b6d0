"""A mailbox that several share: who answers, what neither reads of the other (X12, O8)."""

import pytest

from tests.integration.cases_house import CasesHouse, Json, guardian
from tests.support.links import Visitor, a_code, link_to, text_of

SHARED = {"email": "familjen@hemma.example"}


def shared(cases: CasesHouse, *names: str) -> tuple[Json, Json, Visitor]:
    """A case of guardians of these names at one mailbox, its meeting, and the first one's link."""
    case = cases.signed_case(guardians=[guardian(name, **SHARED) for name in names])
    rows = cases.rows("SELECT id::text, name FROM cases.people WHERE party = 'guardian'")
    ids = {row["name"]: row["id"] for row in rows}
    case["ids"] = [ids[name] for name in names]
    meeting = cases.booked(case)
    return case, meeting, Visitor(cases, link_to(cases, meeting, case["ids"][0]))


def keys(page: str) -> dict[str, str]:
    """What stands for whom to choose, by their key."""
    parts = page.split('name="who" value="')[1:]
    return {part.split("> ")[1].split("</label>")[0].strip(): part.split('"')[0] for part in parts}


def answers(cases: CasesHouse, case: Json) -> list[str]:
    (meeting,) = cases.get(f"cases/{case['id']}")["meetings"]
    said = {one["person"]: one["answer"] for one in meeting["attendance"]}
    return [said[person] for person in case["ids"]]


def test_X12_no_answer_of_who_shares_a_mailbox_stands_on_the_bare_page(
    cases: CasesHouse,
) -> None:
    case, _, visitor = shared(cases, "Kim Exempel", "Robin Exempel")
    before = text_of(visitor.get().text)
    page = text_of(visitor.does("svar", answer="declined", who=keys(visitor.get().text)["K…"]))
    assert answers(cases, case) == ["declined", "needs-action"]
    assert "Tack, ditt svar är sparat." in page
    assert text_of(visitor.get().text) == before
    assert "Ditt svar" not in before
    assert "Svar från" not in before
    inside = visitor.opens(a_code(cases, case, case["ids"][1]), who=keys(visitor.get().text)["R…"])
    assert "Ditt svar: inget svar än" in text_of(inside)  # their own


def test_who_is_no_longer_on_the_case_can_t_be_chosen_on_a_page_read_before(
    cases: CasesHouse,
) -> None:
    case, _, visitor = shared(cases, "Kim Exempel", "Robin Exempel")
    key = keys(visitor.get().text)["R…"]
    code = a_code(cases, case, case["ids"][1])
    cases.set_clock("2027-03-09T16:00:00+01:00")  # it has been: its list stays as it was
    cases.post(f"cases/{case['id']}/guardians/{case['ids'][1]}/remove")
    page = visitor.get()
    assert (page.status_code, keys(page.text)) == (200, {})
    for who in (key, "nobody's"):
        refused = visitor.send("kod", code=code, who=who)
        assert refused.status_code == 403
        assert "Sidan hade blivit gammal." in refused.text


def test_X12_whose_names_begin_alike_answer_once_their_code_says_who_they_are(
    cases: CasesHouse,
) -> None:
    case, _, visitor = shared(cases, "Eva Ek", "Evert Ek")
    page = visitor.get()
    assert keys(page.text) == {}
    assert "Eva" not in page.text
    assert "Skriv din kod innan du svarar" in text_of(page.text)
    for form in ("/svar", "/annan-tid"):
        assert f'action="{visitor.path}{form}' not in page.text
    refused = visitor.send("svar", answer="accepted", sequence="0")
    assert refused.status_code == 403
    assert answers(cases, case) == ["needs-action"] * 2
    code = a_code(cases, case, case["ids"][1])
    wrong = visitor.send("kod", code=f"{(int(code) + 1) % 10**6:06}")
    assert (wrong.status_code, "Koden stämmer inte." in wrong.text) == (422, True)
    assert "Koden stämde." in visitor.opens(code)
    visitor.does("svar", answer="accepted")
    assert answers(cases, case) == ["needs-action", "accepted"]


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "://"])
def test_an_origin_that_is_no_address_is_somebody_else_s(cases: CasesHouse, origin: str) -> None:
    _, _, visitor = shared(cases, "Kim Exempel")
    refused = visitor.send("svar", {"Origin": origin}, answer="accepted")
    assert refused.status_code == 403
    assert refused.headers["content-type"].startswith("text/html")
    public = cases.client.post("/intresseanmalan", data={}, headers={"Origin": origin})
    assert public.status_code == 403
    assert public.headers["content-type"].startswith("text/html")


def test_what_a_browser_sends_that_isn_t_ours_is_as_if_it_weren_t_there(
    cases: CasesHouse,
) -> None:
    _, _, visitor = shared(cases, "Kim Exempel")
    as_usual = visitor.get().text
    for query in (f"?lang={'a' * 30}", f"?klart={'x' * 300}", "?lang=sv&lang=" + "e" * 99):
        page = visitor.get(query)
        assert (page.status_code, page.text) == (200, as_usual), query
    visitor.cookies = {"samspel-r": "x" * 4000}
    assert visitor.get().text == as_usual
    assert cases.client.get(f"/intresseanmalan?lang={'a' * 30}").status_code == 200


def test_where_people_read_pages_every_failure_is_a_page(cases: CasesHouse) -> None:
    _, _, visitor = shared(cases, "Kim Exempel")
    client = cases.client
    tried = [
        (client.get("/r/"), 404),
        (client.get("/r/a/b/c/d"), 404),
        (client.get("/r/%00"), 404),
        (client.get(f"{visitor.path}/hej"), 404),
        (client.post(f"{visitor.path}/hej"), 404),
        (client.get("/f/hej.ics"), 404),
        (client.get("/f/hej"), 404),
        (client.get("/f/hej.ics", headers={"If-None-Match": "x" * 3000}), 404),
        (client.put(visitor.path), 405),
        (client.post(f"{visitor.path}/svar", content=b"x" * 300_000), 413),
        (client.post("/intresseanmalan", data={"phone": "0" * 300}), 422),
    ]
    for answer, status in tried:
        assert answer.status_code == status, answer.url
        assert answer.headers["content-type"].startswith("text/html"), answer.url
        assert "0980-31 92 99" in answer.text, answer.url
        assert answer.headers["x-robots-tag"] == "noindex, nofollow" or status == 422
    assert client.get("/api/v1/hej").headers["content-type"] == "application/problem+json"
    cases.execute("ALTER TABLE cases.access_log RENAME TO elsewhere")
    broken = visitor.get()
    assert broken.status_code == 500
    assert "Inget har sparats." in broken.text
