"""The picture of a case's time drawn as SVG: shapes tell the kind, signs the state."""

import textwrap
from collections.abc import Iterator
from datetime import date
from html import escape

from services.cases.domain.case_axis import Tick
from services.cases.domain.case_entries import Entry
from services.cases.domain.case_picture import (
    Band,
    Lane,
    Mark,
    Paper,
    Picture,
    Story,
    picture,
)
from services.cases.domain.refused import Language, Words
from services.cases.web.case_words import (
    GLYPHS,
    SIGNS,
    label_words,
    lane_words,
    month_words,
)

WIDE, NARROW = 960.0, 340.0
_TODAY, _MONTHS, _WEEKS, _HEAD = 18, 38, 56, 66  # the baselines of the axis, and its height
_TITLE, _LINE, _ROW, _SPACE = 22, 18, 28, 8  # the heights in a lane, a further line, between two
_BAND = 20
_BOLD, _PLAIN = 8.8, 8.4  # what a letter of a lane's title and of its state takes, at most
_NAMED = Words("Ärendets tid", "The time of the case")
_ABOUT = Words(
    "Tiden går från vänster till höger. Samma innehåll står i listan efter bilden.",
    "Time goes from left to right. The list after the picture says the same.",
)
_IS_TODAY = Words("i dag", "today")
_WEEK = Words("v.", "wk")

# Drawn around (0, 0), within the radius of a mark.
_ROUND = '<circle class="shape" r="9.5"/>'
_SHAPES = {
    "case": _ROUND,
    "meeting": _ROUND,
    "consent": '<rect class="shape" x="-8.5" y="-8.5" width="17" height="17" rx="3"/>',
    "task": '<path class="shape" d="M-9-7H9V3L0 9-9 3Z"/>',
    "birthday": '<path class="shape" d="M0-9.8 9.8 0 0 9.8-9.8 0Z"/>',
    "window": '<path class="shape" d="M-9-9H9V9H-9Z"/>',
    "target": '<path class="shape" d="M-4.5-8.5H4.5L9 0 4.5 8.5H-4.5L-9 0Z"/>',
}
_SIGNS = {
    "ring": '<circle class="hollow" r="4"/>',
    "dot": '<circle class="full" r="4"/>',
    "half": '<circle class="hollow" r="4"/><path class="full" d="M0-4A4 4 0 0 0 0 4Z"/>',
    "check": '<path class="hollow" d="M-4 0-1 3.2 4-3.4"/>',
    "cross": '<path class="hollow" d="M-3.5-3.5 3.5 3.5M3.5-3.5-3.5 3.5"/>',
    "triangle": '<path class="full" d="M0-4.8 4.8 3.8H-4.8Z"/>',
    "dash": '<path class="hollow" d="M-4 0H4"/>',
    "star": '<path class="full" d="M0-5 1.3-1.5 5-1.5 2.1.8 3.2 4.5 0 2.2-3.2 4.5'
    '-2.1.8-5-1.5-1.3-1.5Z"/>',
}


def case_svg(told: Story, width: float, language: Language) -> str:
    """The drawing in one width as one element; the page chooses by its own which one is seen."""
    drawn = picture(told, _paper(width, language))
    name = "bred" if width >= WIDE else "smal"
    lanes = list(_placed(drawn, language))
    height = lanes[-1][1] + _height(lanes[-1][0], width, language) if lanes else _HEAD
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="case-time {name}" role="img"',
            f' viewBox="0 0 {_n(width)} {_n(height)}" lang="{language}"',
            f' aria-labelledby="tid-{name}-namn tid-{name}-text">',
            f'<title id="tid-{name}-namn">{_said(_NAMED, language)}</title>',
            f'<desc id="tid-{name}-text">{_said(_ABOUT, language)} {_told(told, language)}</desc>',
            _hatch(name),
            *_axis(drawn, height, language),
            *_now(drawn, height, language),
            *(part for lane, y in lanes for part in _lane(lane, y, drawn, name, language)),
            "</svg>",
        ]
    )


def _paper(width: float, language: Language) -> Paper:
    def label(entry: Entry) -> str:
        return label_words(entry, language)

    def month(day: date, with_year: bool) -> str:  # noqa: FBT001 — as the paper asks
        return month_words(day, language, year=with_year)

    return Paper(width, label, month)


def _told(told: Story, language: Language) -> str:
    """How each lane stands, for who doesn't see it."""
    lines = [
        (title.said(language, {}), lane_words(name, state, language))
        for name, title, state in told.lanes
    ]
    return escape(" ".join(f"{title}: {state}." for title, state in lines if state))


def _hatch(name: str) -> str:
    return (
        f'<defs><pattern id="tid-{name}-streck" width="6" height="6"'
        ' patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<path class="hatch" d="M0 0V6"/></pattern></defs>'
    )


def _placed(drawn: Picture, language: Language) -> Iterator[tuple[Lane, float]]:
    """Each lane with where it begins from above."""
    y = float(_HEAD)
    for lane in drawn.lanes:
        yield lane, y
        y += _height(lane, drawn.frame.width, language)


