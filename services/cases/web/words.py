"""Tasks in plain Swedish."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.cases.domain.task_kinds import KINDS
from shared.domain.codes import ORGANISATIONS, ROLES
from shared.domain.procedure import Procedure, UnknownStep
from shared.domain.swedish import day_and_time

_PARTIES = {
    "guardian": "vårdnadshavare",
    "child": "barnet",
    "school": "någon från skolan",
    "familjebehandlare": "familjebehandlare",
}

_ORGANISATIONS = {
    "school": "skolan",
    "social_services": "socialtjänsten",
    "police": "polisen",
    "leisure": "fritidsverksamheten",
}

_TOLD = {
    "call": "att mötet är bokat",
    "change": "att mötet har flyttats",
    "cancel": "att mötet är inställt",
    "proposal": "vilka tider som är föreslagna, och fråga vilka som passar",
    "reminder": "att mötet är snart",
    "nudge": "att vi gärna vill ha ett svar",
    "alert": "att en uppgift väntar",
    "task": "att en uppgift väntar",
}


def step_title(procedure: Procedure, name: str | None) -> str:
    try:
        return procedure.step(name or "").title
    except UnknownStep:
        return "mötet"


def when(starts_at: datetime, ends_at: datetime | None = None) -> str:
    return day_and_time(starts_at, ends_at)


def task_words(
    kind: str, details: Mapping[str, Any], procedure: Procedure, meeting: Mapping[str, Any] | None
) -> str:
    """What is to be done, in a sentence that names nobody."""
    say, known = _TASKS.get(kind), KINDS.get(kind)
    if say is not None:
        return say(details, procedure, meeting)
    return known.words.sv if known is not None else "Titta på ärendet"


Said = Callable[[Mapping[str, Any], Procedure, Mapping[str, Any] | None], str]


def _missing(details: Mapping[str, Any], _: Procedure, __: object) -> str:
    return f"Lägg till den som alltid kallas men saknas: {_named(details)}"


def _named(details: Mapping[str, Any]) -> str:
    return ", ".join(
        _PARTIES.get(code) or ROLES.get(code) or ORGANISATIONS.get(code) or code
        for code in details.get("missing", [])
    )


def _no_slot(details: Mapping[str, Any], procedure: Procedure, _: object) -> str:
    step = step_title(procedure, details.get("step")).lower()
    reason = details.get("reason")
    if reason == "no-day-left":
        return f"Det finns ingen dag kvar att boka {step} före gränsen. Ta upp det med din chef"
    if reason == "organisation-not-covered":
        left_out = [_ORGANISATIONS.get(code, code) for code in details.get("missing", [])]
        who = " och ".join(left_out) or "alla som kallas"
        return f"Samtycket omfattar inte {who}, så {step} kan inte bokas. Be om ett som gör det"
    if reason == "consent-missing":
        return f"Alla som bestämmer har inte skrivit på, så {step} kan inte bokas. Be om samtycke"
    return f"Det finns ingen ledig tid för {step} före gränsen. Gör plats i någons kalender"


def _tell(details: Mapping[str, Any], _: Procedure, meeting: Mapping[str, Any] | None) -> str:
    what = _TOLD.get(details.get("kind", ""), "om mötet")
    return f"Ring eller skriv brev till en person{_about(meeting)}: berätta {what}"


def _reach(details: Mapping[str, Any], _: Procedure, meeting: Mapping[str, Any] | None) -> str:
    what = _TOLD.get(details.get("kind", ""), "om mötet")
    return f"Ett mejl{_about(meeting)} kom inte fram. Nå personen på annat sätt: berätta {what}"


def _about(meeting: Mapping[str, Any] | None) -> str:
    return "" if meeting is None else f" om mötet {when(meeting['starts_at'])}"


def _limit_near(details: Mapping[str, Any], procedure: Procedure, _: object) -> str:
    step = step_title(procedure, details.get("step"))
    return f"{step}: gränsen är nära och ingen tid är bokad ännu"


def _limit_passed(details: Mapping[str, Any], procedure: Procedure, _: object) -> str:
    return f"{step_title(procedure, details.get('step'))}: gränsen har passerat"


def _book_anew(details: Mapping[str, Any], procedure: Procedure, _: object) -> str:
    step = step_title(procedure, details.get("step")).lower()
    return f"Boka en ny tid för {step}: det förra ställdes in"


def _mark(_: object, __: object, meeting: Mapping[str, Any] | None) -> str:
    time = "" if meeting is None else f" {when(meeting['starts_at'])}"
    return f"Markera mötet{time} som hållet, eller ställ in det"


def _confirm(_: object, __: object, meeting: Mapping[str, Any] | None) -> str:
    time = "" if meeting is None else f" {when(meeting['starts_at'])}"
    return f"Säg ja till den föreslagna tiden{time}, eller välj en annan"


def _before(text: str) -> Said:
    def say(_: object, __: object, meeting: Mapping[str, Any] | None) -> str:
        return text if meeting is None else f"{text} {when(meeting['starts_at'])}"

    return say


def _substitute(details: Mapping[str, Any], _: Procedure, meeting: object) -> str:
    who = _named({"missing": [details.get("party", "")]})
    about = meeting if isinstance(meeting, Mapping) else None
    return f"Den som skulle komma{_about(about)} har tackat nej. Hitta en ersättare: {who}"


def _separately(details: Mapping[str, Any], procedure: Procedure, _: object) -> str:
    step = step_title(procedure, details.get("step")).lower()
    return f"Vårdnadshavarna träffas var för sig. Boka {step} med var och en"


# In which time, step or party stands; all others say what `domain/task_kinds.py` says.
_TASKS: dict[str, Said] = {
    "participants-missing": _missing,
    "no-slot": _no_slot,
    "book-anew": _book_anew,
    "limit-near": _limit_near,
    "limit-passed": _limit_passed,
    "confirm-time": _confirm,
    "mark-as-held": _mark,
    "tell-by-hand": _tell,
    "reach-otherwise": _reach,
    "contact-family": _before("Kontakta familjen inför mötet"),
    "tell-who-comes": _before("Berätta för vårdnadshavarna vilka som kommer till mötet"),
    "find-substitute": _substitute,
    "arrange-separately": _separately,
    "is-taken": _before("Flytta mötet eller ta en ersättare: någon som ska kallas är upptagen"),
    "answer-counter": _before("Någon önskar en annan tid. Flytta dit, eller säg nej. Mötet är nu"),
}
