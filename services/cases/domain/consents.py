"""A consent's life: requested, then signed or refused; what is signed can be withdrawn (R3, P7)."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.cases.domain import case_refusals, consent_refusals, wrong_values
from services.cases.domain.refused import Invalid, Refused, Words, codes_in_words
from shared.domain.consent import (
    birthday_in,
    children_who_said_no,
    shown_state,
)
from shared.domain.facts import CaseFacts, Consent
from shared.domain.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Terms:
    """What a signed form says beside the name and the day; None: what was asked for, or nothing.

    `until` is the last day it carries, `reference` where the signed form is kept.
    """

    organisations: frozenset[str] | None = None
    until: date | None = None
    method: str | None = None
    reference: str | None = None


def check_signing(facts: CaseFacts, consent: Consent, on: date | None, today: date) -> bool:
    """Whether signing changes anything: it doesn't if it is signed already. Raises Refused."""
    if consent.state == "signed" and on in (None, consent.signed_on):
        return False
    _check_asked(facts, consent)
    _check_day(on or today, facts.known_on, today)
    return True


def check_terms(
    facts: CaseFacts, procedure: Procedure, consent: Consent, terms: Terms, on: date, today: date
) -> None:
    """S1: the form names some that it can name, and ends after it began. Raises Refused."""
    if shown_state(facts, procedure, consent, today) == "lapsed":
        raise consent_refusals.ConsentAlready(state=codes_in_words(("lapsed",)))
    if terms.organisations is not None:
        check_organisations(procedure, terms.organisations)
    if terms.until is not None and terms.until < on:
        raise EndsTooEarly("until", signed=on)


def check_same(signed: Terms, said: Terms) -> None:
    """Whoever says once more that a form is signed says the same about it. Raises Refused."""
    for name in ("organisations", "until", "method", "reference"):
        if getattr(said, name) not in (None, getattr(signed, name)):
            raise consent_refusals.ConsentAlready(state=codes_in_words(("signed",)))


def check_refusing(facts: CaseFacts, consent: Consent, on: date | None, today: date) -> bool:
    """Whether a no changes anything: it doesn't if it is there already. Raises Refused."""
    if consent.state == "refused":
        return False
    if consent.state == "signed":
        raise consent_refusals.ConsentStandsAlready
    _check_asked(facts, consent)
    _check_day(on or today, facts.known_on, today)
    return True


def check_withdrawing(consent: Consent, on: date | None, today: date) -> bool:
    """Whether a withdrawal changes anything; at any time, also on a closed case (P7, X14)."""
    if consent.state == "withdrawn":
        return False
    if consent.state != "signed" or consent.signed_on is None:
        raise consent_refusals.ConsentNotSigned
    _check_day(on or today, consent.signed_on, today)
    return True


def check_waiving(
    facts: CaseFacts,
    procedure: Procedure,
    consent: Consent,
    reason: str,
    on: date | None,
    today: date,
) -> bool:
    """P6: whether going on without the child's own word changes anything. Raises Refused.

    It stands in for a word that is lacking, from a little before the birthday on which it is
    needed; never for a no. The child can still sign, which makes it needless, or refuse, which
    ends it.
    """
    rule = procedure.consent
    needed_from = rule.child_needed_from_age
    if consent.party != "child" or needed_from is None or not rule.waiver_reasons:
        raise NothingToWaive(rule=rule.child_rule)
    if reason not in rule.waiver_reasons:
        raise UnknownWaiver("reason", rule=rule.child_rule, known=", ".join(rule.waiver_reasons))
    said_no = consent.person_id in children_who_said_no(facts, procedure, today)
    if said_no or consent.state in ("refused", "withdrawn"):
        raise ChildSaidNo(rule=rule.child_rule)
    if consent.waived_on is not None:
        return False
    _check_asked(facts, consent)
    if shown_state(facts, procedure, consent, today) == "lapsed":
        raise consent_refusals.ConsentAlready(state=codes_in_words(("lapsed",)))
    needed_on = birthday_in(facts.born_on, facts.born_on.year + needed_from)
    earliest = needed_on - timedelta(days=rule.ask_ahead_days)
    if today < earliest:
        raise WaivedTooEarly(rule=rule.child_rule, earliest=earliest, age=needed_from)
    _check_day(on or today, facts.known_on, today)
    return True


def other_requests(facts: CaseFacts, consent: Consent) -> tuple[Consent, ...]:
    """P7, P11: the person's other open requests: a no ends them, and only a new one undoes it."""
    return tuple(
        form
        for form in facts.consents
        if form.person_id == consent.person_id
        and form.state == "requested"
        and form.id != consent.id
    )


def check_organisations(procedure: Procedure, organisations: frozenset[str]) -> None:
    """S1, S14: at least one, and only those that a consent can name. Raises Invalid."""
    known = procedure.all_organisations
    if not organisations or not organisations <= set(known):
        raise wrong_values.UnknownOrganisations("organisations", known=", ".join(known))


def _check_asked(facts: CaseFacts, consent: Consent) -> None:
    if facts.state == "closed":
        raise case_refusals.CaseIsClosed
    if consent.state != "requested":
        raise consent_refusals.ConsentAlready(state=codes_in_words((consent.state,)))


def _check_day(on: date, earliest: date, today: date) -> None:
    if on > today:
        raise consent_refusals.ConsentInFuture(today=today)
    if on < earliest:
        raise consent_refusals.ConsentBeforeKnown(earliest=earliest)


class EndsTooEarly(Invalid):
    code = "ends-too-early"
    rule = "R3"
    detail = Words(
        "Samtycket kan inte sluta gälla före den dag då det skrevs under, {signed}.",
        "The consent cannot end before the day on which it was signed, {signed}.",
    )


class UnknownWaiver(Invalid):
    code = "unknown-waiver"
    rule = "P6"
    detail = Words("Använd en av koderna: {known}.", "Use one of the codes: {known}.")


class NothingToWaive(Refused):
    """Only the child's own word can be done without, and only where a procedure says how."""

    code = "nothing-to-waive"
    rule = "P6"
    title = Words("Går inte att gå vidare utan", "It cannot be done without")
    detail = Words(
        "Bara barnets eget samtycke kan ersättas av ett skäl, och bara i en rutin som behöver det."
        " Registrera svaret i stället.",
        "Only the child's own consent can be replaced by a reason, and only in a procedure that"
        " needs it. Record the answer instead.",
    )


class ChildSaidNo(Refused):
    """A no isn't a word that is lacking (P6, P11)."""

    code = "child-said-no"
    rule = "P6"
    title = Words("Barnet har sagt nej", "The child has said no")
    detail = Words(
        "Barnets nej gäller. Prata med barnet och be om ett nytt samtycke om något har ändrats,"
        " eller avsluta ärendet.",
        "The child's no stands. Talk with the child and ask anew if something has changed, or close"
        " the case.",
    )


class WaivedTooEarly(Refused):
    """Nothing is gone without that isn't needed yet."""

    code = "waived-too-early"
    rule = "P6"
    title = Words("Behövs inte än", "Not needed yet")
    detail = Words(
        "Barnets eget samtycke behövs från {age} år. Skälet kan registreras från och med"
        " {earliest}.",
        "The child's own consent is needed from the age of {age}. The reason can be recorded from"
        " {earliest} on.",
    )
