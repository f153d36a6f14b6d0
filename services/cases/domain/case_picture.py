"""A case's time as a picture: an axis of whole weeks, lanes, bands and marks as plain values.

All lengths are in the units of the picture's width, from its left edge; a day has a width, and a
mark stands in the middle of its day.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.cases.domain.case_axis import GAP, LETTER, Frame, MonthName, Tick, months, weeks
from services.cases.domain.case_entries import (
    CASE,
    TASKS,
    DatedTask,
    Entry,
    Form,
    birthdays,
    entries,
    people_in_words,
)
from services.cases.domain.refused import Words
from services.cases.domain.spoken import title_words
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure
from shared.domain.windows import Window

RADIUS = 10.0
_AHEAD = timedelta(days=92)  # so far ahead what comes by itself makes the axis longer
_MOST = timedelta(weeks=104)
_DAY = timedelta(days=1)
_LABELLED_ROWS = 3  # in a lane that needs more, the marks go without their dates
_TITLES = {CASE: Words("Ärendet", "The case"), TASKS: Words("Att göra", "To do")}


@dataclass(frozen=True, slots=True)
class Band:
    """From where to where something holds, in a row of its lane; `kind` is asked, signed, window,
    unbookable (the end of a window without a working day) or target. `open`: it goes on.
    """

    kind: str
    state: str
    row: int
    begins: float
    ends: float
    open: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry in its lane; `label` stands right of it, or left (`turned`)."""

    entry: Entry
    row: int
    x: float
    label: str
    turned: bool

    @property
    def extent(self) -> tuple[float, float]:
        """From where to where the mark and its label reach."""
        return _extent(self.x, self.label, turned=self.turned)


