"""The personal page before the second step: answers, votes, another time, a file (X13, B5)."""

from typing import Any
from uuid import uuid4

import pytest

from shared.bus import events as e
from shared.ids import LINK, signed_token
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json, guardian
from tests.support.links import SECRET, Visitor, link_to, text_of

NEVER_IN_A_MAIL = (
    "ärende", "samtycke", "vårdnadshavare", "barn", "elev", "oro", "socialtjänst", "skola",
)  # fmt: skip
PHONE = "0980-31 92 99"


def visit(cases: CasesHouse, case: Json, meeting: Json, number: int = 0) -> Visitor:
    return Visitor(cases, link_to(cases, meeting, case["guardians"][number]["id"]))


def answers(cases: CasesHouse, case: Json) -> dict[str, str]:
    (meeting,) = cases.get(f"cases/{case['id']}")["meetings"]
    return {one["person"]: one["answer"] for one in meeting["attendance"]}


@pytest.fixture
def case(cases: CasesHouse) -> Json:
    return cases.signed_case()


@pytest.fixture
def meeting(cases: CasesHouse, case: Json) -> Json:
    return cases.booked(case)


def test_X13_the_bare_link_shows_the_time_and_the_answer_and_nothing_else(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    page = visit(cases, case, meeting).get()
    assert page.status_code == 200
    text = text_of(page.text)
    assert "Tisdagen den 9 mars 2027 kl. 13.00–14.00" in text
    assert "Ditt svar: inget svar än" in text
    assert PHONE in text
    for word in (*NEVER_IN_A_MAIL, "Exempel ", "Alva", "Kim", "Robin", "Lindqvist", "Eken"):
        assert word.lower() not in text.lower().replace("exempelkommun", ""), word
    assert case["reference"] not in page.text


def test_X13_nobody_keeps_indexes_or_passes_on_the_page(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    page = visit(cases, case, meeting).get()
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert "style=" not in page.text


def test_the_page_speaks_the_language_of_its_recipient_or_the_one_chosen(
    cases: CasesHouse,
) -> None:
    english = guardian("Kim Exempel", language="en")
    case = cases.signed_case(guardians=[english, guardian("Robin Exempel")])
    ours = cases.get(f"cases/{case['id']}")["guardians"]
    case["guardians"] = sorted(ours, key=lambda one: one["language"])
    visitor = visit(cases, case, cases.booked(case))
    assert "Tuesday 9 March 2027, 13:00–14:00" in visitor.get().text
    assert '<html lang="en">' in visitor.get().text
    swedish = visitor.get("?lang=sv").text
    assert "Tisdagen den 9 mars" in swedish
    assert '<html lang="sv">' in swedish


@pytest.mark.parametrize("said", ["accepted", "declined", "tentative"])
def test_an_answer_by_link_is_the_answer(
    cases: CasesHouse, case: Json, meeting: Json, said: str
) -> None:
    visitor, person = visit(cases, case, meeting), case["guardians"][0]["id"]
    assert "Tack, ditt svar är sparat." in visitor.does("svar", answer=said)
    assert answers(cases, case)[person] == said
    audited = "SELECT count(*) AS n FROM cases.audit WHERE action LIKE 'answer.%%'"
    before = cases.rows(audited)
    visitor.does("svar", answer=said)  # twice is once
    assert cases.rows(audited) == before
    (row,) = cases.rows("SELECT actor, details FROM cases.audit WHERE action LIKE 'answer.%%'")
    assert row["actor"] == f"person:{person}"
    assert row["details"]["source"] == "by-link"


def test_X13_looking_changes_nothing_however_often_and_by_whatever(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor, before = visit(cases, case, meeting), cases.saved()
    for method in ("GET", "HEAD"):
        for below in ("", "?lang=en", "/mote.ics", "/svar", "/kod", "/samtycke"):
            assert visitor._ask(method, below).status_code in (200, 303), below
    assert visitor._ask("OPTIONS", "").status_code == 405
    assert cases.saved() == before
    (looked,) = cases.rows("SELECT DISTINCT actor FROM cases.access_log WHERE what LIKE 'link%%'")
    assert looked["actor"] == f"person:{case['guardians'][0]['id']}"


def test_no_other_site_answers_in_somebodys_name(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = visit(cases, case, meeting)
    for name, value, status in (
        ("Sec-Fetch-Site", "cross-site", 403),
        ("Sec-Fetch-Site", "same-site", 403),
        ("Origin", "https://elsewhere.example", 403),
        ("Sec-Fetch-Site", "same-origin", 303),
        ("Origin", "http://samspel.example", 303),
        ("Origin", "null", 303),  # older browsers, by our own Referrer-Policy; with our token
    ):
        answer = visitor.send("svar", {name: value}, answer="tentative")
        assert answer.status_code == status, (name, value)
    forged = visitor._ask("POST", "/svar", data={"answer": "declined", "sequence": "0"})
    assert forged.status_code == 403
    assert "Sidan hade blivit gammal" in forged.text
    assert answers(cases, case)[case["guardians"][0]["id"]] == "tentative"


def test_Q1_an_answer_to_the_time_before_does_not_count(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = visit(cases, case, meeting)
    cases.post(f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-10T13:00:00+01:00"})
    answer = visitor.send("svar", answer="accepted", sequence="0")
    assert answer.status_code == 409
    assert "Mötet har ändrats" in answer.text
    assert "10 mars" in answer.text
    assert set(answers(cases, case).values()) == {"needs-action"}


def test_bad_input_is_said_at_its_field_and_nothing_is_kept(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor, before = visit(cases, case, meeting), cases.saved()
    for form, fields, words in (
        ("svar", {"answer": "perhaps"}, "Välj ja, nej eller kanske."),
        ("annan-tid", {"day": "", "time": ""}, "Välj en dag."),
        ("annan-tid", {"day": "2027-02-30", "time": "13:00"}, "Välj en dag."),
        ("annan-tid", {"day": "2027-03-10", "time": "25:00"}, "Välj ett klockslag."),
        ("annan-tid", {"day": "9999-12-31", "time": "13:00"}, "Välj en dag."),
        ("annan-tid", {"day": "2027-02-26", "time": "13:00"}, "Tiden har redan varit."),
        ("annan-tid", {"day": "2027-03-13", "time": "13:00"}, "har stängt lördag 13 mars 2027"),
        ("annan-tid", {"day": "2027-03-10", "time": "22:00"}, "tidigast kl. 07.00"),
        ("annan-tid", {"day": "2029-03-12", "time": "13:00"}, "mer än ett år bort"),
        ("annan-tid", {"day": "2027-03-09", "time": "13:00"}, "som mötet redan har"),
        ("kod", {"code": "12"}, "Koden stämmer inte."),
        ("kod", {"code": "١٢٣٤٥٦"}, "Koden stämmer inte."),
        ("onskemal", {"name": "X"}, "Tiden har gått ut."),
    ):
        answer = visitor.send(form, **fields)
        assert answer.status_code in (403, 422), (form, fields)
        assert words in text_of(answer.text), (form, fields, text_of(answer.text))
    assert visitor._ask("POST", "/svar", content=b"\xff" * 9).status_code == 403
    junk = {"content-type": "multipart/form-data; boundary=x"}
    assert visitor._ask("POST", "/svar", content=b"--x\r\n", headers=junk).status_code == 403
    assert cases.saved() == before


def test_B5_another_time_waits_for_whoever_leads_the_meeting(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = visit(cases, case, meeting)
    page = visitor.does("annan-tid", day="2027-03-11", time="10:00")
    assert "Du har föreslagit torsdagen den 11 mars 2027 kl. 10.00" in text_of(page)
    visitor.does("annan-tid", day="2027-03-11", time="10:00")  # twice is once
    (shown,) = cases.get(f"cases/{case['id']}")["meetings"]
    (counter,) = shown["counters"]
    assert (counter["state"], counter["via"]) == ("asked", "link")
    assert counter["starts_at"] == "2027-03-11T10:00:00+01:00"
    (task,) = [
        one for one in cases.get(f"cases/{case['id']}")["tasks"] if one["kind"] == "answer-counter"
    ]
    assert (task["owner"], task["state"], task["meeting"]) == (OWNER, "open", meeting["id"])
    path = f"meetings/{meeting['id']}/counters/{counter['id']}"
    moved = cases.post(f"{path}/accept")
    assert (moved["starts_at"], moved["sequence"]) == ("2027-03-11T10:00:00+01:00", 1)
    assert moved["counters"][0]["state"] == "accepted"
    assert cases.post(f"{path}/accept") == moved
    assert cases.post(f"{path}/decline", {}, 409)["type"].endswith(":counter-settled")
    assert "Torsdagen den 11 mars 2027 kl. 10.00–11.00" in visitor.get().text


def test_B5_after_a_no_two_wishes_at_the_same_moment_leave_the_later(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = visit(cases, case, meeting)

    def wishes() -> list[Json]:
        found = cases.get(f"cases/{case['id']}")["meetings"][0]["counters"]
        return [one for one in found if one["state"] == "asked"]

    hours = iter(f"{hour:02}:{minute}" for hour in (9, 10, 11, 13) for minute in ("00", "30"))
    for _ in range(2):
        visitor.does("annan-tid", day="2027-03-10", time=next(hours))
        (asked,) = wishes()
        cases.post(f"meetings/{meeting['id']}/counters/{asked['id']}/decline")
        for hour in (next(hours), next(hours), next(hours)):
            visitor.does("annan-tid", day="2027-03-10", time=hour)
            (asked,) = wishes()
            assert asked["starts_at"] == f"2027-03-10T{hour}:00+01:00"


def test_B5_a_time_that_can_t_be_had_is_told_on_the_page(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = visit(cases, case, meeting)
    visitor.does("annan-tid", day="2027-03-11", time="10:00")
    page = visitor.does("annan-tid", day="2027-03-22", time="10:00")  # past the limit of R9
    assert "måndagen den 22 mars" in page
    old, new = cases.get(f"cases/{case['id']}")["meetings"][0]["counters"]
    assert (old["state"], new["state"]) == ("stale", "asked")
    path = f"meetings/{meeting['id']}/counters/{new['id']}"
    assert cases.post(f"{path}/accept", {}, 409)["rule"] == "R9"
    declined = cases.post(f"{path}/decline")
    assert declined["starts_at"] == meeting["starts_at"]
    assert "gick tyvärr inte" in visitor.get().text
    assert "counter.declined" not in cases.told()  # by link there is nobody to mail
    kinds = {one["kind"]: one["state"] for one in cases.get(f"cases/{case['id']}")["tasks"]}
    assert kinds["answer-counter"] == "done"
    missing = f"meetings/{meeting['id']}/counters/{uuid4()}/decline"
    assert cases.post(missing, {}, 404)


def test_votes_by_link_book_the_best_time(cases: CasesHouse, case: Json) -> None:
    times = ["2027-03-09T13:00:00+01:00", "2027-03-10T13:00:00+01:00"]
    body = {"step": "first", "options": times}
    meeting = cases.post(f"cases/{case['id']}/proposals", body, 201)
    visitor = visit(cases, case, meeting)
    names = [f"vote-{time}" for time in ("2027-03-09T12:00:00+00:00", "2027-03-10T12:00:00+00:00")]
    half = visitor.send("tider", **{names[0]: "yes"})
    assert (half.status_code, "Svara på varje tid." in half.text) == (422, True)
    page = visitor.does("tider", **{names[0]: "no", names[1]: "if-need-be"})
    assert "Tack, dina svar är sparade." in page
    assert page.count("checked") == 2
    (shown,) = cases.get(f"cases/{case['id']}")["meetings"]
    assert [(one["no"], one["if_need_be"]) for one in shown["options"]] == [(1, 0), (0, 1)]
    assert visitor.get("/mote.ics").status_code == 404  # nothing is booked yet


def test_two_who_share_a_mailbox_say_who_answers_and_no_name_is_shown(
    cases: CasesHouse,
) -> None:
    shared = {"email": "familjen@hemma.example"}
    both = [guardian("Kim Exempel", **shared), guardian("Karin Exempel", **shared)]
    case = cases.signed_case(guardians=both)
    visitor = visit(cases, case, cases.booked(case))
    page = visitor.get().text
    assert "Kim" not in page
    assert "Karin" not in page
    assert "Ki…" in page
    assert "Ka…" in page
    nobody = visitor.send("svar", answer="accepted")
    assert (nobody.status_code, "Välj vem du är." in nobody.text) == (422, True)
    keys = dict(zip(_names(page), _keys(page), strict=False))
    visitor.does("svar", answer="accepted", who=keys["Ka…"])
    visitor.does("svar", answer="declined", who=keys["Ki…"])
    names = cases.rows(
        "SELECT p.name, a.answer FROM cases.attendance a JOIN cases.people p ON p.id = a.person_id"
        " WHERE p.party = 'guardian'"
    )
    assert {one["name"]: one["answer"] for one in names} == {
        "Karin Exempel": "accepted", "Kim Exempel": "declined",
    }  # fmt: skip


def _keys(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="who" value="')[1:]]


def _names(page: str) -> list[str]:
    parts = page.split('name="who" value="')[1:]
    return [part.split("> ")[1].split("</label>")[0].strip() for part in parts]


def test_staff_see_time_and_answer_and_log_in_for_the_rest(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = Visitor(cases, link_to(cases, meeting, OWNER))
    page = visitor.get().text
    assert "Logga in för att se mer." in page
    assert 'name="code"' not in page
    visitor.does("svar", answer="accepted")
    assert answers(cases, case)[OWNER] == "accepted"
    assert visitor.send("kod", code="123456").status_code == 422


def test_the_own_meeting_as_a_file_has_the_uid_of_the_mail_and_nobody_in_it(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    answer = visit(cases, case, meeting).get("/mote.ics")
    text = answer.text.replace("\r\n ", "")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "UID:" in text
    assert "@exempelkommun.example" in text
    assert "SUMMARY:Möte\r\n" in text
    assert "DTSTART;TZID=Europe/Stockholm:20270309T130000" in text
    for never in ("METHOD", "ATTENDEE", "ORGANIZER", "LOCATION", "mailto", case["reference"]):
        assert never not in text


def wrong_paths(cases: CasesHouse, case: Json, meeting: Json) -> dict[str, str]:
    """Links that are good for nothing, each for another reason; the case is spoilt by it."""
    guardians = [one["id"] for one in case["guardians"]]
    known = link_to(cases, meeting, guardians[0])
    revoked = link_to(cases, meeting, guardians[1])
    cases.post(f"cases/{case['id']}/people/{guardians[1]}/revoke-links")
    return {
        "wrong": "/r/hej",
        "unsealed": known[:-1] + ("a" if known[-1] != "a" else "e"),
        "upper": "/r/" + known.removeprefix("/r/").upper(),
        "unknown": f"/r/{signed_token(SECRET, LINK, uuid4())}",
        "of a feed": f"/r/{signed_token(SECRET, 'feed', uuid4())}",
        "revoked": revoked,
    }


def test_X13_every_link_that_is_good_for_nothing_looks_the_same(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    pages = {
        (answer.status_code, answer.text, answer.headers["x-robots-tag"])
        for path in wrong_paths(cases, case, meeting).values()
        for answer in (
            Visitor(cases, path).get(),
            Visitor(cases, path).get("/tillbaka"),
            Visitor(cases, path).get("/mote.ics"),
            Visitor(cases, path)._ask("POST", "/svar", data={"answer": "accepted"}),
        )
    }
    ((status, text, _),) = pages
    assert status == 404
    assert "Länken gäller inte längre" in text
    assert "The link no longer works" in text
    assert PHONE in text


def test_X13_revoked_links_are_replaced_for_coming_meetings(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    person = case["guardians"][0]["id"]
    old = link_to(cases, meeting, person)
    said = cases.post(f"cases/{case['id']}/people/{person}/revoke-links")
    assert said == {"meetings": [meeting["id"]]}
    new = link_to(cases, meeting, person)
    assert new != old
    assert Visitor(cases, old).get().status_code == 404
    assert Visitor(cases, new).get().status_code == 200
    assert cases.post(f"cases/{case['id']}/people/{uuid4()}/revoke-links", {}, 404)


def test_X13_links_are_taken_back_by_whoever_may_give_a_code(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    path = f"/api/v1/cases/{case['id']}/people/{case['guardians'][0]['id']}/revoke-links"
    old = link_to(cases, meeting, case["guardians"][0]["id"])
    refused = cases.client.post(path, headers={"Samspel-Acting-As": THERAPIST})
    assert (refused.status_code, refused.json()["rule"]) == (409, "X13")
    assert Visitor(cases, old).get().status_code == 200
    assert cases.client.post(path, headers={"Samspel-Acting-As": OWNER}).is_success
    assert Visitor(cases, old).get().status_code == 404


def _protect(cases: CasesHouse, case: Json, person: str) -> None:
    cases.post(f"cases/{case['id']}/people/{person}", {"protected": True})


def _move_house(cases: CasesHouse, case: Json, person: str) -> None:
    cases.post(f"cases/{case['id']}/people/{person}", {"email": "ny@hemma.example"})


def _withdraw(cases: CasesHouse, case: Json, person: str) -> None:
    (own,) = [one for one in case["consents"] if one["person"] == person]
    cases.post(f"cases/{case['id']}/consents/{own['id']}/withdraw")


def _remove(cases: CasesHouse, case: Json, person: str) -> None:
    cases.post(f"cases/{case['id']}/guardians/{person}/remove")


def _much_later(cases: CasesHouse, case: Json, person: str) -> None:
    cases.set_clock("2027-04-08T15:00:01+02:00")  # more than thirty days after the meeting


@pytest.mark.parametrize("what", [_protect, _move_house, _withdraw, _remove, _much_later])
def test_P7_X6_a_link_ends_with_what_it_rests_on(
    cases: CasesHouse, case: Json, meeting: Json, what: Any
) -> None:
    person = case["guardians"][0]["id"]
    visitor = visit(cases, case, meeting)
    assert visitor.get().status_code == 200
    what(cases, case, person)
    page = visitor.get()
    assert page.status_code == 404
    assert "Länken gäller inte längre" in page.text
    assert visitor.send("svar", answer="accepted").status_code == 404


def test_a_link_shows_that_the_meeting_is_off_or_has_been(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = visit(cases, case, meeting)
    cases.set_clock("2027-03-09T15:00:00+01:00")
    over = visitor.get().text
    assert "Mötet har varit." in over
    assert "/svar" not in over
    cases.set_clock("2027-03-08T15:00:00+01:00")
    cases.post(f"meetings/{meeting['id']}/cancel")
    off = visitor.get().text
    assert "Mötet är inställt. Du behöver inte göra något." in off
    assert "/svar" not in off
    assert "STATUS:CANCELLED" in visitor.get("/mote.ics").text


def test_who_sends_very_often_has_to_wait(cases: CasesHouse, case: Json, meeting: Json) -> None:
    visitor = visit(cases, case, meeting)
    statuses = [
        visitor._ask("POST", "/svar", data={"answer": "accepted"}).status_code for _ in range(61)
    ]
    assert statuses == [403] * 60 + [429]
    assert visit(cases, case, meeting, 1).does("svar", answer="accepted")


def _by_mail(case: Json, meeting: Json, starts_at: str, ends_at: str, sequence: int) -> Any:
    fields = {
        "case_id": case["id"], "meeting_id": meeting["id"], "person_id": OWNER,
        "sequence": sequence, "starts_at": starts_at, "ends_at": ends_at,
        "received_at": "2027-03-01T08:00:00+01:00",
    }  # fmt: skip
    return e.CounterReceived.model_validate(fields)


def test_B5_another_time_by_mail_is_kept_and_a_no_is_told_by_mail(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    wished = ("2027-03-10T09:00:00+01:00", "2027-03-10T09:45:00+01:00")
    wrong: tuple[tuple[tuple[str, str], int], ...] = (
        (wished, 1),  # of a meeting that isn't so
        (("2027-02-26T09:00:00+01:00", "2027-02-26T10:00:00+01:00"), 0),
        ((wished[1], wished[0]), 0),
        ((meeting["starts_at"], meeting["ends_at"]), 0),
    )
    for (starts_at, ends_at), sequence in wrong:
        cases.hear(_by_mail(case, meeting, starts_at, ends_at, sequence))
    assert cases.get(f"cases/{case['id']}")["meetings"][0]["counters"] == []
    cases.hear(_by_mail(case, meeting, *wished, 0), _by_mail(case, meeting, *wished, 0))
    (counter,) = cases.get(f"cases/{case['id']}")["meetings"][0]["counters"]
    assert (counter["via"], counter["state"], counter["person"]) == ("mail", "asked", OWNER)
    assert answers(cases, case)[OWNER] == "needs-action"  # never its PARTSTAT
    path = f"meetings/{meeting['id']}/counters/{counter['id']}/decline"
    assert cases.post(path) == cases.post(path)
    assert cases.told().count("counter.declined") == 1


def test_B5_another_time_is_out_of_date_once_the_meeting_moves_or_is_off(
    cases: CasesHouse, case: Json, meeting: Json
) -> None:
    visitor = visit(cases, case, meeting)
    visitor.does("annan-tid", day="2027-03-11", time="10:00")
    moved = cases.post(f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-10T13:00:00+01:00"})
    assert [one["state"] for one in moved["counters"]] == ["stale"]
    visitor.does("annan-tid", day="2027-03-12", time="10:00")
    off = cases.post(f"meetings/{meeting['id']}/cancel")
    assert [one["state"] for one in off["counters"]] == ["stale", "stale"]
    tasks = cases.get(f"cases/{case['id']}")["tasks"]
    assert {one["state"] for one in tasks if one["kind"] == "answer-counter"} == {"done"}
