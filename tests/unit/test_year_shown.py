"""How each obligation of a year stands, by its days and what is known of it (R20-R31)."""

from dataclasses import replace
from datetime import date, time
from uuid import UUID, uuid4

import pytest

from services.cases.domain.year_facts import (
    CohortFacts,
    DispatchFacts,
    EvaluationFacts,
    OpenDuty,
    Replied,
    YearFacts,
)
from services.cases.domain.year_meetings import ShownMeeting
from services.cases.domain.year_shown import ShownYear, shown_year
from shared.domain.days import SchoolYears, WorkingDays, at
from shared.domain.facts import CaseFacts, Meeting, MeetingState
from shared.procedures import load_procedures

CHIEF, HEAD = uuid4(), uuid4()
APRIL = date(2027, 4, 14)  # the second Wednesday


def a_year(today: str, year: int = 2027, **known: object) -> ShownYear:
    day = date.fromisoformat(today)
    procedure = load_procedures(None).get("arshjul", day)
    assert procedure.year is not None
    facts = YearFacts(year, **known)  # type: ignore[arg-type]
    now = at(day, time(10))
    return shown_year(facts, procedure, procedure.year, WorkingDays(), SchoolYears(), now)


def a_matter(*meetings: Meeting, opened: str = "2026-01-02") -> CaseFacts:
    return CaseFacts(
        id=uuid4(),
        reference="7KQ2",
        procedure="arshjul",
        procedure_on=date(2026, 1, 2),
        state="open",
        known_on=date(2027, 1, 1),
        opened_at=at(date.fromisoformat(opened), time(8)),
        birth_date=None,
        process_owner=CHIEF,
        coordinator=HEAD,
        unit="elevhalsan",
        participants=(),
        consents=(),
        meetings=meetings,
        about="year",
    )


