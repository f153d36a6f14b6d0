"""The example: a handful of cases that live through three weeks before anybody looks.

The cases are opened over the API like any other, on a clock that begins three weeks early and is
walked to the day of the start. So every window, invitation, reminder and alert that one sees has
come about as it does in use, and `make run` shows the job at work with nobody typing.
"""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx2
import psycopg

from samspel import demo_clock
from shared import clock
from shared.domain.days import at, local_date

WEEKS = timedelta(weeks=3)
_MORNING = time(8, 30)
_PATIENCE_SECONDS = 120
_QUIET_SECONDS = 20
_NOT_SETTLED = 504
_SIGN_OF_LIFE = "example"  # in bus.heartbeats: /readyz waits until the example is there

_THROW_AWAY = """
    TRUNCATE clock.hand, bus.events, bus.deliveries,
             scheduler.plans, scheduler.due, scheduler.sweeps,
             notifier.invitations, notifier.messages, cases.cases, cases.idempotency CASCADE
"""

Json = dict[str, Any]


def begin(database_url: str, shows: datetime | None) -> None:
    """Before the services start: the clock three weeks before the instant that the example shows.

    An example whose making was interrupted is thrown away first: nobody has used it yet.
    """
    with psycopg.connect(database_url) as connection:
        if _is_half_made(connection):
            connection.execute(_THROW_AWAY)
            connection.execute("DELETE FROM cases.people WHERE party <> 'staff'")
        connection.execute(
            "INSERT INTO bus.heartbeats VALUES (%s, '-infinity') ON CONFLICT DO NOTHING",
            [_SIGN_OF_LIFE],
        )
    demo_clock.begin(database_url, (shows or clock.system_now()) - WEEKS)


def leave_out(database_url: str, shows: datetime | None) -> None:
    """Start without the example; one that was never finished is no longer waited for."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "DELETE FROM bus.heartbeats WHERE service = %s AND at < 'infinity'", [_SIGN_OF_LIFE]
        )
    demo_clock.begin(database_url, shows)


def load(database_url: str, api: "Api", shows: datetime | None) -> None:
    """Let the three weeks pass, day by day; then the clock stands at `shows` or is let go."""
    _Weeks(api, shows or clock.system_now()).pass_by()
    if shows is None:
        demo_clock.release(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE bus.heartbeats SET at = 'infinity' WHERE service = %s", [_SIGN_OF_LIFE]
        )


def _is_half_made(connection: psycopg.Connection) -> bool:
    found = connection.execute(
        "SELECT FROM bus.heartbeats WHERE service = %s AND at < 'infinity'", [_SIGN_OF_LIFE]
    )
    return found.fetchone() is not None


class Api:
    """The calls of the case service that the example makes."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    def get(self, path: str) -> Any:
        answer = self._http.get(f"/api/v1/{path}")
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: Json | None = None, *, or_else: int | None = None) -> Json:
        """The answer; `or_else` is a status that is no failure either."""
        answer = self._http.post(f"/api/v1/{path}", json=body or {})
        if answer.is_error and answer.status_code != or_else:
            raise ExampleFailed(f"{path}: {answer.status_code} {answer.json().get('detail', '')}")
        result: Json = answer.json()
        return result


