"""A town with something on every page: what the tests look at that only read."""

from base64 import b64encode

from services.notifier.adapters.previews import publish_previews
from services.notifier.domain.samples import samples
from shared.ids import staff_id
from tests.support.inbound import bring, invited, plain
from tests.support.mailing import POST
from tests.support.notifier import SECRET
from tests.support.signing_in import Visitor, visitor
from tests.support.story import (
    FAMILY,
    GUARDIANS,
    open_a_case,
    opened_by,
    person_called,
    the_meeting,
)
from tests.support.town import Json, Town

APRIL = "2027-04-05T08:00:00+02:00"  # a Monday; the year's evaluation asks everybody
STRANGER = "lotta-engstrom"  # on no case
DIVISION_HEAD = "birgitta-nordlund"  # of IFO: comes to parent meetings, or says who does


def lives(town: Town) -> None:
    """Cases in every state, what a year asks for, a report, an inquiry, and mail to decide about.

    What takes long to become late begins in March; the rest happens on a Monday in April.
    """
    publish_previews(town.notifier.database, samples(POST))
    _of_march(town)
    town.jump_clock(APRIL)
    case = open_a_case(town, known_on="2027-04-01", guardians=_named("Petra", "Jonas"))
    town.quiet()
    sign_all(town, case)
    invitation = invited(town, GUARDIANS[0])
    bring(town, plain(GUARDIANS[0], "Vi kommer lite senare."), invitation["reply_to"], GUARDIANS[0])
    _holds_the_first(town, case)
    _of_other_procedures(town)
    town.post("reports", _REPORT, status=201)
    town.post("inquiries", _INQUIRY, status=201)
    _sends_to_every_principal(town)
    _opens_in_an_emergency(town, case)
    _drafts(town)
    town.quiet()


def sign_all(town: Town, case: Json) -> None:
    for consent in town.get(f"cases/{case['id']}")["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign", {"method": "paper"})


def _of_march(town: Town) -> None:
    """A case that nobody signs for, one that a guardian stops, and a parent meeting without IFO."""
    rektor = person_called(town, "anna-lindqvist")
    opened_by(town, rektor, "samverkansmote", **_family("C"))
    stopped = opened_by(town, rektor, "samverkansmote", **_family("E"))
    sign_all(town, stopped)
    (consent,) = town.get(f"cases/{stopped['id']}")["consents"]
    town.do(f"cases/{stopped['id']}/consents/{consent['id']}/withdraw", {})
    meeting = town.post("parent-meetings", _PARENTS, status=201)
    no = {"person": str(staff_id(DIVISION_HEAD)), "answer": "declined"}
    town.do(f"meetings/{meeting['id']}/answers", no)


def _of_other_procedures(town: Town) -> None:
    opened_by(
        town, person_called(town, "emelie-strand"), "spindelmote", reason="truancy", **_family("A")
    )
    sspf = {"grade": 7, "residence": "exempelkommun", "reason": "free-time", **_family("B")}
    opened_by(town, person_called(town, "stefan-norrby"), "sspf", **sspf)


def _holds_the_first(town: Town, case: Json) -> None:
    """So the second is called, and the first asks for its minutes."""
    first = the_meeting(town, case["id"], "first")
    town.jump_clock(first["ends_at"])
    town.do(f"meetings/{first['id']}/held", {"consent_reviewed": True})


def _named(*names: str) -> list[Json]:
    """The guardians by names of their own, as they have them in life."""
    both = zip(FAMILY["guardians"], names, strict=True)
    return [guardian | {"name": f"{name} Ekdahl"} for guardian, name in both]


def _family(name: str) -> Json:
    guardian = FAMILY["guardians"][0] | {"email": f"{name.lower()}@hemma.example"}
    return {
        "child": FAMILY["child"] | {"name": f"Barn {name}"},
        "guardians": [guardian | {"name": f"Förälder {name}"}],
    }


def _sends_to_every_principal(town: Town) -> None:
    head = str(staff_id(DIVISION_HEAD))
    town.post("dispatches", _MATERIAL | {"by": head}, status=201)


def _opens_in_an_emergency(town: Town, case: Json) -> None:
    reason = "Samtal från akuten i natt, vi behöver veta vilka som är med."
    fields = {"reference": case["reference"], "reason": reason, "understood": "yes"}
    answer = _by(town, STRANGER).post("/nodlage", fields)
    assert answer.status_code == 303, answer.text


def _drafts(town: Town) -> None:
    """An opening that has come to its last page."""
    rektor = _by(town, "anna-lindqvist")
    child = {"name": "Barn D", "birth_date": "2015-03-04", "unit": "bjorkskolan", "protected": "no"}
    pages = {
        "": child | {"known_on": "2027-04-01"},
        "/familjen": {
            "guardians": "1",
            "guardian_1_name": "Förälder D",
            "guardian_1_custody": "yes",
            "guardian_1_protected": "no",
            "gor": "vidare",
        },
        "/deltagare": {"gor": "vidare"},
    }
    for page, fields in pages.items():
        answer = rektor.post(f"/arenden/nytt/samverkansmote{page}", fields)
        assert answer.status_code == 303, f"{page}: {answer.text}"


def _by(town: Town, person: str) -> Visitor:
    return visitor(town.client, town.database_url, SECRET, person)


_REPORT: Json = {
    "unit": "bjorkskolan",
    "reporter": str(staff_id("kristina-blom")),
    "oral": True,
    "suspected_abuse": False,
    "wants_feedback": True,
    "received_by": str(staff_id("lotta-engstrom")),
}
_INQUIRY: Json = {
    "procedure": "sspf",
    "source": "guardian",
    "name": "Kim Exempel",
    "phone": "070-123 45 67",
    "email": "kim@hemma.example",
    "unit": "bjorkskolan",
    "reason": "free-time",
}
_PARENTS: Json = {
    "unit": "bjorkskolan",
    "stage": "mellanstadiet",
    "cohorts": [2026],
    "starts_at": "2027-04-20T18:00:00+02:00",
}
_MATERIAL: Json = {
    "kind": "material",
    "title": "Föräldrastöd våren 2027",
    "files": [
        {
            "name": "råd.pdf",
            "media_type": "application/pdf",
            "content": b64encode(b"%PDF-1.7 hej").decode(),
        }
    ],
}
