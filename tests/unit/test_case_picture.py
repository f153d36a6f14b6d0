"""The picture of a case's time: everything has its place on the axis, and nothing hides another."""

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import combinations, pairwise
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.domain.case_entries import DatedTask, Form, people_in_words
from services.cases.domain.case_picture import Lane, Paper, Picture, Story, picture, story
from services.cases.domain.refused import Language, Words
from services.cases.web.case_svg import NARROW, WIDE, case_svg
from services.cases.web.case_words import (
    GLYPHS,
    SIGNS,
    label_words,
    month_words,
    state_words,
    when_words,
)
from shared.domain.consent import shown_state
from shared.domain.days import WorkingDays, at
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure
from shared.domain.windows import windows
from tests.unit.builders import CHILD, MOTHER, SAMVERKANSMOTE, case, consent, meeting, uid
from tests.unit.histories import History, histories, live

DAYS = WorkingDays()
SVG = "{http://www.w3.org/2000/svg}"
WIDTHS = (WIDE, NARROW)


def told(
    facts: CaseFacts,
    on: str | date,
    procedure: Procedure = SAMVERKANSMOTE,
    tasks: tuple[DatedTask, ...] = (),
) -> Story:
    """The story at eight o'clock on a day; every consent was asked for when the case was known."""
    today = date.fromisoformat(on) if isinstance(on, str) else on
    forms = [
        Form(
            person_id=form.person_id,
            party=form.party,
            state=shown_state(facts, procedure, form, today),
            requested_on=facts.known_on,
            signed_on=form.signed_on,
            withdrawn_on=form.withdrawn_on,
            valid_until=form.valid_until,
        )
        for form in facts.consents
    ]
    limits = windows(facts, procedure, DAYS, today)
    return story(facts, procedure, limits, forms, tasks, at(today, time(8)))


def drawn(found: Story, width: float = WIDE) -> Picture:
    return picture(found, Paper(width, _label, _month))


def lane(found: Picture, name: str) -> Lane:
    return next(one for one in found.lanes if one.name == name)


def _label(entry: object) -> str:
    return label_words(entry, "sv")  # type: ignore[arg-type]


def _month(day: date, with_year: bool) -> str:
    return month_words(day, "sv", year=with_year)


@st.composite
def long_cases(draw: st.DrawFn) -> Story:
    """Meetings and tasks anywhere within three years, at any length of a case."""
    known, span = date(2027, 3, 1), draw(st.integers(1, 1100))
    days = st.integers(0, span).map(lambda days: known + timedelta(days=days))
    steps = st.sampled_from(("first", "second", "follow-up", "of-another-version"))
    states = st.sampled_from(("booked", "held", "cancelled", "proposed"))
    meetings = [
        replace(meeting(step, day.isoformat(), state), id=uuid4())  # type: ignore[arg-type]
        for step, day, state in draw(st.lists(st.tuples(steps, days, states), max_size=14))
    ]
    signed = replace(consent("mother"), valid_until=draw(st.none() | days.filter(_after_signing)))
    facts = case(participants=(CHILD, MOTHER), consents=(signed,), meetings=meetings)
    tasks = tuple(DatedTask("next-date", day, "R11") for day in draw(st.lists(days, max_size=6)))
    return told(facts, draw(days), tasks=tasks)


def _after_signing(day: date) -> bool:
    return day >= date(2027, 3, 2)


def of_histories() -> st.SearchStrategy[Story]:
    """As generated histories of all procedures end."""

    def lived(history: History) -> Story:
        world = live(history, lambda _: None)
        return told(world.case.facts, world.now.date(), world.case.procedure)

    return histories().map(lived)


STORIES = st.one_of(long_cases(), of_histories())
some = settings(max_examples=60)


@some
@given(STORIES, st.sampled_from(WIDTHS))
def test_nothing_lies_outside_the_picture(found: Story, width: float) -> None:
    shown = drawn(found, width)
    for one in shown.lanes:
        for band in one.bands:
            assert 0 <= band.begins <= band.ends <= width
            assert 0 <= band.row < one.rows
        for mark in one.marks:
            assert mark.extent[0] >= 0
            assert mark.extent[1] <= width
            assert 0 <= mark.row < one.rows
    assert all(0 <= tick.x <= width for tick in (*shown.months, *shown.weeks))
    assert shown.today is None or 0 <= shown.today <= width


