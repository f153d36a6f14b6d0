"""Parent meetings that IFO is invited to: the ledger, by API and over two years (R26, R27)."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from shared.domain.days import local_date
from shared.ids import staff_id
from tests.integration.cases_house import CasesHouse, Json
from tests.integration.test_cases_inquiries import ACTING
from tests.support.beginnings import Beginnings
from tests.support.town import Town, a_town

EVENING = "2027-03-16T18:00:00+01:00"
UNIT, STAGE = "bjorkskolan", "mellanstadiet"
REKTOR = str(staff_id("anna-lindqvist"))


def in_post(house: CasesHouse | Town, post: str) -> str:
    held = house.rows("SELECT person_id FROM cases.holders WHERE post = %s", post)
    return str(held[0]["person_id"])


def invitation(**changes: Any) -> Json:
    """Of the cohorts in the school year 2026/27: 2024, 2025 and 2026."""
    return {"unit": UNIT, "stage": STAGE, "cohorts": [2026], "starts_at": EVENING} | changes


def cohort(house: CasesHouse | Town, number: int, stage: str = STAGE, query: str = "") -> Json:
    ledger: list[Json] = house.get(f"parent-meetings?unit={UNIT}{query}")
    return next(one for one in ledger if (one["stage"], one["cohort"]) == (stage, number))


def acting(cases: CasesHouse, person: str, path: str, body: Json) -> Any:
    return cases.client.post(f"/api/v1/{path}", json=body, headers={ACTING: person})


def test_R26_the_rektor_invites_ifo_and_the_cohort_is_planned(cases: CasesHouse) -> None:
    """R26: a meeting like any other, of the rektor and of IFO's post, in the evening too."""
    chief = in_post(cases, "avdelningschef-ifo")
    made = cases.post("parent-meetings", invitation(cohorts=[2025, 2026]), 201)
    assert {one["person"] for one in made["attendance"]} == {REKTOR, chief}
    assert (made["ends_at"], made["state"], made["rule"]) == (
        "2027-03-16T18:30:00+01:00", "booked", "R26",
    )  # fmt: skip
    assert (made["process_owner"], made["cohorts"]) == (REKTOR, [2025, 2026])
    for number in (2025, 2026):
        row = cohort(cases, number)
        assert (row["state"], row["meeting"], row["starts_at"]) == ("planned", made["id"], EVENING)
    assert cohort(cases, 2024)["state"] == "unknown"
    (matter,) = cases.rows("SELECT about, child, unit, state FROM cases.cases")
    assert matter == {"about": "parents", "child": None, "unit": UNIT, "state": "open"}
    assert cases.told() == ["case.opened", "meeting.booked"]
    assert cases.get("cases")["cases"] == []


def test_R26_a_held_one_is_in_the_ledger_and_its_matter_closes(cases: CasesHouse) -> None:
    """R26: marked as held, as any meeting; then another one isn't asked for."""
    made = cases.post("parent-meetings", invitation(), 201)
    cases.set_clock("2027-03-17T08:00:00+01:00")
    held = cases.post(f"meetings/{made['id']}/held", {"present": [REKTOR]})
    assert held["state"] == "held"
    row = cohort(cases, 2026)
    assert (row["state"], row["held_on"], row["running_out"]) == ("held", "2027-03-16", False)
    (matter,) = cases.rows("SELECT state, outcome FROM cases.cases")
    assert matter == {"state": "closed", "outcome": "completed"}
    assert cases.get("tasks") == []
    refused = cases.post("parent-meetings", invitation(starts_at="2027-04-20T18:00:00+02:00"), 409)
    assert (refused["rule"], refused["type"].rpartition(":")[2]) == ("R26", "parent-meeting-held")


def test_R26_a_cancelled_one_leaves_nothing(cases: CasesHouse) -> None:
    """R26: the cohort has none again, and can have another."""
    made = cases.post("parent-meetings", invitation(), 201)
    refused = cases.post("parent-meetings", invitation(starts_at="2027-04-20T18:00:00+02:00"), 409)
    assert refused["type"].rpartition(":")[2] == "parent-meeting-planned"
    cases.post(f"meetings/{made['id']}/cancel")
    assert cases.post(f"meetings/{made['id']}/cancel")["state"] == "cancelled"
    assert cohort(cases, 2026)["state"] != "planned"
    assert [one["state"] for one in cases.rows("SELECT state FROM cases.cases")] == ["closed"]
    assert cases.get("tasks") == []
    again = cases.post("parent-meetings", invitation(), 201)
    assert cohort(cases, 2026)["meeting"] == again["id"]


