"""Routines in words: their parts, their values, and what a change changes."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from services.cases.domain.refused import Words
from services.cases.domain.rule_fields import RuleField, Shape, field_of
from services.cases.domain.rule_values import section_of
from services.cases.domain.spoken import (
    organisation_name_words,
    role_words,
    step_words,
    title_words,
)
from services.cases.domain.task_kinds import KINDS
from shared.domain.codes import ORGANISATIONS
from shared.domain.procedure import Procedure, YearDay
from shared.domain.swedish import the_day

NTH = {
    1: Words("första", "first"),
    2: Words("andra", "second"),
    3: Words("tredje", "third"),
    4: Words("fjärde", "fourth"),
}
WEEKDAYS = {
    "monday": Words("måndagen", "Monday"),
    "tuesday": Words("tisdagen", "Tuesday"),
    "wednesday": Words("onsdagen", "Wednesday"),
    "thursday": Words("torsdagen", "Thursday"),
    "friday": Words("fredagen", "Friday"),
}
BOOKING = {
    "book": Words("bokas den bästa tiden", "the best time is booked"),
    "propose": Words("föreslås en tid, och någon säger ja", "a time is suggested for a yes"),
}
_YES, _NO = Words("ja", "yes"), Words("nej", "no")
_NOTHING = Words("inget", "nothing")
_COUNTED: Mapping[Shape, tuple[Words, Words]] = {
    "days": (Words("dag", "day"), Words("dagar", "days")),
    "working_days": (Words("arbetsdag", "working day"), Words("arbetsdagar", "working days")),
    "minutes": (Words("minut", "minute"), Words("minuter", "minutes")),
    "weeks": (Words("vecka", "week"), Words("veckor", "weeks")),
    "years": (Words("år", "year"), Words("år", "years")),
    "age": (Words("års ålder", "years of age"), Words("års ålder", "years of age")),
}
_SECTIONS = {
    "eligibility": Words("Vem rutinen är för", "Whom the routine is for"),
    "consent": Words("Samtycke", "Consent"),
    "answers": Words("Svar på kallelsen", "Answers to the call"),
    "reminders": Words("Påminnelse före mötet", "Reminder before the meeting"),
    "inquiries": Words("Förfrågningar", "Inquiries"),
    "agenda": Words("Dagordning", "Agenda"),
    "rules": Words("Reglernas ord", "The words of the rules"),
    "roles": Words("Vem som gör vad", "Who does what"),
    "always_called": Words("Kallas alltid", "Always called"),
    "year": Words("Årets gång", "The course of the year"),
    "year.evaluation": Words("Utvärdering", "Evaluation"),
    "year.parent_meetings": Words("Föräldramöten med IFO", "Parent meetings with IFO"),
    "reports": Words("Efter en anmälan", "After a report"),
}
_BEFORE_LIMIT = Words("Larm före gränsen", "Alert before the limit")
_AFTER_LIMIT = Words("Larm efter gränsen", "Alert after the limit")


def section_title(section: str, procedure: Procedure) -> Words:
    """What a part of the routine is called; the steps by their own titles."""
    kind, _, name = section.partition(".")
    if kind == "steps":
        return step_words(procedure, name) or _own(name)
    if kind == "alerts":
        return _alert(name, procedure)
    if kind == "chores":
        kinds = {one.name: one.kind for one in procedure.chores}
        known = KINDS.get(kinds.get(name, ""))
        task = _own(name) if known is None else known.words
        return Words(f"Uppgift: {task.sv}", f"Task: {task.en}")
    if section.startswith("year.dispatches.") and procedure.year is not None:
        name = section.removeprefix("year.dispatches.")
        titles = {one.name: title_words(one) for one in procedure.year.dispatches}
        return titles.get(name) or _own(name)
    return _SECTIONS.get(section) or _SECTIONS.get(kind) or _own(section)


def label(path: str) -> Words:
    """What a value is called; one that can't be changed here by its key in the file."""
    field = field_of(path)
    if field is not None:
        return field.words
    if path.startswith("rules."):
        return _own(path.removeprefix("rules."))
    return _own(path.rpartition(".")[2].replace("_", " "))


def said(path: str, value: Any) -> Words:
    """A value as people read it."""
    field = field_of(path)
    return _plain(value) if field is None else _shaped(field, value)


def said_difference(path: str, value: Any) -> Words:
    """The same in a table of changes, where there may be no value."""
    return _NOTHING if value is None or value == () else said(path, value)


def full_label(path: str, procedure: Procedure) -> Words:
    """Which part, and which value of it."""
    title, name = section_title(section_of(path), procedure), label(path)
    if title == name:
        return title
    return Words(f"{title.sv}: {_small(name.sv)}", f"{title.en}: {_small(name.en)}")


def people(codes: tuple[str, ...]) -> Words:
    """Roles or organisations as people call them."""
    words = [
        organisation_name_words(code) if code in ORGANISATIONS else role_words(code)
        for code in codes
    ]
    return Words(", ".join(one.sv for one in words), ", ".join(one.en for one in words))


def _alert(name: str, procedure: Procedure) -> Words:
    """Before or after the limit, and how long: there are several before it."""
    alert = next((one for one in procedure.alerts if one.name == name), None)
    if alert is None:
        return _BEFORE_LIMIT
    when = _AFTER_LIMIT if alert.when == "after_close" else _BEFORE_LIMIT
    long = _counted("working_days", alert.working_days)
    return Words(f"{when.sv} ({long.sv})", f"{when.en} ({long.en})")


def _counted(shape: Shape, value: Any) -> Words:
    """«5 arbetsdagar»."""
    one, many = _COUNTED[shape]
    unit = one if value == 1 else many
    return Words(f"{value} {unit.sv}", f"{value} {unit.en}")


def _shaped(field: RuleField, value: Any) -> Words:
    if field.shape in _COUNTED:
        return _counted(field.shape, value)
    if field.shape == "weekday":
        return WEEKDAYS[value]
    if field.shape == "nth":
        return NTH[value]
    if field.shape == "booking":
        return BOOKING[value]
    if field.shape == "grade":
        return Words(f"årskurs {value}" if value else "förskoleklass", f"year {value}")
    return _plain(value)


def _plain(value: Any) -> Words:
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, time):
        return Words(value.strftime("kl. %H.%M"), value.strftime("%H:%M"))
    if isinstance(value, YearDay):
        day = value.in_year(2027)  # any common year: its number isn't said
        return Words(_without_weekday(day, "sv"), _without_weekday(day, "en"))
    if isinstance(value, tuple):
        return _own(", ".join(str(one) for one in value)) if value else _NOTHING
    return _own(str(value))


def _without_weekday(day: Any, language: str) -> str:
    """«30 juni»."""
    words = the_day(day, language, year=False).split(" ")
    return " ".join(words[-2:])


def _own(text: str) -> Words:
    """The municipality's own words, in whatever language the page is."""
    return Words(
        text.replace("{", "{{").replace("}", "}}"), text.replace("{", "{{").replace("}", "}}")
    )


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
