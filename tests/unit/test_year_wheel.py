"""The year wheel: every obligation has its angle, its number and a place of its own (R20-R31)."""

import io
from datetime import date, datetime
from itertools import combinations
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader

from services.cases.adapters.papers import render
from services.cases.domain.refused import Language
from services.cases.domain.year_facts import (
    CohortFacts,
    DispatchFacts,
    EvaluationFacts,
    YearFacts,
)
from services.cases.domain.year_paper import YearPaper, year_paper
from services.cases.domain.year_shown import ShownYear, shown_year
from services.cases.domain.year_wheel import LANES, entries, wheel
from services.cases.web.wheel_svg import paper_style, screen_style, wheel_svg
from services.cases.web.year_rows import row
from services.cases.web.year_words import GLYPHS, SIGNS, WORDS
from shared.domain.days import STOCKHOLM, Break, SchoolYears, Term, WorkingDays
from shared.procedures import load_procedures
from tests.support.papers import HOUSE, text_of

TODAY = date(2027, 3, 9)
SCHOOL = SchoolYears(
    breaks=(
        Break("Jullov", date(2026, 12, 19), date(2027, 1, 10)),
        Break("Lovdag", date(2027, 5, 7), date(2027, 5, 7), frozenset({"centralskolan"})),
    ),
    terms=(Term("Vårterminen 2027", date(2027, 1, 11), date(2027, 6, 11)),),
)
SVG = "{http://www.w3.org/2000/svg}"


def a_year(year: int = 2027, today: date = TODAY, **known: object) -> ShownYear:
    procedure = load_procedures(None).get("arshjul", today)
    assert procedure.year is not None
    now = datetime(today.year, today.month, today.day, 8, tzinfo=STOCKHOLM)
    facts = YearFacts(year, **known)  # type: ignore[arg-type]
    return shown_year(facts, procedure, procedure.year, WorkingDays(), SCHOOL, now)


def test_R20_the_year_begins_at_the_top_and_closes_after_its_last_day() -> None:
    """2028 has 29 February: each day has a 366th of the circle."""
    for year, july in ((2027, 181 * 360 / 365), (2028, 182 * 360 / 366)):
        drawn = wheel(a_year(year), SCHOOL, TODAY)
        assert (drawn.months[0].begins, drawn.months[-1].ends) == (0.0, 360.0)
        assert drawn.months[6].begins == pytest.approx(july)
        assert [a.ends for a in drawn.months[:-1]] == [b.begins for b in drawn.months[1:]]


def test_the_weeks_are_numbered_as_swedes_number_them() -> None:
    """The first Monday of 2027 begins week 1; 2026 has a week 53, which begins on 28 December."""
    assert [week.number for week in wheel(a_year(), SCHOOL, TODAY).weeks[:2]] == [1, 2]
    assert wheel(a_year(2026), SCHOOL, TODAY).weeks[-1].number == 53


def test_a_break_is_drawn_as_far_as_it_lies_in_the_year_and_only_if_it_is_for_all() -> None:
    drawn = wheel(a_year(), SCHOOL, TODAY)
    assert [(one.name, one.begins) for one in drawn.breaks] == [("Jullov", 0.0)]
    assert drawn.breaks[0].ends == pytest.approx(10 * 360 / 365)
    assert [one.name for one in drawn.terms] == ["Vårterminen 2027"]


def test_today_is_marked_in_its_own_year_alone() -> None:
    assert wheel(a_year(), SCHOOL, TODAY).today == pytest.approx(67 * 360 / 365)
    assert wheel(a_year(2028), SCHOOL, TODAY).today is None


def test_the_list_has_every_obligation_in_the_order_of_its_days() -> None:
    shown = a_year(cohorts=parents(3))
    listed = entries(shown)
    assert [one.number for one in listed] == list(range(1, len(listed) + 1))
    assert [one.first for one in listed] == sorted(one.first for one in listed)
    assert [(one.kind, one.rule) for one in listed] == [
        ("evaluation", "R24"),
        ("meeting", "R20"),
        ("dispatch", "R28"),
        ("confirmation", "R31"),
        ("parents", "R26"),
        ("meeting", "R20"),
    ]
    assert [one.count for one in listed if one.kind == "parents"] == [3]
    assert {mark.entry for mark in wheel(shown, SCHOOL, TODAY).marks} == set(listed)


def test_no_mark_lies_on_another_while_there_is_room() -> None:
    sent = tuple(
        DispatchFacts(
            uuid4(), "information", "Brev", "R30", date(2027, 2, day), date(2027, 3, 5), 0
        )
        for day in (1, 20)
    )
    marks = wheel(a_year(dispatches=sent, cohorts=parents(2)), SCHOOL, TODAY).marks
    assert {mark.lane for mark in marks} <= set(range(LANES))
    for one, other in combinations(marks, 2):
        if one.lane == other.lane:
            assert one.ends < other.begins or other.ends < one.begins