def test_R26_one_that_was_held_without_samspel_is_noted(cases: CasesHouse) -> None:
    """R26: on a day that has been, for a cohort that was there; the same twice is once."""
    body = {"unit": UNIT, "stage": STAGE, "cohorts": [2024], "on": "2025-10-07", "by": REKTOR}
    for _ in range(2):
        (noted,) = cases.post("parent-meetings/held", body)
        assert (noted["state"], noted["held_on"]) == ("held", "2025-10-07")
    assert cohort(cases, 2024)["state"] == "held"
    for changes, status, field in (
        ({"on": "2027-03-02", "cohorts": [2026]}, 422, "on"),
        ({"cohorts": [2026]}, 422, "cohorts.0"),
        ({"on": "2026-10-07"}, 409, None),
    ):
        refused = cases.post("parent-meetings/held", body | changes, status)
        assert field in (None, *(one["field"] for one in refused.get("errors", ())))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit": "ifo"}, "unit"),
        ({"unit": "nowhere"}, "unit"),
        ({"stage": "gymnasiet"}, "stage"),
        ({"stage": "nothing"}, "stage"),
        ({"cohorts": []}, "cohorts"),
        ({"cohorts": [2026, 2026]}, "cohorts"),
        ({"cohorts": [2026, 2023]}, "cohorts.1"),
        ({"cohorts": [2027]}, "cohorts.0"),
        ({"place": "nowhere"}, "place"),
        ({"invite": [REKTOR]}, "invite.0"),
        ({"invite": ["6b0f6ff6-7a32-5f1e-9a50-2b8e2d1f6a10"]}, "invite.0"),
        ({"starts_at": "2027-03-16"}, "starts_at"),
        ({"name": "x"}, "(?)"),
    ],
)
def test_R26_what_is_wrong_is_named_and_nothing_is_booked(
    cases: CasesHouse, changes: Json, field: str
) -> None:
    """R26: an unknown unit, stage or cohort, or somebody who isn't of IFO."""
    before = cases.saved()
    refused = cases.post("parent-meetings", invitation(**changes), 422)
    assert [one["field"].split(" ")[-1] for one in refused["errors"]] == [field]
    assert cases.saved() == before


@pytest.mark.parametrize(
    ("starts_at", "code"),
    [
        ("2027-02-26T18:00:00+01:00", "in-the-past"),
        ("2027-03-20T10:00:00+01:00", "not-a-working-day"),
        ("2027-03-16T21:00:00+01:00", "outside-hours"),
    ],
)
def test_R26_it_is_booked_by_the_rules_of_any_meeting(
    cases: CasesHouse, starts_at: str, code: str
) -> None:
    """R26: within the outer hours of a working day to come; nobody is at two meetings."""
    refused = cases.post("parent-meetings", invitation(starts_at=starts_at), 409)
    assert refused["type"].rpartition(":")[2] == code
    cases.post("parent-meetings", invitation(), 201)
    other = invitation(unit="almskolan", starts_at="2027-03-16T18:15:00+01:00")
    refused = cases.post("parent-meetings", other, 409)
    assert refused["type"].rpartition(":")[2] == "double-booked"
    assert len(cases.rows("SELECT 1 FROM cases.cases")) == 1


def test_R26_of_people_only_the_rektor_and_the_callers_invite(cases: CasesHouse) -> None:
    """R26, R32: it is the rektor's; who calls to the year's meetings may help."""
    teacher, caller = in_post(cases, "larare-bjorkskolan"), in_post(cases, "elevhalsochef")
    body = invitation()
    assert acting(cases, teacher, "parent-meetings", body).status_code == 403
    assert (
        acting(cases, in_post(cases, "rektor-kotten"), "parent-meetings", body).status_code == 403
    )
    other = acting(cases, caller, "parent-meetings", body | {"by": REKTOR})
    assert other.status_code == 409
    made = acting(cases, caller, "parent-meetings", body | {"by": caller})
    assert (made.status_code, made.json()["process_owner"]) == (201, REKTOR)
    note = {"unit": UNIT, "stage": STAGE, "cohorts": [2024], "on": "2025-10-07"}
    assert acting(cases, teacher, "parent-meetings/held", note).status_code == 403
    assert acting(cases, REKTOR, "parent-meetings/held", note).status_code == 200


