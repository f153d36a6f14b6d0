"""Whose consent a meeting needs, and whether it stands on the meeting's day (R3, X8)."""

import calendar
from datetime import date
from uuid import UUID

from shared.domain.facts import CaseFacts, Consent, ConsentParty, ConsentState
from shared.domain.procedure import Procedure


def consent_stands(facts: CaseFacts, procedure: Procedure, on: date) -> bool:
    """R3: a meeting on this day may be booked: all who decide have signed, and somebody decides."""
    return bool(deciders(facts, procedure, on)) and not missing_consents(facts, procedure, on)


def missing_consents(facts: CaseFacts, procedure: Procedure, on: date) -> frozenset[UUID]:
    """The persons whose signature a meeting on this day still lacks.

    A child that has said no is among them: one guardian or the consenting child is enough to
    withdraw (X14), and from the age at which it is asked a refusal counts like a withdrawal (P6).
    """
    missing = {
        person
        for person in deciders(facts, procedure, on)
        if not _signed(facts, procedure, person, on)
    }
    if not _is_adult(facts, procedure, on):
        missing |= children_who_said_no(facts, procedure, on)
    return frozenset(missing)


def declined(facts: CaseFacts, procedure: Procedure, on: date) -> bool:
    """Whether somebody whose consent is needed has said no, and nothing else since.

    It is voluntary: a no is an answer, after which nobody is pressed (P7, P11).
    """
    said_no = {form.person_id for form in facts.consents if form.state in ("refused", "withdrawn")}
    asked_anew = {form.person_id for form in facts.consents if form.state == "requested"}
    return bool(missing_consents(facts, procedure, on) & (said_no - asked_anew))


def unasked(facts: CaseFacts, procedure: Procedure, on: date) -> frozenset[UUID]:
    """Who decides about a meeting on this day and was never asked: the youth of a birthday (X8)."""
    asked = {(form.person_id, form.party) for form in facts.consents}
    return frozenset(
        person
        for person in deciders(facts, procedure, on)
        if (person, capacity(facts, procedure, person, on)) not in asked
    )


def covered_organisations(facts: CaseFacts, procedure: Procedure, on: date) -> frozenset[str]:
    """The organisations that everybody who decides has named (S1); none if anybody hasn't signed.

    What one person has signed in several forms counts together.
    """
    if not consent_stands(facts, procedure, on):
        return frozenset()
    named = [
        frozenset().union(*(form.organisations for form in _signed(facts, procedure, person, on)))
        for person in deciders(facts, procedure, on)
    ]
    return frozenset.intersection(*named)


def stands(facts: CaseFacts, form: Consent) -> bool:
    """P7: signed, and not taken back: neither this form nor the person's consent altogether.

    Who withdraws withdraws all that they have signed by then, whichever form they name, until they
    sign anew. Of a signature and a withdrawal on one day, the one that was registered later counts.
    """
    return (
        form.state == "signed"
        and form.signed_on is not None
        and not any(_takes_back(other, form) for other in facts.consents)
    )


def shown_state(facts: CaseFacts, procedure: Procedure, form: Consent, today: date) -> ConsentState:
    """What has become of a form: it lapses with its last day, and when its person has no say left.

    A form that its person took back by withdrawing another one is withdrawn as well (P7). On a
    closed case everything is as it was when it was closed.
    """
    if form.state not in ("requested", "signed"):
        return form.state
    if form.state == "signed" and not stands(facts, form):
        return "withdrawn"
    on = min(today, facts.closed_on or today)
    past = form.valid_until is not None and form.valid_until < on
    return "lapsed" if past or not _has_a_say(facts, procedure, form, on) else form.state


def deciders(facts: CaseFacts, procedure: Procedure, on: date) -> frozenset[UUID]:
    """Who decides about a meeting on this day: every custodian, or the adult youth alone (R3).

    Beside the custodians the child itself, where the procedure needs its word at that age (P6).
    """
    if _is_adult(facts, procedure, on):
        return _children(facts)
    custodians = _custodians(facts)
    if not custodians or not _child_is_needed(facts, procedure, on):
        return custodians
    return custodians | _children(facts)


