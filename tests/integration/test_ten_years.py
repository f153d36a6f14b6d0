"""Ten years pass, with people who come and go, restarts, and workers that sleep (invariant 11).

`make test` lives through the first two, in which everything happens once; `make nightly` through
all ten.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter

import pytest

from samspel.simulate.calendar import Span, breaks_of, school_year, why_not
from samspel.simulate.municipality import address_of
from services.cases.adapters.municipality import import_register
from shared.domain.days import local_date
from shared.register import read_register
from tests.support.long_story import Letter, LongStory, person
from tests.support.long_years import FIRST_HOLDERS, write_municipality

FIRST = date(2026, 8, 3)
ALL, SOME = 10, 2
YEARS = ALL if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else SOME
LAST = date(2026 + YEARS, 8, 1)
SCHOOL_YEARS = tuple(school_year(begins) for begins in range(2026, 2039))
CALLERS = ("elevhalsochef", "enhetschef-ifo")
MANAGERS = {"elevhalsochef": "skolchef", "enhetschef-ifo": "avdelningschef-ifo"}
REKTORS = ("rektor-almskolan", "rektor-bokskolan")
CALLED = (
    *CALLERS, *REKTORS, "kurator", "avdelningschef-ifo", "socialsekreterare", "familjebehandlare",
)  # fmt: skip
ANSWERING = (*REKTORS, *CALLERS, "avdelningschef-ifo")
STEPS = {"april": 4, "october": 10}
CALL_AHEAD = timedelta(weeks=4)
_DAY = timedelta(days=1)

# The second Wednesday, but for 2028 and 2036 (the Easter break), read off a calendar by hand.
PLANNED = [
    date(2026, 10, 14),
    *(date(2027, 4, 14), date(2027, 10, 13)),
    *(date(2028, 4, 19), date(2028, 10, 11)),
    *(date(2029, 4, 11), date(2029, 10, 10)),
    *(date(2030, 4, 10), date(2030, 10, 9)),
    *(date(2031, 4, 9), date(2031, 10, 8)),
    *(date(2032, 4, 14), date(2032, 10, 13)),
    *(date(2033, 4, 13), date(2033, 10, 12)),
    *(date(2034, 4, 12), date(2034, 10, 11)),
    *(date(2035, 4, 11), date(2035, 10, 10)),
    date(2036, 4, 16),
]

# The day on which the school breaks are changed, what they are then, and where the meeting goes.
MOVED = [
    (date(2027, 9, 29), {"Lovvecka 2027": (date(2027, 10, 11), date(2027, 10, 15))},
     (date(2027, 10, 13), date(2027, 10, 20))),
    (date(2033, 3, 30), {"Påsklov 2033": (date(2033, 4, 11), date(2033, 4, 14))},
     (date(2033, 4, 13), date(2033, 4, 20))),
]  # fmt: skip
# Nothing works from the first to the second of these days.
ASLEEP = [
    (date(2027, 3, 15), date(2027, 3, 22)),  # the call to April's meeting, 17 March
    (date(2027, 6, 25), date(2027, 7, 2)),  # the limit of the evaluation
    (date(2028, 3, 29), date(2028, 4, 5)),  # the day on which the evaluation opens
    (date(2031, 4, 1), date(2031, 4, 8)),
    (date(2032, 6, 24), date(2032, 7, 1)),
    (date(2035, 8, 12), date(2035, 8, 25)),  # the material, and the parent meetings
]
# Nobody says of these that they were held.
NOT_MARKED = (date(2027, 4, 14), date(2034, 10, 11))
RESTARTS = [date(year, 1, 8) for year in range(2027, 2037)]

# Post, who leaves on which last day (nobody: it was vacant), who comes on which first day.
Change = tuple[date, str, tuple[str, date] | None, tuple[str, date, str] | None]
CHANGES: list[Change] = [
    (date(2027, 6, 10), "rektor-bokskolan", ("Magnus Åkerlund", date(2027, 7, 31)),
     ("Peter Hedman", date(2027, 8, 1), "holder")),
    # Both who call are away for a month, in which they should have called.
    (date(2027, 8, 10), "elevhalsochef", ("Karin Bergqvist", date(2027, 8, 31)),
     ("Sofia Marklund", date(2027, 10, 1), "holder")),
    (date(2027, 8, 10), "enhetschef-ifo", ("Jonas Ekdahl", date(2027, 8, 31)),
     ("Amir Hosseini", date(2027, 10, 1), "holder")),
    # The kurator leaves between the call and the meeting, and another comes.
    (date(2027, 9, 27), "kurator", ("Emelie Strand", date(2027, 9, 30)),
     ("Leila Rahimi", date(2027, 10, 1), "holder")),
    # The elevhälsochef leaves on the leap day; a deputy stands in until May.
    (date(2028, 2, 10), "elevhalsochef", ("Sofia Marklund", date(2028, 2, 29)), None),
    (date(2028, 2, 28), "elevhalsochef", None, ("Farida Haidari", date(2028, 3, 1), "deputy")),
    (date(2028, 5, 2), "elevhalsochef", ("Farida Haidari", date(2028, 5, 31)),
     ("Nina Kallio", date(2028, 6, 1), "holder")),
    (date(2031, 9, 24), "familjebehandlare", ("Åsa Hallberg", date(2031, 9, 26)),
     ("Mattias Gran", date(2031, 11, 1), "holder")),
    (date(2034, 3, 20), "socialsekreterare", ("Lotta Engström", date(2034, 3, 31)),
     ("Hassan Yusuf", date(2034, 4, 1), "holder")),
]  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """Something that happens on a day, by whatever `turn` it has among those of the day."""

    day: date
    turn: int
    act: Callable[[], None] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Tenure:
    post: str
    name: str
    first: date
    last: date


class Decade:
    """What happens in ten years, and who was in which post."""

    def __init__(self, story: LongStory) -> None:
        self._story = story
        self.tenures = [
            Tenure(post, name, date.min, _last_day(post, name))
            for post, name in FIRST_HOLDERS.items()
        ]
        self.tenures += [
            Tenure(post, came[0], came[1], _last_day(post, came[0]))
            for _, post, _, came in CHANGES
            if came is not None
        ]

    def live(self) -> None:
        self._story.begin(FIRST)
        for day, moments in groupby(sorted(self._moments()), attrgetter("day")):
            if day >= LAST:
                break
            for asleep, awake in ASLEEP:
                if asleep < day <= awake:
                    self._story.walk(asleep)
                    self._story.sleep(awake)
            self._story.walk(max(day, local_date(self._story.town.clockwork.now())), hour=10)
            for moment in moments:
                moment.act()
        self._story.walk(LAST)

    def who_acts(self, post: str, day: date) -> str | None:
        return next(
            (one.name for one in self.tenures if one.post == post and one.first <= day <= one.last),
            None,
        )

    def called_on(self, day: date) -> set[str]:
        """Everybody in the roles on the day, and who stands in for those who call."""
        found = {self.who_acts(post, day) for post in CALLED}
        found |= {
            self.who_acts(MANAGERS[post], day) for post in CALLERS if not self.who_acts(post, day)
        }
        return {name for name in found if name is not None}

    def _moments(self) -> Iterator[Moment]:
        story = self._story
        for awake in (one for _, one in ASLEEP):
            yield Moment(awake, 0, lambda: None)
        for day, moved, _ in MOVED:
            yield Moment(day, 1, partial(story.restart, moved))
            yield Moment(day + _DAY, 1, story.sweep)
        for day in RESTARTS:
            yield Moment(day, 1, story.restart)
        for day, post, left, came in CHANGES:
            yield Moment(day, 2, partial(self._change, post, left, came))
        for planned in PLANNED:
            held = dict(where for _, _, where in MOVED).get(planned, planned)
            yield Moment(planned - timedelta(days=9), 3, partial(self._answer, held))
            if planned not in NOT_MARKED:  # nobody says that it was held
                yield Moment(held + _DAY, 3, partial(self._hold, held))
        for year in range(2027, 2037):
            yield Moment(date(year, 5, 10), 4, self._evaluate)
            done = date(year, 7, 9) if year in (2027, 2031) else date(year, 6, 14)
            yield Moment(done, 4, partial(self._finish_evaluation, year))
        for year in range(2026, 2036):
            yield Moment(date(year, 8, 28), 4, self._send_material)
            yield Moment(date(year, 9, 10), 4, self._pass_on)

    # what people do

    def _change(
        self, post: str, left: tuple[str, date] | None, came: tuple[str, date, str] | None
    ) -> None:
        if left is not None:
            self._story.ends(post, *left)
        if came is not None:
            self._story.begins(post, came[0], came[1], capacity=came[2])

    def _answer(self, planned: date) -> None:
        """One says yes, one says perhaps, one says no; the others say nothing."""
        meeting = self._story.the_meeting(planned)
        for post, answer in zip(
            ("kurator", "elevhalsochef", "rektor-bokskolan"),
            ("accepted", "tentative", "declined"),
            strict=True,
        ):
            name = self.who_acts(post, self._today())
            if name is not None:
                body = {"person": person(name), "answer": answer}
                self._story.town.do(f"meetings/{meeting['id']}/answers", body)

    def _hold(self, day: date) -> None:
        self._story.town.do(f"meetings/{self._story.the_meeting(day)['id']}/held")

    def _evaluate(self) -> None:
        """Two posts answer, one of them by their page in English; the others have to be asked."""
        for post in ("rektor-almskolan", "avdelningschef-ifo"):
            name = self.who_acts(post, self._today())
            assert name
            assert self._story.send_page("answer-evaluation", name, {"fraga-works": "4"})

    def _finish_evaluation(self, year: int) -> None:
        name = self.who_acts("elevhalsochef", self._today())
        assert name
        self._story.town.do(f"years/{year}/evaluation/done", {"by": person(name)})

    def _send_material(self) -> None:
        name = self.who_acts("avdelningschef-ifo", self._today())
        assert name
        body = {"kind": "material", "title": "Föräldrastöd", "by": person(name), "files": []}
        self._story.town.do("dispatches", body, status=201)

    def _pass_on(self) -> None:
        """One rektor confirms; the other is reminded."""
        name = self.who_acts("rektor-almskolan", self._today())
        assert name
        assert self._story.send_page("pass-on", name, {})
        self._story.send_page("confirm-known", name, {})

    def _today(self) -> date:
        return local_date(self._story.town.clockwork.now())


@pytest.fixture(scope="module")
def decade(
    database_of_the_module: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Decade, LongStory]]:
    """All years have passed."""
    folder = tmp_path_factory.mktemp("years")
    register = write_municipality(folder / "register", SCHOOL_YEARS)
    import_register(database_of_the_module, read_register(register))
    with LongStory(database_of_the_module, folder, SCHOOL_YEARS) as story:
        lived = Decade(story)
        lived.live()
        yield lived, story


def planned_meetings() -> list[tuple[date, date]]:
    """The days of those that have been, as planned and as they were."""
    moved = dict(where for _, _, where in MOVED)
    return [(day, moved.get(day, day)) for day in PLANNED if day < LAST]


def _last_day(post: str, name: str) -> date:
    return next(
        (left[1] for _, of, left, _ in CHANGES if of == post and left and left[0] == name), date.max
    )


def all_breaks() -> Mapping[str, Span]:
    more = {name: span for _, moved, _ in MOVED for name, span in moved.items()}
    return breaks_of(SCHOOL_YEARS, more)


Lived = tuple[Decade, LongStory]
pytestmark = pytest.mark.timeout(0 if YEARS == ALL else 300)


def test_R20_every_april_and_every_october_has_exactly_one_meeting(decade: Lived) -> None:
    """R20, R21: on the day that the calendar gives, held or called to, whatever happened."""
    _, story = decade
    stand = [one for one in story.meetings() if one["state"] != "cancelled"]
    been = [one for one in stand if one["starts_at"] < story.town.clockwork.now()]
    assert [local_date(one["starts_at"]) for one in been] == [was for _, was in planned_meetings()]
    assert [one["step"] for one in been] == [
        "april" if day.month == STEPS["april"] else "october" for day, _ in planned_meetings()
    ]
    assert {one["state"] for one in been} <= {"held", "booked"}
    assert len(stand) == len(story.meetings())  # none was cancelled, and none booked anew
    coming = {one["starts_at"].year for one in stand[len(been) :]}
    assert coming == set(range(LAST.year, LAST.year + 3))  # two years ahead


def test_R20_no_meeting_is_on_a_holiday_an_eve_or_a_break(decade: Lived) -> None:
    """R20: as the school years were in the end; worked out by another calendar than ours."""
    _, story = decade
    breaks = all_breaks().values()
    for one in story.meetings():
        day = local_date(one["starts_at"])
        assert day.month == STEPS[one["step"]], day
        assert why_not(day, breaks) is None, day


def test_R21_nobody_is_left_out_of_a_call_and_nobody_called_twice(decade: Lived) -> None:
    """R21, R22: everybody in the roles on the day of the call gets one REQUEST of each revision."""
    lived, story = decade
    for planned, was in planned_meetings():
        letters = story.letters_about(story.the_meeting(was))
        called_on = _awake(planned - CALL_AHEAD)
        assert min(letter.on for letter in letters) == called_on, planned
        told = {letter.to for letter in letters if letter.on == called_on}
        assert told == {address_of(name) for name in lived.called_on(called_on)}, planned
        for letter_box, sent in by_mailbox(letters).items():
            requests = [letter.sequence for letter in sent if letter.method == "REQUEST"]
            assert requests == sorted(set(requests)), (planned, letter_box, requests)


def test_R22_who_comes_is_called_and_who_leaves_is_told_that_it_is_off(decade: Lived) -> None:
    """R22: on the day of the meeting, whoever is in the roles holds it, at the time that it was."""
    lived, story = decade
    for _, was in planned_meetings():
        meeting = story.the_meeting(was)
        holds = {
            box for box, sent in by_mailbox(story.letters_about(meeting)).items()
            if sent[-1].method == "REQUEST"
        }  # fmt: skip
        assert holds == {address_of(name) for name in lived.called_on(was)}, was
        for box, sent in by_mailbox(story.letters_about(meeting)).items():
            if box in holds:
                assert local_date(sent[-1].starts) == was, (was, box)


def test_invariant_12_sequence_only_rises(decade: Lived) -> None:
    """X13: in a mailbox no later object has a lower SEQUENCE, and no CANCEL comes twice."""
    _, story = decade
    for meeting in story.meetings():
        for box, sent in by_mailbox(story.letters_about(meeting)).items():
            sequences = [letter.sequence for letter in sent]
            assert sequences == sorted(sequences), (meeting["starts_at"], box)
            methods = [method for method, _ in groupby(letter.method for letter in sent)]
            cancels = sum(letter.method == "CANCEL" for letter in sent)
            assert cancels == methods.count("CANCEL"), (meeting["starts_at"], box)


def test_R20_a_break_that_is_moved_moves_the_meeting_and_everybody_is_asked_anew(
    decade: Lived,
) -> None:
    """R20, Q1: by the next day, though all have been called; the same object, another time."""
    lived, story = decade
    for day, _, (planned, moved_to) in MOVED:
        if moved_to >= LAST:
            continue
        letters = story.letters_about(story.the_meeting(moved_to))
        anew = [
            one for one in letters if one.method == "REQUEST" and local_date(one.starts) != planned
        ]
        at_once = [one for one in anew if day <= one.on <= day + _DAY]
        assert {one.to for one in at_once} == {address_of(name) for name in lived.called_on(day)}
        assert {local_date(one.starts) for one in anew} == {moved_to}
        assert min(one.on for one in anew) >= day


def test_R24_there_is_one_evaluation_a_year(decade: Lived) -> None:
    """R24, R25: opened once, each party asked once, and its two owners once."""
    _, story = decade
    rows = story.town.rows("SELECT year, opened_on, due_on FROM cases.evaluations ORDER BY year")
    assert [(row["year"], row["opened_on"], row["due_on"]) for row in rows] == [
        (year, _awake(date(year, 4, 1)), date(year, 6, 30)) for year in range(2027, LAST.year + 1)
    ]
    asked = counted(story)
    for year in range(2027, LAST.year + 1):
        for post in ANSWERING:
            assert asked.pop((year, "answer-evaluation", post)) == 1, (year, post)
        for post in CALLERS:
            assert asked.pop((year, "evaluate-year", post)) == 1, (year, post)
    assert not {one for one in asked if one[1] in ("answer-evaluation", "evaluate-year")}


def test_R28_the_material_is_asked_for_once_a_year(decade: Lived) -> None:
    """R28: also when nothing worked in the middle of August."""
    _, story = decade
    asked = counted(story)
    sent = {one: count for one, count in asked.items() if one[1] == "send-material"}
    assert sent == {
        (year, "send-material", "avdelningschef-ifo"): 1 for year in range(2026, LAST.year)
    }


def test_R31_each_rektor_is_asked_once_a_year(decade: Lived) -> None:
    """R31: one yearly confirmation for each rektor."""
    _, story = decade
    asked = counted(story)
    assert {one: count for one, count in asked.items() if one[1] == "confirm-known"} == {
        (year, "confirm-known", post): 1 for year in range(2026, LAST.year) for post in REKTORS
    }


def test_nothing_failed_on_the_way(decade: Lived) -> None:
    """Invariant 1: no event was set aside, and every message ended well."""
    _, story = decade
    assert not story.town.rows("SELECT * FROM bus.deliveries WHERE state = 'set-aside'")
    states = story.town.rows(
        "SELECT state, kind, reason FROM notifier.messages"
        " WHERE state NOT IN ('accepted', 'suppressed')"
        " AND due_at < (SELECT stands_at FROM clock.hand)"
    )
    assert not states


def by_mailbox(letters: list[Letter]) -> dict[str, list[Letter]]:
    """What each mailbox was sent, in the order in which it came."""
    found: dict[str, list[Letter]] = {}
    for letter in letters:
        found.setdefault(letter.to, []).append(letter)
    return found


def counted(story: LongStory) -> dict[tuple[int, str, str], int]:
    """How many duties of each kind there were for each post, by the year in which they came."""
    rows = story.town.rows(
        "SELECT coalesce(t.year, d.year) AS year, t.kind, t.post, count(*) AS count"
        " FROM cases.tasks t LEFT JOIN cases.dispatches d ON d.id = t.dispatch_id"
        " WHERE t.post IS NOT NULL AND (d.id IS NULL OR d.sent_by IS NULL) GROUP BY 1, 2, 3"
    )
    return {(row["year"], row["kind"], row["post"]): row["count"] for row in rows}


def _awake(day: date) -> date:
    """The day itself, or the next on which anything works."""
    return next((awake for asleep, awake in ASLEEP if asleep < day <= awake), day)
