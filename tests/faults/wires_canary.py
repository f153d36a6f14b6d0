"""X3: no fault, but the search for what mustn't be anywhere, in a world that works and fails.

Every world is searched for what its families have (searching.py). Here a case holds all that one
can, what no case may hold is said too, and many bad calls are made with it.
"""

from datetime import date
from random import Random
from typing import Any, ClassVar

import httpx2

from shared.ids import staff_id
from tests.faults.canary import Canaries
from tests.faults.collector import whole
from tests.faults.families import CHILD, GUARDIAN, REASON, RESIDENCE
from tests.faults.municipality import SCHOOL
from tests.faults.searching import ADDRESSES, KINDS, NAMES, TYPE, Search, cannot_be_found
from tests.faults.wires_own import OwnCase
from tests.faults.world import ANSWER_SECONDS, World

PERSONAL_NUMBER = "20140228-2386"  # of nobody, and with the last digit that belongs to it
TITLE = "Samråd om Zirkonia"
_REFUSED = (PERSONAL_NUMBER, TITLE, RESIDENCE)  # wherever it is written: not even a case holds it
BORN = "2015-11-29"
Json = dict[str, Any]


class Searched:
    """Meanwhile what lies in Redis is read, and many bad calls are made with the canaries."""

    id: ClassVar[str] = "X3"
    name: ClassVar[str] = "X3-canaries"
    sentence: ClassVar[str] = "names, schools, numbers and reasons are looked for everywhere"
    twin: ClassVar[bool] = False

    def strike(self, world: World, random: Random, /) -> None:
        since = len(world.heard.commands)
        own = _cases_of_canaries(world, random)
        self.stored = (*NAMES, REASON, BORN, *(one.mark for one in own))
        unsaid = Canaries((*self.stored, *_REFUSED, *KINDS, *ADDRESSES))
        self.told = [_told(world, *call) for call in _bad_calls(own[0])]
        self.in_redis = unsaid.in_redis(world.valkey_url)
        world.until_loaded()
        self.in_redis += unsaid.in_redis(world.valkey_url)
        self.heard = len(world.heard.commands) - since
        in_cases = Canaries((*self.stored, TYPE, *(box for one in own for box in one.mailboxes)))
        self.missing = in_cases.missing_in_cases(world.database_url)
        for one in own:
            one.end()

    def check(self, world: World, /) -> list[str]:
        search = Search(world)
        search.await_spans()
        everywhere = (*self.stored, *_REFUSED)
        found = [
            *cannot_be_found(self.missing),
            *self.in_redis,
            *(line for one in self.told for line in _wrong(one, Canaries(everywhere))),
            *search.found(everywhere),
            *(f"{one} in cases" for one in _kept(world)),
        ]
        if not (self.told and self.heard and world.mail.taken and world.traces.bodies):
            found.append("there was nothing to search")
        return sorted(set(found))


def _cases_of_canaries(world: World, random: Random) -> list[OwnCase]:
    """One as any other, and one with a reason; both live through their calls."""
    child: Json = {"name": f"{CHILD} {GUARDIAN}", "unit": "centralskolan", "email": None}
    child |= {"birth_date": BORN, "protected": False}
    own = [
        OwnCase.open(world, random),
        OwnCase.open(
            world,
            random,
            {"procedure": TYPE, "reason": REASON, "participants": [], "child": child},
        ),
    ]
    for one in own:
        one.sign()
    return own


def _wrong(told: "tuple[str, httpx2.Response]", search: Canaries) -> list[str]:
    call, answer = told
    wrong = [f"{one} in an error" for one in search.within(whole(answer))]
    if not answer.is_client_error:
        wrong.append(f"a bad call was answered by {answer.status_code}: {call}")
    return wrong


def _kept(world: World) -> list[str]:
    """What is refused, and stands in a case for all that."""
    refused = Canaries(_REFUSED)
    missing = refused.missing_in_cases(world.database_url)
    return [one for one in _REFUSED if one not in missing]


def _bad_calls(own: OwnCase) -> list[tuple[str, str, Any]]:
    """Each refused for another reason: what is sent holds canaries, what is answered mustn't."""
    child, guardian, school, home = CHILD, GUARDIAN, SCHOOL, RESIDENCE
    person = {"name": f"{child} {guardian}", "protected": False}
    case: Json = {
        "procedure": "samverkansmote",
        "known_on": date(2027, 3, 1).isoformat(),
        "initiator": str(staff_id(own.rektor)),
        "participants": [],
        "child": {**person, "birth_date": "2014-02-28", "unit": "centralskolan", "email": None},
        "guardians": [{**person, "email": "x@eget.example", "language": "sv", "custody": True}],
    }
    wrong_fields: tuple[Json, ...] = (
        {"procedure": TITLE},
        {"known_on": PERSONAL_NUMBER},
        {"initiator": child},
        {"participants": [guardian]},
        {"child": case["child"] | {"unit": school}},
        {"child": case["child"] | {"birth_date": PERSONAL_NUMBER}},
        {"child": case["child"] | {"personal_number": PERSONAL_NUMBER}},
        {"child": case["child"] | {"name": f"{child}\0"}},
        {"child": case["child"] | {"name": PERSONAL_NUMBER}},
        {"guardians": [case["guardians"][0] | {"email": f"{guardian} {home}"}]},
        {"guardians": [case["guardians"][0] | {"language": guardian}]},
        {"reason": TITLE, "known_on": "2027-02-30"},
        {"residence": home, "known_on": PERSONAL_NUMBER},
        {child: guardian},
    )
    return [
        *(("POST", "cases", case | wrong) for wrong in wrong_fields),
        ("POST", f"cases/{own.id}/close", {"outcome": child}),
        ("POST", f"cases/{own.id}/consents/{own.id}/sign", {"method": guardian}),
        ("POST", f"cases/{own.id}/meetings", {"step": school, "starts_at": home}),
        ("GET", f"cases/{child}", None),
        ("GET", f"people/{guardian}", None),
        ("GET", f"cases?state={child}", None),
        ("PUT", "cases", case),
    ]


def _told(world: World, method: str, path: str, body: Any) -> "tuple[str, httpx2.Response]":
    """Which call, in short, and the answer. The path is the caller's own, and may come back."""
    answer = world.web.request(method, f"/api/v1/{path}", json=body, timeout=ANSWER_SECONDS)
    fields = ", ".join(sorted(body)) if isinstance(body, dict) and len(body) < 4 else ""
    return f"{method} {path.partition('/')[0].partition('?')[0]} {fields}", answer


FAULTS = [Searched]
