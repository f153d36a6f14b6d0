"""Changes of the family on a case: who is of it, who decides, whom the adult youth wants there."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from services.cases.domain import case_refusals
from services.cases.domain.refused import Invalid, NotFound, Refused, Words
from services.cases.domain.tasks import Task
from shared.domain.consent import age_on, birthday_in
from shared.domain.facts import CaseFacts, Participant
from shared.domain.procedure import AlwaysCalled, Procedure

_FAMILY = ("child", "guardian", "external")
# What has consequences at once, which no change back undoes: mails that are stopped or leave,
# meetings that are off, consents that are asked for.
_FELT_AT_ONCE = frozenset({"custody", "protected"})
# By these whoever is called to what is to come is called anew, or not any more.
_CALLED_BY = frozenset({"email", "no_mail"})


def of_family(facts: CaseFacts, person: UUID) -> Participant:
    """The child, a guardian or whom they wished for (S7). Raises NotFound for anybody else."""
    for who in facts.participants:
        if who.person_id == person and who.party in _FAMILY:
            return who
    raise NotFound


def can_be_taken_back(
    fields: Collection[str], facts: CaseFacts, person: UUID, now: datetime
) -> bool:
    """Whether a change of these fields is as if it had never been, once they are as before."""
    felt = _FELT_AT_ONCE | _CALLED_BY if _is_called(facts, person, now) else _FELT_AT_ONCE
    return felt.isdisjoint(fields)


def _is_called(facts: CaseFacts, person: UUID, now: datetime) -> bool:
    """Whether somebody is asked or called to what is to come."""
    return any(
        person in one.person_ids
        and (one.state == "proposed" or (one.state == "booked" and one.starts_at > now))
        for one in facts.meetings
    )


def check_custody(
    facts: CaseFacts, procedure: Procedure, who: Participant, today: date, *, custody: bool
) -> bool:
    """Whether it changes anything; it ends only where somebody else decides. Raises Refused."""
    if who.party != "guardian":
        raise NoCustodian("custody")
    if who.custody and not custody:
        check_others_decide(facts, procedure, who.person_id, today)
    return who.custody != custody


def check_others_decide(facts: CaseFacts, procedure: Procedure, person: UUID, today: date) -> None:
    """R3: without this guardian there is still a custodian, or an adult youth. Raises Refused."""
    age = procedure.consent.youth_decides_from_age
    others = (
        who for who in facts.participants if who.party == "guardian" and who.person_id != person
    )
    if age_on(facts.born_on, today) < age and not any(who.custody for who in others):
        raise case_refusals.NobodyDecides(age=age)


def check_wanting(
    facts: CaseFacts, procedure: Procedure, guardians: Collection[UUID], today: date
) -> None:
    """R7: the adult youth says which guardians come, and nobody before. Raises Refused."""
    excused = guardians_excused_by(procedure)
    if excused is None or excused.until_age is None:
        raise AlwaysThere(rule=_rule_of_guardians(procedure))
    of_age_on = birthday_in(facts.born_on, facts.born_on.year + excused.until_age)
    if today < of_age_on:
        raise NotOfAge(rule=excused.until_rule, of_age=of_age_on)
    known = {who.person_id for who in facts.participants if who.party == "guardian"}
    for position, guardian in enumerate(guardians):
        if guardian not in known:
            raise UnknownGuardian(f"guardians.{position}")


def ask_about_guardians(
    facts: CaseFacts, procedure: Procedure, owner: UUID, due_on: date, today: date
) -> Task | None:
    """R7: an adult youth is asked whether guardians are to come; nobody, if there are none."""
    excused = guardians_excused_by(procedure)
    guardians = any(who.party == "guardian" for who in facts.participants)
    if excused is None or excused.until_age is None or excused.until_rule is None or not guardians:
        return None
    if age_on(facts.born_on, today) < excused.until_age:
        return None
    rule = excused.until_rule
    child = next((who.person_id for who in facts.participants if who.party == "child"), None)
    key = f"{facts.id}/{rule}/ask-about-guardians"
    return Task(key, "ask-about-guardians", owner, rule, due_on, about=child)


def guardians_excused_by(procedure: Procedure) -> AlwaysCalled | None:
    """What says that guardians come to an adult youth's meetings only if the youth wants it."""
    return next(
        (
            needed
            for needed in procedure.always_called
            if needed.party == "guardian" and needed.until_age is not None
        ),
        None,
    )


def _rule_of_guardians(procedure: Procedure) -> str | None:
    return next((one.rule for one in procedure.always_called if one.party == "guardian"), None)


class NothingToTakeBack(Refused):
    """A change is taken back by whoever made it, soon, and if nobody has changed it since."""

    code = "nothing-to-take-back"
    title = Words("Ändringen går inte att ångra", "The change can't be undone")
    detail = Words(
        "Den är redan ångrad, äldre än en timme, ändrad igen eller har lett till mejl. Rätta"
        " uppgifterna i formuläret i stället.",
        "It is undone already, older than an hour, was changed anew, or has led to mail. Correct"
        " the particulars in the form instead.",
    )


class NoCustodian(Invalid):
    code = "no-custodian"
    rule = "R3"
    detail = Words(
        "Bara en vårdnadshavare har vårdnaden. Ta bort fältet.",
        "Only a guardian has custody. Leave the field out.",
    )
    on_page = Words(
        "Bara en vårdnadshavare har vårdnad. Ta bort krysset.",
        "Only a guardian has custody. Take the tick away.",
    )


class UnknownGuardian(Invalid):
    code = "unknown-guardian"
    rule = "R7"
    detail = Words(
        "Personen är inte vårdnadshavare i ärendet. Se guardians i ärendet.",
        "This person is no guardian on the case. See the case's guardians.",
    )


class NotOfAge(Refused):
    """Until the birthday every guardian is called (R6)."""

    code = "not-of-age"
    rule = "R7"
    title = Words("Inte myndig än", "Not of age yet")
    detail = Words(
        "Ungdomen bestämmer om vårdnadshavares deltagande från och med {of_age}. Fram till dess"
        " kallas de alltid.",
        "The youth decides whether guardians come from {of_age} on. Until then they are always"
        " called.",
    )


class AlwaysThere(Refused):
    """This procedure holds no meeting without the guardians, whatever the age."""

    code = "guardians-always-there"
    rule = "R7"
    title = Words("Vårdnadshavare är alltid med", "Guardians always take part")
    detail = Words(
        "I den här rutinen är vårdnadshavare alltid med. Vill ungdomen inte det: avsluta ärendet"
        " eller öppna ett i en annan rutin.",
        "In this procedure guardians always take part. If the youth does not want that, close the"
        " case or open one under another procedure.",
    )
