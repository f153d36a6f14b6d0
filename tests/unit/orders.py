"""Changes that have nothing to do with each other, done in some order, and what stands after."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from services.cases.domain.refused import Refused
from services.scheduler.domain.plan import desired_plan
from shared.domain.facts import Consent, Participant
from tests.unit import oracle
from tests.unit.histories import History, live
from tests.unit.laws import LawBroken
from tests.unit.world import DAYS, World

_AHEAD = timedelta(days=75)  # no time is sought further ahead
Change = Callable[[World], None]
Order = tuple[list[int], Random]
_STAFF = (
    ("skolsocionom", "school"),
    ("familjebehandlare", "social_services"),
    ("ungdomspolis", "police"),
    ("fritidsledare", "leisure"),
    ("koordinator", "leisure"),
)


def same_in_any_order(history: History, order: Order) -> None:
    """Raises LawBroken if another order, or looks at other times, leave another calendar.

    But where a birthday changes who decides: a youth who signs ahead of the guardians gets a time
    after it, though together they would have got an earlier one.
    """
    choices, random = order

    def after(*, looking: bool, shuffled: bool) -> dict[str, Any]:
        world = live(history, lambda _: None)
        changes = independent_changes(world, choices)
        if shuffled:
            random.shuffle(changes)
        done(world, changes, looking=looking)
        return calendar(world)

    if _somebody_else_decides_soon(live(history, lambda _: None)):
        return
    in_order = after(looking=True, shuffled=False)
    for looking in (True, False):
        other = after(looking=looking, shuffled=True)
        if other != in_order:
            differing = [name for name in in_order if in_order[name] != other[name]]
            raise LawBroken(f"another order, other {', '.join(differing)}")


def independent_changes(world: World, choices: Sequence[int]) -> list[Change]:
    """One thing that each person says about the consent, staff who come, papers that are filed."""
    facts = world.case.facts
    people = sorted({form.person_id for form in facts.consents})
    forms = [next(one for one in facts.consents if one.person_id == person) for person in people]
    changes = [_answer(form, choice) for form, choice in zip(forms, choices, strict=False)]
    changes += [_comes(number) for number in choices if number < len(_STAFF)]
    held = [meeting.id for meeting in facts.meetings if meeting.state == "held"]
    return changes + [_files(meeting, plan=plan) for meeting in held for plan in (True, False)]


def done(world: World, changes: Iterable[Change], *, looking: bool) -> None:
    """One after the other, the services following at once, or only when all is done."""
    for change in changes:
        change(world)
        if looking:
            world.settle()
    world.settle()
    world.settle()


def calendar(world: World) -> dict[str, Any]:
    """What stands, but for the names of things: those tell in which order they were made."""
    case = world.case
    named = {str(one.id): f"{one.step}@{one.starts_at}" for one in case.facts.meetings}

    def neutral(key: str) -> str:
        for number, name in named.items():
            key = key.replace(number, name)
        return key

    return {
        "meetings": sorted(
            (one.step, one.state, one.starts_at, one.sequence, sorted(one.person_ids))
            for one in case.facts.meetings
            if one.state != "cancelled"
        ),
        "windows": world.store.plan.windows,
        "wanting": world.store.plan.wanting,
        "due": {(neutral(key), due.due_at) for key, due in world.store.planned.items()},
        "search": desired_plan(case.facts, case.procedure, DAYS, world.now).search,
    }


orders = st.tuples(st.lists(st.integers(0, 7), min_size=2, max_size=6), st.randoms())


def _somebody_else_decides_soon(world: World) -> bool:
    case, today = world.case, world.case.today
    now, then = (
        oracle.who_decides(case.facts, case.procedure, case.said, day)
        for day in (today, today + _AHEAD)
    )
    return now != then


def _answer(form: Consent, choice: int) -> Change:
    """What can be said: mostly yes."""

    def change(world: World) -> None:
        case = world.case
        try:
            if form.state == "signed":
                case.withdraw(form, case.today)
            elif choice == 7:
                case.refuse(form)
            else:
                case.sign(form, case.today)
        except Refused:
            return

    return change


def _comes(number: int) -> Change:
    role, organisation = _STAFF[number]
    who = Participant(UUID(int=500 + 10 * number), "staff", role, organisation, custody=False)
    return lambda world: world.case.add(who)


def _files(meeting_id: UUID, *, plan: bool) -> Change:
    def change(world: World) -> None:
        meeting = next(one for one in world.case.facts.meetings if one.id == meeting_id)
        world.case.file(meeting, plan=plan)

    return change
