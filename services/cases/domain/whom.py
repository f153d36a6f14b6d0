"""Who of those on a case comes to one meeting of it (R6, X12)."""

from datetime import date
from uuid import UUID

from services.cases.domain.refused import Invalid, Refused, Words, codes_in_words
from shared.domain.calling import called, in_charge, needed_at, those_for
from shared.domain.facts import CaseFacts
from shared.domain.procedure import AlwaysCalled, Procedure, Step


class NotToBeCalled(Invalid):
    """Not on the case, or not among those whom the step and the consent call (S1)."""

    code = "not-to-be-called"
    rule = "S1"
    detail = Words(
        "Någon i listan kallas inte till det här mötet. Ange bara dem som är med i ärendet och som"
        " samtycket omfattar.",
        "Somebody in the list is not called to this meeting. Name only people on the case whom the"
        " consent covers.",
    )


class MustBeThere(Refused):
    """Who is always called can't be left out by hand."""

    code = "must-be-there"
    rule = "R6"
    title = Words("Någon får inte lämnas utanför", "Somebody may not be left out")
    detail = Words(
        "Mötet hålls inte utan {missing}. Ta med dem i listan.",
        "The meeting is not held without {missing}. Include them in the list.",
    )


class SeparateMeetings(Refused):
    """Guardians who never meet have a meeting each."""

    code = "separate-meetings"
    rule = "X12"
    title = Words("Vårdnadshavarna träffas var för sig", "The guardians meet separately")
    detail = Words(
        "Vårdnadshavarna ska inte träffas. Boka ett möte för var och en: ange i participants vilka"
        " som ska vara med, med en av dem i taget.",
        "The guardians are not to meet. Book a meeting for each: name in participants who is to"
        " be there, with one of them at a time.",
    )


def whom_to_call(
    facts: CaseFacts,
    procedure: Procedure,
    step: Step,
    on: date,
    wanted: frozenset[UUID] | None = None,
) -> frozenset[UUID]:
    """All whom the step calls on this day, or the wanted ones of them. Raises Refused."""
    everybody = called(facts, procedure, step, on)
    people = everybody if wanted is None else wanted
    if not people <= everybody:
        raise NotToBeCalled("participants")
    if facts.never_together and len(people & guardians(facts)) > 1:
        raise SeparateMeetings
    if people != everybody:
        _check_complete(facts, procedure, step, on, people)
    return people


def guardians(facts: CaseFacts) -> frozenset[UUID]:
    return frozenset(who.person_id for who in facts.participants if who.party == "guardian")


def children(facts: CaseFacts) -> frozenset[UUID]:
    return frozenset(who.person_id for who in facts.participants if who.party == "child")


def _check_complete(
    facts: CaseFacts, procedure: Procedure, step: Step, on: date, people: frozenset[UUID]
) -> None:
    everybody = called(facts, procedure, step, on)
    missing = tuple(
        needed.name
        for needed in needed_at(facts, procedure, step, on)
        if not _is_there(facts, needed, everybody, people)
    )
    if missing:
        raise MustBeThere(rule=_rule(procedure, missing[0]), missing=codes_in_words(missing))
    if (leader := in_charge(facts, procedure, step)) in everybody and leader not in people:
        role = next((who.role for who in facts.participants if who.person_id == leader), None)
        rule = step.leader_rule or procedure.roles.leader_rule
        raise MustBeThere(rule=rule, missing=codes_in_words((role or "process_owner",)))


def _is_there(
    facts: CaseFacts, needed: AlwaysCalled, everybody: frozenset[UUID], people: frozenset[UUID]
) -> bool:
    """Of staff one is enough; every guardian is called separately, who never meet one by one."""
    standing = those_for(facts, needed) & everybody
    if needed.party == "staff":
        return bool(standing & people) or not standing
    if needed.party == "guardian" and facts.never_together:
        return bool(standing & people) or not standing
    return standing <= people


def _rule(procedure: Procedure, name: str) -> str:
    return next(one.rule for one in procedure.always_called if one.name == name)
