"""What answers look like: the fields of the contract, and a few more."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.cases.domain.posts import Post, Standing
from services.cases.handlers.reading import FreeTime, Row, ShownCase
from shared.domain.days import STOCKHOLM, local_date
from shared.domain.windows import Window


def case_json(shown: ShownCase) -> dict[str, Any]:
    return {
        **_of_the_case_itself(shown.case),
        **_people_json(shown.people),
        "windows": [window_json(window) for window in shown.windows],
        "consents": [consent_json(consent) for consent in shown.consents],
        "meetings": [meeting_json(meeting, shown.attendance) for meeting in shown.meetings],
        "tasks": [task_json(task) for task in shown.tasks],
        "lead_times": [asdict(one) for one in shown.lead_times],
    }


def _of_the_case_itself(case: Row) -> dict[str, Any]:
    names = (
        "id", "reference", "procedure", "state", "known_on", "opened_at", "closed_at", "outcome",
        "process_owner", "initiator", "coordinator", "contact_person", "grade", "residence",
        "reason", "evaluation", "held_back", "unit", "never_together", "place",
    )  # fmt: skip
    instants = {name: instant_json(case[name]) for name in ("opened_at", "closed_at")}
    return {name: case[name] for name in names} | instants


def _people_json(people: Sequence[Row]) -> dict[str, Any]:
    """Everybody on the case, as what they take part."""
    of = {
        party: [one for one in people if one["party"] == party]
        for party in ("child", "guardian", "staff", "external")
    }
    return {
        "child": member_json(of["child"][0]),
        "guardians": [
            member_json(one)
            | {"custody": one["custody"], "wanted_by_youth": bool(one["wanted_by_youth"])}
            for one in of["guardian"]
        ],
        "participants": [
            {"person": one["person_id"], "role": one["role"], "organisation": one["organisation"]}
            for one in of["staff"]
        ],
        "externals": [{"person": one["person_id"]} for one in of["external"]],
    }


def case_line_json(case: Row) -> dict[str, Any]:
    """A case in a list."""
    names = ("id", "reference", "procedure", "state", "known_on", "process_owner")
    return {name: case[name] for name in names}


def member_json(one: Row) -> dict[str, Any]:
    """Somebody of the family: how they are reached, but neither name nor address (X12)."""
    names = ("language", "interpreter", "no_mail", "protected", "has_mail")
    return {"id": one["person_id"]} | {name: one[name] for name in names}


def window_json(window: Window) -> dict[str, Any]:
    return {
        "step": window.step,
        "opens_on": window.opens_on,
        "closes_on": window.closes_on,
        "last_bookable_on": window.last_bookable_on,
        "state": window.state,
        "rule": window.rule,
    }


def consent_json(consent: Row) -> dict[str, Any]:
    return {
        "id": consent["id"],
        "party": consent["party"],
        "person": consent["person_id"],
        "organisations": consent["organisations"],
        "state": consent["state"],
        "requested_on": consent["requested_on"],
        "signed_on": consent["signed_on"],
        "refused_on": consent["refused_on"],
        "withdrawn_on": consent["withdrawn_on"],
        "valid_until": consent["valid_until"],
        "method": consent["method"],
        "form_reference": consent["form_reference"],
        "waived_on": consent["waived_on"],
        "waived_because": consent["waived_because"],
    }


def meeting_json(meeting: Row, attendance: Sequence[Row]) -> dict[str, Any]:
    return {
        "id": meeting["id"],
        "case": meeting["case_id"],
        "step": meeting["step"],
        "starts_at": instant_json(meeting["starts_at"]),
        "ends_at": instant_json(meeting["ends_at"]),
        "place": meeting["place"],
        "state": meeting["state"],
        "sequence": meeting["sequence"],
        "held_on": local_date(meeting["starts_at"]) if meeting["state"] == "held" else None,
        "secretary": meeting["secretary"],
        "consent_reviewed": meeting["consent_reviewed"],
        "minutes_filed_at": instant_json(meeting["minutes_filed_at"]),
        "minutes_reference": meeting["minutes_reference"],
        "plan_filed_at": instant_json(meeting["plan_filed_at"]),
        "plan_reference": meeting["plan_reference"],
        "outcome": meeting["outcome"],
        "organizer": meeting["organizer"],
        "options": [_option_json(option) for option in meeting["options"]],
        "counters": [counter_json(counter) for counter in meeting["counters"]],
        "attendance": [
            {
                "person": one["person_id"],
                "answer": one["answer"],
                "answered_at": instant_json(one["answered_at"]),
                "present": one["present"],
            }
            for one in attendance
            if one["meeting_id"] == meeting["id"]
        ],
    }


def _option_json(option: Row) -> dict[str, Any]:
    """A proposed time, and how many said what: never who (X12)."""
    starts_at = datetime.fromisoformat(option["starts_at"])
    return {**option, "starts_at": instant_json(starts_at)}


def counter_json(counter: Row) -> dict[str, Any]:
    """Another time that somebody wishes for (B5)."""
    return {
        "id": counter["id"],
        "person": counter["person_id"],
        "starts_at": instant_json(counter["starts_at"]),
        "ends_at": instant_json(counter["ends_at"]),
        "via": counter["via"],
        "state": counter["state"],
        "asked_at": instant_json(counter["asked_at"]),
        "settled_at": instant_json(counter["settled_at"]),
    }


def task_json(task: Row) -> dict[str, Any]:
    return {
        "id": task["id"],
        "case": task["case_id"],
        "inquiry": task["inquiry_id"],
        "year": task["year"],
        "dispatch": task["dispatch_id"],
        "report": task["report_id"],
        "kind": task["kind"],
        "owner": task["owner"],
        "due_on": task["due_on"],
        "state": task["state"],
        "rule": task["rule"],
        "meeting": task["meeting_id"],
        "about": task["about"],
        "details": task["details"],
    }


def message_json(message: Row) -> dict[str, Any]:
    return {
        "id": message["id"],
        "case": message["case_id"],
        "task": message["task_id"],
        "meeting": message["meeting_id"],
        "kind": message["kind"],
        "recipient": message["recipient"],
        "state": message["state"],
        "attempts": message["attempts"],
        "reason": message["reason"],
        "rule": message["rule"],
        "due_at": instant_json(message["due_at"]),
        "accepted_at": instant_json(message["accepted_at"]),
    }


def slot_json(free: FreeTime) -> dict[str, Any]:
    slot = free.slot
    return {
        "starts_at": instant_json(slot.starts_at),
        "ends_at": instant_json(slot.ends_at),
        "in_break": slot.in_break,
        "short_notice": free.short_notice,
        "calendars_known": free.calendars_known,
        "calendars_as_of": instant_json(free.calendars_as_of),
    }


def person_json(person: Row) -> dict[str, Any]:
    roles = sorted({post["role"] for post in person["posts"] if post["capacity"] == "holder"})
    return {
        "id": person["id"],
        "code": person["code"],
        "name": person["name"],
        "roles": roles,
        "posts": person["posts"],
    }


def unit_json(unit: Row, places: Sequence[Row]) -> dict[str, Any]:
    return {
        "id": unit["code"],
        "code": unit["code"],
        "name": unit["name"],
        "kind": unit["kind"],
        "organisation": unit["organisation"],
        "parent": unit["parent"],
        "places": [
            {"id": place["code"], "code": place["code"], "public_text": place["public_text"]}
            for place in places
            if place["unit"] == unit["code"]
        ],
    }


def post_json(post: Post, standing: Standing) -> dict[str, Any]:
    return {
        "id": post.code,
        "code": post.code,
        "role": post.role,
        "unit": post.unit,
        "reports_to": post.reports_to,
        **asdict(standing),
    }


def instant_json(instant: datetime | None) -> str | None:
    """In Stockholm's offset, as people there read it."""
    return None if instant is None else instant.astimezone(STOCKHOLM).isoformat()
