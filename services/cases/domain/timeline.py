"""A case's timeline in plain words: who changed what, when, by which rule (X12, X16).

Read by the staff on the case, so staff are named; a guardian, the child and whoever the family has
wished for are not, and no reason code is ever put into words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.cases.domain.actions import said_of
from services.cases.domain.refused import Words
from services.cases.domain.spoken import step_words
from services.cases.domain.task_kinds import task_in_words
from shared.domain.days import WorkingDays, at, local_date
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure
from shared.domain.swedish import day_and_time, the_day
from shared.domain.windows import Window, windows

SYSTEM = Words("Samspel", "Samspel")
_SYSTEMS = {
    "api": Words("Ett anslutet system", "A connected system"),
    "import": Words("Inläsningen av personal", "The import of staff"),
}
_PARTIES = {
    "guardian": Words("en vårdnadshavare", "a guardian"),
    "child": Words("barnet", "the child"),
    "youth": Words("ungdomen", "the youth"),
    "external": Words("någon som familjen vill ha med", "somebody the family wishes for"),
    "staff": Words("någon i personalen", "a member of staff"),
}
_SOMEBODY = Words("en person", "a person")
_MEETING = Words("mötet", "the meeting")
_PERSON = "person:"
_DAY = timedelta(days=1)
_MET = Words("{step} hölls inom gränsen, {limit}.", "{step} was held within its limit, {limit}.")
_PASSED = Words(
    "Gränsen {limit} passerade: {step} hade inte hållits.",
    "The limit of {limit} passed: {step} had not been held.",
)


@dataclass(frozen=True, slots=True)
class Note:
    """One row of the audit: `actor` is a person or a system, `details` ids, codes and dates."""

    at: datetime
    actor: str
    action: str
    rule: str | None
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class People:
    """Everybody a note can speak of: their parties, and the names of the staff among them."""

    parties: Mapping[UUID, str]
    staff: Mapping[UUID, str]

    def called(self, person: UUID) -> Words:
        if name := self.staff.get(person):
            return Words(name, name)
        return _PARTIES.get(self.parties.get(person, ""), _SOMEBODY)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    who: Words
    what: Words
    rule: str | None


def named_actor(actor: str, people: People) -> Words:
    """Who did or read something, as it stands first in a line."""
    if actor.startswith(_PERSON):
        return _capital(people.called(UUID(actor.removeprefix(_PERSON))))
    return _SYSTEMS.get(actor, SYSTEM)


def timeline(
    facts: CaseFacts,
    procedure: Procedure,
    notes: tuple[Note, ...],
    people: People,
    tasks: Mapping[UUID, str],
    days: WorkingDays,
    now: datetime,
) -> tuple[Entry, ...]:
    """What has happened, the first thing first. `tasks`: the kind of each task of the case."""
    telling = _Telling(facts, procedure, people, tasks)
    entries = [telling.entry(note) for note in notes]
    entries += telling.of_limits(days, now)
    return tuple(sorted(entries, key=lambda one: one.at))


@dataclass(frozen=True, slots=True)
class _Telling:
    facts: CaseFacts
    procedure: Procedure
    people: People
    tasks: Mapping[UUID, str]

    def entry(self, note: Note) -> Entry:
        said = said_of(note.action, note.details)
        what = Words(self._filled(said, note, "sv"), self._filled(said, note, "en"))
        return Entry(note.at, named_actor(note.actor, self.people), what, note.rule)

    def of_limits(self, days: WorkingDays, now: datetime) -> Iterator[Entry]:
        """Limits that were met or have passed, which nobody writes down (R9, R10, X2)."""
        for window in windows(self.facts, self.procedure, days, local_date(now)):
            if window.closes_on is None or window.state not in ("met", "missed"):
                continue
            met = window.state == "met"
            moment = self._held_at(window) if met else at(window.closes_on + _DAY, time())
            said, values = _MET if met else _PASSED, self._of_window(window)
            what = Words(_sentence(said, values, "sv"), _sentence(said, values, "en"))
            yield Entry(moment, SYSTEM, what, window.rule)

    def _held_at(self, window: Window) -> datetime:
        held = (one for one in self.facts.meetings_of(window.step) if one.state == "held")
        return min(one.ends_at for one in held)

    def _of_window(self, window: Window) -> dict[str, Words]:
        assert window.closes_on is not None
        return {"step": self._step(window.step), "limit": _day(window.closes_on)}

    def _filled(self, said: Words, note: Note, language: str) -> str:
        details = note.details
        values = {
            "person": self._person(details.get("person") or details.get("to")),
            "other": self._person(details.get("replaces") or details.get("from")),
            "decider": self._decider(details.get("consent") or details.get("about")),
            "step": self._step_of(details.get("meeting") or details.get("about")),
            "task": self._task(details.get("task")),
            "kind": task_in_words(str(details.get("kind"))),
            "when": _when(details.get("starts_at")),
        }
        return _sentence(said, values, language)

    def _person(self, person: Any) -> Words:
        return self.people.called(UUID(person)) if _is_id(person) else _SOMEBODY

    def _decider(self, consent: Any) -> Words:
        parties = (one.party for one in self.facts.consents if str(one.id) == consent)
        return _PARTIES.get(next(parties, ""), _SOMEBODY)

    def _step_of(self, meeting: Any) -> Words:
        steps = (one.step for one in self.facts.meetings if str(one.id) == meeting)
        return self._step(next(steps, None))

    def _step(self, name: str | None) -> Words:
        """«andra samverkansmötet», as it stands inside a sentence."""
        title = step_words(self.procedure, name)
        if title is None:
            return _MEETING
        own = title.sv
        inside = own if own[1:2].isupper() else own[:1].lower() + own[1:]
        return Words(inside, f"“{title.en}”")

    def _task(self, task: Any) -> Words:
        words = task_in_words(self.tasks.get(UUID(task), "") if _is_id(task) else "")
        return Words(f"«{words.sv}»", f"“{words.en}”")


def _sentence(said: Words, values: Mapping[str, Words], language: str) -> str:
    text = said.said("sv" if language == "sv" else "en", dict(values))
    return text[:1].upper() + text[1:]


def _capital(words: Words) -> Words:
    return Words(words.sv[:1].upper() + words.sv[1:], words.en[:1].upper() + words.en[1:])


def _day(day: date) -> Words:
    return Words(the_day(day), the_day(day, "en"))


def _when(starts_at: Any) -> Words:
    """« till tisdagen den 9 mars 2027 kl. 13.00», or nothing where the note doesn't say."""
    if not isinstance(starts_at, str):
        return Words("", "")
    instant = datetime.fromisoformat(starts_at)
    return Words(
        f" till {day_and_time(instant, None)}", f" for {day_and_time(instant, None, 'en')}"
    )


def _is_id(value: Any) -> bool:
    try:
        UUID(value)
    except (TypeError, ValueError, AttributeError):
        return False
    return True