@dataclass(frozen=True, slots=True)
class Lane:
    """What belongs together: the case, a step, a person's consent, the tasks."""

    name: str
    title: Words
    state: str
    rows: int
    bands: tuple[Band, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole drawing as data; `today` is None where the picture ends before it."""

    frame: Frame
    months: tuple[Tick, ...]
    weeks: tuple[Tick, ...]
    lanes: tuple[Lane, ...]
    today: float | None


@dataclass(frozen=True, slots=True)
class Story:
    """What a picture of any width is drawn from; `entries` are also the list beside it."""

    entries: tuple[Entry, ...]
    lanes: tuple[tuple[str, Words, str], ...]
    first: date
    last: date
    today: date


@dataclass(frozen=True, slots=True)
class Paper:
    """How wide the picture is, and what is written on it: at a mark, and for a month (with its
    year or without).
    """

    width: float
    label: Callable[[Entry], str]
    month: MonthName


def story(
    facts: CaseFacts,
    procedure: Procedure,
    windows: Sequence[Window],
    forms: Sequence[Form],
    tasks: Iterable[DatedTask],
    now: datetime,
) -> Story:
    """The time of a case; of a long one the last two years, and the rest stands in the list."""
    today = local_date(now)
    found = entries(facts, procedure, windows, forms, tasks, now)
    first, last = _span(found, facts, today)
    until = last if facts.state == "closed" else max(last, today + _AHEAD)
    turning = tuple(birthdays(facts, procedure, first, until))
    last = max([last, *(one.on for one in turning)])
    first = max(first, last - _MOST)
    first -= timedelta(days=first.weekday())
    last += timedelta(days=6 - last.weekday())
    ordered = sorted((*found, *turning), key=lambda one: one.on)
    lanes = tuple(_lanes(ordered, facts, procedure, windows, forms))
    return Story(tuple(ordered), lanes, first, last, today)


def picture(told: Story, paper: Paper) -> Picture:
    """The picture in one width: nothing outside it, and no mark or label upon another."""
    frame = Frame(told.first, told.last, paper.width)
    return Picture(
        frame=frame,
        months=tuple(months(frame, paper.month)),
        weeks=tuple(weeks(frame)),
        lanes=tuple(
            _lane(name, title, state, _of_lane(told.entries, name), frame, paper)
            for name, title, state in told.lanes
        ),
        today=frame.middle(told.today) if frame.holds(told.today) else None,
    )


def _span(found: Iterable[Entry], facts: CaseFacts, today: date) -> tuple[date, date]:
    """The days of everything, today included while the case is open; not the far end of what
    holds until further notice.
    """
    days = [facts.known_on] + ([today] if facts.state == "open" else [])
    for one in found:
        days += [day for day in (one.asked, one.on, one.first) if day is not None]
        if one.last is not None and one.last <= today + _AHEAD:
            days.append(one.last)
    return min(days), max(days)


def _lanes(
    found: Sequence[Entry],
    facts: CaseFacts,
    procedure: Procedure,
    windows: Sequence[Window],
    forms: Sequence[Form],
) -> Iterator[tuple[str, Words, str]]:
    """Each with its title and its state: the case, the steps, the consents, the tasks."""
    said, states = people_in_words(facts, forms), {one.step: one.state for one in windows}
    yield CASE, _TITLES[CASE], facts.state
    steps: Mapping[str, Words] = {
        step.name: title_words(step) for step in procedure.steps_of(facts.about)
    }
    for name, title in steps.items():
        yield name, title, states.get(name) or _state_of_step(found, name)
    known = {*steps, *map(str, said), CASE, TASKS}
    for name in dict.fromkeys(one.lane for one in found if one.lane not in known):
        # A step that this version of the procedure doesn't know.
        yield name, Words("Mötet", "The meeting"), _state_of_step(found, name)
    for person, who in said.items():
        if forms_of := _of_lane(found, str(person)):
            yield str(person), _consent_of(who), _state_of_consent(forms_of)
    if any(one.lane == TASKS for one in found):
        yield TASKS, _TITLES[TASKS], ""


def _state_of_step(found: Iterable[Entry], name: str) -> str:
    """A step without a limit: its last meeting's, or none yet."""
    meetings = [one for one in found if one.lane == name and one.kind == "meeting"]
    standing = [one for one in meetings if one.state != "cancelled"]
    return (standing or meetings)[-1].state if meetings else "none"


def _state_of_consent(forms: Sequence[Entry]) -> str:
    """Signed, if any form stands; else what the last one has become."""
    states = [one.state for one in sorted(forms, key=lambda one: one.on)]
    return "signed" if "signed" in states else states[-1]


def _consent_of(who: Words) -> Words:
    return Words(f"{who.sv}, samtycke", f"{who.en}, consent")


def _of_lane(found: Iterable[Entry], name: str) -> list[Entry]:
    return [one for one in found if one.lane == name]


def _lane(
    name: str, title: Words, state: str, its: Sequence[Entry], frame: Frame, paper: Paper
) -> Lane:
    """With the dates at the marks; without, where that would take too many rows."""
    bands, marks = _placed(its, frame, paper.label)
    rows = _rows(bands, marks)
    if rows > _LABELLED_ROWS:
        bands, marks = _placed(its, frame, lambda _: "")
        rows = _rows(bands, marks)
    return Lane(name, title, state, rows, tuple(bands), tuple(marks))


def _rows(bands: Sequence[Band], marks: Sequence[Mark]) -> int:
    rows = [one.row for one in bands] + [one.row for one in marks]
    return max(rows, default=-1) + 1


def _placed(
    its: Sequence[Entry], frame: Frame, label: Callable[[Entry], str]
) -> tuple[list[Band], list[Mark]]:
    """Each entry in the first row where nothing is in its way.

    Limits come first, so that they have the upper row; a meeting can stand within one. Consents
    have their row for all of their time.
    """
    bands, marks = list[Band](), list[Mark]()
    taken: list[list[tuple[float, float]]] = []
    for entry in sorted(its, key=lambda one: one.kind not in ("window", "target")):
        of_entry = list(_bands(entry, frame))
        mark = _mark(entry, frame, label(entry))
        reach = [] if mark is None else [mark.extent]
        if entry.kind == "consent":
            reach += [(band.begins, band.ends) for band in of_entry]
        if not reach:
            bands += of_entry
            continue
        extent = min(begins for begins, _ in reach), max(ends for _, ends in reach)
        row = next((at for at, here in enumerate(taken) if _is_free(here, extent)), len(taken))
        if row == len(taken):
            taken.append([])
        taken[row].append(extent)
        bands += [Band(b.kind, b.state, row, b.begins, b.ends, b.open) for b in of_entry]
        if mark is not None:
            marks.append(Mark(entry, row, mark.x, mark.label, mark.turned))
    return bands, marks


def _is_free(taken: Iterable[tuple[float, float]], extent: tuple[float, float]) -> bool:
    begins, ends = extent
    return all(ends + GAP <= other or its_end + GAP <= begins for other, its_end in taken)


def _mark(entry: Entry, frame: Frame, label: str) -> Mark | None:
    """None for what lies before the picture. At the edges it is moved in, to be seen whole."""
    if not frame.holds(entry.on):
        return None
    x = min(max(frame.middle(entry.on), RADIUS), frame.width - RADIUS)
    turned = _extent(x, label, turned=False)[1] > frame.width
    if turned and _extent(x, label, turned=True)[0] < 0:
        return Mark(entry, 0, x, "", turned=False)
    return Mark(entry, 0, x, label, turned)


def _extent(x: float, label: str, *, turned: bool) -> tuple[float, float]:
    room = 2 * GAP + len(label) * LETTER if label else 0.0
    return (x - RADIUS - room, x + RADIUS) if turned else (x - RADIUS, x + RADIUS + room)


def _bands(entry: Entry, frame: Frame) -> Iterator[Band]:
    """What of it lies within the picture."""
    if entry.asked is not None:
        until = entry.first or entry.last or entry.on
        if until > entry.asked:
            yield from _band("asked", entry.state, entry.asked, until, frame)
    if entry.first is None:
        return
    if entry.kind == "consent":
        yield from _band("signed", entry.state, entry.first, entry.last, frame)
    else:
        yield from _band(entry.kind, entry.state, entry.first, entry.last, frame)
    if entry.bookable is not None and entry.last is not None:
        yield from _band("unbookable", entry.state, entry.bookable + _DAY, entry.last, frame)


def _band(kind: str, state: str, first: date, last: date | None, frame: Frame) -> Iterator[Band]:
    if first > frame.last or (last is not None and last < max(first, frame.first)):
        return
    goes_on = last is None or last > frame.last
    ends = frame.width if last is None else frame.ends(last)
    yield Band(kind, state, 0, frame.begins(first), ends, goes_on)
