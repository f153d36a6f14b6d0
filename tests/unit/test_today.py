"""What there is to do today: which group a thing is in, and what is one thing (X2, X16)."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.cases.domain.limits import OfSomebody
from services.cases.domain.refused import Words
from services.cases.domain.task_kinds import KINDS
from services.cases.domain.today import MEETING, OpenTask, Thing, by_urgency, colleagues, things
from services.cases.web.staff.today_words import act, by_when, state, what
from shared.domain.days import STOCKHOLM
from tests.support.mailing import PROCEDURE

TODAY = date(2027, 3, 4)  # a Thursday
CASE, OTHER, MEETING_ID = UUID(int=1), UUID(int=2), UUID(int=3)
ANNA, BO = UUID(int=11), UUID(int=12)


def limit(day: str, **changes: Any) -> Thing:
    thing = Thing(
        kind=MEETING, rule="R9", quote="", procedure=PROCEDURE, day=date.fromisoformat(day),
        reference="7KQ2", case_id=CASE, step="first", title=Words("Första mötet", "First meeting"),
        limit_on=date.fromisoformat(day), state="coming",
    )  # fmt: skip
    return replace(thing, **changes)


def task(kind: str, day: str | None, **changes: Any) -> Thing:
    due_on = None if day is None else date.fromisoformat(day)
    case = changes.pop("case_id", CASE)
    known = {name: changes.pop(name) for name in ("step", "reference") if name in changes}
    about = OpenTask(
        id=UUID(int=len(kind)), kind=kind, rule="R4", due_on=due_on, procedure=None,
        procedure_on=TODAY, case_id=case, **changes,
    )  # fmt: skip
    thing = Thing(
        kind=kind, rule="R4", quote="", procedure=PROCEDURE, day=due_on, case_id=case, task=about,
        reference=None if case is None else "7KQ2",
    )  # fmt: skip
    return replace(thing, **known)


@pytest.mark.parametrize(
    ("day", "group"),
    [
        ("2027-03-03", "late"),
        ("2027-03-04", "now"),
        ("2027-03-05", "now"),
        ("2027-03-06", "week"),
        ("2027-03-07", "week"),
        ("2027-03-08", "later"),
        (None, "now"),  # as soon as possible
    ],
)
def test_X2_the_day_says_how_urgent_a_task_is(day: str | None, group: str) -> None:
    assert task("get-consent", day).urgency(TODAY) == group


@pytest.mark.parametrize(
    ("thing", "group"),
    [
        (limit("2027-03-01", state="passed"), "late"),
        # X1: its last bookable day is behind, but the limit can be kept by whoever hurries
        (limit("2027-03-03", limit_on=date(2027, 3, 7), state="late"), "now"),
        (limit("2027-03-04", state="late"), "now"),
        (limit("2027-03-15"), "later"),
    ],
)
def test_X1_a_limit_is_as_urgent_as_the_last_day_that_can_be_booked(
    thing: Thing, group: str
) -> None:
    assert thing.urgency(TODAY) == group


def test_the_nearest_day_comes_first() -> None:
    later, sooner = task("get-consent", "2027-03-02"), task("inform", "2027-03-01")
    assert by_urgency([later, sooner], TODAY)["late"] == [sooner, later]


def test_what_a_limit_says_no_task_says_once_more() -> None:
    near = limit("2027-03-05")
    assert things([near], [task("limit-near", "2027-03-05", step="first")]) == [near]
    alone = task("limit-near", "2027-03-05", step="first", case_id=OTHER)
    assert things([near], [alone]) == [near, alone]


def test_a_task_about_its_time_says_more_than_a_limit_that_can_be_kept() -> None:
    no_slot = task("no-slot", "2027-03-05", step="first")
    assert things([limit("2027-03-05")], [no_slot]) == [no_slot]
    passed = limit("2027-03-01", state="passed")
    assert things([passed], [no_slot]) == [passed, no_slot]


def test_tasks_alike_for_several_people_are_one() -> None:
    found = things([], [task("get-consent", "2027-03-05") for _ in range(3)])
    assert [one.times for one in found] == [3]
    other = task("get-consent", "2027-03-05", case_id=OTHER)
    assert len(things([], [task("get-consent", "2027-03-05"), other])) == 2


def test_duties_are_each_their_own() -> None:
    duties = [task(kind, None, case_id=None) for kind in ("pass-on", "confirm-known")]
    assert len(things([], duties)) == 2


@pytest.mark.parametrize(
    ("thing", "leads"),
    [
        (limit("2027-03-15"), f"/arenden/{CASE}/moten/boka?steg=first"),
        (task("no-slot", "2027-03-15", step="first"), f"/arenden/{CASE}/moten/boka?steg=first"),
        (task("get-consent", None), f"/arenden/{CASE}#samtycken"),
        (task("mark-as-held", None, meeting_id=MEETING_ID), f"/moten/{MEETING_ID}"),
        (task("decide-mail", None), "/inkommet"),
        (task("hand-over", None), f"/arenden/{CASE}#att-gora"),
        (task("answer-inquiry", None, case_id=None, inquiry_id=OTHER), "/forfragningar"),
        (task("give-feedback", None, case_id=None, report_id=OTHER), f"/orosanmalningar/{OTHER}"),
        (task("evaluate-year", None, case_id=None, year=2027), "/arshjul/2027"),
    ],
)
def test_one_button_leads_to_where_it_is_done(thing: Thing, leads: str) -> None:
    assert act(thing).to == leads


def test_what_has_a_page_of_its_own_is_done_there_and_other_duties_here() -> None:
    answers = task("answer-evaluation", None, case_id=None, year=2027, has_page=True)
    assert act(answers).to == f"/arshjul/uppgift/{UUID(int=len('answer-evaluation'))}"
    here = act(task("reach-otherwise", None, case_id=None, year=2027))
    assert here.ticks
    assert here.to.startswith("/att-gora/")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_task_says_what_to_do_in_both_languages_and_leads_somewhere(
    kind: str,
) -> None:
    at = datetime(2027, 3, 9, 13, tzinfo=STOCKHOLM)
    for thing in (
        task(kind, "2027-03-05", meeting_id=MEETING_ID, meeting_starts_at=at),
        task(kind, None, case_id=None, year=2027),
    ):
        said = what(thing)
        assert said.sv
        assert said.en
        assert act(thing).to.startswith("/")


def test_the_state_is_a_sign_and_a_word_and_the_day_is_in_words() -> None:
    sign, word = state(task("inform", "2027-03-03"), TODAY)
    assert (sign, word.sv, word.en) == ("▲", "Försenad", "Late")
    assert state(task("inform", "2027-03-05"), TODAY)[1].sv == "I morgon"
    assert state(limit("2027-03-01", state="passed"), TODAY)[1].sv == "Gränsen har passerat"
    assert by_when(limit("2027-03-15")).sv == "hålls senast måndag 15 mars 2027 (vecka\u00a011)"
    assert by_when(task("inform", None)).en == "as soon as possible"


def test_X16_whoever_is_late_comes_first_and_who_has_nothing_is_not_shown() -> None:
    found = [
        OfSomebody(ANNA, date(2027, 3, 5), "coming", 2),
        OfSomebody(BO, date(2027, 3, 1), "passed", 1),
        OfSomebody(UUID(int=13), date(2027, 3, 20), "ahead", 1),
    ]
    shown = colleagues(found, {ANNA: "Anna", BO: "Bo", UUID(int=13): "Cia"}, TODAY)
    assert [(one.name, one.late, one.coming) for one in shown] == [("Bo", 1, 0), ("Anna", 0, 2)]
