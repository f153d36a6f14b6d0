"""The yearly evaluation: on which days, what counts as an answer, what is put together."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from services.cases.domain.evaluating import (
    LONGEST_TEXT,
    AskedPost,
    YearEvaluation,
    answer_duty,
    before_summer,
    checked,
    evaluate_duty,
    is_time,
    next_opening,
    opened,
)
from services.cases.domain.evaluation_refusals import (
    NotAText,
    NothingAnswered,
    NotOnTheScale,
    NotYesOrNo,
    TellsAPersonalNumber,
    UnknownQuestion,
)
from services.cases.domain.evaluation_summary import (
    OfRole,
    YearMeeting,
    enough,
    of_procedure,
    represented,
    results,
    school_year,
)
from services.cases.domain.refused import Invalid
from shared.domain.days import Term, WorkingDays, local_date
from shared.domain.facts import CaseFacts
from shared.procedures import load_procedures
from tests.support import cases

PROCEDURES = load_procedures(None)
YEAR = PROCEDURES.get("arshjul", date(2027, 4, 1))
assert YEAR.year is not None
RULES, RULE = YEAR.year, YEAR.year.evaluation
DAYS = WorkingDays()
TERM = Term("Vårterminen 2027", date(2027, 1, 11), date(2027, 6, 11))
QUESTIONS = RULE.questions


def evaluation(year: int = 2027, *terms: Term, today: date | None = None) -> YearEvaluation:
    return opened(RULE, terms, DAYS, today or date(year, 4, 1))


def day(text: str) -> date:
    return date.fromisoformat(text)


def reminders(year: int, *, of_owners: bool) -> list[str]:
    make = evaluate_duty if of_owners else answer_duty
    duty = make(RULE, evaluation(year), "post", DAYS, date(year, 4, 1))
    assert {(one.hour, one.minute) for one in duty.reminders} == {(9, 0)}
    return [local_date(one).isoformat() for one in duty.reminders]


# days


@pytest.mark.parametrize(
    ("last", "answers_by"),
    [
        ("2027-06-11", "2027-05-28"),
        ("2028-06-09", "2028-05-24"),  # the national day and Kristi himmelsfärd lie between
        ("2026-06-12", "2026-05-29"),
        ("2029-06-15", "2029-05-31"),  # 6 June is a Wednesday
        ("2029-05-31", "2029-05-17"),
    ],
)
def test_R25_it_is_answered_ten_working_days_before_the_school_ends(
    last: str, answers_by: str
) -> None:
    """R25: the day to answer is a working day well before the summer."""
    term = Term("Vårterminen", date(int(last[:4]), 1, 8), day(last))
    assert before_summer(RULE, int(last[:4]), [term], DAYS) == day(answers_by)


@pytest.mark.parametrize(
    ("year", "answers_by"),
    [
        (2026, "2026-05-29"),  # 31 May is a Sunday
        (2027, "2027-05-31"),
        (2028, "2028-05-31"),
        (2029, "2029-05-31"),
        (2031, "2031-05-30"),  # a Saturday
        (2033, "2033-05-31"),
        (2036, "2036-05-30"),  # a Saturday
    ],
)
def test_R25_while_no_term_is_decided_it_is_the_last_working_day_of_may(
    year: int, answers_by: str
) -> None:
    """R25: a term of another year, or one that ends in winter, isn't this spring's."""
    others = [
        Term("Vårterminen", date(year - 1, 1, 8), date(year - 1, 6, 10)),
        Term("Höstterminen", date(year, 8, 18), date(year, 12, 18)),
    ]
    assert before_summer(RULE, year, others, DAYS) == day(answers_by)


@pytest.mark.parametrize(
    ("year", "until"),
    [  # 60, 30, 14, 7, 3 and 1 days before 30 June
        (2026, ["04-30", "05-29", "06-16", "06-23", "06-26", "06-29"]),
        (2027, ["04-30", "05-31", "06-16", "06-23", "06-24", "06-29"]),  # midsommarafton: 25 June
        (2028, ["04-28", "05-31", "06-16", "06-22", "06-27", "06-29"]),  # midsommarafton: 23 June
        (2029, ["04-30", "05-31", "06-15", "06-21", "06-27", "06-29"]),  # 30 June is a Saturday
        (2030, ["04-30", "05-31", "06-14", "06-20", "06-27", "06-28"]),  # a Sunday
        (2031, ["04-30", "05-30", "06-16", "06-23", "06-27"]),  # a Monday: the last two are one
        (2032, ["04-30", "05-31", "06-16", "06-23", "06-24", "06-29"]),
        (2033, ["04-29", "05-31", "06-16", "06-23", "06-27", "06-29"]),
        (2034, ["04-28", "05-31", "06-16", "06-22", "06-27", "06-29"]),
        (2035, ["04-30", "05-31", "06-15", "06-21", "06-27", "06-29"]),  # a Saturday
    ],
)
def test_R24_the_owners_are_reminded_denser_and_denser_on_working_days(
    year: int, until: list[str]
) -> None:
    """R24: alerts before the limit, none of them on a day off, no two on one day."""
    before = [one for one in reminders(year, of_owners=True) if one <= f"{year}-06-30"]
    assert before == [f"{year}-{one}" for one in until]
    assert all(DAYS.is_working_day(day(one)) for one in reminders(year, of_owners=True))


@pytest.mark.parametrize("year", range(2026, 2036))
def test_R24_the_limit_stays_30_june_and_from_1_july_it_is_late(year: int) -> None:
    """R24: whatever day of the week it is; reminders go on week by week for half a year."""
    duty = evaluate_duty(RULE, evaluation(year), "post", DAYS, date(year, 4, 1))
    assert (duty.due_on, duty.late_on) == (date(year, 6, 30), date(year, 7, 1))
    after = [day(one) for one in reminders(year, of_owners=True) if one > f"{year}-06-30"]
    gaps = {(later - sooner).days for sooner, later in pairwise(after)}
    assert after[0] > date(year, 7, 1)
    assert after[-1] in (date(year, 12, 28), date(year, 12, 29), date(year, 12, 30))
    assert 24 <= len(after) <= 26
    assert gaps <= {4, 5, 6, 7, 8, 9, 10}


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2026, ["05-07", "05-22", "05-28"]),
        (2027, ["05-10", "05-24", "05-28"]),
        (2028, ["05-09", "05-23", "05-30"]),
        (2029, ["05-09", "05-24", "05-30"]),
    ],
)
def test_R25_who_has_not_answered_is_reminded_three_times(year: int, expected: list[str]) -> None:
    """R25: 15, 5 and 1 working days before the day to answer."""
    assert reminders(year, of_owners=False) == [f"{year}-{one}" for one in expected]


@pytest.mark.parametrize(
    ("today", "due_on", "reminded"),
    [
        ("2027-04-01", "2027-05-28", ["2027-05-07", "2027-05-21", "2027-05-27"]),
        ("2027-05-24", "2027-05-31", ["2027-05-28"]),  # asked late: some days to answer
        ("2027-05-28", "2027-06-04", ["2027-06-03"]),
        ("2027-06-22", "2027-06-30", ["2027-06-29"]),
        ("2027-06-29", "2027-06-30", []),  # never past the limit; told today, so not reminded
    ],
)
def test_R25_X1_who_is_asked_late_has_some_days_to_answer_but_never_past_the_limit(
    today: str, due_on: str, reminded: list[str]
) -> None:
    """R25: a post that comes in May or June, or Samspel itself that is installed then."""
    on = day(today)
    duty = answer_duty(RULE, evaluation(2027, TERM), "post", DAYS, on)
    assert duty.due_on == day(due_on)
    assert [local_date(one) for one in duty.reminders] == [day(one) for one in reminded]
    assert opened(RULE, [TERM], DAYS, on).answers_by == day(due_on)


@pytest.mark.parametrize(
    ("today", "is_open", "following"),
    [
        ("2027-03-31", False, "2027-04-01"),
        ("2027-04-01", True, "2028-04-01"),
        ("2027-05-17", True, "2028-04-01"),
        ("2027-06-30", True, "2028-04-01"),
        ("2027-07-01", False, "2028-04-01"),
        ("2028-02-29", False, "2028-04-01"),
    ],
)
def test_R24_it_opens_by_itself_from_april_to_its_limit_and_not_after(
    today: str, *, is_open: bool, following: str
) -> None:
    """R24: on a first installation after the limit nothing of the year comes as a burst."""
    assert is_time(RULE, day(today)) is is_open
    assert next_opening(RULE, day(today)) == day(following)


# answers


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"works": 1}, {"works": 1}),
        ({"works": 5, "routine_known": False}, {"works": 5, "routine_known": False}),
        ({"good": " Möten\r\ni tid. "}, {"good": "Möten\ni tid."}),
        ({"good": "A\u030angaben"}, {"good": "Ångaben"}),
        ({"good": "  ", "works": 3, "better": None}, {"works": 3}),
        ({"good": "å" * LONGEST_TEXT}, {"good": "å" * LONGEST_TEXT}),
        ({"good": "<b>{0}</b> 'x' \"y\" 👩\u200d🏫"}, {"good": "<b>{0}</b> 'x' \"y\" 👩\u200d🏫"}),
    ],
)
def test_R25_what_is_left_empty_is_no_answer_and_the_rest_is_kept_as_it_is(
    given: dict[str, Any], kept: dict[str, Any]
) -> None:
    """R25: nobody has to answer everything."""
    assert checked(QUESTIONS, given) == kept


@pytest.mark.parametrize(
    ("given", "refused", "field"),
    [
        ({}, NothingAnswered, "answers"),
        ({"works": None, "good": " \n "}, NothingAnswered, "answers"),
        ({"Alva Exempel": 1}, UnknownQuestion, "answers"),
        ({"works": 0}, NotOnTheScale, "answers.works"),
        ({"works": 6}, NotOnTheScale, "answers.works"),
        ({"works": True}, NotOnTheScale, "answers.works"),
        ({"works": 3.0}, NotOnTheScale, "answers.works"),
        ({"works": "3"}, NotOnTheScale, "answers.works"),
        ({"works": [3]}, NotOnTheScale, "answers.works"),
        ({"routine_known": 1}, NotYesOrNo, "answers.routine_known"),
        ({"routine_known": "yes"}, NotYesOrNo, "answers.routine_known"),
        ({"good": 7}, NotAText, "answers.good"),
        ({"good": {"a": 1}}, NotAText, "answers.good"),
        ({"good": "x" * (LONGEST_TEXT + 1)}, NotAText, "answers.good"),
        ({"good": "a\x00b"}, NotAText, "answers.good"),
        ({"good": "a\x85b"}, NotAText, "answers.good"),
        ({"good": "a\u2028b"}, NotAText, "answers.good"),
        ({"good": "a\u202eb"}, NotAText, "answers.good"),
        ({"good": "a\ud800b"}, NotAText, "answers.good"),
    ],
)
def test_R25_a_wrong_answer_is_refused_by_the_name_of_its_question_and_never_quoted(
    given: dict[str, Any], refused: type[Invalid], field: str
) -> None:
    """R25: scale, yes and no, and text each have their own form."""
    with pytest.raises(refused) as caught:
        checked(QUESTIONS, given)
    assert (caught.value.field, caught.value.cited) == (field, "R25")
    for language in ("sv", "en"):
        assert "Alva" not in caught.value.detailed(language)


def test_X3_an_answer_with_a_personal_number_is_refused_and_says_that_it_is_that() -> None:
    with pytest.raises(TellsAPersonalNumber) as caught:
        checked(QUESTIONS, {"good": "Bra.\nAlva 121212-1212"})
    assert (caught.value.field, caught.value.cited) == ("answers.good", "X3")
    assert "personnummer" in caught.value.detailed("sv")
    assert "1212" not in caught.value.detailed("sv")
    answered = {"good": "Från 2027-01-10 - 2028-01-26 och 2027-09-27 1130, ring 0709832091."}
    assert checked(QUESTIONS, answered) == answered


# put together


def test_R25_answers_are_put_together_question_by_question_with_the_group_alone() -> None:
    """R25: numbers for what is counted; for words the group they come from, in no one's order."""
    said = [
        OfRole("rektor", "school", {"works": 4, "routine_known": True, "good": "Zebra"}),
        OfRole("rektor", "school", {"works": 5, "good": "apa"}),
        OfRole("avdelningschef_ifo", "social_services", {"works": 2, "routine_known": False}),
        OfRole("fritidschef", "leisure", {"good": "Bra ton"}),
    ]
    asked = [asked_post("rektor", "school")] * 3 + [asked_post("fritidschef", "leisure")] * 3
    works, in_time, known, good, better = results(QUESTIONS, said, asked, RULES)
    assert (works.count, works.mean) == (3, 3.7)
    assert works.distribution == {"1": 0, "2": 1, "3": 0, "4": 1, "5": 1}
    assert (in_time.count, in_time.mean) == (0, None)
    assert (known.count, known.distribution) == (2, {"yes": 1, "no": 1})
    assert [(quote.group and quote.group.sv, quote.text) for quote in good.quotes] == [
        ("fritidsverksamheten", "Bra ton"), ("rektorerna", "apa"), ("rektorerna", "Zebra"),
    ]  # fmt: skip
    assert better.quotes == ()


