"""The year wheel drawn as SVG: shapes tell the kind, signs and strokes the state."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from html import escape
from math import cos, radians, sin
from pathlib import Path
from typing import Any

from babel.dates import format_date

from services.cases.domain.year_wheel import Arc, Mark, Wheel
from services.cases.web.year_words import SIGNS

STYLE = Path(__file__).parent / "static" / "wheel.css"
_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}")
_COLOUR = re.compile(r"(--w-[a-z]+): (#[0-9a-f]+);")
_FONTS = re.compile(r"font-family: [^;]+;")

_SIZE, _CENTRE = 640, 320
_MONTHS, _WEEKS, _SCHOOL, _INNER = (318, 264), (264, 247), (244, 227), 80
_LANE_OUTERMOST, _LANE_STEP = 204, 35
_MARK, _BADGE = 16, 9
_A_POINT = 1.0  # degrees: what is shorter is drawn as a mark alone
_EVERY_WEEK = 2  # the weeks that have their number
_LOCALES = {"sv": "sv_SE", "en": "en_GB"}

# Drawn around (0, 0), within the radius of a mark.
_SHAPES = {
    "meeting": '<circle r="16"/>',
    "evaluation": '<rect x="-15" y="-15" width="30" height="30"/>',
    "dispatch": '<path d="M0-19 19 0 0 19-19 0Z"/>',
    "confirmation": '<path d="M-9-16H9L18 0 9 16H-9L-18 0Z"/>',
    "parents": '<path d="M-16-13H16V6L0 18-16 6Z"/>',
}
# Drawn around (0, 0), within the radius of a badge.
_SIGNS = {
    "ring": '<circle class="hollow" r="5"/>',
    "dot": '<circle class="full" r="5"/>',
    "half": '<circle class="hollow" r="5"/><path class="full" d="M0-5A5 5 0 0 0 0 5Z"/>',
    "check": '<path class="hollow" d="M-5 0-1.5 4 5-4"/>',
    "cross": '<path class="hollow" d="M-4-4 4 4M4-4-4 4"/>',
    "triangle": '<path class="full" d="M0-5.5 5.5 4.5H-5.5Z"/>',
    "dash": '<path class="hollow" d="M-4.5 0H4.5"/>',
}


def wheel_svg(
    wheel: Wheel, words: Mapping[str, Any], told: Iterable[str], *, style: str = ""
) -> str:
    """The drawing as one element. `told` are its entries in words, for who doesn't see it.

    `style`: its own, as a picture by itself; else the page has it.
    """
    title = f"{words['title']} {wheel.year}"
    about = " ".join([words["wheel_about"], *told])
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="wheel" viewBox="0 0 {_SIZE} {_SIZE}"',
            f' role="img" aria-labelledby="hjul-namn hjul-text" lang="{words["language"]}">',
            f'<title id="hjul-namn">{escape(title)}</title>',
            f'<desc id="hjul-text">{escape(about)}</desc>',
            f"<style>{style}</style>" if style else "",
            _PATTERNS,
            f'<circle class="ground" cx="{_CENTRE}" cy="{_CENTRE}" r="{_MONTHS[0]}"/>',
            *_school(wheel),
            *_rings(),
            *_months(wheel, words["language"]),
            *_weeks(wheel),
            *_now(wheel, words),
            *(line for mark in wheel.marks for line in _band(mark)),
            *(line for mark in wheel.marks for line in _mark(mark)),
            _year(wheel.year),
            "</svg>",
        ]
    )


def screen_style() -> str:
    """As the page has it, light or dark."""
    return STYLE.read_text(encoding="utf-8")


def paper_style() -> str:
    """In fixed colours and the font of our papers, for what knows neither screens nor variables."""
    css = _MEDIA.sub("", screen_style())
    for name, colour in _COLOUR.findall(css):
        css = css.replace(f"var({name})", colour)
    return _FONTS.sub('font-family: "Noto Sans";', css)


_PATTERNS = (
    '<defs><pattern id="lov" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><path class="hatch" d="M0 0V6"/></pattern></defs>'
)


def _rings() -> Iterator[str]:
    for radius in (*_MONTHS, _WEEKS[1], *_SCHOOL, _INNER):
        yield f'<circle class="line" cx="{_CENTRE}" cy="{_CENTRE}" r="{radius}"/>'


def _months(wheel: Wheel, language: str) -> Iterator[str]:
    for month, number in zip(wheel.months, range(1, 13), strict=True):
        yield _line("line", month.begins, _INNER, _MONTHS[0])
        x, y = _at(month.middle, sum(_MONTHS) / 2)
        yield f'<text class="month" x="{x}" y="{y}">{_month(wheel.year, number, language)}</text>'


def _month(year: int, number: int, language: str) -> str:
    name = format_date(date(year, number, 1), "MMM", locale=_LOCALES[language])
    return escape(name.rstrip("."))


def _weeks(wheel: Wheel) -> Iterator[str]:
    for week in wheel.weeks:
        yield _line("tick", week.begins, _WEEKS[1], _WEEKS[0])
        if week.number % _EVERY_WEEK == 0:
            x, y = _at(week.begins + 3.5, sum(_WEEKS) / 2)
            yield f'<text class="week" x="{x}" y="{y}">{week.number}</text>'


def _school(wheel: Wheel) -> Iterator[str]:
    for name, arcs in (("term", wheel.terms), ("break", wheel.breaks)):
        for arc in arcs:
            title = f'<title lang="sv">{escape(arc.name)}</title>'
            yield f'<path class="{name}" d="{_ring(arc)}">{title}</path>'


def _now(wheel: Wheel, words: Mapping[str, Any]) -> Iterator[str]:
    if wheel.today is None:
        return
    yield _line("today", wheel.today, _INNER, _WEEKS[1])
    x, y = _at(wheel.today, _WEEKS[1])
    yield (
        f'<path class="pointer" d="M0 0 8-16H-8Z" transform="translate({x} {y})'
        f' rotate({wheel.today:.1f})"><title>{escape(words["today"])}</title></path>'
    )


def _band(mark: Mark) -> Iterator[str]:
    """From its first day to its last."""
    if mark.ends - mark.begins < _A_POINT:
        return
    radius = _radius(mark)
    yield f'<path class="band {mark.entry.state}" d="{_arc(mark.begins, mark.ends, radius)}"/>'
    x, y = _at(mark.begins, radius)
    yield f'<circle class="begin" cx="{x}" cy="{y}" r="6"/>'


def _mark(mark: Mark) -> Iterator[str]:
    """Where its last day is: that is when it is to be done by."""
    entry, sign = mark.entry, SIGNS[mark.entry.state]
    x, y = _at(mark.ends, _radius(mark))
    yield f'<g class="mark {entry.kind} {entry.state}" transform="translate({x} {y})">'
    yield f'{_SHAPES[entry.kind]}<text class="number">{entry.number}</text>'
    yield f'<g class="badge" transform="translate({_MARK - 2} {2 - _MARK})">'
    yield f'<circle r="{_BADGE}"/>{_SIGNS[sign]}</g></g>'


def _year(year: int) -> str:
    return f'<text class="year" x="{_CENTRE}" y="{_CENTRE}">{year}</text>'


def _radius(mark: Mark) -> int:
    return _LANE_OUTERMOST - mark.lane * _LANE_STEP


def _line(kind: str, angle: float, inner: float, outer: float) -> str:
    (x1, y1), (x2, y2) = _at(angle, inner), _at(angle, outer)
    return f'<path class="{kind}" d="M{x1} {y1}L{x2} {y2}"/>'


def _arc(begins: float, ends: float, radius: float) -> str:
    (x1, y1), (x2, y2) = _at(begins, radius), _at(ends, radius)
    large = int(ends - begins > 180)
    return f"M{x1} {y1}A{radius} {radius} 0 {large} 1 {x2} {y2}"


def _ring(arc: Arc) -> str:
    """A piece of the school's ring."""
    outer, inner = _SCHOOL
    x, y = _at(arc.ends, inner)
    back_x, back_y = _at(arc.begins, inner)
    large = int(arc.ends - arc.begins > 180)
    return (
        f"{_arc(arc.begins, arc.ends, outer)}L{x} {y}"
        f"A{inner} {inner} 0 {large} 0 {back_x} {back_y}Z"
    )


def _at(angle: float, radius: float) -> tuple[float, float]:
    turned = radians(angle)
    return round(_CENTRE + radius * sin(turned), 1), round(_CENTRE - radius * cos(turned), 1)
