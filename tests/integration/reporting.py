"""Who is who in the stories of reports of concern, and what is asked of the API about them."""

from typing import Any

import httpx2

from shared.ids import staff_id
from tests.integration.cases_house import CasesHouse, Json
from tests.integration.test_cases_sight import HEADER

REPORTER = str(staff_id("kristina-blom"))  # teacher at Björkskolan
RECEIVER = str(staff_id("lotta-engstrom"))  # socialsekreterare, who took the call
CHIEF = str(staff_id("jonas-ekdahl"))  # enhetschef IFO, to whose post reports come
REKTOR = str(staff_id("anna-lindqvist"))  # of Björkskolan
OTHER_REKTOR = str(staff_id("eva-lindstrom"))  # of Almskolan
COLLEAGUE = str(staff_id("emelie-strand"))  # kurator at Björkskolan
ABOVE = str(staff_id("birgitta-nordlund"))  # avdelningschef IFO, the chief's manager
SKOLCHEF = str(staff_id("margareta-sandstrom"))  # to whom the rektor reports


def new_report(**changes: Any) -> Json:
    return {
        "unit": "bjorkskolan",
        "reporter": REPORTER,
        "oral": True,
        "suspected_abuse": False,
        "wants_feedback": True,
        "received_by": RECEIVER,
    } | changes


def reported(house: CasesHouse, **changes: Any) -> Json:
    report: Json = house.post("reports", new_report(**changes), 201)
    return report


def acting(
    house: CasesHouse, person: str, path: str, body: Json | None = None, method: str = "POST"
) -> httpx2.Response:
    """A call for somebody who sits before the calling system."""
    sent = None if method == "GET" else body or {}
    return house.client.request(method, f"/api/v1/{path}", headers={HEADER: person}, json=sent)


def looks(house: CasesHouse, person: str, path: str) -> httpx2.Response:
    return acting(house, person, path, method="GET")


def duties(report: Json, state: str = "open") -> dict[str, str | None]:
    """The kinds of task that there are about a report, each with its owner."""
    return {task["kind"]: task["owner"] for task in report["tasks"] if task["state"] == state}
