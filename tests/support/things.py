"""One of everything that has an id: what somebody on a case has a part in, and what others have."""

import base64
import re
from uuid import uuid4

from shared.ids import PAGE, signed_token, staff_id
from tests.conftest import EXAMPLE
from tests.integration.cases_house import OWNER, SECRET, THERAPIST, CasesHouse, Json, guardian
from tests.integration.reporting import reported
from tests.support.links import Visitor as AtLink
from tests.support.links import link_to
from tests.support.signing_in import Visitor

UNCOVERED, MOVED = "amanda-kjellberg", "hassan-yusuf"
OTHER_OWNER, OTHER_COLLEAGUE = str(staff_id("peter-hedman")), str(staff_id("nadia-karim"))
COLLEAGUE = str(staff_id("mattias-gran"))  # who is taken off the case
RECEIVER, SENDER = str(staff_id("frida-wikman")), str(staff_id("birgitta-nordlund"))
INVITED = SENDER
Ids = dict[str, str]

_OTHERS_CASE: Json = {
    "initiator": OTHER_OWNER,
    "participants": [OTHER_COLLEAGUE],
    "child": {
        "name": "Noor Exempel", "birth_date": "2015-05-02", "unit": "asby-skola",
        "email": None, "protected": False,
    },
    "guardians": [guardian("Sam Exempel")],
}  # fmt: skip
_ON_THE_CASE = """
    INSERT INTO cases.participants (case_id, person_id, party, role, organisation, added_at)
    SELECT id, %s, 'staff', %s, %s, opened_at FROM cases.cases WHERE id = %s
"""
_MOVES = "UPDATE cases.holders SET post = 'kurator-tallasskolan' WHERE person_id = %s"
_MESSAGE = """
    INSERT INTO notifier.messages (id, key, kind, ground, case_id, person_id, party, mailbox,
      address, language, rule, payload, message_id, due_at, useful_until, created_at, state)
    SELECT %s, 'of ' || reference, 'alert', 'duty', id, process_owner, 'staff', 'a@b.example',
           'a@b.example', 'sv', 'X2', '{}', reference, opened_at, opened_at, opened_at, 'failed'
    FROM cases.cases WHERE id = %s
"""
_INBOUND = """
    INSERT INTO notifier.inbound (id, digest, via, recipient, size, received_at, keep_until, state,
      kind, reason, words, case_id, meeting_id)
    SELECT %s, sha256(id::text::bytea), 'smtp', 'svar@exempel.example', 10, opened_at,
           '2028-01-01', 'quarantined', 'reply', 'sender', 'Hej', id, %s
    FROM cases.cases WHERE id = %s
"""
_WISHED = "INSERT INTO cases.people (id, party, name) VALUES (%s, 'external', 'Mo Exempel')"
_WISH = """
    INSERT INTO cases.wishes (id, case_id, person_id, by_person, relation, asked_at)
    SELECT %s, id, %s, process_owner, 'relative', opened_at FROM cases.cases WHERE id = %s
"""


def things_of_one_on_a_case(house: CasesHouse) -> Ids:
    """Anna's, who opened it; on it is also one whom no consent covers, and one who has moved."""
    case = house.signed_case(participants=[THERAPIST, COLLEAGUE])
    for who, role, of in (
        (UNCOVERED, "fritidsledare", "leisure"),
        (MOVED, "socialsekreterare", "social_services"),
    ):
        house.execute(_ON_THE_CASE, staff_id(who), role, of, case["id"])
    meeting = house.booked(case)  # to which who moves is called, too
    house.execute(_MOVES, staff_id(MOVED))
    return {
        **_around_a_case(house, case, meeting),
        **_of_no_case(house, OWNER, "bjorkskolan", "2027-05-20T18:00:00+02:00"),
        "/cases/{case_id}/participants person_id": COLLEAGUE,
        "/arenden/{case_id}/personer person_id": COLLEAGUE,
        "/nodlage task_id": _opened_in_an_emergency(house, case["reference"]),
    }


def things_of_others(house: CasesHouse) -> Ids:
    """Peter's, in which nobody of the roles has a part."""
    case = house.signed_case(**_OTHERS_CASE)
    meeting = house.booked(case, "2027-03-10T13:00:00+01:00")
    return {
        **_around_a_case(house, case, meeting),
        **_of_no_case(house, OTHER_OWNER, "asby-skola", "2027-05-25T18:00:00+02:00"),
        "/cases/{case_id}/participants person_id": OTHER_COLLEAGUE,
        "/arenden/{case_id}/personer person_id": OTHER_COLLEAGUE,
    }


