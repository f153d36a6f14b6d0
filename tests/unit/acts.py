"""What people do with a case, for generated histories: a verb, which one, and how much.

Which one is a number taken modulo what there is, so no act is ever impossible. An act without
anything to be about, or one that a rule refuses, changes nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

from services.cases.domain.consents import Terms
from shared.domain.calling import called
from shared.domain.days import at, local_date
from shared.domain.facts import Consent, Meeting, Participant
from tests.unit.world import World

T = TypeVar("T")
_LENGTHS = (0, 1, 2, 3, 5, 8, 13, 21, 34, 60, 120, 400)  # days
_HOUR = timedelta(hours=1)
_WALLS = (time(9, 0), time(8, 0), time(13, 30), time(15, 30), time(17, 0), time(6, 0))


class Act(NamedTuple):
    """Something that somebody does."""

    verb: str
    which: int = 0
    much: int = 0


def act(world: World, what: Act) -> None:
    """Raises Refused."""
    _VERBS[what.verb](world, what)


def sign_all(world: World, what: Act) -> None:
    for form in _forms(world, "requested"):
        world.case.sign(form, world.case.today)


def sign(world: World, what: Act) -> None:
    """Some days ago, for some of the organisations alone, or until a day to come."""
    today, much = world.case.today, what.much
    for form in _one(_forms(world, "requested"), what.which):
        on = max(today - timedelta(days=much if much < 4 else 0), world.case.facts.known_on)
        named = frozenset(sorted(form.organisations)[:-1]) if 4 <= much < 7 else None
        until = today + timedelta(days=_LENGTHS[much]) if much > 7 else None
        world.case.sign(form, on, Terms(named or None, until))


def refuse(world: World, what: Act) -> None:
    for form in _one(_forms(world, "requested"), what.which):
        world.case.refuse(form)


def withdraw(world: World, what: Act) -> None:
    """Sometimes just after the notifier has written what it hasn't sent yet."""
    if what.much % 2:
        world.write()
    for form in _one(_forms(world, "signed"), what.which):
        assert form.signed_on is not None
        ago = timedelta(days=what.much if what.much < 4 else 0)
        world.case.withdraw(form, max(world.case.today - ago, form.signed_on))


def ask(world: World, what: Act) -> None:
    """Anew, wider or narrower than before."""
    family = [who for who in world.case.facts.participants if who.party in ("child", "guardian")]
    known = world.case.procedure.all_organisations
    narrow = what.much % (len(known) + 1)
    for who in _one(family, what.which):
        world.case.ask(who.person_id, frozenset(known[: narrow or len(known)]))


def waive(world: World, what: Act) -> None:
    own = [form for form in world.case.facts.consents if form.party == "child"]
    for form in _one(own, what.which):
        world.case.waive(form)


def add(world: World, what: Act) -> None:
    """Staff of any organisation, some of which no consent may name."""
    roles = (
        ("skolskoterska", "health_care"), ("ungdomspolis", "police"),
        ("fritidsledare", "leisure"), ("familjebehandlare", "social_services"),
        ("koordinator", "social_services"), ("skolsocionom", "school"),
    )  # fmt: skip
    role, organisation = roles[what.which % len(roles)]
    number = UUID(int=500 + 10 * (what.which % len(roles)) + what.much % 2)
    world.case.add(Participant(number, "staff", role, organisation, custody=False))


def add_external(world: World, what: Act) -> None:
    """S7: somebody whom the family wishes for."""
    world.case.add(Participant(UUID(int=700 + what.which), "external", None, None, custody=False))


def remove(world: World, what: Act) -> None:
    facts = world.case.facts
    kept = {facts.process_owner, facts.coordinator, facts.initiator}
    others = [
        who for who in facts.participants if who.party == "staff" and who.person_id not in kept
    ]
    for who in _one(others, what.which):
        world.case.remove(who.person_id)


def book(world: World, what: Act) -> None:
    """By hand, on any day and at hours that aren't always allowed."""
    facts, procedure = world.case.facts, world.case.procedure
    for step in _one(procedure.steps, what.which):
        starts_at, people = _some_time(world, what), None
        if facts.never_together:  # X12: a meeting for each
            people = called(facts, procedure, step, local_date(starts_at))
            guardians = [
                who.person_id
                for who in facts.participants
                if who.party == "guardian" and who.person_id in people
            ]
            people -= set(_one(guardians, what.much) if len(guardians) > 1 else ())
        world.case.book(step.name, starts_at, "hand", people)


def confirm(world: World, what: Act) -> None:
    for meeting in _one(_meetings(world, "proposed"), what.which):
        world.case.confirm(meeting)


def move(world: World, what: Act) -> None:
    for meeting in _one(_meetings(world, "booked", "proposed"), what.which):
        world.case.move(meeting, _some_time(world, what))


def cancel(world: World, what: Act) -> None:
    for meeting in _one(_meetings(world, "booked", "proposed"), what.which):
        world.case.cancel(meeting)


def hold(world: World, what: Act) -> None:
    """The next meeting comes and is held; it is marked so at once, or some days later."""
    for meeting in _meetings(world, "booked")[:1]:
        late = timedelta(days=_LENGTHS[what.much] if what.much < 5 else 0)
        world.pass_to(meeting.ends_at + _HOUR + late)
        for standing in _meetings(world, "booked"):
            if standing.id == meeting.id:
                world.case.hold(standing)


def file_plan(world: World, what: Act) -> None:
    for meeting in _one(_meetings(world, "held"), what.which):
        world.case.file(meeting, plan=True)


def file_minutes(world: World, what: Act) -> None:
    for meeting in _one(_meetings(world, "held"), what.which):
        world.case.file(meeting, plan=False)


def close(world: World, what: Act) -> None:
    """Rarely: after it nothing happens any more."""
    if what.which == 0:
        world.case.close()


def days_pass(world: World, what: Act) -> None:
    day = local_date(world.now) + timedelta(days=_LENGTHS[what.much % len(_LENGTHS)])
    world.pass_to(at(day, time(8 + what.which, 10)))


def hear(world: World, what: Act) -> None:
    """The notifier hears that something has happened; its mails wait."""
    world.write()


def send(world: World, what: Act) -> None:
    """The mail server takes what may go, whatever has happened since it was written."""
    world.send()


_VERBS: dict[str, Callable[[World, Act], None]] = {
    "sign-all": sign_all,
    "hold": hold,
    "days-pass": days_pass,
    "sign": sign,
    "withdraw": withdraw,
    "ask": ask,
    "refuse": refuse,
    "waive": waive,
    "add": add,
    "add-external": add_external,
    "remove": remove,
    "book": book,
    "confirm": confirm,
    "move": move,
    "cancel": cancel,
    "file-plan": file_plan,
    "file-minutes": file_minutes,
    "close": close,
    "hear": hear,
    "send": send,
}
VERBS = tuple(_VERBS)


def _one(these: Sequence[T], which: int) -> Sequence[T]:
    return [these[which % len(these)]] if these else ()


def _forms(world: World, state: str) -> list[Consent]:
    return [form for form in world.case.facts.consents if form.state == state]


def _meetings(world: World, *states: str) -> list[Meeting]:
    found = [meeting for meeting in world.case.facts.meetings if meeting.state in states]
    return sorted(found, key=lambda meeting: meeting.starts_at)


def _some_time(world: World, what: Act) -> datetime:
    day = local_date(world.now) + timedelta(days=2 * what.which + what.much)
    return at(day, _WALLS[(what.which * what.much) % len(_WALLS)])