def test_R27_a_no_asks_ifo_for_somebody_else(cases: CasesHouse) -> None:
    """R27: only once nobody of IFO comes; done by naming another, or by a yes."""
    first, second = (in_post(cases, f"familjebehandlare-{one}") for one in (1, 2))
    third, chief = (in_post(cases, one) for one in ("familjebehandlare-3", "avdelningschef-ifo"))
    made = cases.post("parent-meetings", invitation(invite=[first, second]), 201)
    answers, replace = f"meetings/{made['id']}/answers", f"parent-meetings/{made['id']}/replace"
    cases.post(answers, {"person": first, "answer": "declined"})
    assert cases.get("tasks") == []
    cases.post(answers, {"person": second, "answer": "declined"})
    (task,) = cases.get("tasks")
    assert (task["owner"], task["kind"], task["rule"], task["meeting"], task["due_on"]) == (
        chief, "come-to-parent-meeting", "R27", made["id"], "2027-03-02",
    )  # fmt: skip
    assert cases.post(f"tasks/{task['id']}/done", status=409)["rule"] == "R27"
    cases.post(answers, {"person": second, "answer": "accepted"})
    assert cases.get("tasks") == []
    cases.post(answers, {"person": second, "answer": "declined"})
    assert len(cases.get("tasks")) == 1
    stranger = acting(
        cases, in_post(cases, "rektor-kotten"), replace, {"for": first, "person": third}
    )
    assert stranger.status_code == 404
    done = acting(cases, chief, replace, {"for": second, "person": third, "by": chief})
    assert done.status_code == 200
    state = {one["person"]: one["answer"] for one in done.json()["attendance"]}
    assert state == {REKTOR: "needs-action", first: "declined", third: "needs-action"}
    assert cases.get("tasks") == []
    for body, field in (
        ({"for": second, "person": third}, "for"),
        ({"for": REKTOR, "person": second}, "for"),
        ({"for": first, "person": third}, "person"),
        ({"for": first, "person": in_post(cases, "rektor-kotten")}, "person"),
    ):
        assert cases.post(replace, body, 422)["errors"][0]["field"] == field


def test_R27_another_time_asks_everybody_anew(cases: CasesHouse) -> None:
    """R27: nobody has said no to the time that it has now; off, nobody is asked."""
    chief = in_post(cases, "avdelningschef-ifo")
    made = cases.post("parent-meetings", invitation(), 201)
    no = {"person": chief, "answer": "declined"}
    cases.post(f"meetings/{made['id']}/answers", no)
    assert [one["owner"] for one in cases.get("tasks")] == [chief]
    cases.post(f"meetings/{made['id']}/move", {"starts_at": "2027-03-17T18:00:00+01:00"})
    assert cases.get("tasks") == []
    cases.post(f"meetings/{made['id']}/answers", no)
    assert len(cases.get("tasks")) == 1
    cases.post(f"meetings/{made['id']}/cancel")
    assert cases.get("tasks") == []


# the years


@pytest.fixture
def summer(beginnings: Beginnings) -> Iterator[Town]:
    """All of Samspel with its year, installed on Monday 2 August 2027."""
    with beginnings.town("2027-08-02T08:00:00+02:00") as made:
        yield made


def pass_to(town: Town, instant: str) -> None:
    """As if no worker had run meanwhile."""
    town.clockwork.stand_at(datetime.fromisoformat(instant))
    town.quiet()


def asked(town: Town, unit: str = UNIT) -> list[tuple[str, int, str]]:
    """Stage, cohort and day of what is still asked of a unit's rektor."""
    tasks = [one for one in town.get("tasks?limit=1000") if one["kind"] == "hold-parent-meeting"]
    return sorted(
        (one["details"]["stage"], one["details"]["cohort"], one["due_on"])
        for one in tasks
        if one["details"]["unit"] == unit
    )


