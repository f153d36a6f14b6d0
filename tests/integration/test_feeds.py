"""Calendar feeds: what a calendar program gets, and when it gets nothing more (X3, X13, P7)."""

from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

import httpx2
from icalendar import Calendar

from shared.domain.days import at
from shared.ids import FEED, LINK, meeting_uid, signed_token
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json
from tests.support.links import SECRET, Visitor, link_to


def feed_of(cases: CasesHouse, person: str = OWNER) -> str:
    url: str = cases.post(f"people/{person}/feed", {}, 201)["url"]
    return url.removeprefix("http://samspel.example")


def read(cases: CasesHouse, path: str, **headers: str) -> httpx2.Response:
    """As a calendar program does: without any token."""
    token = cases.client.headers.pop("Authorization")
    try:
        return cases.client.get(path, headers=headers)
    finally:
        cases.client.headers["Authorization"] = token


def events(answer: httpx2.Response) -> list[Any]:
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_a_feed_without_a_meeting_is_one_too(cases: CasesHouse) -> None:
    answer = read(cases, feed_of(cases))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    text = answer.text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert "X-PUBLISHED-TTL:PT1H\r\n" in text
    assert "NAME:Möten Exempelkommun\r\n" in text
    assert "X-WR-CALNAME:Möten Exempelkommun\r\n" in text
    assert "METHOD" not in text
    assert events(answer) == []


