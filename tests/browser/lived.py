"""A town with something on every page: what the tests look at that only read."""

from shared.ids import staff_id
from tests.support.inbound import bring, invited, plain
from tests.support.notifier import SECRET
from tests.support.signing_in import visitor
from tests.support.story import FAMILY, GUARDIANS, open_a_case, opened_by, person_called
from tests.support.town import Json, Town

NOW = "2027-03-05T08:00:00+01:00"


def lives(town: Town) -> None:
    """Four cases, a report of concern, an inquiry, and a mail that somebody has to decide about."""
    case = open_a_case(town)
    town.quiet()
    sign_all(town, case)
    _waiting(town)
    town.post("reports", _REPORT, status=201)
    town.post("inquiries", _INQUIRY, status=201)
    town.jump_clock(NOW)
    _drafts(town)
    invitation = invited(town, GUARDIANS[0])
    bring(town, plain(GUARDIANS[0], "Vi kommer lite senare."), invitation["reply_to"], GUARDIANS[0])


def _drafts(town: Town) -> None:
    """An opening that has come to its last page, and one that has only begun."""
    rektor = visitor(town.client, town.database_url, SECRET, "anna-lindqvist")
    child = {"name": "Barn D", "birth_date": "2015-03-04", "unit": "bjorkskolan", "protected": "no"}
    pages = {
        "": child | {"known_on": "2027-03-04"},
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


def sign_all(town: Town, case: Json) -> None:
    for consent in town.get(f"cases/{case['id']}")["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign", {"method": "paper"})


def _waiting(town: Town) -> None:
    """Of another procedure each, and of one that nobody has signed for."""
    opened_by(
        town, person_called(town, "emelie-strand"), "spindelmote", reason="truancy", **_family("A")
    )
    sspf = {"grade": 7, "residence": "exempelkommun", "reason": "free-time", **_family("B")}
    opened_by(town, person_called(town, "stefan-norrby"), "sspf", **sspf)
    opened_by(town, person_called(town, "anna-lindqvist"), "samverkansmote", **_family("C"))


def _family(name: str) -> Json:
    guardian = FAMILY["guardians"][0] | {"email": f"{name.lower()}@hemma.example"}
    return {
        "child": FAMILY["child"] | {"name": f"Barn {name}"},
        "guardians": [guardian | {"name": f"Förälder {name}"}],
    }


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
