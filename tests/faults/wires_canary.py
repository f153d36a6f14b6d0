"""X3: no fault, but the search for what mustn't be anywhere, in a world that works and fails.

Of all that there is, only mails that came in are excepted, and addresses, which hold no canary.
"""

import threading
from contextlib import suppress
from datetime import date
from random import Random
from typing import Any, ClassVar, Self

import httpx2
import redis

from shared.ids import staff_id
from tests.faults.canary import Canaries
from tests.faults.families import CANARIES
from tests.faults.wires_own import OwnCase
from tests.faults.world import METRICS_TOKEN, World

PERSONAL_NUMBER = "20140228-2384"
TITLE = "Samråd om Zirkonia"
WANTED = Canaries((*CANARIES, PERSONAL_NUMBER, TITLE))
_LAST_WORD = "enough-has-been-heard"
Json = dict[str, Any]


class Searched:
    """Meanwhile every command to Redis is read, and many bad calls are made with the canaries."""

    id: ClassVar[str] = "X3"
    name: ClassVar[str] = "X3-canaries"
    sentence: ClassVar[str] = "names, schools, numbers and reasons are looked for everywhere"
    twin: ClassVar[bool] = False

    def strike(self, world: World, random: Random, /) -> None:
        with _Overheard(world.valkey_url) as heard:
            own = OwnCase.open(world, random)
            own.sign()
            self.errors = [answer for call in _bad_calls(own) if (answer := _told(world, *call))]
            self.in_redis = WANTED.in_redis(world.valkey_url)
            world.until(lambda: not world.loading.is_set(), 20)
            self.in_redis += WANTED.in_redis(world.valkey_url)
        self.in_redis += [f"{text} in a command to Redis" for text in WANTED.within(heard.said)]
        self.heard = heard.commands
        own.end()

    def check(self, world: World, /) -> list[str]:
        told = [f"{one} in an error" for text in self.errors for one in WANTED.within(text)]
        mails = [one for mail in world.mail.taken for one in WANTED.in_mail(mail.content)]
        shown = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        metrics = WANTED.within(world.web.get("/metrics", headers=shown).text)
        found = [
            *self.in_redis,
            *told,
            *mails,
            *(f"{one} in the metrics" for one in metrics),
            *WANTED.in_database(world.database_url),
            *WANTED.in_files(world.logs),
        ]
        if not (self.errors and self.heard and world.mail.taken):
            found.append("there was nothing to search")
        return sorted(set(found))


class _Overheard:
    """What everybody says to Redis meanwhile; the last word is our own."""

    def __init__(self, url: str) -> None:
        self.commands, self.said = 0, b""
        self._redis = redis.Redis.from_url(url)
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._listening.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._redis.echo(_LAST_WORD)
        self._thread.join(10)
        self._redis.close()

    def _listen(self) -> None:
        with self._redis.monitor() as monitor:  # type: ignore[no-untyped-call]
            self._listening.set()
            for told in monitor.listen():
                if _LAST_WORD in told["command"]:
                    return
                self.said += told["command"].encode() + b"\n"
                self.commands += 1


def _bad_calls(own: OwnCase) -> list[tuple[str, str, Any]]:
    """Each refused for another reason: what is sent holds canaries, what is answered mustn't."""
    child, guardian, school, home = CANARIES[0], CANARIES[1], CANARIES[2], CANARIES[3]
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


def _told(world: World, method: str, path: str, body: Any) -> str:
    """The error's body; the path is the caller's own, and may come back."""
    with suppress(httpx2.TransportError):
        answer = world.web.request(method, f"/api/v1/{path}", json=body, timeout=30)
        return answer.text if answer.is_error else ""
    return ""


FAULTS = [Searched]