def test_X3_a_feed_names_nobody_and_has_the_uids_of_the_mails(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    (event,) = events(read(cases, feed_of(cases)))
    assert event["UID"] == meeting_uid(SECRET, meeting["id"], "exempelkommun.example")
    assert event["SUMMARY"] == f"Möte {case['reference']}"
    assert event["CLASS"] == "PRIVATE"
    assert event["LOCATION"].startswith("Mötesrum Eken")
    assert event["STATUS"] == "CONFIRMED"
    assert {"ATTENDEE", "ORGANIZER", "DESCRIPTION", "URL"}.isdisjoint(event)
    (family,) = events(read(cases, feed_of(cases, case["guardians"][0]["id"])))
    assert family["SUMMARY"] == "Möte"
    assert family["UID"] == event["UID"]
    cases.post(f"cases/{case['id']}/people/{case['guardians'][1]['id']}", {"protected": True})
    (event,) = events(read(cases, feed_of(cases)))
    assert "LOCATION" not in event  # X6


def test_what_has_not_changed_is_not_sent_again(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    path = feed_of(cases)
    first, again = read(cases, path), read(cases, path)
    tag = first.headers["etag"]
    assert first.content == again.content
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "private, no-cache"
    for given in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        unchanged = read(cases, path, **{"If-None-Match": given})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["etag"] == tag
    cases.set_clock("2027-03-01T09:00:00+01:00")
    assert read(cases, path).headers["etag"] == tag
    cases.post(f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-10T13:00:00+01:00"})
    moved = read(cases, path, **{"If-None-Match": tag})
    assert moved.status_code == 200
    assert events(moved)[0]["SEQUENCE"] == 1
    head = cases.client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == moved.headers["etag"]


def test_a_cancelled_meeting_is_shown_as_off_for_a_while(cases: CasesHouse) -> None:
    meeting = cases.booked(cases.signed_case())
    path = feed_of(cases)
    cases.post(f"meetings/{meeting['id']}/cancel")
    (event,) = events(read(cases, path))
    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert "LOCATION" not in event
    cases.set_clock("2027-04-09T15:00:00+02:00")
    assert events(read(cases, path)) == []


def test_Q6_a_feed_and_a_file_are_never_older_than_the_mails_to_the_same_mailbox(
    cases: CasesHouse,
) -> None:
    """After a CANCEL and a new REQUEST the mail's SEQUENCE is above the meeting's."""
    case = cases.signed_case()
    meeting, person = cases.booked(case), case["guardians"][0]["id"]
    path, visitor = feed_of(cases, person), Visitor(cases, link_to(cases, meeting, person))
    first = read(cases, path)
    assert events(first)[0]["SEQUENCE"] == 0
    cases.execute(
        "INSERT INTO notifier.invitations (meeting_id, mailbox, case_id, token, people, told,"
        " sequence, stamp, created_at, state)"
        " SELECT %s, lower(email), %s, 'a', ARRAY[id], 0, 2, '2027-03-01T08:30:00Z',"
        " '2027-03-01T07:00:00Z', 'invited' FROM cases.people WHERE id = %s",
        meeting["id"],
        case["id"],
        person,
    )
    again = read(cases, path, **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200
    for answer in (again, visitor.get("/mote.ics")):
        (event,) = events(answer)
        assert event["SEQUENCE"] == 2
        assert event["DTSTAMP"].dt.isoformat() == "2027-03-01T08:30:00+00:00"
    (other,) = events(read(cases, feed_of(cases)))
    assert other["SEQUENCE"] == 0  # another mailbox has heard nothing of it
    cases.set_clock("2027-03-01T12:00:00+01:00")
    cases.post(f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-10T13:00:00+01:00"})
    (moved,) = events(read(cases, path))  # the mail of it hasn't been made yet
    assert moved["SEQUENCE"] == 2
    assert moved["DTSTAMP"].dt.isoformat() == "2027-03-01T11:00:00+00:00"


def test_P7_what_the_consent_no_longer_carries_is_not_in_the_feed(cases: CasesHouse) -> None:
    """A form that ends between now and the meeting takes the meeting along at once."""
    case = cases.signed_case()
    cases.booked(case)
    path, family = feed_of(cases, THERAPIST), feed_of(cases, case["guardians"][0]["id"])
    cases.execute("UPDATE cases.consents SET valid_until = '2027-03-08'")
    assert events(read(cases, path)) == []
    assert events(read(cases, family)) == []
    cases.execute("UPDATE cases.consents SET valid_until = NULL")
    assert len(events(read(cases, path))) == 1
    cases.post(f"cases/{case['id']}/consents/{case['consents'][0]['id']}/withdraw")
    assert read(cases, family).status_code == 404
    assert [one["STATUS"] for one in events(read(cases, path))] == ["CANCELLED"]


def test_a_wrong_or_revoked_feed_is_not_there(cases: CasesHouse) -> None:
    path = feed_of(cases)
    newer = feed_of(cases)
    wrong = [
        path,  # a newer one has taken its place
        f"/f/{signed_token(SECRET, FEED, uuid4())}.ics",
        f"/f/{signed_token(SECRET, LINK, uuid4())}.ics",
        "/f/x.ics",
        newer[:-5] + ("a" if newer[-5] != "a" else "b") + ".ics",
    ]
    answers = {(one.status_code, one.text) for one in (read(cases, one) for one in wrong)}
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert read(cases, newer).status_code == 200
    assert cases.post(f"people/{OWNER}/feed/revoke") == {"revoked": True}
    assert cases.post(f"people/{OWNER}/feed/revoke") == {"revoked": True}
    assert read(cases, newer).status_code == 404


def test_X13_whoever_acts_for_themselves_has_their_own_feed_and_no_others(
    cases: CasesHouse,
) -> None:
    def ask(person: str, whose: str, below: str = "") -> int:
        headers = {"Samspel-Acting-As": person}
        path = f"/api/v1/people/{whose}/feed{below}"
        return cases.client.post(path, headers=headers, json={}).status_code

    assert ask(OWNER, OWNER) == 201
    assert ask(THERAPIST, OWNER) == 404
    assert ask(THERAPIST, OWNER, "/revoke") == 404
    assert ask(OWNER, str(UUID(int=5))) == 404
    cases.post(f"people/{uuid4()}/feed", {}, 404)
    assert cases.rows("SELECT count(*) AS n FROM cases.feeds WHERE revoked_at IS NULL")[0]["n"] == 1


def test_X6_a_feed_ends_at_the_moment_the_address_changes(cases: CasesHouse) -> None:
    person = cases.signed_case()["guardians"][0]["id"]
    path = feed_of(cases, person)
    cases.set_clock("2027-03-08T15:00:00+01:00")
    cases.execute("UPDATE cases.people SET protected = true WHERE id = %s", person)
    (feed,) = cases.rows("SELECT revoked_at FROM cases.feeds")
    assert feed["revoked_at"] == at(date(2027, 3, 8), time(15))
    assert read(cases, path).status_code == 404


def test_every_reading_is_logged_once_it_shows_something(cases: CasesHouse) -> None:
    path = feed_of(cases)
    tag = read(cases, path).headers["etag"]
    read(cases, path, **{"If-None-Match": tag})
    logged = cases.rows("SELECT actor FROM cases.access_log WHERE what = 'feed'")
    assert [one["actor"] for one in logged] == [f"person:{OWNER}"]


def test_X13_the_links_of_one_case_end_no_feed_of_all_cases(cases: CasesHouse) -> None:
    case: Json = cases.signed_case()
    meeting = cases.booked(case)
    person = case["guardians"][0]["id"]
    path, link = feed_of(cases, person), link_to(cases, meeting, person)
    cases.post(f"cases/{case['id']}/people/{person}/revoke-links")
    assert Visitor(cases, link).get().status_code == 404
    assert read(cases, path).status_code == 200
    cases.post(f"people/{person}/feed/revoke")
    assert read(cases, path).status_code == 404
