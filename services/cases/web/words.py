"""Tasks, limits and states in plain Swedish, and the words of the rules they come from."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from shared.domain.codes import ORGANISATIONS, ROLES
from shared.domain.procedure import Procedure, UnknownStep
from shared.domain.swedish import day_and_time, with_week

# The sources' own words where a procedure file doesn't cite the rule; X rules follow from them.
_QUOTES = {
    "R4": "Delges vårdnadshavare information så snart som möjligt … varpå detta undertecknas",
    "R5": "Identifiera deltagare på samverkansmöten",
    "R13": "Tid för nytt samverkansmöte",
    "R15": "Dokumentation sparas i elev-akt",
    "R16": "Processbäraren ansvarar för att avsluta ärendet, vilket dokumenteras",
    "R19": "Processbäraren delger vårdnadshavare/myndig elev anledningen. Samtycke skrivs på",
    "S1": (
        "vårdnadshavaren skriftligen godkänner att anställda från de tre myndigheterna får lov att"
        " lösa sekretessen"
    ),
    "P7": "Ett samtycke kan närsomhelst tas tillbaka",
    "X5": "Om ett utskick får gå avgörs när det går",
    "X6": "En person med skyddade uppgifter får inga utskick; okänt räknas som skyddat",
    "X7": "Den som inte har eller inte vill ha e-post får ett brev",
}

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
    "reminder": "att mötet är snart",
    "alert": "att en uppgift väntar",
}

WINDOW_STATES = {
    "waiting": ("○", "väntar"),
    "open": ("◐", "pågår"),
    "met": ("✓", "hållet i tid"),
    "missed": ("▲", "gränsen har passerat"),
    "cancelled": ("×", "gäller inte längre"),
}


def quote(procedure: Procedure, rule: str) -> str:
    """The rule's words; nothing, if nobody has written them down."""
    return procedure.rules.get(rule) or _QUOTES.get(rule, "")


def step_title(procedure: Procedure, name: str | None) -> str:
    try:
        return procedure.step(name or "").title
    except UnknownStep:
        return "mötet"


def in_week(day: date) -> str:
    return with_week(day)


def when(starts_at: datetime, ends_at: datetime | None = None) -> str:
    return day_and_time(starts_at, ends_at)


def task_words(
    kind: str, details: Mapping[str, Any], procedure: Procedure, meeting: Mapping[str, Any] | None
) -> str:
    """What is to be done, in a sentence that names nobody."""
    say = _TASKS.get(kind)
    return say(details, procedure, meeting) if say else "Titta på ärendet"


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


def _plain(text: str) -> Said:
    return lambda *_: text


_TASKS: dict[str, Said] = {
    "inform": _plain("Berätta för den som ska samtycka varför ett möte föreslås"),
    "get-consent": _plain("Be om samtycke och registrera svaret"),
    "participants-missing": _missing,
    "no-slot": _no_slot,
    "book-anew": _book_anew,
    "limit-near": _limit_near,
    "limit-passed": _limit_passed,
    "confirm-time": _confirm,
    "mark-as-held": _mark,
    "next-date": _plain("Bestäm tid för nästa möte, eller avsluta ärendet"),
    "file-minutes": _plain("Spara minnesanteckningarna i elevakten och markera dem som sparade"),
    "tell-by-hand": _tell,
    "reach-otherwise": _reach,
    "consent-refused": _plain("Någon har tackat nej. Avsluta ärendet, eller gå en annan väg"),
    "consent-withdrawn": _plain(
        "Ett samtycke är taget tillbaka och allt har stoppats. Avsluta ärendet, eller fråga på nytt"
    ),
}