def _height(lane: Lane, width: float, language: Language) -> float:
    return _name_height(lane, width, language) + _ROW * lane.rows + _SPACE


def _name_height(lane: Lane, width: float, language: Language) -> float:
    return _TITLE + _LINE * (len(_lines(lane, width, language)) - 1)


def _axis(drawn: Picture, height: float, language: Language) -> Iterator[str]:
    width = _n(drawn.frame.width)
    for tick in drawn.months:
        yield f'<path class="month" d="M{_n(tick.x)} {_MONTHS - 14}V{_n(height)}"/>'
        yield from _named(tick, "month-name", _MONTHS)
    yield f'<path class="line" d="M0 {_MONTHS + 4}H{width}M0 {_HEAD - 4}H{width}"/>'
    for number, tick in enumerate(drawn.weeks):
        yield f'<path class="week" d="M{_n(tick.x)} {_MONTHS + 4}V{_HEAD - 4}"/>'
        first = Tick(tick.x, f"{_WEEK.said(language, {})} {tick.label}")
        yield from _named(first if number == 0 and tick.label else tick, "week-name", _WEEKS)


def _named(tick: Tick, kind: str, y: int) -> Iterator[str]:
    if tick.label:
        yield f'<text class="{kind}" x="{_n(tick.x + 3)}" y="{y}">{escape(tick.label)}</text>'


def _now(drawn: Picture, height: float, language: Language) -> Iterator[str]:
    """Today's line, with its word kept within the picture."""
    if drawn.today is None:
        return
    x, width = drawn.today, drawn.frame.width
    side = "start" if x < 30 else "end" if x > width - 30 else "middle"
    yield f'<path class="today" d="M{_n(x)} {_TODAY + 5}V{_n(height)}"/>'
    yield f'<path class="pointer" d="M{_n(x)} {_MONTHS - 12}l-5-8h10Z"/>'
    yield f'<text class="now {side}" x="{_n(x)}" y="{_TODAY - 4}">'
    yield f"{_said(_IS_TODAY, language)}</text>"


def _lane(lane: Lane, y: float, drawn: Picture, name: str, language: Language) -> Iterator[str]:
    yield f'<path class="line" d="M0 {_n(y)}H{_n(drawn.frame.width)}"/>'
    yield _title(lane, y + 16, drawn.frame.width, language)
    top = y + _name_height(lane, drawn.frame.width, language)
    yield from (_band(one, top, name) for one in lane.bands)
    yield from (_mark(one, top) for one in lane.marks)


def _title(lane: Lane, y: float, width: float, language: Language) -> str:
    """The lane's name with its state."""
    lines = []
    for number, (title, state) in enumerate(_lines(lane, width, language)):
        gap = ' dx="8"' if title else ""
        after = f'<tspan class="state {lane.state}"{gap}>{escape(state)}</tspan>' if state else ""
        at = f'x="0" y="{_n(y + number * _LINE)}"'
        lines.append(f'<text class="lane" {at}>{escape(title)}{after}</text>')
    return "".join(lines)


def _lines(lane: Lane, width: float, language: Language) -> list[tuple[str, str]]:
    """The name in as many lines as it needs; the state after the last, or below it."""
    state = lane_words(lane.name, lane.state, language)
    shown = f"{GLYPHS[SIGNS[lane.state]]} {state}" if state else ""
    lines = textwrap.wrap(lane.title.said(language, {}), int(width / _BOLD)) or [""]
    if len(lines[-1]) * _BOLD + 8 + len(shown) * _PLAIN <= width:
        return [*((line, "") for line in lines[:-1]), (lines[-1], shown)]
    return [*((line, "") for line in lines), ("", shown)]


def _band(band: Band, top: float, name: str) -> str:
    """What is signed or a window is filled; what is waited for has a stroke alone."""
    y = top + band.row * _ROW + (_ROW - _BAND) / 2
    begins, width = _n(band.begins), _n(max(band.ends - band.begins, 1.0))
    shape = f'x="{begins}" y="{_n(y)}" width="{width}" height="{_BAND}"'
    if band.kind == "unbookable":
        return f'<rect class="unbookable" {shape} fill="url(#tid-{name}-streck)"/>'
    goes_on = " goes-on" if band.open else ""
    return f'<rect class="band {band.kind} {band.state}{goes_on}" {shape} rx="3"/>'


def _mark(mark: Mark, top: float) -> str:
    entry, y = mark.entry, top + mark.row * _ROW + _ROW / 2
    side, x = ("end", -16) if mark.turned else ("start", 16)
    label = f'<text class="day {side}" x="{x}" y="4.5">{escape(mark.label)}</text>'
    return (
        f'<g class="at {entry.kind} {entry.state}" transform="translate({_n(mark.x)} {_n(y)})">'
        f"{_SHAPES[entry.kind]}{_SIGNS[SIGNS[entry.state]]}{label if mark.label else ''}</g>"
    )


def _said(words: Words, language: Language) -> str:
    return escape(words.said(language, {}))


def _n(value: float) -> str:
    """A length with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
