"""The case service over HTTP: from opening to closing, on a real database."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from services.cases.app import import_municipality
from shared.bus import events as e
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json, new_case


def proposal(case: Json, starts_at: str, **changes: object) -> e.MeetingProposed:
    fields = {
        "case_id": case["id"],
        "proposal": f"{case['id']}/first/1",
        "step": "first",
        "starts_at": starts_at,
        "minutes": 60,
        "mode": "book",
    }
    return e.MeetingProposed.model_validate(fields | changes)


def test_a_case_opens_with_its_window_its_consents_and_the_first_tasks(cases: CasesHouse) -> None:
    case = cases.open_case()
    assert case["state"] == "open"
    assert case["process_owner"] == OWNER
    assert case["windows"][0] == {
        "step": "first",
        "opens_on": "2027-03-01",
        "closes_on": "2027-03-15",
        "last_bookable_on": "2027-03-15",
        "state": "open",
        "rule": "R9",
    }
    assert [one["state"] for one in case["consents"]] == ["requested", "requested"]
    assert sorted((task["kind"], task["rule"]) for task in case["tasks"]) == [
        ("get-consent", "R4"),
        ("get-consent", "R4"),
        ("inform", "R19"),
        ("inform", "R19"),
    ]
    assert {who["person"] for who in case["participants"]} == {OWNER, THERAPIST}
    assert cases.get(f"cases/{case['id']}") == case
    assert cases.told() == ["case.opened"]


def test_the_main_line_from_the_signature_to_the_second_window(cases_alone: CasesHouse) -> None:
    cases = cases_alone
    case = cases.signed_case()
    cases.hear(proposal(case, "2027-03-09T13:00:00+01:00"))
    (meeting,) = cases.get(f"cases/{case['id']}")["meetings"]
    assert (meeting["state"], meeting["sequence"]) == ("booked", 0)
    assert len(meeting["attendance"]) == 5
    assert not [t for t in cases.get(f"cases/{case['id']}")["tasks"] if t["state"] == "open"]

    moved = cases.post(f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-10T10:00:00+01:00"})
    assert (moved["starts_at"], moved["sequence"]) == ("2027-03-10T10:00:00+01:00", 1)

    cases.set_clock("2027-03-10T11:30:00+01:00")
    held = cases.post(f"meetings/{meeting['id']}/held")
    assert (held["state"], held["held_on"]) == ("held", "2027-03-10")
    second = cases.get(f"cases/{case['id']}")["windows"][1]
    assert (second["opens_on"], second["closes_on"]) == ("2027-03-10", "2027-03-24")
    assert cases.told() == [
        "case.opened",
        "consent.signed",
        "consent.signed",
        "meeting.booked",
        "meeting.moved",
        "meeting.held",
    ]


def test_withdrawing_cancels_what_is_to_come_and_says_so_once_more_when_repeated(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    path = f"cases/{case['id']}/consents/{case['consents'][0]['id']}/withdraw"
    answer = cases.post(path)
    assert answer["consent"]["state"] == "withdrawn"
    assert answer["cancelled_meetings"] == [meeting["id"]]
    assert (answer["stopped_messages"], answer["already_leaving"]) == (0, [])
    assert cases.post(path) == answer
    (cancelled,) = cases.get(f"cases/{case['id']}")["meetings"]
    assert (cancelled["state"], cancelled["sequence"]) == ("cancelled", 1)
    assert cases.rows("SELECT * FROM cases.engagements") == []
    assert cases.told()[-2:] == ["consent.withdrawn", "meeting.cancelled"]


def test_a_proposal_that_takes_somebody_twice_is_refused_by_an_event(
    cases_alone: CasesHouse,
) -> None:
    cases = cases_alone
    first = cases.signed_case()
    cases.booked(first)
    second = cases.signed_case()
    cases.hear(proposal(second, "2027-03-09T13:30:00+01:00"))
    assert cases.get(f"cases/{second['id']}")["meetings"] == []
    assert cases.told()[-1] == "proposal.refused"
    (refusal,) = cases.rows("SELECT data FROM bus.events WHERE type = 'proposal.refused'")
    assert refusal["data"]["reason"] == "double-booked"
    assert UUID(refusal["data"]["case_id"]) == UUID(second["id"])


def test_a_proposal_is_checked_anew_and_taken_once(cases: CasesHouse) -> None:
    unsigned = cases.open_case()
    cases.hear(proposal(unsigned, "2027-03-09T13:00:00+01:00"))
    (refusal,) = cases.rows("SELECT data FROM bus.events WHERE type = 'proposal.refused'")
    assert refusal["data"]["reason"] == "consent-missing"

    signed = cases.signed_case()
    event = proposal(signed, "2027-03-09T13:00:00+01:00")
    cases.hear(event, event)
    cases.hear(event)
    assert len(cases.get(f"cases/{signed['id']}")["meetings"]) == 1
    assert cases.told().count("meeting.booked") == 1


def test_a_proposed_time_takes_nobody_until_it_is_confirmed(cases: CasesHouse) -> None:
    case = cases.signed_case()
    cases.hear(proposal(case, "2027-03-09T13:00:00+01:00", mode="propose"))
    shown = cases.get(f"cases/{case['id']}")
    (meeting,) = shown["meetings"]
    assert meeting["state"] == "proposed"
    assert [t["kind"] for t in shown["tasks"] if t["state"] == "open"] == ["confirm-time"]
    assert cases.rows("SELECT * FROM cases.engagements") == []
    assert "meeting.booked" not in cases.told()

    confirmed = cases.post(f"meetings/{meeting['id']}/confirm")
    assert (confirmed["state"], confirmed["sequence"]) == ("booked", 0)
    assert open_tasks(cases, case) == []
    assert cases.told()[-1] == "meeting.booked"
    assert cases.post(f"meetings/{meeting['id']}/confirm") == confirmed


def test_booking_another_time_than_the_proposed_one_replaces_it(cases: CasesHouse) -> None:
    case = cases.signed_case()
    cases.hear(proposal(case, "2027-03-09T13:00:00+01:00", mode="propose"))
    booked = cases.booked(case, "2027-03-10T09:00:00+01:00")
    (meeting,) = cases.get(f"cases/{case['id']}")["meetings"]
    assert meeting == booked
    assert meeting["starts_at"] == "2027-03-10T09:00:00+01:00"


def test_an_answer_counts_if_it_is_the_newest_and_about_the_meeting_as_it_is(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)

    def answer(what: str, at: str, sequence: int = 0) -> e.AnswerReceived:
        return e.AnswerReceived.model_validate(
            {
                "case_id": case["id"],
                "meeting_id": meeting["id"],
                "person_id": OWNER,
                "sequence": sequence,
                "answer": what,
                "answered_at": at,
            }
        )

    def stands() -> str:
        (shown,) = cases.get(f"cases/{case['id']}")["meetings"]
        found: str = next(a["answer"] for a in shown["attendance"] if a["person"] == OWNER)
        return found

    cases.hear(answer("accepted", "2027-03-02T10:00:00Z"))
    cases.hear(answer("declined", "2027-03-02T09:00:00Z"))  # came later, was given earlier
    assert stands() == "accepted"
    cases.post(f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-10T10:00:00+01:00"})
    assert stands() == "needs-action"
    cases.hear(answer("accepted", "2027-03-02T11:00:00Z"))  # to the time before
    assert stands() == "needs-action"
    cases.hear(answer("tentative", "2027-03-02T12:00:00Z", sequence=1))
    assert stands() == "tentative"


def open_tasks(cases: CasesHouse, case: Json) -> list[tuple[str, str]]:
    tasks = cases.get(f"cases/{case['id']}")["tasks"]
    return sorted((task["kind"], task["rule"]) for task in tasks if task["state"] == "open")


def test_what_the_others_can_not_do_becomes_a_task_that_comes_once(cases: CasesHouse) -> None:
    case = cases.signed_case()
    missing = e.SlotMissing.model_validate(
        {
            "case_id": case["id"],
            "step": "first",
            "rule": "X1",
            "reason": "no-free-time",
            "due_on": "2027-03-15",
        }
    )
    near = e.AlertDue.model_validate(
        {
            "case_id": case["id"],
            "key": "near",
            "step": "first",
            "rule": "X2",
            "to": "process_owner",
            "about": "limit-near",
            "limit_on": "2027-03-15",
            "due_at": "2027-03-08T08:00:00Z",
            "useful_until": "2027-03-15T23:00:00Z",
        }
    )
    cases.hear(missing, missing, near, near, near.model_copy(update={"to": "manager", "key": "m"}))
    assert open_tasks(cases, case) == [("limit-near", "X2"), ("no-slot", "X1")]

    meeting = cases.booked(case)  # a person has made room
    assert open_tasks(cases, case) == []
    cases.hear(missing, near.model_copy(update={"key": "again"}))  # they come too late
    assert open_tasks(cases, case) == []

    guardian = case["guardians"][0]["id"]
    fields = {"case_id": case["id"], "meeting_id": meeting["id"], "person_id": guardian}
    by_hand = e.HandDeliveryNeeded.model_validate(
        fields | {"key": "hand", "kind": "call", "rule": "X6"}
    )
    failed = e.MessageFailed.model_validate(
        fields | {"key": "failed", "kind": "call", "rule": "R6"}
    )
    cases.hear(by_hand, by_hand, failed)
    assert open_tasks(cases, case) == [("reach-otherwise", "R6"), ("tell-by-hand", "X6")]
    task = next(t for t in cases.get(f"cases/{case['id']}")["tasks"] if t["kind"] == "tell-by-hand")
    assert (task["about"], task["meeting"]) == (guardian, meeting["id"])
    assert cases.post(f"tasks/{task['id']}/done")["state"] == "done"
    assert cases.post(f"tasks/{task['id']}/done")["state"] == "done"
    assert open_tasks(cases, case) == [("reach-otherwise", "R6")]


def test_R6_without_a_familjebehandlare_a_task_says_so_until_one_is_added(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case(participants=[])
    assert open_tasks(cases, case) == [("participants-missing", "R6")]
    body = {"step": "first", "starts_at": "2027-03-09T13:00:00+01:00"}
    refused = cases.post(f"cases/{case['id']}/meetings", body, 409)
    assert refused["rule"] == "R6"
    assert "familjebehandlare" in refused["detail"]

    cases.post(f"cases/{case['id']}/participants", {"person": THERAPIST}, 201)
    assert open_tasks(cases, case) == []
    assert cases.told()[-1] == "participants.changed"
    cases.booked(case)


def test_somebody_who_joins_or_leaves_is_called_or_not_without_a_new_sequence(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    substitute = next(
        person["id"]
        for person in cases.get("people?role=familjebehandlare")
        if person["id"] != THERAPIST
    )
    body = {"person": substitute, "replaces": THERAPIST}
    cases.post(f"cases/{case['id']}/participants", body, 201)
    (shown,) = cases.get(f"cases/{case['id']}")["meetings"]
    called = {one["person"] for one in shown["attendance"]}
    assert substitute in called
    assert THERAPIST not in called
    assert shown["sequence"] == meeting["sequence"]
    engaged = cases.rows("SELECT person_id FROM cases.engagements")
    assert {str(row["person_id"]) for row in engaged} == called


def test_cancelling_twice_and_holding_twice_change_nothing_the_second_time(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    cancelled = cases.post(f"meetings/{meeting['id']}/cancel")
    assert (cancelled["state"], cancelled["sequence"]) == ("cancelled", 1)
    assert cases.post(f"meetings/{meeting['id']}/cancel") == cancelled
    assert cases.told().count("meeting.cancelled") == 1
    cases.post(f"meetings/{meeting['id']}/move", {"minutes": 30}, 409)

    again = cases.booked(case)  # the same time is free again
    cases.set_clock("2027-03-09T14:00:00+01:00")
    said = {"present": [OWNER], "secretary": OWNER, "consent_reviewed": True}
    held = cases.post(f"meetings/{again['id']}/held", said)
    assert (held["state"], held["secretary"], held["consent_reviewed"]) == ("held", OWNER, True)
    assert {a["person"]: a["present"] for a in held["attendance"]}[OWNER] is True
    assert cases.post(f"meetings/{again['id']}/held") == held
    assert cases.told().count("meeting.held") == 1
    cases.post(f"meetings/{again['id']}/cancel", status=409)
    filed = cases.post(f"meetings/{again['id']}/minutes-filed", {"reference": "EA-2027/14"})
    assert filed["minutes_reference"] == "EA-2027/14"
    assert open_tasks(cases, case) == []


def test_R11_after_the_last_limit_a_next_date_is_asked_for(cases: CasesHouse) -> None:
    case = cases.signed_case()
    first = cases.booked(case, "2027-03-02T10:00:00+01:00")
    cases.set_clock("2027-03-02T12:00:00+01:00")
    cases.post(f"meetings/{first['id']}/held")
    second = cases.post(
        f"cases/{case['id']}/meetings",
        {"step": "second", "starts_at": "2027-03-11T10:00:00+01:00"},
        201,
    )
    cases.set_clock("2027-03-11T12:00:00+01:00")
    cases.post(f"meetings/{second['id']}/held")
    assert ("next-date", "R11") in open_tasks(cases, case)
    follow_up = {"step": "follow-up", "starts_at": "2027-05-20T10:00:00+02:00"}
    cases.post(f"cases/{case['id']}/meetings", follow_up, 201)
    assert ("next-date", "R11") not in open_tasks(cases, case)


def test_R16_closing_stops_everything_and_then_nothing_more_happens(cases: CasesHouse) -> None:
    case = cases.signed_case(participants=[THERAPIST])
    meeting = cases.booked(case)
    closed = cases.post(f"cases/{case['id']}/close", {"outcome": "declined"})
    assert (closed["state"], closed["outcome"]) == ("closed", "declined")
    assert closed["meetings"][0]["state"] == "cancelled"
    assert open_tasks(cases, case) == []
    assert cases.told()[-2:] == ["meeting.cancelled", "case.closed"]
    assert cases.post(f"cases/{case['id']}/close", {"outcome": "declined"}) == closed

    consent = f"cases/{case['id']}/consents/{case['consents'][0]['id']}"
    body = {"step": "first", "starts_at": "2027-03-10T13:00:00+01:00"}
    changes: list[tuple[str, Json]] = [
        (f"cases/{case['id']}/close", {"outcome": "completed"}),
        (f"cases/{case['id']}/meetings", body),
        (f"cases/{case['id']}/participants", {"person": OWNER}),
        (f"meetings/{meeting['id']}/move", {"minutes": 30}),
    ]
    for path, sent in changes:
        assert cases.post(path, sent, 409)["rule"] == "R16"
    assert cases.post(f"{consent}/withdraw")["consent"]["state"] == "withdrawn"  # P7: at any time


def test_after_a_no_or_a_withdrawal_a_new_consent_can_be_asked_for(cases: CasesHouse) -> None:
    case = cases.open_case()
    first, second = case["consents"]
    cases.post(f"cases/{case['id']}/consents/{second['id']}/sign")
    cases.post(f"cases/{case['id']}/consents/{first['id']}/refuse")
    assert ("consent-refused", "R3") in open_tasks(cases, case)
    refused = cases.post(f"cases/{case['id']}/consents/{first['id']}/sign", status=409)
    assert refused["rule"] == "R3"

    anew = cases.post(f"cases/{case['id']}/consents", {"person": first["person"]}, 201)
    assert (anew["state"], anew["organisations"]) == ("requested", ["school", "social_services"])
    cases.post(f"cases/{case['id']}/consents/{anew['id']}/sign", {"on": "2027-03-01"})
    assert open_tasks(cases, case) == []
    cases.booked(case)


def test_R3_an_adult_youth_alone_is_asked(cases: CasesHouse) -> None:
    child = {"name": "Alva Exempel", "birth_date": "2009-02-28", "unit": "exempelgymnasiet"}
    case = cases.open_case(child=child, guardians=[])
    (consent,) = case["consents"]
    assert (consent["party"], consent["person"]) == ("youth", case["child"]["id"])


def test_a_request_with_a_key_takes_effect_once(cases: CasesHouse) -> None:
    headers = {"Idempotency-Key": "a-key-of-the-caller"}
    first = cases.client.post("/api/v1/cases", json=new_case(), headers=headers)
    again = cases.client.post("/api/v1/cases", json=new_case(), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = cases.client.post("/api/v1/cases", json=new_case(participants=[]), headers=headers)
    assert (other.status_code, other.json()["type"]) == (
        409,
        "urn:samspel:problem:idempotency-key-reused",
    )
    assert cases.saved()["cases.cases"] == 1


def test_two_requests_with_one_key_at_the_same_time_take_effect_once(cases: CasesHouse) -> None:
    def send(_: int) -> int:
        answer = cases.client.post(
            "/api/v1/cases", json=new_case(), headers={"Idempotency-Key": "the-same"}
        )
        return answer.status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(8))) == {201}
    assert cases.saved()["cases.cases"] == 1


def test_of_many_bookings_of_the_same_people_at_the_same_time_one_goes_through(
    cases: CasesHouse,
) -> None:
    opened = [cases.signed_case() for _ in range(6)]
    body = {"step": "first", "starts_at": "2027-03-09T13:00:00+01:00"}

    def send(case: Json) -> int:
        return cases.client.post(f"/api/v1/cases/{case['id']}/meetings", json=body).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(send, opened))
    assert statuses == [201, 409, 409, 409, 409, 409]


def test_a_withdrawal_and_a_booking_at_the_same_time_leave_no_meeting_standing(
    cases: CasesHouse,
) -> None:
    for day in range(8, 12):
        case = cases.signed_case()
        body = {"step": "first", "starts_at": f"2027-03-{day:02}T13:00:00+01:00"}
        consent = f"/api/v1/cases/{case['id']}/consents/{case['consents'][0]['id']}/withdraw"
        with ThreadPoolExecutor(2) as pool:
            booking = pool.submit(
                cases.client.post, f"/api/v1/cases/{case['id']}/meetings", json=body
            )
            withdrawing = pool.submit(cases.client.post, consent, json={})
        assert withdrawing.result().status_code == 200
        assert booking.result().status_code in (201, 409)
        meetings = cases.get(f"cases/{case['id']}")["meetings"]
        assert [one for one in meetings if one["state"] == "booked"] == []


def test_free_times_are_in_the_window_on_working_days_and_clear_of_other_meetings(
    cases: CasesHouse,
) -> None:
    other = cases.signed_case()
    cases.booked(other, "2027-03-08T09:00:00+01:00")
    case = cases.signed_case()
    slots = cases.get(f"cases/{case['id']}/slots?step=first")
    starts = [slot["starts_at"] for slot in slots]
    assert starts[0] == "2027-03-08T10:00:00+01:00"  # after the sports week, the first free time
    assert "2027-03-08T09:00:00+01:00" not in starts
    assert all("2027-03-01" <= start[:10] <= "2027-03-15" for start in starts)
    meeting = cases.booked(case, starts[0])
    assert meeting["starts_at"] == starts[0]
    refused = cases.client.get(f"/api/v1/cases/{case['id']}/slots?step=second")
    assert (refused.status_code, refused.json()["rule"]) == (409, "R10")


def test_free_times_cover_every_day_of_the_window_those_at_short_notice_last(
    cases: CasesHouse,
) -> None:
    cases.set_clock("2027-03-08T08:00:00+01:00")
    case = cases.signed_case(known_on="2027-03-08")
    slots = cases.get(f"cases/{case['id']}/slots?step=first")
    assert slots[0]["starts_at"] == "2027-03-11T09:00:00+01:00"  # three working days ahead
    days = list(dict.fromkeys(slot["starts_at"][:10] for slot in slots))
    assert days == [
        *("2027-03-11", "2027-03-12", "2027-03-15", "2027-03-16", "2027-03-17", "2027-03-18"),
        *("2027-03-19", "2027-03-22", "2027-03-08", "2027-03-09", "2027-03-10"),
    ]
    soon = [slot["starts_at"][:10] for slot in slots if slot["short_notice"]]
    assert set(soon) == {"2027-03-08", "2027-03-09", "2027-03-10"}
    assert cases.get(f"cases/{case['id']}/slots?step=first&limit=3") == slots[:3]


def test_S14_who_is_not_called_does_not_take_a_free_time_away(cases: CasesHouse) -> None:
    other = cases.signed_case()
    cases.booked(other, "2027-03-08T09:00:00+01:00")  # takes the familjebehandlare
    case = cases.open_case()
    for consent in case["consents"]:
        answer = f"cases/{case['id']}/consents"
        cases.post(f"{answer}/{consent['id']}/refuse")
        body = {"person": consent["person"], "organisations": ["school"]}
        anew = cases.post(answer, body, 201)
        cases.post(f"{answer}/{anew['id']}/sign")
    cases.execute("DELETE FROM cases.engagements WHERE person_id = %s", UUID(OWNER))
    slots = cases.get(f"cases/{case['id']}/slots?step=first")
    assert slots[0]["starts_at"] == "2027-03-08T09:00:00+01:00"


def test_what_answers_GET_answers_HEAD_without_the_body(cases: CasesHouse) -> None:
    case = cases.open_case()
    for path in ("/", "/healthz", "/static/samspel.css", f"/api/v1/cases/{case['id']}"):
        head, get = cases.client.head(path), cases.client.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == get.headers["content-length"]
    assert cases.client.head("/api/v1/cases/none").status_code == 404
    assert cases.client.head(f"/api/v1/cases/{case['id']}/close").status_code == 405


def test_every_look_at_a_case_is_logged_before_it_is_shown(cases: CasesHouse) -> None:
    case = cases.open_case()
    cases.get(f"cases/{case['id']}")
    cases.get("cases")
    rows = cases.rows("SELECT case_id, what FROM cases.access_log ORDER BY id")
    of_case = {"case_id": UUID(case["id"]), "what": "case"}  # its opening shows it as well
    assert rows == [of_case, of_case, {"case_id": None, "what": "cases.list"}]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("handover", {"to": OWNER, "reason": "moved"}),
        ("contact-person", {"person": None}),
        ("never-together", {"never_together": False}),
    ],
)
def test_F11_a_command_that_changes_nothing_shows_the_case_as_any_reading_does(
    cases: CasesHouse, path: str, body: Json
) -> None:
    """Written down for whoever acts, each time; and what can't be written down isn't shown."""
    case = cases.open_case()
    address, acting = f"/api/v1/cases/{case['id']}/{path}", {"Samspel-Acting-As": OWNER}
    before = cases.saved()
    for times in (1, 2):
        answer = cases.client.post(address, json=body, headers=acting)
        assert answer.json()["reference"] == case["reference"]
        assert cases.saved() == before
        (row,) = cases.rows(
            "SELECT count(*) AS n FROM cases.access_log WHERE actor = %s AND case_id = %s",
            f"person:{OWNER}", case["id"],
        )  # fmt: skip
        assert row["n"] == times
    cases.execute("REVOKE INSERT ON cases.access_log FROM samspel_cases")
    answer = cases.client.post(address, json=body, headers=acting)
    assert answer.status_code == 500
    assert case["reference"] not in answer.text


def test_F11_without_a_log_no_case_is_opened(cases: CasesHouse) -> None:
    cases.execute("REVOKE INSERT ON cases.access_log FROM samspel_cases")
    before = cases.saved()
    assert cases.client.post("/api/v1/cases", json=new_case()).status_code == 500
    assert cases.saved() == before


def test_F11_without_a_log_no_case_is_shown(cases: CasesHouse) -> None:
    case = cases.open_case()
    cases.execute("REVOKE INSERT ON cases.access_log FROM samspel_cases")
    answer = cases.client.get(f"/api/v1/cases/{case['id']}")
    assert answer.status_code == 500
    assert case["reference"] not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_cases_are_listed_page_by_page(cases: CasesHouse) -> None:
    opened = {cases.open_case()["id"] for _ in range(5)}
    seen: list[str] = []
    after = ""
    while True:
        page = cases.get(f"cases?limit=2{after}")
        seen += [case["id"] for case in page["cases"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert len(seen) == 5
    assert set(seen) == opened


def test_people_units_and_posts_can_be_looked_up(cases: CasesHouse) -> None:
    rektorer = cases.get("people?role=rektor")
    assert OWNER in [person["id"] for person in rektorer]
    assert all("rektor" in person["roles"] for person in rektorer)
    units = {unit["id"]: unit for unit in cases.get("units")}
    places = [place["id"] for place in units["bildningsforvaltningen"]["places"]]
    assert "forvaltningshuset-eken" in places
    posts = {post["id"]: post for post in cases.get("posts")}
    assert posts["rektor-bjorkskolan"]["holder"] == OWNER
    assert cases.get("messages") == []


def test_ready_is_honest_in_both_directions(cases: CasesHouse) -> None:
    answer = cases.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["cases", "notifier", "scheduler"]
    beat = "INSERT INTO bus.heartbeats VALUES (%s, clock_timestamp() - %s::interval)"
    for service in ("cases", "scheduler", "notifier"):
        cases.execute(beat, service, "1 second")
    assert cases.client.get("/readyz").status_code == 200
    cases.execute(beat, "inbound", "1 day")  # an alarm of its own; people can work
    assert cases.client.get("/readyz").status_code == 200
    cases.execute(beat, "another", "1 minute")
    assert cases.client.get("/readyz").json()["missing"] == ["another"]
    # From before the clock was set back: whether it has worked since isn't known.
    cases.execute("UPDATE bus.heartbeats SET at = clock_timestamp() + interval '2 hours'")
    assert cases.client.get("/readyz").json()["missing"] == [
        "another", "cases", "notifier", "scheduler"
    ]  # fmt: skip
    cases.execute("UPDATE bus.heartbeats SET at = clock_timestamp() + interval '30 seconds'")
    assert cases.client.get("/readyz").status_code == 200
    assert cases.client.get("/healthz").status_code == 200


def test_events_and_the_audit_trail_hold_no_name_or_address(cases: CasesHouse) -> None:
    case = cases.signed_case()
    cases.booked(case)
    cases.post(f"cases/{case['id']}/close", {"outcome": "other"})
    kept = str(cases.rows("SELECT data FROM bus.events"))
    kept += str(cases.rows("SELECT * FROM cases.audit")) + str(
        cases.rows("SELECT * FROM cases.tasks")
    )
    for word in ("Exempel", "Alva", "Kim", "hemma.example", "2014-05-02"):
        assert word not in kept


def test_the_municipality_can_be_imported_again_and_again(
    cases: CasesHouse, municipality: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMSPEL_DATABASE_URL", cases.database_url)
    before = cases.rows("SELECT * FROM cases.holders ORDER BY post, first_day")
    assert import_municipality(municipality) == import_municipality(municipality)
    assert cases.rows("SELECT * FROM cases.holders ORDER BY post, first_day") == before
