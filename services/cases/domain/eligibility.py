"""For whom a procedure is: age, grade, residence and a coded reason, at the opening (P1, S9)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from services.cases.domain.refused import Invalid, Refused, Words
from services.cases.domain.spoken import reason_words
from services.cases.domain.wrong_values import BornTooEarly, NotAsked
from shared.domain.consent import age_on
from shared.domain.procedure import Eligibility, Procedure

OLDEST = 25  # years of age, where a procedure has no limit of its own


@dataclass(frozen=True, slots=True)
class Applying:
    """What is said of the child at the opening; what a procedure doesn't ask for is None (P9)."""

    birth_date: date
    grade: int | None = None
    residence: str | None = None
    reason: str | None = None


class Asked(Invalid):
    """The procedure needs to know it before a case can be opened."""

    code = "asked-for"
    detail = Words("Den här rutinen behöver uppgiften. {how}", "This procedure asks for it. {how}")


class UnknownReason(Invalid):
    """Reasons are codes, never free text (P9)."""

    code = "unknown-reason"
    detail = Words("Använd en av koderna: {known}.", "Use one of the codes: {known}.")


class HelpIsElsewhere(Refused):
    """P2: no case; the detail says where to turn."""

    code = "help-is-elsewhere"
    rule = "P2"
    title = Words("Stödet finns på ett annat ställe", "The help is elsewhere")
    detail = Words("{where}", "{where}")


class WrongAge(Refused):
    """The child isn't of the age that the procedure is for."""

    code = "wrong-age"
    title = Words("Fel ålder för rutinen", "Not the age for the procedure")
    detail = Words(
        "Rutinen är för barn och unga från {first} till {last} år, räknat i dag, {today}."
        " Kontrollera födelsedatumet, eller välj en annan rutin.",
        "The procedure is for children and youths from {first} to {last} years of age today,"
        " {today}. Check the date of birth, or choose another procedure.",
    )


class WrongGrade(Refused):
    """The child isn't in one of the grades that the procedure is for."""

    code = "wrong-grade"
    title = Words("Fel årskurs för rutinen", "Not the grade for the procedure")
    detail = Words(
        "Rutinen är för årskurs {first} till {last}. Kontrollera årskursen, eller välj en annan"
        " rutin.",
        "The procedure is for the grades {first} to {last}. Check the grade, or choose another"
        " procedure.",
    )


class LivesElsewhere(Refused):
    """The child isn't registered in the municipality."""

    code = "lives-elsewhere"
    title = Words("Folkbokförd i en annan kommun", "Registered in another municipality")
    detail = Words(
        "Rutinen är för barn som är folkbokförda i {home}. Hänvisa familjen till"
        " hemkommunens socialtjänst.",
        "The procedure is for children registered in {home}. Point the family to the social"
        " services of their own municipality.",
    )


def check_eligibility(procedure: Procedure, child: Applying, home: str, today: date) -> None:
    """Whether the procedure is for this child today; `home` is the municipality's name.

    Raises Invalid for what is left out or isn't asked for, then Refused by the procedure's rule.
    """
    asked = procedure.eligibility
    _check_said(asked, child)
    age = age_on(child.birth_date, today)
    if asked is None:
        if age > OLDEST:
            raise BornTooEarly("child.birth_date", age=age, oldest=OLDEST)
        return
    _check_reason(asked, child.reason)
    if child.reason in asked.elsewhere:
        where = reason_words(asked.elsewhere, asked.elsewhere_en)[child.reason]
        raise HelpIsElsewhere(rule=asked.elsewhere_rule, where=where)
    if not asked.age_from <= age <= asked.age_to:
        raise WrongAge(rule=asked.rule, first=asked.age_from, last=asked.age_to, today=today)
    if not _within(child.grade, asked.grade_from, asked.grade_to):
        raise WrongGrade(rule=asked.rule, first=asked.grade_from, last=asked.grade_to)
    if child.residence is not None and slug(child.residence) != slug(home):
        raise LivesElsewhere(rule=asked.rule, home=home)


def check_reason(procedure: Procedure, reason: str | None) -> None:
    """A reason that is given is one of the procedure's codes, where it has any. Raises Invalid."""
    if reason is None:
        return
    if procedure.eligibility is None:
        raise NotAsked("reason")
    _check_reason(procedure.eligibility, reason)


def slug(name: str) -> str:
    """A place's name as a code: «Upplands Väsby» and «upplands-vasby» are the same."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _check_said(asked: Eligibility | None, child: Applying) -> None:
    """P9: nothing is kept that isn't asked for, and what is needed has been said."""
    grades = asked is not None and asked.grade_from is not None
    residence = asked is not None and asked.residents_only
    reasons = asked is not None and bool(asked.reasons or asked.elsewhere)
    said = (
        ("grade", child.grade, grades, grades, _GRADE),
        ("residence", child.residence, residence, residence, _RESIDENCE),
        ("reason", child.reason, reasons, asked is not None and asked.reason_needed, _REASON),
    )
    for field, value, wanted, needed, how in said:
        if value is not None and not wanted:
            raise NotAsked(field)
        if value is None and needed and asked is not None:
            raise Asked(field, rule=asked.rule, how=how)


def _check_reason(asked: Eligibility, reason: str | None) -> None:
    known = {**asked.reasons, **asked.elsewhere}
    if reason is not None and not known:
        raise NotAsked("reason")
    if reason is not None and reason not in known:
        raise UnknownReason("reason", rule=asked.reason_rule, known=", ".join(known))


def _within(grade: int | None, first: int | None, last: int | None) -> bool:
    if grade is None or first is None or last is None:
        return True
    return first <= grade <= last


_GRADE = Words("Ange årskursen som en siffra, till exempel 6.", "Give the grade, such as 6.")
_RESIDENCE = Words(
    "Ange den kommun där barnet är folkbokfört.",
    "Give the municipality the child is registered in.",
)
_REASON = Words("Ange ett av rutinens skäl.", "Give one of the reasons of the procedure.")
