"""Papers as PDF: tagged, in a language, always alike, and no name is ever read as markup."""

import io
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from services.cases.adapters.papers import render
from services.cases.handlers.papers import Paper
from tests.support.evaluations import an_evaluation_paper
from tests.support.papers import (
    FATHER,
    MOTHER,
    THERAPIST,
    a_form,
    a_letter,
    an_agenda,
    some_minutes,
    text_of,
)

PAPERS: list[Paper] = [
    a_form(),
    a_form(FATHER),
    a_letter(),
    a_letter(FATHER),
    a_letter(kind="change"),
    a_letter(kind="cancel", is_off=True),
    an_agenda(),
    some_minutes(secretary=THERAPIST),
    an_evaluation_paper(),
    an_evaluation_paper(answered=False),
]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.heading)
def test_R4_R12_R15_every_paper_is_tagged_and_says_its_language_and_title(paper: Paper) -> None:
    pdf = PdfReader(io.BytesIO(render(paper)))
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == ("sv-SE" if paper.sheet.language == "sv" else "en-GB")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == paper.sheet.title
    assert pdf.metadata.author == "Exempelkommun"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.heading)
def test_every_paper_is_alike_each_time(paper: Paper) -> None:
    assert render(paper) == render(paper)


@pytest.mark.parametrize(
    "name",
    [
        "#panic()",
        '#read("frame.typ") #sys.inputs',
        "*x* _y_ `z` = a <b> @c $d$ \\e //f /*g*/ [h] ~ --- \"i\" 'j'",
        "</w:t><b>Kim</b>&amp;",
        "Łukasz Nguyễn-Đorđević Şahin ć ğ ı ő ț ņ ə",
        "Αλέξανδρος Юлия",
        "{about} {0} %s",
    ],
)
def test_a_name_is_printed_as_it_is_written_whatever_it_looks_like(name: str) -> None:
    person = replace(MOTHER, name=name)
    for paper in (a_form(person), a_letter(person)):
        assert name in text_of(render(paper))


def test_a_name_in_arabic_letters_is_drawn() -> None:
    printed = text_of(render(a_letter(replace(MOTHER, name="محمد"))))
    assert "محمد" in printed or "دمحم" in printed  # some readers give it in the order of the eye


def test_R24_what_was_answered_is_printed_as_it_was_written() -> None:
    """R24: no answer is read as markup, and each line stands by itself."""
    wrote = "#panic() *x* [h] $d$ </b>\nÅtta möten, ärligt över förväntan"
    printed = text_of(render(an_evaluation_paper(wrote)))
    assert "#panic() *x* [h] $d$ </b> Åtta möten, ärligt över förväntan Rektorerna" in printed
    assert "2 svar, medelvärde 3,5 av 5" in printed
    assert "14 april 2027 rektorerna, socialtjänsten, familjeteamet elevhälsan" in printed
    assert "Samverkansmöte i oktober onsdag 14 oktober 2026 inte noterat inte noterat" in printed
    assert "Samverkansmöte färre än fem" in printed


def test_a_sign_that_no_font_has_leaves_a_box_and_the_rest_stands() -> None:
    pdf = render(a_letter(replace(MOTHER, name="አበበ Exempel")))
    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert "Exempel" in text_of(pdf)
    assert root["/MarkInfo"]["/Marked"]


@pytest.mark.parametrize("name", ["Å" * 300, "Åsa Öst " * 37, "A\nB\r\n\tC\x00\x85D", ""])
def test_a_name_that_is_endless_or_broken_still_makes_a_letter(name: str) -> None:
    person = replace(MOTHER, name=name)
    pdf = render(a_letter(person))
    seen = "".join(name.split()).replace("\x00", "").replace("\x85", "")
    assert seen in text_of(pdf).replace(" ", "").replace("\u200b", "")
    assert "Exempelkommun" in text_of(pdf)


def test_X13_through_the_window_nothing_shows_but_name_and_address() -> None:
    """Wherever the folded letter slides to in its envelope; in millimetres from the upper left."""
    shown: list[str] = []

    def note(text: str, frame: list[float], at: list[float], *_: object) -> None:
        x = (at[4] * frame[0] + at[5] * frame[2] + frame[4]) / 72 * 25.4
        y = 297 - (at[4] * frame[1] + at[5] * frame[3] + frame[5]) / 72 * 25.4
        if x > 90 and 31 < y < 83:
            shown.append(text)

    page = PdfReader(io.BytesIO(render(a_letter()))).pages[0]
    page.extract_text(visitor_text=note)
    assert " ".join("".join(shown).split()) == "Kim Åkerström Björkvägen 3 123 45 Exempelstad"