@some
@given(STORIES, st.sampled_from(WIDTHS))
def test_the_order_of_time_is_the_order_on_the_axis(found: Story, width: float) -> None:
    marks = [mark for one in drawn(found, width).lanes for mark in one.marks]
    in_time = sorted(marks, key=lambda one: one.entry.on)
    assert all(one.x <= other.x for one, other in pairwise(in_time))


@some
@given(STORIES, st.sampled_from(WIDTHS))
def test_no_mark_and_no_label_lies_on_another(found: Story, width: float) -> None:
    shown = drawn(found, width)
    for one in shown.lanes:
        for mark, other in combinations(one.marks, 2):
            if mark.row == other.row:
                assert mark.extent[1] < other.extent[0] or other.extent[1] < mark.extent[0]
    for ticks in (shown.months, shown.weeks):
        named = [tick for tick in ticks if tick.label]
        assert all(tick.x + len(tick.label) * 7.5 < after.x for tick, after in pairwise(named))


@some
@given(STORIES)
def test_everything_of_the_last_two_years_is_drawn_and_the_list_has_all(found: Story) -> None:
    marks = [mark.entry for one in drawn(found).lanes for mark in one.marks]
    assert sorted(map(id, marks)) == sorted(
        id(one) for one in found.entries if one.on >= found.first
    )
    assert (found.last - found.first).days < 7 * 107


@some
@given(STORIES, st.sampled_from(("sv", "en")), st.sampled_from(WIDTHS))
def test_the_drawing_is_named_described_and_harmless(
    found: Story, language: Language, width: float
) -> None:
    svg = case_svg(found, width, language)
    root = ET.fromstring(svg)  # noqa: S314 — our own
    names = [root.find(f"{SVG}title"), root.find(f"{SVG}desc")]
    assert [one.get("id") for one in names if one is not None] == root.get(
        "aria-labelledby", ""
    ).split()
    assert "style=" not in svg
    assert not list(root.iter(f"{SVG}script"))
    assert not list(root.iter(f"{SVG}a"))
    assert len(svg) < 40_000
    assert svg == case_svg(found, width, language)


@some
@given(STORIES, st.sampled_from(("sv", "en")))
def test_each_entry_has_a_sign_words_and_a_time(found: Story, language: Language) -> None:
    for one in found.entries:
        assert GLYPHS[SIGNS[one.state]]
        assert one.kind in ("case", "birthday") or state_words(one, language)
        assert when_words(one, language)
        assert one.what.said(language, {})


def test_the_two_pictures_of_a_page_share_no_id() -> None:
    found = told(case(), "2027-03-01")
    ids = [
        part.get("id")
        for width in WIDTHS
        for part in ET.fromstring(case_svg(found, width, "sv")).iter()  # noqa: S314 — our own
        if part.get("id")
    ]
    assert len(ids) == len(set(ids)) == 6


def test_X1_a_window_ends_with_its_limit_and_shows_the_days_that_cannot_be_booked() -> None:
    """Known on 5 June 2026: the limit of 19 June is midsommarafton."""
    shown = drawn(told(case(known="2026-06-05"), "2026-06-05"))
    first = lane(shown, "first")
    bands = {band.kind: band for band in first.bands}
    assert bands["window"].ends == shown.frame.ends(date(2026, 6, 19))
    assert bands["unbookable"].begins == shown.frame.begins(date(2026, 6, 19))
    assert [(mark.label, mark.entry.rule) for mark in first.marks] == [("senast 19 juni", "R9")]


def test_P7_a_consent_holds_from_its_signature_until_it_is_withdrawn() -> None:
    facts = case(consents=(consent("mother"), consent("father", state="withdrawn")))
    shown = drawn(told(facts, "2027-03-09"))
    mother, father = (lane(shown, str(uid(name))) for name in ("mother", "father"))
    assert [band.open for band in mother.bands if band.kind == "signed"] == [True]
    ended = next(band for band in father.bands if band.kind == "signed")
    assert (ended.open, ended.ends) == (False, shown.frame.ends(date(2027, 3, 5)))
    assert [mark.entry.state for mark in father.marks] == ["withdrawn"]


def test_R3_a_consent_is_waited_for_until_today_and_no_longer() -> None:
    facts = case(consents=(consent("mother", state="requested", on=None),))
    shown = drawn(told(facts, "2027-03-09"))
    (band,) = lane(shown, str(uid("mother"))).bands
    assert (band.kind, band.open) == ("asked", False)
    assert band.ends == shown.frame.ends(date(2027, 3, 9))


