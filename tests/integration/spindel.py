"""A Spindelmöte as the tests of meetings need it: signed, prepared, its family meeting booked."""

from typing import Any

from shared.bus import events as e
from shared.ids import staff_id
from tests.integration.cases_house import CasesHouse, Json

COORDINATOR = str(staff_id("therese-backman"))
SOCIAL = str(staff_id("lotta-engstrom"))
OTHER_SOCIAL = str(staff_id("cecilia-moberg"))
POLICE = str(staff_id("charlotte-stahl"))
LEISURE = str(staff_id("gustav-alm"))


def spindel_case(cases: CasesHouse, **changes: Any) -> Json:
    return cases.signed_case(procedure="spindelmote", participants=[], **changes)


def book(cases: CasesHouse, case: Json, step: str, starts_at: str, **more: Any) -> Json:
    body = {"step": step, "starts_at": starts_at} | more
    meeting: Json = cases.post(f"cases/{case['id']}/meetings", body, 201)
    return meeting


def prepared(cases: CasesHouse, case: Json) -> None:
    """The actors met on Wednesday 3 March; it is noon on that day."""
    meeting = book(cases, case, "preparation", "2027-03-03T09:00:00+01:00")
    cases.set_clock("2027-03-03T12:00:00+01:00")
    cases.post(f"meetings/{meeting['id']}/held")


def family_meeting(cases: CasesHouse, **changes: Any) -> tuple[Json, Json]:
    """A case with its family meeting booked on Tuesday 16 March at 13.00."""
    case = spindel_case(cases, **changes)
    prepared(cases, case)
    return case, book(cases, case, "family", "2027-03-16T13:00:00+01:00")


def chore(case: Json, meeting: Json, **fields: Any) -> e.ChoreDue:
    """As the scheduler tells it; by default that the guardians are to hear who comes."""
    values = {
        "case_id": case["id"],
        "key": f"{meeting['id']}/S6/who-comes/{meeting['sequence']}/0",
        "chore": "who-comes",
        "kind": "tell-who-comes",
        "rule": "S6",
        "owner": "leader",
        "step": meeting["step"],
        "meeting_id": meeting["id"],
        "sequence": meeting["sequence"],
        "due_on": "2027-03-12",
    }
    return e.ChoreDue.model_validate(values | fields)


def tasks(cases: CasesHouse, case: Json, kind: str) -> list[Json]:
    shown = cases.get(f"cases/{case['id']}")["tasks"]
    return [task for task in shown if task["kind"] == kind]


def states(cases: CasesHouse, case: Json, kind: str) -> list[tuple[str, str | None]]:
    return [(task["state"], task["due_on"]) for task in tasks(cases, case, kind)]


def done(cases: CasesHouse, case: Json, kind: str) -> None:
    (task,) = (one for one in tasks(cases, case, kind) if one["state"] == "open")
    cases.post(f"tasks/{task['id']}/done")
