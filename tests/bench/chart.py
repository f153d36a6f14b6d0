"""The figures as a drawing: how far each has come, between what it must and what it aims at.

One scale for all: 1 is what is wanted at least, whatever its unit, and more is better. It reads
without colour: a bar that falls short is hatched, and each has its word and its number.
"""

from collections.abc import Sequence
from html import escape
from math import log10

from tests.bench.figures import Figure

_WIDTH, _LEFT, _RIGHT, _TOP, _ROW = 860, 20, 740, 96, 48
_MOST, _LEAST = 10.0, 0.1  # of what is wanted; the scale is logarithmic
_TICKS = (
    (0.1, "a tenth", "start"), (1.0, "at least", "middle"), (10.0, "ten times", "middle"),
)  # fmt: skip
_LEGEND = (
    "◆ is the aim. Hatched: falls short. Farther to the right is better, also of what is to be low."
)
_WORDS = {"aim": "the aim", "yes": "reached", "no": "falls short"}
_HATCHED = (
    '<defs><pattern id="short" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>'
    '<path d="M0 0V6" stroke="#8a3b12" stroke-width="3"/></pattern></defs>'
)


def chart(figures: Sequence[Figure]) -> str:
    """Of those that something is wanted of."""
    shown = [one for one in figures if one.wanted]
    height = _TOP + len(shown) * _ROW + 46
    told = "; ".join(f"{one.what}: {_number(one)}, {_WORDS[one.reached]}" for one in shown)
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
                ' font-family="system-ui, sans-serif" font-size="13" role="img"'
                ' aria-labelledby="t d">'
            ),
            '  <title id="t">How fast Samspel is, beside what it must be</title>',
            f'  <desc id="d">{escape(told)}</desc>',
            f"  {_HATCHED}",
            f'  <rect width="{_WIDTH}" height="{height}" fill="#fbfaf7"/>',
            (
                '  <text x="20" y="30" font-size="16" font-weight="600" fill="#1d2930">'
                "How far each figure has come</text>"
            ),
            f'  <text x="20" y="54" fill="#3b4a54">{_LEGEND}</text>',
            *_scale(height),
            *(line for place, one in enumerate(shown) for line in _row(place, one)),
            "</svg>",
            "",
        ]
    )


def _scale(height: int) -> list[str]:
    lines = []
    for at, word, anchor in _TICKS:
        x, dash = f"{_x(at):.0f}", "" if at == 1.0 else ' stroke-dasharray="3 4"'
        lines += [
            f'  <path d="M{x} {_TOP - 24}V{height - 34}" stroke="#b9c2c7"{dash}/>',
            f'  <text x="{x}" y="{height - 14}" text-anchor="{anchor}">{word}</text>',
        ]
    return lines


def _row(place: int, one: Figure) -> list[str]:
    """Its words, and below them the bar with the mark of the aim and the number."""
    assert one.wanted is not None
    y, end, aim = _TOP + place * _ROW, _x(_share(one, one.value)), _x(_share(one, one.wanted.aim))
    fill = "url(#short)" if one.reached == "no" else "#9cc4b2"
    width = max(end - _LEFT, 1)
    size = f'width="{width:.0f}" height="16"'
    return [
        f'  <text x="{_LEFT}" y="{y - 6}" fill="#1d2930">{escape(one.what)}</text>',
        f'  <rect x="{_LEFT}" y="{y}" {size} fill="{fill}" stroke="#1d2930"/>',
        f'  <path d="M{aim:.0f} {y + 1}l7 7-7 7-7-7z" fill="#1d2930" stroke="#fff"/>',
        f'  <text x="{_RIGHT + 10}" y="{y + 13}" fill="#1d2930">{_number(one)}</text>',
    ]


def _share(one: Figure, value: float) -> float:
    """How many times what is wanted at least; of what is to be low, the other way round."""
    assert one.wanted is not None
    lower = one.wanted.aim < one.wanted.least
    return one.wanted.least / max(value, 1e-9) if lower else value / one.wanted.least


def _x(share: float) -> float:
    within = min(max(share, _LEAST), _MOST)
    part = (log10(within) - log10(_LEAST)) / (log10(_MOST) - log10(_LEAST))
    return _LEFT + part * (_RIGHT - _LEFT)


def _number(one: Figure) -> str:
    times = "×" if one.bare else one.unit.partition(" ")[0]
    return f"{one.value:.3g} {times}"