def test_R26_the_rektor_is_asked_until_each_cohort_has_had_its_one(summer: Town) -> None:
    """R26: over two school years; each cohort is asked for once, and not again once it was held."""
    assert asked(summer) == []
    pass_to(summer, "2027-08-20T12:00:00+02:00")
    begin = [
        ("lagstadiet", 2024, "2028-06-09"), ("lagstadiet", 2027, "2031-05-30"),
        ("mellanstadiet", 2025, "2028-06-09"), ("mellanstadiet", 2027, "2030-05-31"),
    ]  # fmt: skip
    assert asked(summer) == begin
    assert len(asked(summer, "solgarden")) == 2
    assert cohort(summer, 2026)["state"] == "unknown"
    body = {"unit": UNIT, "stage": "lagstadiet", "cohorts": [2024], "on": "2025-10-07"}
    summer.do("parent-meetings/held", body)
    starts_at = "2027-10-19T18:00:00+02:00"
    off = summer.do("parent-meetings", invitation(cohorts=[2027], starts_at=starts_at))
    summer.do(f"meetings/{off['id']}/cancel")
    made = summer.do("parent-meetings", invitation(cohorts=[2025, 2027], starts_at=starts_at))
    assert asked(summer) == begin[1:]
    pass_to(summer, "2027-10-21T12:00:00+02:00")
    mark = [one for one in summer.get("tasks?limit=1000") if one["kind"] == "mark-as-held"]
    assert [(one["owner"], one["meeting"]) for one in mark if one["meeting"] == made["id"]] == [
        (REKTOR, made["id"])
    ]
    summer.do(f"meetings/{made['id']}/held")
    assert asked(summer) == begin[1:2]
    pass_to(summer, "2028-09-01T12:00:00+02:00")
    assert asked(summer) == [
        ("lagstadiet", 2025, "2029-05-31"), ("lagstadiet", 2027, "2031-05-30"),
        ("lagstadiet", 2028, "2032-05-31"), ("mellanstadiet", 2026, "2029-05-31"),
        ("mellanstadiet", 2028, "2031-05-30"),
    ]  # fmt: skip
    assert cohort(summer, 2025, query="&year=2027")["held_on"] == "2027-10-19"
    states = {one["state"] for one in summer.get(f"parent-meetings?unit={UNIT}&year=2028")}
    assert states == {"none", "unknown", "held"}


def test_R26_nobody_is_asked_for_a_unit_that_is_closed(summer: Town) -> None:
    """R26: what can't be held any more is nobody's task."""
    pass_to(summer, "2027-08-20T12:00:00+02:00")
    assert len(asked(summer, "solgarden")) == 2
    with psycopg.connect(summer.database_url) as connection:
        connection.execute(
            "UPDATE cases.units SET ended_on = '2027-08-31' WHERE code = 'solgarden'"
        )
    pass_to(summer, "2027-09-01T12:00:00+02:00")
    assert asked(summer, "solgarden") == []
    assert len(asked(summer)) == 4


def test_R26_it_is_reminded_and_told_when_late(summer: Town) -> None:
    """R26, X2: before the end of the school year; afterwards the manager is told too."""
    pass_to(summer, "2027-08-20T12:00:00+02:00")
    tasks = summer.get("tasks?limit=1000")
    last = [
        one["id"] for one in tasks
        if one["kind"] == "hold-parent-meeting" and one["due_on"] == "2028-06-09"
    ]  # fmt: skip
    for day in ("2028-02-10", "2028-05-10", "2028-06-16"):
        pass_to(summer, f"{day}T12:00:00+01:00")
    for kind, days in (
        ("duty.near", ["2028-02-10", "2028-05-10"]),
        ("duty.late", ["2028-06-16"]),
    ):
        rows = summer.rows("SELECT time, data FROM bus.events WHERE type = %s ORDER BY id", kind)
        for task in last:
            of = [row["time"] for row in rows if row["data"]["task_id"] == task]
            assert [local_date(one).isoformat() for one in of] == days


def test_R26_R27_ifo_is_invited_by_mail_and_may_say_no(summer: Town) -> None:
    """R26, R27: the invitation of any meeting; a no is a task for IFO's chief, told by mail."""
    starts_at = "2027-09-14T18:00:00+02:00"
    first = in_post(summer, "familjebehandlare-1")
    made = summer.do(
        "parent-meetings", invitation(cohorts=[2025], starts_at=starts_at, invite=[first])
    )
    assert [mail.kind for mail in summer.mails()] == ["REQUEST 0"] * 2
    summer.do(f"meetings/{made['id']}/answers", {"person": first, "answer": "declined"})
    (task,) = [
        one for one in summer.get("tasks?limit=1000") if one["kind"] == "come-to-parent-meeting"
    ]
    assert task["owner"] == in_post(summer, "avdelningschef-ifo")
    before = len(summer.mails())
    second = in_post(summer, "familjebehandlare-2")
    summer.do(f"parent-meetings/{made['id']}/replace", {"for": first, "person": second})
    new = sorted(mail.kind for mail in summer.mails()[before:])
    assert new == ["CANCEL 1", "REQUEST 0"]


def test_R26_begun_in_spring_only_who_soon_leaves_is_asked_for(
    registered_url: str, municipality: Path
) -> None:
    """R26: no burst about cohorts that began long before."""
    clock = "2028-03-01T08:00:00+01:00"
    with a_town(registered_url, municipality, clock=clock, year=True) as town:
        town.quiet()
        assert asked(town) == [
            ("lagstadiet", 2024, "2028-06-09"), ("mellanstadiet", 2025, "2028-06-09"),
        ]  # fmt: skip
        pass_to(town, "2028-08-21T08:00:00+02:00")
        assert ("lagstadiet", 2028, "2032-05-31") in asked(town)
