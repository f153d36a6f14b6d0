"""The year on paper: the wheel, and the list that says the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.cases.domain.papers import House, Sheet, sheet
from services.cases.domain.refused import Language, Words
from shared.domain.swedish import long_date

_HEADING = Words("Årshjul {year}", "Year wheel {year}")
_HEAD = (
    Words("Nr", "No."),
    Words("Vad", "What"),
    Words("När", "When"),
    Words("Läge", "State"),
    Words("Regel", "Rule"),
)
_NOTE = Words("Så här såg det ut {day}.", "This is how it stood on {day}.")


@dataclass(frozen=True, slots=True)
class YearPaper:
    """A page or two. `drawing` is the wheel as SVG, `told` the same in words, to be read aloud."""

    sheet: Sheet
    heading: str
    lead: str
    drawing: bytes
    told: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


def year_paper(
    year: int,
    lead: str,
    drawing: str,
    rows: Sequence[tuple[str, ...]],
    *,
    language: Language,
    house: House,
    today: date,
) -> YearPaper:
    """`rows`: number, what, when, how it goes, and the rule. `lead`: what is to be known of it."""
    return YearPaper(
        sheet=sheet("year", language, house, str(year), today),
        heading=_HEADING.said(language, {"year": str(year)}),
        lead=lead,
        drawing=drawing.encode(),
        told="; ".join(": ".join(row[:2]) + f", {row[2]}, {row[3]}" for row in rows),
        head=tuple(one.said(language, {}) for one in _HEAD),
        rows=tuple(rows),
        note=_NOTE.said(language, {"day": long_date(today, language)}),
    )