def test_X8_a_guardians_consent_ends_the_day_before_the_child_is_of_age() -> None:
    facts = case(born="2009-03-15", consents=(consent("mother"),))
    shown = drawn(told(facts, "2027-03-03"))
    band = next(one for one in lane(shown, str(uid("mother"))).bands if one.kind == "signed")
    assert band.ends == shown.frame.ends(date(2027, 3, 14))
    turns = [mark.entry for mark in lane(shown, "case").marks if mark.entry.kind == "birthday"]
    assert [(one.on, one.what.sv, one.rule) for one in turns] == [
        (date(2027, 3, 15), "Barnet fyller 18 år", "X8")
    ]


@pytest.mark.parametrize(("now", "state"), [("2027-03-09", "booked"), ("2027-03-10", "unmarked")])
def test_R13_a_meeting_that_is_over_and_not_marked_says_so(now: str, state: str) -> None:
    shown = drawn(told(case(meetings=(meeting("first", "2027-03-09"),)), now))
    marks = [mark.entry for mark in lane(shown, "first").marks if mark.entry.kind == "meeting"]
    assert [one.state for one in marks] == [state]


def test_X3_people_are_told_by_their_part_and_guardians_are_counted() -> None:
    def words(facts: CaseFacts) -> list[str]:
        return [one.sv for one in people_in_words(facts).values()]

    assert words(case()) == ["Vårdnadshavare 1", "Vårdnadshavare 2", "Barnet"]
    assert words(case(participants=(CHILD, MOTHER))) == ["Vårdnadshavaren", "Barnet"]


def test_tasks_of_a_day_stand_together_and_those_that_are_late_say_so() -> None:
    tasks = tuple(
        DatedTask(kind, date.fromisoformat(day), "R4")
        for kind, day in (
            ("inform", "2027-03-02"),
            ("get-consent", "2027-03-02"),
            ("next-date", "2027-03-12"),
        )
    )
    marks = lane(drawn(told(case(), "2027-03-09", tasks=tasks)), "tasks").marks
    assert [(one.entry.what.sv, one.entry.state) for one in marks] == [
        ("2 uppgifter", "late"),
        ("Bestäm tid för nästa möte, eller avsluta ärendet", "to-do"),
    ]


def test_a_closed_case_ends_where_it_was_closed_and_has_no_today_long_after() -> None:
    facts = case(state="closed", closed="2027-04-02")
    shown = drawn(told(facts, "2028-02-01"))
    assert shown.today is None
    assert shown.frame.last == date(2027, 4, 4)


def test_the_weeks_are_numbered_as_swedes_number_them() -> None:
    """2026 has a week 53, which begins on 28 December."""
    shown = drawn(told(case(known="2026-12-21"), "2026-12-21"))
    assert [tick.label for tick in shown.weeks] == ["52", "53", "1"]


def test_every_sign_has_a_glyph() -> None:
    assert set(SIGNS.values()) == set(GLYPHS)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_name_of_a_lane_and_its_state_are_read_whole_at_any_width(language: Language) -> None:
    facts = case(
        participants=(CHILD, MOTHER),
        consents=(consent("mother"),),
        meetings=(meeting("follow-up", "2027-06-01", "cancelled"),),
    )
    found = told(facts, "2027-03-20")
    for width in WIDTHS:
        root = ET.fromstring(case_svg(found, width, language))  # noqa: S314 — our own
        read = " ".join("".join(one.itertext()) for one in root.iter(f"{SVG}text"))
        for _, title, _ in found.lanes:
            assert title.said(language, {}) in read
        assert "…" not in read


def test_a_name_that_is_too_long_for_a_line_takes_another_and_the_rest_is_lower() -> None:
    found = told(case(), "2027-03-20")
    long = " ".join(["Samverkansmötet"] * 4)
    name, _, state = found.lanes[0]
    longer = replace(found, lanes=((name, Words(long, long), state), *found.lanes[1:]))
    roots = [ET.fromstring(case_svg(one, NARROW, "sv")) for one in (found, longer)]  # noqa: S314 — our own
    before, after = (float(root.get("viewBox", "").split()[3]) for root in roots)
    assert after > before
    lines = ["".join(line.itertext()) for line in roots[1].iter(f"{SVG}text")]
    assert sum(line.count("Samverkansmötet") for line in lines) >= 4