def test_R25_the_group_stands_beside_words_only_if_three_of_it_were_asked() -> None:
    """R25: of one or two posts the group would tell who wrote; of roles together they count."""
    said = [
        OfRole("enhetschef_ifo", "social_services", {"good": "Bra dialog"}),
        OfRole("rektor", "school", {"good": "Korta möten"}),
    ]
    chiefs = [
        asked_post("enhetschef_ifo", "social_services"),
        asked_post("avdelningschef_ifo", "social_services"),
    ]
    rektors = [asked_post("rektor", "school")] * 3
    for asked, groups in (
        (chiefs + rektors, [None, "rektorerna"]),
        (chiefs + rektors[:2], [None, None]),
        ([*chiefs, *rektors, chiefs[0]], ["rektorerna", "socialtjänsten"]),
    ):
        good = next(one for one in results(QUESTIONS, said, asked, RULES) if one.quotes)
        assert [quote.group and quote.group.sv for quote in good.quotes] == groups


def asked_post(role: str, organisation: str) -> AskedPost:
    return AskedPost(role, role, organisation, "Enheten", has_answered=True)


@pytest.mark.parametrize(("count", "shown"), [(0, None), (1, None), (4, None), (5, 5), (40, 40)])
def test_R24_X3_numbers_below_five_cases_are_not_shown(count: int, shown: int | None) -> None:
    """X3: a number that small could point at one child."""
    assert enough(count) == shown


