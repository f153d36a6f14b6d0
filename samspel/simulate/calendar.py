"""School years by rule, and which days are free, worked out by other means than the product's.

So each checks the other: what a simulation holds the product's bookings against is here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

Span = tuple[date, date]
_DAY = timedelta(days=1)
_MONDAY, _FRIDAY, _SATURDAY = 0, 4, 5


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (Butcher's rule)."""
    century = year // 100
    leap = century - century // 4 - (8 * century + 13) // 25 + 19 * (year % 19) + 15
    moon = leap % 30
    moon -= (moon // 28) * (1 - (moon // 28) * (29 // (moon + 1)) * ((21 - year % 19) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    days = moon - weekday
    month = 3 + (days + 40) // 44
    return date(year, month, days + 28 - 31 * (month // 4))


def red_days(year: int) -> frozenset[date]:
    """The public holidays by lag (1989:253)."""
    sunday = easter(year)
    moved = [sunday + timedelta(days=days) for days in (-2, 0, 1, 39, 49)]
    fixed = [(1, 1), (1, 6), (5, 1), (6, 6), (12, 25), (12, 26)]
    midsummer = _on_or_after(date(year, 6, 20), _SATURDAY)
    all_saints = _on_or_after(date(year, 10, 31), _SATURDAY)
    return frozenset([*moved, *(date(year, *one) for one in fixed), midsummer, all_saints])


def is_working_day(day: date) -> bool:
    """No Saturday, Sunday or holiday, nor an eve that counts as one (lag (1930:173) 2 §)."""
    midsummer_eve = _on_or_after(date(day.year, 6, 20), _SATURDAY) - _DAY
    eves = (midsummer_eve, date(day.year, 12, 24), date(day.year, 12, 31))
    return day.weekday() < _SATURDAY and day not in red_days(day.year) and day not in eves


def why_not(day: date, breaks: Iterable[Span]) -> str | None:
    """Why no meeting of the year can be on the day (R20); None: it can."""
    if day.weekday() >= _SATURDAY:
        return "weekend"
    if day in red_days(day.year):
        return "holiday"
    if day + _DAY in red_days((day + _DAY).year):
        return "eve"
    return "break" if any(first <= day <= last for first, last in breaks) else None


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """From the autumn of `begins`: two terms, and the breaks by name."""

    begins: int
    terms: tuple[Span, Span]
    breaks: Mapping[str, Span]


def school_year(begins: int) -> SchoolYear:
    """By rule: autumn break in week 44, winter break in week 9, the Easter break in the week before
    Easter in even years and in the week from Easter Monday in odd ones."""
    spring = begins + 1
    autumn_first = _on_or_after(date(begins, 8, 17), 1)
    christmas = date(begins, 12, 20)
    spring_first, spring_last = date(spring, 1, 10), _on_or_after(date(spring, 6, 9), _FRIDAY)
    before_easter = timedelta(days=6 if spring % 2 == 0 else -1)
    return SchoolYear(
        begins,
        ((autumn_first, christmas - _DAY), (spring_first, spring_last)),
        {
            "Höstlov": _week(date.fromisocalendar(begins, 44, 1)),
            "Jullov": (christmas, spring_first - _DAY),
            "Sportlov": _week(date.fromisocalendar(spring, 9, 1)),
            "Påsklov": _week(easter(spring) - before_easter),
            "Sommarlov": (spring_last + _DAY, _on_or_after(date(spring, 8, 17), 1) - _DAY),
        },
    )


def breaks_of(years: Sequence[SchoolYear], more: Mapping[str, Span]) -> dict[str, Span]:
    """All breaks by name and spring; `more` stands instead of those of the same name."""
    found = {
        f"{name} {year.begins + (name != 'Höstlov')}": span
        for year in years
        for name, span in year.breaks.items()
    }
    return found | dict(more)


def school_years_toml(years: Sequence[SchoolYear], more: Mapping[str, Span]) -> str:
    """The file of the municipality's folder; `more` are breaks that have been moved, or are new."""
    lines: list[str] = []
    for year in years:
        lines += ["[[years]]", f'name = "{year.begins}/{(year.begins + 1) % 100:02}"', "terms = ["]
        lines += [_entry(f"Termin {number}", span) for number, span in enumerate(year.terms, 1)]
        lines += ["]", "breaks = ["]
        own = breaks_of([year], {})
        lines += [_entry(name, more.get(name, span)) for name, span in own.items()]
        if year is years[0]:
            known = breaks_of(years, {})
            lines += [_entry(name, span) for name, span in more.items() if name not in known]
        lines += ["]", ""]
    return "\n".join(lines)


def _entry(name: str, span: Span) -> str:
    return f'    {{ name = "{name}", first = {span[0]}, last = {span[1]} }},'


def _week(monday: date) -> Span:
    assert monday.weekday() == _MONDAY
    return monday, monday + timedelta(days=4)


def _on_or_after(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)
