"""What there is in a house, by the names that calls have for it."""

import re

from tests.integration.cases_house import OWNER, PLACE, THERAPIST, CasesHouse
from tests.support.things import things_of_one_on_a_case

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PEOPLE = ("by", "initiator", "owner", "manager", "received_by", "reporter", "secretary", "to")


def known_in(house: CasesHouse) -> dict[str, list[str]]:
    """One of everything, put there now, and codes that mean something."""
    known: dict[str, list[str]] = {}
    for name, value in things_of_one_on_a_case(house).items():
        known.setdefault(name.split()[-1], []).append(value)
    del known["answer"], known["form"]  # parts of addresses of pages
    people = [OWNER, THERAPIST, *known["person_id"]]
    return (
        known
        | dict.fromkeys(_PEOPLE, people)
        | {
            "case": known["case_id"],
            "for": known["person_id"],
            "participants": people,
            "person": people,
            "place": [PLACE],
            "post": ["rektor-bjorkskolan"],
            "present": people,
            "procedure": ["samverkansmote", "spindelmote", "sspf"],
            "stage": ["lagstadiet"],
            "step": ["first", "second", "follow-up", "april"],
            "unit": ["bjorkskolan", "asby-skola"],
        }
    )


def are_alike(one: str, other: str) -> bool:
    """Whether both are ids, or neither."""
    return bool(_ID.fullmatch(one)) == bool(_ID.fullmatch(other))