@pytest.mark.parametrize(
    ("missed", "met", "shown"),
    [(4, 0, (None, None)), (2, 2, (None, None)), (1, 4, (4, 1)), (0, 5, (5, 0)), (5, 0, (0, 5))],
)
def test_R24_limits_are_broken_down_from_five_on(
    missed: int, met: int, shown: tuple[int | None, int | None]
) -> None:
    """R24: how many first meetings were held in time, and how many weren't."""
    samverkan = PROCEDURES.get("samverkansmote", date(2027, 3, 1))
    in_time, late = a_case(held="2027-03-10"), a_case(held="2027-03-25")
    of_all = of_procedure(
        [(one, samverkan) for one in [late] * missed + [in_time] * met], DAYS, date(2027, 6, 1)
    )
    first = of_all.limits[0]
    assert (first.step, first.met, first.missed) == ("first", *shown)
    assert of_all.cases == enough(missed + met)
    counts = {one.count for one in of_all.lead_times if one.step == "first"}
    assert counts == {enough(missed + met)}


def a_case(held: str) -> CaseFacts:
    meeting = replace(cases.meeting("first", held), state="held")
    return replace(cases.case("2027-03-01"), meetings=(meeting,))


def test_R22_a_meeting_of_the_year_shows_the_groups_that_were_there_and_those_that_were_not() -> (
    None
):
    """R22: and neither, until somebody has said who was there."""
    held = YearMeeting("april", date(2027, 4, 14), "held", frozenset({"rektor", "kurator"}))
    shown = represented(held, YEAR, RULES)
    assert shown.title == "Samverkansmöte i april"
    assert [group.name for group in shown.present] == ["elevhalsa", "rektor"]
    assert [group.name for group in shown.absent] == ["socialtjanst", "familjeteam"]
    unsaid = represented(replace(held, roles=None), YEAR, RULES)
    assert (unsaid.present, unsaid.absent) == ((), ())


def test_R24_the_numbers_are_of_the_school_year() -> None:
    """R24: from July to June, so the summer's meetings count too."""
    assert school_year(2027) == (date(2026, 7, 1), date(2027, 6, 30))
    first, _ = school_year(2028)
    assert first - school_year(2027)[1] == timedelta(days=1)
