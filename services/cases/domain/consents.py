"""A consent's life: requested, then signed or refused; what is signed can be withdrawn (R3, P7)."""

from datetime import date
from uuid import UUID

from services.cases.domain import refusals
from services.cases.domain.refused import codes_in_words
from shared.domain.consent import age_on, deciders, stands
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Consent, ConsentParty, Meeting
from shared.domain.procedure import Procedure


def check_signing(facts: CaseFacts, consent: Consent, on: date | None, today: date) -> bool:
    """Whether signing changes anything: it doesn't if it is signed already. Raises Refused."""
    if consent.state == "signed" and on in (None, consent.signed_on):
        return False
    _check_asked(facts, consent)
    _check_day(on or today, facts.known_on, today)
    return True


def check_refusing(facts: CaseFacts, consent: Consent, on: date | None, today: date) -> bool:
    """Whether a no changes anything: it doesn't if it is there already. Raises Refused."""
    if consent.state == "refused":
        return False
    if consent.state == "signed":
        raise refusals.ConsentStandsAlready
    _check_asked(facts, consent)
    _check_day(on or today, facts.known_on, today)
    return True


def check_withdrawing(consent: Consent, on: date | None, today: date) -> bool:
    """Whether a withdrawal changes anything; at any time, also on a closed case (P7, X14)."""
    if consent.state == "withdrawn":
        return False
    if consent.state != "signed" or consent.signed_on is None:
        raise refusals.ConsentNotSigned
    _check_day(on or today, consent.signed_on, today)
    return True


def resting_on(
    facts: CaseFacts, procedure: Procedure, consent: Consent, coming: tuple[Meeting, ...]
) -> tuple[Meeting, ...]:
    """The coming meetings that rest on this consent; who decides goes by the age then (X8)."""
    return tuple(
        meeting
        for meeting in coming
        if procedure.step(meeting.step).grounds == "consent"
        and _counts(facts, procedure, consent, local_date(meeting.starts_at))
    )


def check_asking(
    facts: CaseFacts, procedure: Procedure, person: UUID, organisations: frozenset[str], on: date
) -> ConsentParty:
    """In which capacity a person can be asked for a (new) consent. Raises Refused."""
    if facts.state == "closed":
        raise refusals.CaseIsClosed
    if not organisations or not organisations <= set(procedure.organisations):
        raise refusals.UnknownOrganisations(
            "organisations", known=", ".join(procedure.organisations)
        )
    party = _capacity(facts, procedure, person, on)
    standing = (
        consent
        for consent in facts.consents
        if consent.person_id == person and (consent.state == "requested" or stands(facts, consent))
    )
    if any(one.party == party and organisations <= one.organisations for one in standing):
        raise refusals.ConsentAskedAlready
    return party


def party_of_deciders(facts_birth_date: date, procedure: Procedure, on: date) -> ConsentParty:
    adult = age_on(facts_birth_date, on) >= procedure.consent.youth_decides_from_age
    return "youth" if adult else "guardian"


def _capacity(facts: CaseFacts, procedure: Procedure, person: UUID, on: date) -> ConsentParty:
    """A custodian, the adult youth, or the youth signing ahead of the birthday (X8)."""
    if person in deciders(facts, procedure, on):
        return party_of_deciders(facts.birth_date, procedure, on)
    if any(who.person_id == person and who.party == "child" for who in facts.participants):
        age = procedure.consent.youth_decides_from_age
        if age_on(facts.birth_date, on) >= age - 1:
            return "youth"
    raise refusals.MayNotConsent(age=procedure.consent.youth_decides_from_age)


def _counts(facts: CaseFacts, procedure: Procedure, consent: Consent, day: date) -> bool:
    """The child who takes back its own word takes back what it signed ahead as well."""
    party = party_of_deciders(facts.birth_date, procedure, day)
    return consent.party in (party, "child")


def _check_asked(facts: CaseFacts, consent: Consent) -> None:
    if facts.state == "closed":
        raise refusals.CaseIsClosed
    if consent.state != "requested":
        raise refusals.ConsentAlready(state=codes_in_words((consent.state,)))


def _check_day(on: date, earliest: date, today: date) -> None:
    if on > today:
        raise refusals.ConsentInFuture(today=today)
    if on < earliest:
        raise refusals.ConsentBeforeKnown(earliest=earliest)
