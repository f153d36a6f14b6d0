"""A family and its case, as the stories of the whole of Samspel tell them."""

from typing import Any, Protocol

Json = dict[str, Any]

GUARDIANS = ("petra@hemma.example", "jonas@hemma.example")


class Stage(Protocol):
    """Where a story is told: the real house with all its processes, or a town in one process."""

    def get(self, path: str) -> Any: ...
    def post(self, path: str, body: Json | None = None, *, status: int | None = None) -> Json: ...
    def people(self, role: str) -> list[Json]: ...
    def move_clock(self, to: str) -> None: ...
    def settle(self) -> None: ...


def open_a_case(house: Stage, **more: object) -> Json:
    rektor, therapist = (person_called(house, code) for code in ("anna-lindqvist", "asa-hallberg"))
    return opened_by(house, rektor, "samverkansmote", participants=[therapist["id"]], **more)


def the_meeting(house: Stage, case_id: str, step: str) -> Json:
    case = house.get(f"cases/{case_id}")
    return next(m for m in case["meetings"] if m["step"] == step)


FAMILY: Json = {
    "child": {
        "name": "Linnea Ekdahl",
        "birth_date": "2014-05-02",
        "unit": "bjorkskolan",
        "email": None,
        "protected": False,
    },
    "guardians": [
        {
            "name": "Förälder Ekdahl",
            "email": address,
            "language": "sv",
            "custody": True,
            "protected": False,
        }
        for address in GUARDIANS
    ],
}


def person_called(house: Stage, code: str) -> Json:
    """A member of the example's staff."""
    return next(one for one in house.get("people") if one["code"] == code)


def opened_by(house: Stage, initiator: Json, procedure: str, **more: object) -> Json:
    body = {
        "procedure": procedure,
        "known_on": "2027-03-01",
        "initiator": initiator["id"],
        "participants": [],
        "place": "forvaltningshuset-eken",
    }
    return house.post("cases", FAMILY | body | more, status=201)