def test_more_marks_than_room_stand_in_the_innermost_lane_and_none_is_lost() -> None:
    sent = tuple(a_letter(date(2027, 2, 1), date(2027, 3, 1)) for _ in range(LANES + 2))
    drawn = wheel(a_year(dispatches=sent), SCHOOL, TODAY)
    assert len([mark for mark in drawn.marks if mark.entry.name == "information"]) == LANES + 2


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_drawing_is_named_described_and_harmless(language: str) -> None:
    """A title that looks like markup stays words; the same values give the same drawing."""
    title = "<script>alert('å')</script> & \"brev\""
    sent = a_letter(date(2027, 2, 1), date(2027, 3, 1), title)
    words = WORDS["en" if language == "en" else "sv"]
    drawn = wheel(a_year(dispatches=(sent,)), SCHOOL, TODAY)
    svg = wheel_svg(drawn, words, [f"1: {title}."], style=screen_style())
    root = ET.fromstring(svg)  # noqa: S314 — our own
    assert root.get("role") == "img"
    names = [root.find(f"{SVG}title"), root.find(f"{SVG}desc")]
    assert [one.get("id") for one in names if one is not None] == root.get(
        "aria-labelledby", ""
    ).split()
    assert title in (names[1].text or "" if names[1] is not None else "")
    assert not list(root.iter(f"{SVG}script"))
    assert svg == wheel_svg(drawn, words, [f"1: {title}."], style=screen_style())
    assert "style=" not in wheel_svg(drawn, words, [])
    assert "<style>" not in wheel_svg(drawn, words, [])


def test_a_state_is_told_by_a_sign_and_words_and_never_by_colour_alone() -> None:
    for words in WORDS.values():
        assert set(words["states"]) == set(SIGNS)
        assert set(words["signs_mean"]) == set(GLYPHS) == set(SIGNS.values())
    done = EvaluationFacts(
        date(2027, 4, 1), date(2027, 5, 28), date(2027, 6, 30), date(2027, 6, 1), uuid4(), 9
    )
    drawn = wheel(a_year(evaluation=done), SCHOOL, TODAY)
    svg = ET.fromstring(wheel_svg(drawn, WORDS["sv"], []))  # noqa: S314 — our own
    marks = [group for group in svg.iter(f"{SVG}g") if "mark" in group.get("class", "").split()]
    assert len(marks) == len(drawn.marks)
    for mark in marks:
        badge = mark.find(f"{SVG}g")
        assert badge is not None
        assert len(badge) >= 2


def test_every_language_has_the_same_words() -> None:
    assert set(WORDS["sv"]) == set(WORDS["en"])
    for name in ("states", "signs_mean"):
        assert set(WORDS["sv"][name]) == set(WORDS["en"][name])


def a_letter(sent_on: date, due_on: date, title: str = "Brev") -> DispatchFacts:
    return DispatchFacts(uuid4(), "information", title, "R30", sent_on, due_on, confirmed=0)


def parents(count: int) -> tuple[CohortFacts, ...]:
    """So many meetings planned in September, each at a unit of its own."""
    return tuple(
        CohortFacts(f"skola-{number}", "lagstadiet", 2027, "planned", date(2027, 9, 7 + number))
        for number in range(count)
    )


def a_paper(*sent: DispatchFacts, language: Language = "sv") -> YearPaper:
    shown = a_year(dispatches=sent)
    drawn = wheel(shown, SCHOOL, TODAY)
    rows = [row(mark.entry, shown, language) for mark in drawn.marks]
    return year_paper(
        2027,
        "",
        wheel_svg(drawn, WORDS[language], ["1"], style=paper_style()),
        [(str(one.number), one.what, one.when, one.state_words, one.rule) for one in rows],
        language=language,
        house=HOUSE,
        today=TODAY,
    )


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_year_on_paper_is_tagged_and_its_wheel_has_words_to_be_read_aloud(
    language: Language,
) -> None:
    """PDF/UA: a drawing without an alternative text would be refused."""
    paper = a_paper(language=language)
    pdf = PdfReader(io.BytesIO(render(paper)))
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert pdf.metadata is not None
    assert pdf.metadata.title == ("Årshjul 2027" if language == "sv" else "Year wheel 2027")
    assert paper.told.startswith("1: Utvärdering" if language == "sv" else "1: Evaluation")
    assert render(paper) == render(paper)


def test_a_title_on_paper_is_printed_as_it_is_written() -> None:
    title = '<svg>#panic() & "brev" {0}'
    printed = text_of(render(a_paper(a_letter(date(2027, 2, 1), date(2027, 3, 1), title))))
    assert title in printed


def test_on_paper_the_wheel_has_colours_and_fonts_of_its_own() -> None:
    """What draws papers knows neither variables nor the preferences of a screen."""
    style = paper_style()
    assert "var(" not in style
    assert "@media" not in style
    assert "system-ui" not in style
    assert style.count("{") == style.count("}")


def test_a_year_that_had_passed_when_samspel_began_never_opens() -> None:
    """Its months and its evaluation are over; a later one opens in its time."""
    assert a_year(2026, date(2027, 1, 2)).never_opens
    assert not a_year(2027, date(2027, 10, 31)).never_opens
    assert a_year(2027, date(2027, 11, 1)).never_opens
    assert not a_year(2031).never_opens
