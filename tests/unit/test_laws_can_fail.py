"""Each law can fail: a rule is broken on purpose, and the law that watches over it sees it.

Every mutation comes with a history in which it shows. Without the mutation the law holds there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from services.notifier.domain.clearance import Go
from services.notifier.domain.invitations import Cancel, reconcile
from shared.domain.calling import called
from shared.domain.days import WorkingDays
from shared.domain.slots import ranked_slots
from tests.unit import laws
from tests.unit.acts import Act
from tests.unit.histories import History, live
from tests.unit.laws import Law, LawBroken
from tests.unit.orders import same_in_any_order

_BOOKING = "services.cases.domain.booking"
_CALLING = "shared.domain.calling"
_SEEKING = "services.scheduler.domain.seeking"
_LAST_DAY = "shared.domain.windows._last_bookable"

SIGNED = History("samverkansmote", date(2027, 3, 15), age=4000, acts=(Act("sign-all"),))
ALL_DAYS_TAKEN = frozenset(range(16))
BEFORE_CHRISTMAS = replace(SIGNED, known_on=date(2026, 12, 23))
SPINDEL = replace(SIGNED, procedure="spindelmote", acts=())
WITH_HEALTH_CARE = replace(SPINDEL, acts=(Act("add"), Act("sign-all")))
WITHDRAWN = replace(SIGNED, acts=(Act("sign-all"), Act("withdraw")))
WRITTEN = replace(SIGNED, acts=(Act("sign-all"), Act("withdraw", much=1), Act("send")))


@dataclass(frozen=True, slots=True)
class Mutation:
    """What is broken (names, and what stands there instead), the law that sees it, and where."""

    law: Callable[[], Law]
    instead: dict[str, Any]
    history: History
    with_mail: bool = False

    def holds(self) -> None:
        law = self.law()
        law(live(self.history, law, with_mail=self.with_mail))


def constantly(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


def ten_days_too_late(opens_on: date, closes_on: date, days: WorkingDays) -> date:
    return closes_on + timedelta(days=10)


def a_weekday(self: WorkingDays, day: date) -> bool:
    return day.weekday() < 5


def without_cancels(*args: Any, **named: Any) -> tuple[Any, ...]:
    return tuple(one for one in reconcile(*args, **named) if not isinstance(one, Cancel))


def with_nobody_busy(**named: Any) -> Any:
    return ranked_slots(**(named | {"busy": ()}))


def every_organisation(facts: Any, procedure: Any, on: date) -> frozenset[str]:
    return frozenset(procedure.all_organisations)


def everybody(facts: Any, procedure: Any, step: Any, on: date, wanted: Any) -> frozenset[UUID]:
    return called(facts, procedure, step, on)


def as_they_are_listed(facts: Any) -> str:
    return " ".join(str(form.id) for form in facts.consents)


def said_again(_: Any, wanting: Any, before: Any, tell: Callable[[Any], None]) -> None:
    if wanting is not None:
        tell(wanting)


MUTATIONS = {
    "a limit can be passed": Mutation(
        laws.never_outside_its_window,
        {_LAST_DAY: ten_days_too_late},
        replace(SIGNED, full=ALL_DAYS_TAKEN),
    ),
    "the last day is ten days late": Mutation(
        laws.the_windows_are_exact, {_LAST_DAY: ten_days_too_late}, SIGNED
    ),
    "consents are told apart by how they are listed": Mutation(
        laws.the_order_in_which_facts_are_read_makes_no_difference,
        {f"{_SEEKING}._grounds": as_they_are_listed},
        replace(SIGNED, full=ALL_DAYS_TAKEN),
    ),
    "eves and holidays are worked": Mutation(
        laws.never_on_a_day_off,
        {"shared.domain.days.WorkingDays.is_working_day": a_weekday},
        replace(BEFORE_CHRISTMAS, full=frozenset({2, 5, 6, 7})),
    ),
    "any consent stands": Mutation(
        laws.never_without_the_consent_it_needs,
        {
            f"{_SEEKING}.consent_stands": constantly(True),
            f"{_BOOKING}.missing_consents": constantly(frozenset()),
            f"{_BOOKING}.uncovered_organisations": constantly(()),
            f"{_SEEKING}.uncovered_organisations": constantly(()),
        },
        replace(SIGNED, acts=()),
    ),
    "a withdrawal calls nothing off": Mutation(
        laws.never_without_the_consent_it_needs,
        {"tests.support.casework.Casework._is_carried": constantly(value=True)},
        WITHDRAWN,
    ),
    "everybody is covered": Mutation(
        laws.never_with_someone_it_does_not_cover,
        {f"{_CALLING}.covered_organisations": every_organisation},
        WITH_HEALTH_CARE,
    ),
    "guardians of an adult are called": Mutation(
        laws.never_with_someone_it_does_not_cover,
        {f"{_CALLING}._guardians_excused": constantly(value=False)},
        replace(SIGNED, age=18 * 366),
    ),
    "steps come in any order": Mutation(
        laws.never_before_what_it_waits_for,
        {
            f"{_SEEKING}.may_come": constantly(value=True),
            f"{_BOOKING}.first_unheld": constantly(None),
            f"{_BOOKING}.first_without_plan": constantly(None),
        },
        replace(SPINDEL, acts=(Act("sign-all"), Act("cancel"), Act("book", 1, 6))),
    ),
    "nobody's busy times are asked for": Mutation(
        laws.never_a_time_that_is_known_to_be_taken,
        {"services.scheduler.handlers.finding.ranked_slots": with_nobody_busy},
        replace(SIGNED, full=frozenset(range(5))),
    ),
    "guardians who never meet do": Mutation(
        laws.never_two_guardians_who_never_meet,
        {f"{_SEEKING}._apart": constantly(value=False), f"{_BOOKING}.whom_to_call": everybody},
        replace(SIGNED, never_together=True),
    ),
    "what is wanting is said again and again": Mutation(
        laws.a_second_look_changes_nothing,
        {"services.scheduler.handlers.looking._announce_wanting": said_again},
        replace(SIGNED, full=ALL_DAYS_TAKEN),
    ),
    "nothing planned is withdrawn": Mutation(
        laws.what_is_off_reminds_nobody,
        {"tests.support.store.FakeStore.withdraw_dues": constantly(None)},
        WITHDRAWN,
    ),
    "the gate is open": Mutation(
        laws.never_a_message_after_a_withdrawal_was_answered,
        {"tests.support.mailroom.decide": constantly(Go())},
        replace(WRITTEN, prompt=False),
        with_mail=True,
    ),
    "anybody can be mailed": Mutation(
        laws.never_a_mail_to_somebody_protected,
        {"services.notifier.domain.recipients._forbidden": constantly(None)},
        replace(SIGNED, protected=True),
        with_mail=True,
    ),
    "nobody is told that it is off": Mutation(
        laws.whoever_was_invited_hears_that_it_is_off,
        {"services.notifier.handlers.looking.reconcile": without_cancels},
        WITHDRAWN,
        with_mail=True,
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS.keys())
def test_a_broken_rule_is_seen_by_its_law(
    mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation.holds()
    for name, instead in mutation.instead.items():
        monkeypatch.setattr(name, instead)
    with pytest.raises(LawBroken):
        mutation.holds()


def test_a_plan_that_keeps_what_was_planned_once_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    history = replace(SIGNED, acts=(Act("sign"),))

    def hold() -> None:
        for seed in range(4):  # the one has signed: the other does, and the first withdraws
            same_in_any_order(history, ([0, 0], Random(seed)))  # noqa: S311 — for an order

    hold()
    monkeypatch.setattr("tests.support.store.FakeStore.withdraw_dues", constantly(None))
    with pytest.raises(LawBroken):
        hold()
