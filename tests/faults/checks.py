"""What must hold once all has settled, seen from outside: mailbox, API, and the database read only.

Each check gives what is wrong, a line each, and takes nothing from the services' own code but the
table of who hears what.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.bus.subscribers import SUBSCRIBERS
from shared.domain.days import STOCKHOLM
from tests.faults.families import CANARIES, Family, Json
from tests.faults.letters import Letter
from tests.faults.load import Load
from tests.faults.world import World

_MESSAGES = """
    SELECT m.id, m.message_id, m.kind, m.ground, m.state, m.reason, m.mailbox, m.case_id,
           m.meeting_id, m.person_id, m.told, m.doubts, m.due_at <= clock.read() AS is_due,
           coalesce(carrier.message_id, m.message_id) AS came_as,
           EXISTS (SELECT FROM cases.tasks t WHERE t.case_id = m.case_id AND t.about = m.person_id)
             AS has_task
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
_STAFF = (
    "SELECT lower(email) AS email FROM cases.people WHERE party = 'staff' AND email IS NOT NULL"
)
_PEOPLE = "SELECT id, email FROM cases.people WHERE id = ANY(%s::uuid[])"
_UNSETTLED = """
    SELECT scheduler_api.unsettled(clock.read()) AS scheduler,
           notifier_api.unsettled(clock.read()) AS notifier
"""
_STILL_TO_GO = ("due", "claimed", "data", "retry", "unknown")
_HEARS = {event.type: set(who) for event, who in SUBSCRIBERS.items()}


@dataclass(slots=True)
class Found:
    """What one look found. `lost` and `wrong` end a run; `repeated` is counted."""

    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    repeated: int = 0


@dataclass(slots=True)
class Checks:
    """Looks at everything that has come so far; events are looked at once each."""

    world: World
    load: Load
    _events: int = 0

    def look(self) -> Found:
        letters, messages = self.load.letters.all(), self.world.rows(_MESSAGES)
        by_id = {row["message_id"]: row for row in messages}
        found = Found()
        found.lost += self._not_sent(letters, messages)
        found.lost += self._not_heard()
        for family in self.load.families:
            if family.case:
                shown = self.world.get(f"cases/{family.case}")
                found.lost += _not_kept(family, shown, self.world)
                found.lost += self._not_invited(family, shown, letters)
        found.wrong += self._to_the_wrong(letters, by_id)
        found.wrong += _twice(letters, by_id)
        found.wrong += _out_of_order(letters)
        found.wrong += _told_too_much(letters)
        found.repeated = len(letters) - len({one.message_id for one in letters})
        return found

    # lost

    def _not_sent(self, letters: list[Letter], messages: list[Json]) -> Iterator[str]:
        """1: whatever was due ends as accepted, suppressed, held, or failed with a task."""
        came = {one.message_id for one in letters}
        for row in messages:
            name = f"message {row['id']} ({row['kind']})"
            if row["state"] == "accepted" and row["came_as"] not in came:
                yield f"{name} counts as accepted, and never came"
            if row["state"] in _STILL_TO_GO and row["is_due"]:
                yield f"{name} is still {row['state']}"
            if row["state"] == "failed" and row["case_id"] and not row["has_task"]:
                yield f"{name} failed ({row['reason']}) without a task for anybody"
            if row["state"] == "suppressed" and not row["reason"]:
                yield f"{name} was suppressed, and nobody says why"
        (left,) = self.world.rows(_UNSETTLED)
        if left["scheduler"] or left["notifier"]:
            yield f"not settled: {left}"

    def _not_heard(self) -> Iterator[str]:
        """7: every event has been handled by all who hear it."""
        for row in self.world.rows(_UNHEARD):
            yield f"{row['subscriber']} has {row['type']} {row['state']} ({row['error']})"
        for row in self.world.rows(_HEARD, self._events):
            self._events = max(self._events, row["id"])
            missing = _HEARS[row["type"]] - set(row["heard_by"] or ())
            if missing:
                yield f"event {row['id']} {row['type']} was never meant for {missing}"

    def _not_invited(self, family: Family, shown: Json, letters: list[Letter]) -> Iterator[str]:
        """Whoever can be mailed holds of each meeting to come what it is now, and nothing else."""
        now = _wall(self.load.now)
        coming = [
            one
            for one in shown["meetings"]
            if one["state"] == "booked" and _wall(one["starts_at"]) > now
        ]
        for who in family.people:
            if who.address is None:
                continue
            due = {
                _wall(one["starts_at"])
                for one in coming
                if who.id in {other["person"] for other in one["attendance"]}
            }
            kept = {at for at in _held_by(who.address, letters) if at > now}
            if due - kept:
                yield f"{family.name}: somebody doesn't hold the meeting of {due - kept}"
            if kept - due:
                yield f"{family.name}: somebody still holds a meeting of {kept - due}"

    # wrongly sent

    def _to_the_wrong(self, letters: list[Letter], by_id: dict[str, Json]) -> Iterator[str]:
        """4, 6: nobody who may not, nothing after a no, nothing to an address that was left."""
        forbidden, known = self.load.forbidden, {row["email"] for row in self.world.rows(_STAFF)}
        for one in letters:
            row = by_id.get(one.message_id)
            if row is None:
                yield f"a mail that no message stands for: {one.message_id}"
                continue
            what = f"{row['kind']} of message {row['id']}"
            if one.recipient in forbidden.never:
                yield f"{what} to somebody who is protected"
            if not one.recipient.endswith("@hemma.example") and one.recipient not in known:
                yield f"{what} to an address that nobody has"
            if one.began > forbidden.protected.get(one.recipient, one.began):
                yield f"{what} to somebody who had become protected"
            if one.method == "CANCEL":
                continue
            if one.began > forbidden.left.get(one.recipient, one.began):
                yield f"{what} to an address that had been changed"
            if row["ground"] == "consent":
                after = forbidden.without_consent.get(str(row["case_id"]), one.began)
                if one.began > after:
                    yield f"{what} {one.began - after:.3f} s after there was no consent"


def _held_by(address: str, letters: list[Letter]) -> set[str]:
    """When the meetings are that a mailbox holds, by the newest mail about each."""
    holds = {one.uid: one for one in letters if one.method and one.recipient == address.lower()}
    return {one.starts_at for one in holds.values() if one.method == "REQUEST"}


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
        if seen != value:
            yield f"{family.name}: {' '.join(key)} was answered to be {value}, and is {seen}"


def _state(meeting: Json | None, expected: str) -> str | None:
    """One that was booked may have been held or called off by what came later."""
    if meeting is None:
        return None
    return expected if expected == "booked" else str(meeting["state"])


def _wall(instant: str | datetime) -> str:
    """As it stands in a calendar object."""
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return moment.astimezone(STOCKHOLM).strftime("%Y%m%dT%H%M%S")


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
            continue
        seen.add(one.message_id)
        before = newest.get((one.uid, one.recipient))
        if one.method == "CANCEL" and before is None:
            yield f"{one.message_id} cancels what the mailbox never got"
        if before is not None and one.sequence <= before.sequence:
            yield f"{one.message_id} has SEQUENCE {one.sequence} after {before.sequence}"
        newest[one.uid, one.recipient] = one


def _told_too_much(letters: list[Letter]) -> Iterator[str]:
    """11: no name of the family, no school, no reason."""
    for one in letters:
        for word in CANARIES:
            if word.lower() in one.words.lower():
                yield f"{one.message_id} tells a name"
