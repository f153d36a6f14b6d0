"""Tasks in plain words: what is to be done, in Swedish and English, in a way that names nobody."""

from collections.abc import Callable, Mapping
from typing import Any

from services.cases.domain.refused import Language, Words
from services.cases.domain.spoken import (
    organisation_name_words,
    role_words,
    step_words,
    title_words,
)
from services.cases.domain.task_kinds import task_in_words
from shared.domain.codes import ORGANISATIONS
from shared.domain.procedure import Procedure
from shared.domain.swedish import day_and_time

_PARTIES = {
    "guardian": Words("vårdnadshavare", "a guardian"),
    "child": Words("barnet", "the child"),
    "school": Words("någon från skolan", "somebody from the school"),
    "familjebehandlare": Words("familjebehandlare", "a family therapist"),
}
_ORGANISATIONS = {
    "school": Words("skolan", "the school"),
    "social_services": Words("socialtjänsten", "the social services"),
    "police": Words("polisen", "the police"),
    "leisure": Words("fritidsverksamheten", "the leisure services"),
}
_TOLD = {
    "call": Words("att mötet är bokat", "that the meeting is booked"),
    "change": Words("att mötet har flyttats", "that the meeting has been moved"),
    "cancel": Words("att mötet är inställt", "that the meeting is cancelled"),
    "proposal": Words(
        "vilka tider som är föreslagna, och fråga vilka som passar",
        "which times are suggested, and ask which ones suit",
    ),
    "reminder": Words("att mötet är snart", "that the meeting is soon"),
    "nudge": Words("att vi gärna vill ha ett svar", "that we would like an answer"),
    "alert": Words("att en uppgift väntar", "that a task is waiting"),
    "task": Words("att en uppgift väntar", "that a task is waiting"),
}
_ABOUT_IT = Words("om mötet", "about the meeting")
_MEETING = Words("mötet", "the meeting")
_ALL = Words("alla som kallas", "everybody who is called")

_Details = Mapping[str, Any]
_Meeting = Mapping[str, Any] | None
Said = Callable[[_Details, Procedure, _Meeting], Words]


def task_words(
    kind: str, details: Mapping[str, Any], procedure: Procedure, meeting: Mapping[str, Any] | None
) -> Words:
    """What is to be done, in a sentence that names nobody; `meeting` has a `starts_at` (aware)."""
    say = _TASKS.get(kind)
    return task_in_words(kind) if say is None else say(details, procedure, meeting)


def _missing(details: _Details, _: Procedure, __: object) -> Words:
    who = _named(details.get("missing", []))
    return Words(
        f"Lägg till den som alltid kallas men saknas: {who.sv}",
        f"Add whoever is always called but missing: {who.en}",
    )


def _named(codes: list[str]) -> Words:
    words = [_party(code) for code in codes]
    return Words(", ".join(one.sv for one in words), ", ".join(one.en for one in words))


def _party(code: str) -> Words:
    """A party, a role or an organisation; an unknown code as it is."""
    if code in _PARTIES:
        return _PARTIES[code]
    return organisation_name_words(code) if code in ORGANISATIONS else role_words(code)


def _no_slot(details: _Details, procedure: Procedure, _: object) -> Words:
    step, reason = _step(details, procedure), details.get("reason")
    if reason == "no-day-left":
        return Words(
            f"Det finns ingen dag kvar att boka {step.sv} före gränsen. Ta upp det med din chef",
            f"No day is left to book {step.en} before the limit. Raise it with your manager",
        )
    if reason == "organisation-not-covered":
        left_out = [_ORGANISATIONS.get(one, Words(one, one)) for one in details.get("missing", [])]
        who = Words(
            " och ".join(one.sv for one in left_out) or _ALL.sv,
            " and ".join(one.en for one in left_out) or _ALL.en,
        )
        return Words(
            f"Samtycket omfattar inte {who.sv}, så {step.sv} kan inte bokas. Be om ett som gör det",
            f"The consent doesn't cover {who.en}, so {step.en} can't be booked. Ask for one that"
            " does",
        )
    if reason == "consent-missing":
        return Words(
            f"Alla som bestämmer har inte skrivit på, så {step.sv} kan inte bokas. Be om samtycke",
            f"Not everybody who decides has signed, so {step.en} can't be booked. Ask for consent",
        )
    return Words(
        f"Det finns ingen ledig tid för {step.sv} före gränsen. Gör plats i någons kalender",
        f"There is no free time for {step.en} before the limit. Make room in somebody's calendar",
    )


def _tell(details: _Details, _: Procedure, meeting: _Meeting) -> Words:
    about, what = _about(meeting), _TOLD.get(details.get("kind", ""), _ABOUT_IT)
    return Words(
        f"Ring eller skriv brev till en person{about.sv}: berätta {what.sv}",
        f"Phone or write a letter to a person{about.en}: tell them {what.en}",
    )


def _reach(details: _Details, _: Procedure, meeting: _Meeting) -> Words:
    about, what = _about(meeting), _TOLD.get(details.get("kind", ""), _ABOUT_IT)
    return Words(
        f"Ett mejl{about.sv} kom inte fram. Nå personen på annat sätt: berätta {what.sv}",
        f"A mail{about.en} did not arrive. Reach the person in another way: tell them {what.en}",
    )


