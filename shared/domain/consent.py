"""Whose consent a meeting needs, and whether it stands on the meeting's day (R3, X8)."""

import calendar
from datetime import date
from uuid import UUID

from shared.domain.facts import CaseFacts, Consent, ConsentParty, ConsentState
from shared.domain.procedure import Procedure

Signed = dict[UUID, list[Consent]]


def consent_stands(facts: CaseFacts, procedure: Procedure, on: date) -> bool:
    """R3: a meeting on this day may be booked: all who decide have signed, and somebody decides."""
    signed = _signed(facts, procedure, on)
    return bool(signed) and not _missing(facts, procedure, on, signed)


def missing_consents(facts: CaseFacts, procedure: Procedure, on: date) -> frozenset[UUID]:
    """The persons whose signature a meeting on this day still lacks.

    A child that has said no is among them: one guardian or the consenting child is enough to
    withdraw (X14), and from the age at which it is asked a refusal counts like a withdrawal (P6).
    """
    return _missing(facts, procedure, on, _signed(facts, procedure, on))


def declined(facts: CaseFacts, procedure: Procedure, on: date) -> bool:
    """Whether somebody whose consent is needed has said no, and nothing else since.

    It is voluntary: a no is an answer, after which nobody is pressed (P7, P11).
    """
    said_no = {form.person_id for form in facts.consents if form.state in ("refused", "withdrawn")}
    asked_anew = {form.person_id for form in facts.consents if form.state == "requested"}
    refusing = said_no - asked_anew
    return bool(refusing) and not refusing.isdisjoint(missing_consents(facts, procedure, on))


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
    signed = _signed(facts, procedure, on)
    if not signed or _missing(facts, procedure, on, signed):
        return frozenset()
    named = [
        frozenset().union(*(form.organisations for form in forms)) for forms in signed.values()
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
        and not any(
            _takes_back(other, form) for other in facts.consents if other.state == "withdrawn"
        )
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
    Nobody about a matter of the staff's own.
    """
    if facts.about != "child":
        return frozenset()
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
    asked = asked_from is not None and has_turned(facts.born_on, asked_from, on)
    noes = ("withdrawn", "refused") if asked else ("withdrawn",)
    own = [consent for consent in facts.consents if consent.party == "child"]
    said_no = {consent.person_id for consent in own if consent.state in noes}
    if not said_no:
        return frozenset()
    return frozenset(said_no - {consent.person_id for consent in own if stands(facts, consent)})


def capacity(facts: CaseFacts, procedure: Procedure, person: UUID, on: date) -> ConsentParty:
    """As what a person on the case would decide about a meeting on this day (X8)."""
    if person not in _children(facts):
        return "guardian"
    return "youth" if _is_adult(facts, procedure, on) else "child"


def ages_that_decide(procedure: Procedure) -> tuple[int, ...]:
    """The ages at which somebody else begins to decide (X8); none where nobody is asked."""
    rule = procedure.asking
    if rule is None:
        return ()
    ages = (rule.child_needed_from_age, rule.youth_decides_from_age)
    return tuple(age for age in ages if age is not None)


def ages_that_count(procedure: Procedure) -> tuple[int, ...]:
    """The ages at which somebody else decides, or may be asked."""
    asked = None if procedure.asking is None else procedure.asking.child_asked_from_age
    return ages_that_decide(procedure) + (() if asked is None else (asked,))


def ages_that_turn(procedure: Procedure) -> tuple[int, ...]:
    """Those, and the age from which the child itself is mailed (X11)."""
    rule = procedure.asking
    own_mail = () if rule is None else (rule.own_mail_from_age,)
    return tuple(dict.fromkeys(ages_that_count(procedure) + own_mail))


def age_on(birth_date: date, day: date) -> int:
    """Whole years of age in Sweden on a day; negative before the birth.

    Who is born on 29 February is a year older on 28 February in common years: where the last
    month lacks the day, lag (1930:173) 1 § takes that month's last day. No statute speaks of
    birthdays; this reading also lets the adult youth decide a day earlier rather than later.
    """
    return day.year - birth_date.year - (day < birthday_in(birth_date, day.year))


def has_turned(birth_date: date, age: int, on: date) -> bool:
    """Whether a person is of that age on a day: from the birthday on."""
    return on >= birthday_in(birth_date, birth_date.year + age)


def birthday_in(birth_date: date, year: int) -> date:
    """The day on which a person becomes a year older in that year."""
    if (birth_date.month, birth_date.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return birth_date.replace(year=year)


def _is_adult(facts: CaseFacts, procedure: Procedure, on: date) -> bool:
    return has_turned(facts.born_on, procedure.consent.youth_decides_from_age, on)


def _missing(facts: CaseFacts, procedure: Procedure, on: date, signed: Signed) -> frozenset[UUID]:
    if facts.about != "child":
        return frozenset()
    missing = frozenset(person for person, forms in signed.items() if not forms)
    if _is_adult(facts, procedure, on):
        return missing
    return missing | children_who_said_no(facts, procedure, on)


def _signed(facts: CaseFacts, procedure: Procedure, on: date) -> Signed:
    """The consents that each who decides has signed by that day, in the capacity that counts on it.

    A child's own word (R17) doesn't carry past the birthday: the adult youth signs anew, or has
    signed ahead as "youth" (X8).
    """
    forms = [form for form in facts.consents if _holds_on(form, on) and stands(facts, form)]
    signed = {}
    for person in deciders(facts, procedure, on):
        party = capacity(facts, procedure, person, on)
        signed[person] = [one for one in forms if one.person_id == person and one.party == party]
    return signed


def _holds_on(form: Consent, on: date) -> bool:
    """Whether the day is one of those that a form is for, if it is signed at all."""
    return (
        form.signed_on is not None
        and form.signed_on <= on
        and (form.valid_until is None or on <= form.valid_until)
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
    if age is None or not has_turned(facts.born_on, age, on):
        return False
    own = [form for form in facts.consents if form.party == "child"]
    last_no = max((form.turn for form in own if form.state == "refused"), default=-1)
    return not any(form.waived_on is not None and form.turn > last_no for form in own)


def _takes_back(withdrawal: Consent, form: Consent) -> bool:
    if withdrawal.person_id != form.person_id:
        return False
    if withdrawal.withdrawn_on is None or form.signed_on is None:
        return True
    return (form.signed_on, form.turn) <= (withdrawal.withdrawn_on, withdrawal.turn)