def children_who_said_no(facts: CaseFacts, procedure: Procedure, on: date) -> frozenset[UUID]:
    """P6, X14: the child, if it has taken back its own word, or refused it at an age at which it
    is asked, and hasn't given it since.
    """
    asked_from = procedure.consent.child_asked_from_age
    asked = asked_from is not None and age_on(facts.birth_date, on) >= asked_from
    noes = ("withdrawn", "refused") if asked else ("withdrawn",)
    own = [consent for consent in facts.consents if consent.party == "child"]
    said_no = {consent.person_id for consent in own if consent.state in noes}
    return frozenset(said_no - {consent.person_id for consent in own if stands(facts, consent)})


def capacity(facts: CaseFacts, procedure: Procedure, person: UUID, on: date) -> ConsentParty:
    """As what a person on the case would decide about a meeting on this day (X8)."""
    if person not in _children(facts):
        return "guardian"
    return "youth" if _is_adult(facts, procedure, on) else "child"


def ages_that_decide(procedure: Procedure) -> tuple[int, ...]:
    """The ages at which somebody else begins to decide (X8)."""
    rule = procedure.consent
    ages = (rule.child_needed_from_age, rule.youth_decides_from_age)
    return tuple(age for age in ages if age is not None)


def age_on(birth_date: date, day: date) -> int:
    """Whole years of age in Sweden on a day; negative before the birth.

    Who is born on 29 February is a year older on 28 February in common years: where the last
    month lacks the day, lag (1930:173) 1 § takes that month's last day. No statute speaks of
    birthdays; this reading also lets the adult youth decide a day earlier rather than later.
    """
    return day.year - birth_date.year - (day < birthday_in(birth_date, day.year))


def birthday_in(birth_date: date, year: int) -> date:
    """The day on which a person becomes a year older in that year."""
    if (birth_date.month, birth_date.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return birth_date.replace(year=year)


def _is_adult(facts: CaseFacts, procedure: Procedure, on: date) -> bool:
    return age_on(facts.birth_date, on) >= procedure.consent.youth_decides_from_age


def _signed(facts: CaseFacts, procedure: Procedure, person: UUID, on: date) -> tuple[Consent, ...]:
    """The consents a person has signed by that day, in the capacity that counts on it.

    A child's own word (R17) doesn't carry past the birthday: the adult youth signs anew, or has
    signed ahead as "youth" (X8).
    """
    party = capacity(facts, procedure, person, on)
    return tuple(
        consent
        for consent in facts.consents
        if consent.person_id == person
        and consent.party == party
        and stands(facts, consent)
        and consent.signed_on is not None
        and consent.signed_on <= on
        and (consent.valid_until is None or on <= consent.valid_until)
    )


def _has_a_say(facts: CaseFacts, procedure: Procedure, form: Consent, on: date) -> bool:
    """Whether a form's person can still be heard in its capacity, on this day or later (X8).

    A guardian as long as they have custody of a minor; a child until it is of age; a youth always,
    since they may sign ahead.
    """
    if form.party == "youth":
        return True
    on_case = {"guardian": _custodians(facts), "child": _children(facts)}[form.party]
    return form.person_id in on_case and not _is_adult(facts, procedure, on)


def _custodians(facts: CaseFacts) -> frozenset[UUID]:
    guardians = (who for who in facts.participants if who.party == "guardian")
    return frozenset(who.person_id for who in guardians if who.custody)


def _children(facts: CaseFacts) -> frozenset[UUID]:
    return frozenset(who.person_id for who in facts.participants if who.party == "child")


def _child_is_needed(facts: CaseFacts, procedure: Procedure, on: date) -> bool:
    """P6: from an age on, unless it was decided to go on without the child's own word.

    That stands in for a word which is lacking, never for a no: a child that refuses afterwards is
    heard, and one that has signed and takes it back as well.
    """
    age = procedure.consent.child_needed_from_age
    if age is None or age_on(facts.birth_date, on) < age:
        return False
    own = [form for form in facts.consents if form.party == "child"]
    last_no = max((form.turn for form in own if form.state == "refused"), default=-1)
    return not any(form.waived_on is not None and form.turn > last_no for form in own)


def _takes_back(withdrawal: Consent, form: Consent) -> bool:
    if withdrawal.state != "withdrawn" or withdrawal.person_id != form.person_id:
        return False
    if withdrawal.withdrawn_on is None or form.signed_on is None:
        return True
    return (form.signed_on, form.turn) <= (withdrawal.withdrawn_on, withdrawal.turn)