class ExampleFailed(Exception):
    """A call of the example was refused; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Family:
    """A fictional child with its guardians, and where their meetings usually are."""

    child: str
    age: int
    guardians: tuple[str, ...]
    unit: str
    place: str | None
    unmailable: bool = False  # protection unknown, as it stands until somebody has asked


class _Weeks:
    """The days of the example, each with what people do on it."""

    def __init__(self, api: Api, end: datetime) -> None:
        self._api = api
        self._end = end
        self._today = local_date(end - WEEKS)
        self._people = {row["code"]: row["id"] for row in api.get("people")}
        self._cases: dict[str, str] = {}

    def pass_by(self) -> None:
        days = self._diary()
        for days_left in range(WEEKS.days - 1, -1, -1):
            self._today = local_date(self._end) - timedelta(days=days_left)
            self._clock(min(at(self._today, _MORNING), self._end))  # the last day may end sooner
            for what_happens in days.get(days_left, ()):
                what_happens()
            if not self._settles():
                break  # it is an example: without a mail server it just ends early
            if days_left > 1:
                self._tell_by_hand()
        self._clock(self._end)

    def _diary(self) -> dict[int, tuple[Callable[[], None], ...]]:
        """By the number of days before the end: what people do in the morning."""
        return {
            20: (self._opens("no consent", _WILMER, "eva-lindstrom", "mattias-gran"),),
            13: (
                self._opens("two meetings", _LINNEA, "anna-lindqvist", "asa-hallberg"),
                self._opens("one of two", _ELSA, "asa-hallberg", "magnus-akerlund"),
                self._opens("spindel", _MELKER, "emelie-strand", procedure="spindelmote"),
            ),
            12: (
                self._all_sign("two meetings"),
                self._one_signs("one of two"),
                self._all_sign("spindel"),
            ),
            6: (self._opens("sspf", _ALVA, "stefan-norrby", procedure="sspf", **_OF_SSPF),),
            5: (self._opens("withdrawn", _OSKAR, "eva-lindstrom", "nadia-karim"),),
            4: (self._all_sign("withdrawn"),),
            3: (
                self._held("two meetings"),
                self._held("spindel"),
                self._opens("moved", _NOOR, "mattias-gran", "peter-hedman"),
            ),
            2: (self._all_sign("moved"),),
            1: (self._moved("moved"), self._one_withdraws("withdrawn")),
            0: (self._opens("today", _TINDRA, "ingrid-sjodin", "pernilla-stenberg"),),
        }

    def _opens(
        self,
        name: str,
        family: Family,
        owner: str,
        *colleagues: str,
        procedure: str = "samverkansmote",
        **more: Any,
    ) -> Callable[[], None]:
        def opens() -> None:
            body = {
                "procedure": procedure,
                "known_on": self._today.isoformat(),
                "initiator": self._people[owner],
                "child": {
                    "name": family.child,
                    "birth_date": _birthday(self._today, family.age).isoformat(),
                    "unit": family.unit,
                    "email": None,
                    "protected": False,
                },
                "guardians": [_guardian(name, family) for name in family.guardians],
                "participants": [self._people[colleague] for colleague in colleagues],
                "place": family.place,
                **more,
            }
            self._cases[name] = self._api.post("cases", body)["id"]

        return opens

    def _all_sign(self, name: str) -> Callable[[], None]:
        def all_sign() -> None:
            for consent in self._case(name)["consents"]:
                self._consent(name, consent, "sign")

        return all_sign

    def _one_signs(self, name: str) -> Callable[[], None]:
        return lambda: self._consent(name, self._case(name)["consents"][0], "sign")

    def _one_withdraws(self, name: str) -> Callable[[], None]:
        return lambda: self._consent(name, self._case(name)["consents"][0], "withdraw")

    def _held(self, name: str) -> Callable[[], None]:
        """Marked as held once its time has passed; should it lie ahead still, it stays booked."""

        def held() -> None:
            for meeting in self._booked(name):
                if datetime.fromisoformat(meeting["ends_at"]) <= at(self._today, _MORNING):
                    self._api.post(f"meetings/{meeting['id']}/held")

        return held

    def _moved(self, name: str) -> Callable[[], None]:
        """To the second best of the times that are free."""

        def moved() -> None:
            for meeting in self._booked(name):
                slots = self._api.get(f"cases/{self._cases[name]}/slots?step={meeting['step']}")
                for slot in list(_slots(slots))[1:2]:
                    self._api.post(
                        f"meetings/{meeting['id']}/move", {"starts_at": slot["starts_at"]}
                    )

        return moved

    def _tell_by_hand(self) -> None:
        """The process owners tell the children, and whom else no mail may reach, the same day."""
        for name in self._cases:
            for task in self._case(name)["tasks"]:
                if task["kind"] == "tell-by-hand" and task["state"] == "open":
                    self._api.post(f"tasks/{task['id']}/done")

    def _case(self, name: str) -> Json:
        case: Json = self._api.get(f"cases/{self._cases[name]}")
        return case

    def _booked(self, name: str) -> list[Json]:
        return [m for m in self._case(name)["meetings"] if m["state"] == "booked"]

    def _consent(self, name: str, consent: Json, verb: str) -> None:
        self._api.post(f"cases/{self._cases[name]}/consents/{consent['id']}/{verb}")

    def _clock(self, instant: datetime) -> None:
        self._api.post("clock", {"now": instant.isoformat()})

    def _settles(self) -> bool:
        """Whether all is quiet in good time: it isn't while a mail server takes nothing."""
        answer = self._api.post(f"clock/settle?timeout={_QUIET_SECONDS}", or_else=_NOT_SETTLED)
        return not any(answer["left"].values())


