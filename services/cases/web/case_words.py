"""What a case's picture and the list beside it say: the signs and the words of each state."""

from collections.abc import Iterable
from datetime import date

from babel.dates import format_date

from services.cases.domain.case_entries import Entry
from services.cases.domain.refused import Language, Words
from services.cases.domain.spoken import organisation_name_words
from services.cases.domain.wishes import RELATIONS, Relation
from shared.domain.swedish import clock_time, long_date

_LOCALES = {"sv": "sv_SE", "en": "en_GB"}

# The sign of each state, in the picture and in the list: never a colour alone.
SIGNS = {
    "known": "dot", "opened": "dot", "closed": "check", "turns": "star",
    "waiting": "ring", "open": "half", "met": "check", "missed": "triangle", "passed": "triangle",
    "proposed": "ring", "booked": "half", "held": "check", "cancelled": "cross",
    "unmarked": "dot", "requested": "ring", "to-ask": "dash", "signed": "check", "refused": "cross",
    "withdrawn": "cross", "lapsed": "dash", "to-do": "dot", "late": "triangle", "none": "dash",
}  # fmt: skip
GLYPHS = {
    "ring": "○", "dot": "●", "half": "◐", "check": "✓", "cross": "×", "triangle": "▲",
    "dash": "–", "star": "★",
}  # fmt: skip
_STATES = {
    "waiting": Words("väntar", "waiting"),
    "open": Words("pågår", "under way"),
    "met": Words("hållet i tid", "held in time"),
    "missed": Words("gränsen har passerat", "the limit has passed"),
    "passed": Words("målet har passerat", "the target has passed"),
    "proposed": Words("föreslaget", "suggested"),
    "booked": Words("bokat", "booked"),
    "held": Words("hållet", "held"),
    "cancelled": Words("inställt", "cancelled"),
    "unmarked": Words("inte markerat som hållet", "not marked as held"),
    "requested": Words("väntar på svar", "waiting for an answer"),
    "to-ask": Words("ska frågas senare", "to be asked later"),
    "signed": Words("påskrivet", "signed"),
    "refused": Words("nej", "declined"),
    "withdrawn": Words("återtaget", "withdrawn"),
    "lapsed": Words("gäller inte längre", "no longer holds"),
    "to-do": Words("att göra", "to do"),
    "late": Words("försenat", "late"),
    "none": Words("ingen tid ännu", "no time yet"),
    "closed": Words("avslutat", "closed"),
}
_BY_KIND = {
    ("window", "cancelled"): Words("gäller inte längre", "no longer holds"),
    ("target", "met"): Words("nått", "reached"),
}
_OF_CASE = Words("öppet", "open")
_UNTIL = Words("till och med {day}", "until {day}")
_TARGET = Words("mål {day}", "target {day}")
_BY = Words("senast {day}", "by {day}")

_RELATIONS = {
    Relation.RELATIVE: "a relative",
    Relation.FRIEND: "a friend",
    Relation.CONTACT_PERSON: "a contact person",
    Relation.INTEREST_ORGANISATION: "of an interest organisation",
    Relation.PROFESSIONAL: "another professional",
    Relation.OTHER: "another person",
}


def state_words(entry: Entry, language: Language) -> str:
    """Nothing, for what simply happened on its day."""
    said = _BY_KIND.get((entry.kind, entry.state)) or _STATES.get(entry.state)
    return "" if said is None or entry.kind in ("case", "birthday") else said.said(language, {})


def lane_words(name: str, state: str, language: Language) -> str:
    """How it stands with a whole lane."""
    said = _OF_CASE if (name, state) == ("case", "open") else _STATES.get(state)
    return "" if said is None else said.said(language, {})


def short_day(day: date, language: Language) -> str:
    """«9 mars», "9 Mar"; with no year, which the axis tells."""
    return format_date(day, "d MMM", locale=_LOCALES[language]).rstrip(".")


def label_words(entry: Entry, language: Language) -> str:
    """What stands at a mark: its day; of a limit that it is one."""
    day = short_day(entry.on, language)
    said = {"window": _BY, "target": _TARGET}.get(entry.kind)
    return day if said is None else said.said(language, {"day": day})


def month_words(day: date, language: Language, *, year: bool) -> str:
    """«mars 2027», «april»."""
    pattern = "MMM y" if year else "MMM"
    return format_date(day, pattern, locale=_LOCALES[language]).replace(".", "")


def when_words(entry: Entry, language: Language) -> str:
    """When it is, in the list: a day with its time, or from when until when."""
    if entry.starts_at is not None and entry.ends_at is not None:
        times = f"{clock_time(entry.starts_at, language)}–{clock_time(entry.ends_at, language)}"
        return f"{long_date(entry.on, language)}{' kl. ' if language == 'sv' else ', '}{times}"
    if entry.kind in ("window", "target", "task"):
        return _BY.said(language, {"day": entry.on})
    if entry.until is not None and entry.state == "signed":
        until = _UNTIL.said(language, {"day": entry.until})
        return f"{long_date(entry.on, language)}, {until}"
    return long_date(entry.on, language)


def relation_words(relation: str) -> Words:
    """Who it is to the family."""
    one = Relation(relation)
    return Words(RELATIONS[one], _RELATIONS[one])


def organisation_words(codes: Iterable[str], language: Language) -> str:
    """«skola och socialtjänst»."""
    swedish = language == "sv"
    words = [organisation_name_words(one).said(language, {}) for one in codes]
    last = " och " if swedish else " and "
    return last.join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
