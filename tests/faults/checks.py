"""What must hold once all has settled, seen from outside: mailbox, API, and the database read only.

Each check gives what is wrong, a line each, and takes nothing from the services' own code but the
table of who hears what.
"""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from shared.bus.subscribers import SUBSCRIBERS
from tests.faults.addressed import misaddressed
from tests.faults.counted import done_twice, told_twice
from tests.faults.ended import Span, unended
from tests.faults.expected import untold
from tests.faults.families import Either, Family, Json
from tests.faults.held import holdings
from tests.faults.letters import Letter
from tests.faults.load import Load
from tests.faults.register import Register, rests_on_consent
from tests.faults.searching import Watch
from tests.faults.world import World

_MESSAGES = """
    SELECT m.id, m.message_id, m.kind, m.ground, m.party, m.rule, m.state, m.reason, m.mailbox,
           m.case_id, m.meeting_id, m.task_id, m.digest_id, m.person_id, m.told, m.payload,
           m.doubts, m.due_at, m.useful_until, m.created_at, m.due_at <= clock.read() AS is_due,
           coalesce(carrier.message_id, m.message_id) AS came_as
    FROM notifier.messages m LEFT JOIN notifier.messages carrier ON carrier.id = m.carried_by
"""
_UNHEARD = """
    SELECT e.type, d.subscriber, d.state, d.error FROM bus.deliveries d
    JOIN bus.events e ON e.id = d.event_id WHERE d.state <> 'done'
"""
_HEARD = """
    SELECT e.id, e.type, array_agg(d.subscriber) FILTER (WHERE d.subscriber IS NOT NULL) AS heard_by
    FROM bus.events e LEFT JOIN bus.deliveries d ON d.event_id = e.id WHERE e.id > %s
    GROUP BY e.id, e.type ORDER BY e.id
"""
_PEOPLE = "SELECT id, email FROM cases.people WHERE id = ANY(%s::uuid[])"
_UNSETTLED = """
    SELECT scheduler_api.unsettled(clock.read()) AS scheduler,
           notifier_api.unsettled(clock.read()) AS notifier
"""
# Seen in a log, they break: but for what the database's end alone brought about.
_TELLING = re.compile(r"was missed: too late|can't be fired: (\w+)|held back by the last filter")
_HEARS = {event.type: set(who) for event, who in SUBSCRIBERS.items()}


@dataclass(slots=True)
class Found:
    """What one look found. `lost` and `wrong` end a run; `repeated` is counted."""

    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    repeated: int = 0