def _slots(answer: Any) -> Iterator[Json]:
    """The slots come as a list, or as a page of one."""
    yield from answer if isinstance(answer, list) else answer["items"]


def _guardian(name: str, family: Family) -> Json:
    address = name.lower().translate(_ASCII)
    return {
        "name": name,
        "email": f"{address}@hemma.example",
        "language": "sv",
        "custody": True,
        "protected": None if family.unmailable else False,
    }


def _birthday(today: date, age: int) -> date:
    return (
        date(today.year - age, 5, 2)
        if today >= date(today.year, 5, 2)
        else date(today.year - age - 1, 5, 2)
    )


_ASCII = str.maketrans({" ": ".", "å": "a", "ä": "a", "ö": "o", "é": "e"})

_LINNEA = Family(
    "Linnea Ekdahl", 12, ("Petra Ekdahl", "Jonas Ekdahl"), "bjorkskolan", "bjorkskolan-rum"
)
_WILMER = Family("Wilmer Strand", 9, ("Sanna Strand",), "almskolan", "almskolan-rum")
_ELSA = Family(
    "Elsa Björk Roos", 14, ("Helena Björk", "Tobias Roos"), "centralskolan", "centralskolan-rum"
)
_MELKER = Family(
    "Melker Sjöberg", 10, ("Ida Sjöberg", "Per Sjöberg"), "bjorkskolan", "familjeteamet-rum"
)
_ALVA = Family("Alva Dahl", 13, ("Karin Dahl",), "norrviksskolan", "forvaltningshuset-eken")
_OF_SSPF = {"grade": 7, "residence": "exempelkommun", "reason": "free-time"}
# The one whose place is chosen meeting by meeting: so there is a task for that to look at.
_NOOR = Family("Noor Rahimi", 11, ("Samira Rahimi", "Karim Rahimi"), "asby-skola", None)
_OSKAR = Family("Oskar Wallin", 8, ("Eva Wallin",), "almskolan", "almskolan-rum")
_TINDRA = Family(
    "Tindra Hedman", 13, ("Malin Hedman",), "norrviksskolan", "norrvik-rum", unmailable=True
)


def main() -> None:
    """One step of `samspel run`: the settings come from its environment."""
    shows = os.environ.get("SAMSPEL_CLOCK")
    try:
        with httpx2.Client(
            base_url=os.environ["SAMSPEL_PUBLIC_URL"],
            headers={"Authorization": f"Bearer {os.environ['SAMSPEL_API_TOKEN']}"},
            timeout=_PATIENCE_SECONDS,
        ) as http:
            database_url = os.environ["SAMSPEL_DATABASE_URL"]
            load(database_url, Api(http), datetime.fromisoformat(shows) if shows else None)
    except (ExampleFailed, httpx2.HTTPError) as error:
        sys.exit(f"samspel: exemplet kunde inte läggas upp: {error}")


if __name__ == "__main__":
    main()
