"""Renders papers as tagged PDF (PDF/UA-1): the templates lie in `papers/`, the words come in."""

import json
import re
import unicodedata
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst

from services.cases.domain.consent_form import ConsentForm
from services.cases.domain.evaluation_paper import EvaluationPaper
from services.cases.domain.letters import Letter
from services.cases.domain.meeting_papers import Agenda, Minutes
from services.cases.domain.year_paper import YearPaper
from services.cases.handlers.papers import Paper

_PAPERS = Path(__file__).parent.parent / "papers"
_TEMPLATES: dict[type, str] = {
    ConsentForm: "consent_form.typ",
    Letter: "letter.typ",
    Agenda: "agenda.typ",
    Minutes: "minutes.typ",
    EvaluationPaper: "evaluation.typ",
    YearPaper: "year.typ",
}
_NOON = time(12, 0, tzinfo=UTC)
# A word longer than a line may break anywhere, by a space that isn't seen.
_ENDLESS = re.compile(r"\S{25}(?=\S)")


def render(paper: Paper) -> bytes:
    """The same values give the same bytes. What people are called is data, never markup.

    Where no font of ours has a sign, the standard forbids the file: then a box stands for the sign,
    and the file is tagged all the same.
    """
    try:
        return _compiled(paper, to_standard=True)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
    return _compiled(paper, to_standard=False)


def _compiled(paper: Paper, *, to_standard: bool) -> bytes:
    return typst.compile(
        _PAPERS / _TEMPLATES[type(paper)],
        root=_PAPERS,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(_harmless(asdict(paper)), default=str)},
        pdf_standards=["ua-1"] if to_standard else [],
        timestamp=datetime.combine(paper.sheet.dated, _NOON),
    )


@cache
def _fonts() -> typst.Fonts:
    """Ours, and those inside the package; never the machine's, so all papers look alike."""
    return typst.Fonts(include_system_fonts=False, font_paths=[_PAPERS / "fonts"])


def _harmless(value: Any) -> Any:
    """Every text in one line, without signs that aren't seen; a drawing of ours as it is."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        return _ENDLESS.sub("\\g<0>\u200b", _seen(value))
    if isinstance(value, dict):
        return {name: _harmless(part) for name, part in value.items()}
    return [_harmless(part) for part in value] if isinstance(value, list | tuple) else value


def _seen(text: str) -> str:
    kept = (sign for sign in " ".join(text.split()) if unicodedata.category(sign) != "Cc")
    return unicodedata.normalize("NFC", "".join(kept))