@dataclass(slots=True)
class Checks:
    """Looks at everything that has come so far; events and logs are looked at once each.

    `leaps`: the spans of the domain's time in which nobody was at work, since a fault moved it.
    """

    world: World
    load: Load
    leaps: list[Span] = field(default_factory=list)
    _events: int = 0
    _links: dict[str, tuple[str, str]] = field(default_factory=dict)
    _shut: dict[str, float] = field(default_factory=dict)
    _read: dict[str, int] = field(default_factory=dict)
    _watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self._watch = Watch(self.world)

    def look(self) -> Found:
        letters, messages = self.load.letters.all(), self.world.rows(_MESSAGES)
        by_id = {row["message_id"]: row for row in messages}
        families = [*self.load.past, *self.load.families]
        register = Register.read(self.world, self._links, _addresses(families))
        found, asked = Found(), [one for family in families for one in family.asked]
        leaping = self._leap(register)
        found.lost += unended(messages, {one.message_id for one in letters}, register, self.leaps)
        found.lost += untold(messages, asked, register, self.leaps)
        found.lost += holdings(letters, messages, register)
        found.lost += self._unsettled()
        found.lost += self._not_heard()
        found.lost += self._told_in_logs(leaping=leaping)
        for family in families:
            if family.case:
                shown = self.world.get(f"cases/{family.case}")
                found.lost += _not_kept(family, shown, self.world)
        found.wrong += misaddressed(letters, by_id, register)
        found.wrong += self._to_the_wrong(letters, by_id, register)
        found.wrong += told_twice(letters, by_id, asked)
        found.wrong += done_twice(families, set(self.world.own_cases), register)
        found.wrong += _twice(letters, by_id)
        found.wrong += _out_of_order(letters)
        found.wrong += self._watch.look(families)
        found.repeated = len(letters) - len({one.message_id for one in letters})
        return found

    def look_last(self) -> list[str]:
        """What is wrong with what came, or was told late, after the last look."""
        self._watch.search.await_spans()
        return self._watch.look([*self.load.past, *self.load.families])

    def _leap(self, register: Register) -> bool:
        """Whether a fault has moved the domain's time since the load last did."""
        leaping = register.now > self.load.now
        if leaping:
            self.leaps.append((self.load.now, register.now))
        return leaping

    # lost

    def _unsettled(self) -> Iterator[str]:
        (left,) = self.world.rows(_UNSETTLED)
        if left["scheduler"] or left["notifier"]:
            yield f"not settled: {left}"

    def _told_in_logs(self, *, leaping: bool) -> Iterator[str]:
        """What the services themselves say was missed, couldn't be fired, or was held back."""
        for path in sorted(self.world.logs.glob("*.log")):
            with path.open(errors="replace") as log:
                log.seek(self._read.get(path.name, 0))
                lines = log.read()
                self._read[path.name] = log.tell()
            for found in _TELLING.finditer(lines):
                was_missed = found[0].startswith("was missed")
                if not (was_missed and leaping) and not _is_of_the_database(found[1]):
                    yield f"{path.name} says: {found[0]}"

    def _not_heard(self) -> Iterator[str]:
        """7: every event has been handled by all who hear it."""
        for row in self.world.rows(_UNHEARD):
            yield f"{row['subscriber']} has {row['type']} {row['state']} ({row['error']})"
        for row in self.world.rows(_HEARD, self._events):
            self._events = max(self._events, row["id"])
            missing = _HEARS[row["type"]] - set(row["heard_by"] or ())
            if missing:
                yield f"event {row['id']} {row['type']} was never meant for {missing}"

    # wrongly sent

    def _to_the_wrong(
        self, letters: list[Letter], by_id: dict[str, Json], register: Register
    ) -> Iterator[str]:
        """4, 6: nobody who may not, nothing after a no, nothing to an address that was left."""
        forbidden = self.load.forbidden
        self._note_shut(register)
        for one in letters:
            row = by_id.get(one.message_id)
            if row is None:
                yield f"a mail that no message stands for: {one.message_id}"
                continue
            what = f"{row['kind']} of message {row['id']}"
            if one.recipient in forbidden.never:
                yield f"{what} to somebody who is protected"
            if one.began > forbidden.protected.get(one.recipient, one.began):
                yield f"{what} to somebody who had become protected"
            if one.began > self._shut.get(one.recipient, one.began):
                yield f"{what} to a mailbox that is dead, or whose person wants no mail"
            if one.method == "CANCEL":
                continue
            if one.began > forbidden.left.get(one.recipient, one.began):
                yield f"{what} to an address that had been changed"
            if rests_on_consent(row, register):
                after = forbidden.without_consent.get(str(row["case_id"]), one.began)
                if one.began > after:
                    yield f"{what} {one.began - after:.3f} s after there was no consent"

    def _note_shut(self, register: Register) -> None:
        """From when on a mailbox is known to be nobody's, or not to be mailed (X7)."""
        shut = {
            one["email"]
            for one in register.people
            if one["email"] and (one["no_mail"] or one["dead_email"] == one["email"])
        }
        kept = {mailbox: at for mailbox, at in self._shut.items() if mailbox in shut}
        self._shut = dict.fromkeys(shut, time.monotonic()) | kept