def a_meeting(state: MeetingState, day: date = APRIL, **changes: object) -> Meeting:
    made = Meeting(
        id=uuid4(),
        step="april",
        starts_at=at(day, time(13)),
        ends_at=at(day, time(15)),
        state=state,
        sequence=0,
        changed_at=at(date(2026, 1, 2), time(9)),
        person_ids=frozenset({CHIEF, HEAD}),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def april(shown: ShownYear) -> ShownMeeting:
    return shown.meetings[0]


@pytest.mark.parametrize(
    ("today", "meeting", "state"),
    [
        ("2027-03-16", "booked", "planned"),    # four weeks before 14 April is Wednesday 17 March
        ("2027-03-17", "booked", "called"),
        ("2027-04-20", "booked", "called"),     # nobody has said yet that it was held
        ("2027-04-14", "held", "held"),
        ("2027-04-20", "cancelled", "cancelled"),
        ("2027-05-01", "cancelled", "missed"),  # the month is over
        ("2027-04-30", None, "planned"),
        ("2027-05-01", None, "missed"),
    ],
)  # fmt: skip
def test_R20_how_the_april_meeting_stands(
    today: str, meeting: MeetingState | None, state: str
) -> None:
    """R20: each state by what is booked and the day."""
    matter = a_matter() if meeting is None else a_matter(a_meeting(meeting))
    shown = april(a_year(today, matter=matter))
    assert (shown.state, shown.rule, shown.month) == (state, "R20", 4)
    assert (shown.window.opens_on, shown.window.closes_on) == (date(2027, 4, 1), date(2027, 4, 30))
    assert shown.window.last_bookable_on == date(2027, 4, 29)  # Valborg is an eve


def test_R20_a_month_that_was_over_when_the_year_was_opened_is_not_missed() -> None:
    shown = april(a_year("2027-06-01", matter=a_matter(opened="2027-05-20")))
    assert (shown.state, shown.preliminary) == ("unknown", False)


def test_R20_the_meeting_that_counts_is_the_one_that_stands() -> None:
    """A new time after a cancelled one; and a held one before all."""
    old = a_meeting("cancelled")
    new = a_meeting("booked", date(2027, 4, 21), changed_at=at(date(2027, 3, 1), time(9)))
    shown = april(a_year("2027-03-02", matter=a_matter(new, old)))
    assert (shown.id, shown.state) == (new.id, "planned")
    held = a_meeting("held", date(2027, 4, 7))
    assert april(a_year("2027-04-22", matter=a_matter(held, new, old))).id == held.id


def test_R20_a_year_that_is_not_opened_has_the_days_of_the_rule_and_says_so() -> None:
    shown = a_year("2027-03-01", year=2030)
    assert shown.preliminary
    assert [(one.starts_at, one.preliminary, one.id) for one in shown.meetings] == [
        (at(date(2030, 4, 10), time(13)), True, None),
        (at(date(2030, 10, 9), time(13)), True, None),
    ]
    assert (shown.callers, shown.called_by) == ((), ("elevhalsochef", "enhetschef_ifo"))


def test_R21_two_call_and_one_person_in_both_posts_is_named_once() -> None:
    assert a_year("2027-03-01", matter=a_matter()).callers == (CHIEF, HEAD)
    alone = replace(a_matter(), coordinator=CHIEF)
    assert a_year("2027-03-01", matter=alone).callers == (CHIEF,)


def test_R22_replies_are_counted_for_each_group() -> None:
    one = a_meeting("booked")
    replies = (
        replied(one.id, "rektor", "accepted", 9),
        replied(one.id, "rektor", "needs-action", 5),
        replied(one.id, "kurator", "declined", 2),
        replied(one.id, "skolskoterska", "tentative", 1),
        replied(uuid4(), "familjebehandlare", "accepted", 3),  # of another meeting
    )
    shown = april(a_year("2027-03-20", matter=a_matter(one), replies=replies))
    counted = {
        group.group.name: (
            group.called, group.accepted, group.declined, group.tentative, group.waiting
        )
        for group in shown.groups
    }  # fmt: skip
    assert counted == {
        "elevhalsa": (3, 0, 2, 1, 0),
        "rektor": (14, 9, 0, 0, 5),
        "socialtjanst": (0, 0, 0, 0, 0),
        "familjeteam": (0, 0, 0, 0, 0),
    }


@pytest.mark.parametrize(
    ("today", "is_open", "done_on", "state"),
    [
        ("2027-03-31", False, None, "coming"),
        ("2027-04-01", True, None, "open"),
        ("2027-06-30", True, None, "open"),
        ("2027-07-01", True, None, "overdue"),
        ("2027-07-02", True, "2027-07-02", "done"),
        ("2027-07-01", False, None, "unknown"),  # Samspel was installed after its limit
    ],
)
def test_R24_how_the_evaluation_stands(
    today: str, *, is_open: bool, done_on: str | None, state: str
) -> None:
    """R24: overdue from 1 July, until somebody has said that it is done."""
    done = None if done_on is None else date.fromisoformat(done_on)
    known = EvaluationFacts(
        date(2027, 4, 1), date(2027, 5, 28), date(2027, 6, 30), done, None, 2, ("rektor-almskolan",)
    )
    shown = a_year(today, evaluation=known if is_open else None).evaluation
    assert (shown.state, shown.due_on, shown.rule) == (state, date(2027, 6, 30), "R24")
    assert (shown.answered, shown.asked) == ((2, 3) if is_open else (0, 0))


@pytest.mark.parametrize(
    ("today", "asked", "state"),
    [
        ("2027-08-14", False, "coming"),
        ("2027-08-15", True, "to-send"),
        ("2027-09-16", True, "overdue"),
        ("2027-09-16", False, "unknown"),
    ],
)
def test_R28_what_is_to_be_sent_each_august(today: str, *, asked: bool, state: str) -> None:
    """R28: from 15 August, by 15 September, as long as the duty to send it is open."""
    duties = (OpenDuty(uuid4(), "send-material", "avdelningschef-ifo", None, None, "R28"),)
    shown = a_year(today, duties=duties if asked else ())
    assert [(one.kind, one.state) for one in shown.dispatches] == [("material", state)]
    assert (shown.dispatches[0].starts_on, shown.dispatches[0].due_on) == (
        date(2027, 8, 15),
        date(2027, 9, 15),
    )


@pytest.mark.parametrize(
    ("today", "waiting", "state"),
    [
        ("2027-09-01", ("rektor-almskolan",), "sent"),
        ("2027-09-11", ("rektor-almskolan",), "overdue"),
        ("2027-09-11", (), "confirmed"),
    ],
)
def test_R29_what_was_sent_is_confirmed_by_each(
    today: str, waiting: tuple[str, ...], state: str
) -> None:
    """R29: who hasn't confirmed is named by the post."""
    sent = DispatchFacts(
        uuid4(), "material", "Höstens material", "R28", date(2027, 8, 20), date(2027, 9, 10), 13,
        waiting,
    )  # fmt: skip
    (shown,) = a_year(today, dispatches=(sent,)).dispatches
    assert (shown.state, shown.confirmed, shown.asked) == (state, 13, 13 + len(waiting))
    assert (shown.rule, shown.confirm_rule, shown.waiting) == ("R28", "R29", waiting)


def test_R28_what_was_sent_in_spring_is_not_the_autumns() -> None:
    """R28: it is of the school year that ends then, so the next is still to be sent."""
    spring = DispatchFacts(
        uuid4(), "material", "Vårens material", "R28", date(2027, 2, 8), date(2027, 3, 1), 14
    )
    shown = a_year("2027-06-01", dispatches=(spring,)).dispatches
    assert [one.state for one in shown] == ["confirmed", "coming"]


def test_R31_the_yearly_confirmation_stands_apart_from_what_is_sent() -> None:
    shown = a_year("2027-03-01")
    assert [(one.kind, one.state, one.rule) for one in shown.confirmations] == [
        ("duty-to-report", "coming", "R31")
    ]
    assert shown.confirmations[0].due_on == date(2027, 9, 29)  # twenty working days on


def test_R26_each_cohort_counts_in_the_years_that_it_is_in_its_stage() -> None:
    """R26: three years of 7-9 from August 2025 end in June 2028; a fourth calendar year is over."""
    cohorts = (
        CohortFacts("centralskolan", "hogstadiet", 2023, "missing"),
        CohortFacts("centralskolan", "hogstadiet", 2025, "held", date(2026, 11, 4)),
        CohortFacts("centralskolan", "hogstadiet", 2026, "planned", date(2027, 5, 4)),
        CohortFacts("tallasskolan", "hogstadiet", 2027, "missing"),
        CohortFacts("almskolan", "lagstadiet", 2027, "missing"),
    )
    stages = {one.stage.name: one for one in a_year("2027-03-01", cohorts=cohorts).stages}
    stage = stages["hogstadiet"]
    assert (stage.cohorts, stage.held, stage.planned, stage.missing) == (3, 1, 1, 1)
    assert (stage.planned_on, stage.held_on) == ((date(2027, 5, 4),), ())
    assert stages["lagstadiet"].missing == 1
    assert stages["gymnasiet"].cohorts == 0


def replied(meeting: UUID, role: str, answer: str, count: int) -> Replied:
    return Replied(meeting, role, answer, count)
