"""One day answers for all until something turns: the scheduler asks so once for many days."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.calling import (
    called,
    days_that_turn,
    has_a_time,
    missing_parties,
    uncovered_organisations,
)
from shared.domain.consent import consent_stands, missing_consents, unasked
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure
from tests.unit.builders import FATHER, MOTHER, SAMVERKANSMOTE, case, consent, day
from tests.unit.histories import History, histories, live

_DAY = timedelta(days=1)
_HORIZON = 70  # days, as far ahead as a time is sought


@given(histories(ages=(15, 17, 18)), st.integers(0, _HORIZON))
def test_X8_S1_between_two_turns_every_day_has_the_same_answers(
    history: History, since: int
) -> None:
    """X8: who decides, what is covered and who is called change on no day but those that turn."""
    world = live(history, lambda _: None)
    facts, procedure = world.case.facts, world.case.procedure
    turns = days_that_turn(facts, procedure)
    first = history.known_on + timedelta(days=since)
    days = [first + timedelta(days=number) for number in range(_HORIZON)]
    said = [answers(facts, procedure, on, world.now) for on in days]
    for on, (before, after) in zip(days[1:], pairwise(said), strict=True):
        assert on in turns or before == after, on


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(
            case(born="2009-03-20", participants=[MOTHER], consents=[consent("mother")]),
            id="of age in the midst of it",
        ),
        pytest.param(
            case(participants=[FATHER], consents=[consent("father", on="2027-03-20")]),
            id="signed ahead",
        ),
        pytest.param(
            case(
                participants=[FATHER],
                consents=[replace(consent("father"), valid_until=day("2027-03-19"))],
            ),
            id="lapsed the day before",
        ),
    ],
)
def test_X8_what_turns_on_a_day_is_seen_on_that_day(facts: CaseFacts) -> None:
    """X8: a birthday, a signature and the day after a last day are among those that turn."""
    turning = day("2027-03-20")
    assert turning in days_that_turn(facts, SAMVERKANSMOTE)
    before, after = (consent_stands(facts, SAMVERKANSMOTE, on) for on in (turning - _DAY, turning))
    assert before != after


def test_R7_the_birthday_that_leaves_the_guardians_out_turns() -> None:
    """R7: also where it is another one than the birthday from which the youth decides."""
    guardian, *others = SAMVERKANSMOTE.always_called
    sooner = guardian.model_copy(update={"until_age": 16, "until_rule": "R7"})
    procedure = SAMVERKANSMOTE.model_copy(update={"always_called": (sooner, *others)})
    facts = case(born="2011-03-20")
    turning, step = day("2027-03-20"), procedure.step("first")
    assert turning in days_that_turn(facts, procedure)
    before, after = (called(facts, procedure, step, on) for on in (turning - _DAY, turning))
    assert before > after


def answers(facts: CaseFacts, procedure: Procedure, on: date, now: datetime) -> list[Any]:
    """All that the scheduler asks about a day."""
    whole: tuple[Callable[..., Any], ...] = (consent_stands, missing_consents, unasked)
    each: tuple[Callable[..., Any], ...] = (called, missing_parties, uncovered_organisations)
    said = [ask(facts, procedure, on) for ask in whole]
    for step in procedure.steps:
        said += [ask(facts, procedure, step, on) for ask in each]
        said.append(has_a_time(facts, procedure, step, on, now))
    return said