def _addresses(families: Sequence[Family]) -> dict[str, str]:
    return {address: who for family in families for address, who in family.addresses.items()}


def _is_of_the_database(error: str | None) -> bool:
    """Whether it is the name of what psycopg raises when its server has gone."""
    kind = getattr(psycopg, error or "", None) or getattr(psycopg.errors, error or "", None)
    return isinstance(kind, type) and issubclass(kind, psycopg.OperationalError)


def _not_kept(family: Family, shown: Json, world: World) -> Iterator[str]:
    """Every call that was acknowledged is seen in the API, until a later one says otherwise."""
    guardians = {one["id"]: one for one in [shown["child"], *shown["guardians"]]}
    consents = {one["id"]: one["state"] for one in shown["consents"]}
    meetings = {one["id"]: one for one in shown["meetings"]}
    people = {str(row["id"]): row["email"] for row in world.rows(_PEOPLE, list(guardians))}
    for key, value in family.expected.items():
        seen: Any
        match key:
            case ("case",):
                seen = shown["state"]
            case ("consent", consent):
                seen = consents.get(consent)
            case ("meeting", meeting):
                seen = _state(meetings.get(meeting), value)
            case ("starts", meeting):
                seen = meetings[meeting]["starts_at"] if meeting in meetings else None
            case ("answer", meeting, person):
                attendance = meetings.get(meeting, {}).get("attendance", ())
                seen = next((one["answer"] for one in attendance if one["person"] == person), None)
            case ("address", person):
                seen = people.get(person)
            case ("protected", person):
                seen = guardians[person]["protected"]
            case _:
                seen = None
        if seen != value and not (isinstance(value, Either) and seen in value):
            yield f"{family.name}: {' '.join(key)} was answered to be {value}, and is {seen}"


def _state(meeting: Json | None, expected: str) -> str | None:
    """One that was booked may have been held or called off by what came later."""
    if meeting is None:
        return None
    return expected if expected == "booked" else str(meeting["state"])


def _twice(letters: list[Letter], by_id: dict[str, Json]) -> Iterator[str]:
    """2, 3: one acceptance, or one repeat of an unknown with the same bytes and identity."""
    by_message: dict[str, list[Letter]] = defaultdict(list)
    for one in letters:
        by_message[one.message_id].append(one)
    for ident, same in by_message.items():
        if len(same) == 1:
            continue
        row = by_id.get(ident)
        if len(same) > 2:
            yield f"{ident} came {len(same)} times"
        if len({one.content for one in same}) > 1:
            yield f"{ident} was repeated with other bytes"
        if row is not None and not row["doubts"]:
            yield f"{ident} was repeated, though its outcome was never unknown"
    revisions = Counter(
        (same[0].uid, same[0].recipient, same[0].method, same[0].sequence)
        for same in by_message.values()
        if same[0].method
    )
    for revision, count in revisions.items():
        if count > 1:
            yield f"{count} different mails of {revision[2]} {revision[3]} to one mailbox"


def _out_of_order(letters: list[Letter]) -> Iterator[str]:
    """10: SEQUENCE only rises, and a CANCEL takes back what was sent."""
    newest: dict[tuple[str, str], Letter] = {}
    seen: set[str] = set()
    for one in sorted(letters, key=lambda one: one.began):
        if not one.method or one.message_id in seen:
            newer = newest.get((one.uid, one.recipient))
            if newer is not None and newer.message_id != one.message_id and one.method:
                yield f"{one.message_id} was repeated after {newer.method} {newer.sequence}"
            continue
        seen.add(one.message_id)
        before = newest.get((one.uid, one.recipient))
        if one.method == "CANCEL" and before is None:
            yield f"{one.message_id} cancels what the mailbox never got"
        if before is not None and one.sequence <= before.sequence:
            yield f"{one.message_id} has SEQUENCE {one.sequence} after {before.sequence}"
        newest[one.uid, one.recipient] = one