def _around_a_case(house: CasesHouse, case: Json, meeting: Json) -> Ids:
    parent = case["guardians"][0]["id"]
    link = link_to(house, meeting, parent)
    AtLink(house, link).does("annan-tid", day="2027-03-11", time="10:00")
    (counter,) = house.rows("SELECT id FROM cases.counters WHERE meeting_id = %s", meeting["id"])
    message, inbound, wish, wished = (str(uuid4()) for _ in range(4))
    house.execute(_MESSAGE, message, case["id"])
    house.execute(_INBOUND, inbound, meeting["id"], case["id"])
    house.execute(_WISHED, wished)
    house.execute(_WISH, wish, wished, case["id"])
    return {
        "reference": case["reference"],
        "case_id": case["id"],
        "meeting_id": meeting["id"],
        "task_id": case["tasks"][0]["id"],
        "consent_id": case["consents"][0]["id"],
        "person_id": parent,
        "message_id": message,
        "inbound_id": inbound,
        "wish_id": wish,
        "counter_id": str(counter["id"]),
        "answer": "aterta",
        "/r token": link.removeprefix("/r/"),
        "/r form": "svar",
    }


def _of_no_case(house: CasesHouse, person: str, unit: str, evening: str) -> Ids:
    """What a rektor has of the year and of reports, their feed, and an inquiry."""
    first = house.get("consultations/slots")[0]["starts_at"]
    feed = house.post(f"people/{person}/feed", {}, 201)["url"]
    return {
        **_sent_to(house, person),
        **_parents_invited(house, unit, evening),
        "inquiry_id": house.post("inquiries", {"source": "child", "procedure": "sspf"}, 201)["id"],
        "report_id": reported(house, unit=unit, received_by=RECEIVER)["id"],
        "matter_id": house.post("consultations", {"starts_at": first, "by": person}, 201)["id"],
        "/api/v1/people person_id": person,
        "/f token": feed.rpartition("/")[2].removesuffix(".ics"),
        "unit": unit,
        "stage": "lagstadiet",
    }


def _sent_to(house: CasesHouse, person: str) -> Ids:
    """Information to every rektor, and the duty to pass it on that one of them has."""
    content = base64.b64encode(b"%PDF-1.7 hej").decode()
    file = {"name": "hej.pdf", "media_type": "application/pdf", "content": content}
    body = {"kind": "information", "title": "Hej", "by": SENDER, "files": [file]}
    sent = house.post("dispatches", body, 201)
    (duty,) = house.rows(
        "SELECT id, link FROM cases.tasks WHERE dispatch_id = %s AND owner = %s",
        sent["id"],
        person,
    )
    return {
        "dispatch_id": sent["id"],
        "file_id": sent["files"][0]["id"],
        "/arshjul/uppgift task_id": str(duty["id"]),
        "/u token": signed_token(SECRET, PAGE, duty["link"]),
        "/u file": sent["files"][0]["id"],
        "/u form": "klart",
    }


def _parents_invited(house: CasesHouse, unit: str, evening: str) -> Ids:
    """A parent meeting to which IFO can't come, and the duty to say who does: IFO's own."""
    body = {"unit": unit, "stage": "lagstadiet", "cohorts": [2026], "starts_at": evening}
    meeting = house.post("parent-meetings", body, 201)
    answer = {"person": INVITED, "answer": "declined"}
    house.post(f"meetings/{meeting['id']}/answers", answer)
    (duty,) = house.rows(
        "SELECT id FROM cases.tasks WHERE kind = 'come-to-parent-meeting' AND meeting_id = %s",
        meeting["id"],
    )
    return {"meeting": meeting["id"], "/arshjul/foraldramoten task_id": str(duty["id"])}


def _opened_in_an_emergency(house: CasesHouse, reference: str) -> str:
    """By somebody whose manager is the one among the roles: their duty to look at it (X10)."""
    fields = {
        "reference": reference,
        "reason": "Samtal i natt om en akut sak.",
        "understood": "yes",
    }
    assert house.visitor("eva-lindstrom").post("/nodlage", fields).status_code == 303
    (duty,) = house.rows("SELECT id FROM cases.tasks WHERE kind = 'see-glass'")
    return str(duty["id"])


def kept_by_an_administrator(house: CasesHouse, administrator: Visitor) -> Ids:
    """A key, files that wait for a yes, and what is named by no id."""
    keys = "/installningar/nycklar"
    (scope, *_) = re.findall(r'name="scopes" value="([^"]+)"', administrator.get(keys).text)
    assert administrator.post(keys, {"name": "Schema", "scopes": scope}).status_code == 200
    (key,) = house.rows("SELECT id FROM cases.api_tokens")
    files = {"people.csv": ("people.csv", (EXAMPLE / "people.csv").read_bytes(), "text/csv")}
    sent = administrator.post("/installningar/las-in", files=files)
    return {
        "token_id": str(key["id"]),
        "draft_id": sent.headers["location"].partition("utkast=")[2],
        "first": "2026",
        "second": "27",
        "name": "samverkansmote",
        "procedure": "samverkansmote",
        "year": "2027",
        "code": "rektor-bjorkskolan",
    }