def _limit_near(details: _Details, procedure: Procedure, _: object) -> Words:
    title = _title(details, procedure)
    return Words(
        f"{title.sv}: gränsen är nära och ingen tid är bokad ännu",
        f"{title.en}: the limit is near and no time is booked yet",
    )


def _limit_passed(details: _Details, procedure: Procedure, _: object) -> Words:
    title = _title(details, procedure)
    return Words(f"{title.sv}: gränsen har passerat", f"{title.en}: the limit has passed")


def _book_anew(details: _Details, procedure: Procedure, _: object) -> Words:
    step = _step(details, procedure)
    return Words(
        f"Boka en ny tid för {step.sv}: det förra ställdes in",
        f"Book a new time for {step.en}: the last one was cancelled",
    )


def _mark(_: object, __: object, meeting: _Meeting) -> Words:
    return Words(
        f"Markera mötet{_at(meeting, 'sv')} som hållet, eller ställ in det",
        f"Mark the meeting{_at(meeting, 'en', 'on')} as held, or cancel it",
    )


def _confirm(_: object, __: object, meeting: _Meeting) -> Words:
    return Words(
        f"Säg ja till den föreslagna tiden{_at(meeting, 'sv')}, eller välj en annan",
        f"Say yes to the suggested time{_at(meeting, 'en')}, or choose another",
    )


def _before(sv: str, en: str) -> Said:
    def say(_: object, __: object, meeting: _Meeting) -> Words:
        return Words(f"{sv}{_at(meeting, 'sv')}", f"{en}{_at(meeting, 'en', 'on')}")

    return say


def _substitute(details: _Details, _: Procedure, meeting: _Meeting) -> Words:
    who, about = _named([details.get("party", "")]), _about(meeting)
    return Words(
        f"Den som skulle komma{about.sv} har tackat nej. Hitta en ersättare: {who.sv}",
        f"Who was to come has declined{about.en}. Find a substitute: {who.en}",
    )


def _separately(details: _Details, procedure: Procedure, _: object) -> Words:
    step = _step(details, procedure)
    return Words(
        f"Vårdnadshavarna träffas var för sig. Boka {step.sv} med var och en",
        f"The guardians meet separately. Book {step.en} with each of them",
    )


def _hold(details: _Details, procedure: Procedure, _: object) -> Words:
    """A parent meeting; somebody may have several stages to ask for, and cohorts of each."""
    words = task_in_words("hold-parent-meeting")
    rule = None if procedure.year is None else procedure.year.parent_meetings
    stages = {} if rule is None else {one.name: one for one in rule.stages}
    stage = stages.get(details.get("stage", ""))
    if stage is None:
        return words
    title, cohort = title_words(stage), details.get("cohort")
    return Words(
        f"{words.sv}: {title.sv}, årskull {cohort}", f"{words.en}: {title.en}, cohort {cohort}"
    )


def _about(meeting: _Meeting) -> Words:
    return Words(
        f" om mötet{_at(meeting, 'sv')}" if meeting else "",
        f" about the meeting{_at(meeting, 'en', 'on')}" if meeting else "",
    )


def _at(meeting: _Meeting, language: Language, before: str = "") -> str:
    """When a meeting begins, with a blank before it; nothing without a meeting."""
    if meeting is None:
        return ""
    said = day_and_time(meeting["starts_at"], None, language)
    return f" {before} {said}" if before else f" {said}"


def _title(details: _Details, procedure: Procedure) -> Words:
    return step_words(procedure, details.get("step")) or _MEETING


def _step(details: _Details, procedure: Procedure) -> Words:
    """A step inside a sentence."""
    title = step_words(procedure, details.get("step"))
    if title is None:
        return _MEETING
    return Words(title.sv.lower(), f"“{title.en}”")


# In which time, step or party stands; all others say what `domain/task_kinds.py` says.
_TASKS: dict[str, Said] = {
    "participants-missing": _missing,
    "no-slot": _no_slot,
    "book-anew": _book_anew,
    "limit-near": _limit_near,
    "limit-passed": _limit_passed,
    "confirm-time": _confirm,
    "mark-as-held": _mark,
    "hold-parent-meeting": _hold,
    "tell-by-hand": _tell,
    "reach-otherwise": _reach,
    "contact-family": _before(
        "Kontakta familjen inför mötet", "Contact the family before the meeting"
    ),
    "tell-who-comes": _before(
        "Berätta för vårdnadshavarna vilka som kommer till mötet",
        "Tell the guardians who will be at the meeting",
    ),
    "choose-place": _before("Välj en plats för mötet", "Choose a place for the meeting"),
    "find-substitute": _substitute,
    "arrange-separately": _separately,
    "is-taken": _before(
        "Flytta mötet eller ta en ersättare: någon som ska kallas är upptagen",
        "Move the meeting or find a substitute: somebody to be called is taken",
    ),
    "answer-counter": _before(
        "Någon önskar en annan tid. Flytta dit, eller säg nej. Mötet är nu",
        "Somebody wishes for another time. Move there, or say no. The meeting is now",
    ),
}
