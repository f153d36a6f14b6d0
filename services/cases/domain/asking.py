"""Who can be asked for a consent, as what, and what the asking means for staff (R3, R4, X8, P6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.cases.domain import case_refusals, consent_refusals
from services.cases.domain.consents import check_organisations
from services.cases.domain.inquiries import TalkWithTheChildFirst
from services.cases.domain.refused import Refused, Words
from services.cases.domain.tasks import Task
from shared.domain.consent import age_on, capacity, deciders, shown_state, stands, unasked
from shared.domain.facts import CaseFacts, Consent, ConsentParty
from shared.domain.order import was_held
from shared.domain.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody is asked for: as what, for whom, and until which day if it is to end."""

    person: UUID
    party: ConsentParty
    organisations: frozenset[str]
    until: date | None = None


def to_be_asked(facts: CaseFacts, procedure: Procedure, on: date) -> Iterator[Asked]:
    """Who decides on a day, or is old enough to be asked, and never was in that capacity (X8, P6).

    Nobody while the case is held back for a child who asked for it (X11).
    """
    people = set(unasked(facts, procedure, on))
    if _child_is_asked(facts, procedure, on):
        asked = {form.person_id for form in facts.consents if form.party == "child"}
        people |= _children(facts) - asked
    for person in sorted(people) if not facts.held_back else ():
        party = capacity(facts, procedure, person, on)
        yield Asked(person, party, frozenset(procedure.organisations))


def _child_is_asked(facts: CaseFacts, procedure: Procedure, on: date) -> bool:
    """P6: old enough to be asked for its own word, and not of age yet."""
    asked_from, age = procedure.consent.child_asked_from_age, age_on(facts.born_on, on)
    if asked_from is None:
        return False
    return asked_from <= age < procedure.consent.youth_decides_from_age


def has_begun(facts: CaseFacts, procedure: Procedure) -> bool:
    """P5: whether the asking has begun: at the opening, or after a step has been held."""
    step = procedure.consent.asked_after_step
    return step is None or was_held(facts, step)


def asked_already(facts: CaseFacts, asked: Asked) -> Consent | None:
    """A request that says just this and hasn't been answered."""
    return next(
        (
            form
            for form in facts.consents
            if (form.person_id, form.party, form.state) == (asked.person, asked.party, "requested")
            and form.organisations == asked.organisations
            and form.valid_until == asked.until
        ),
        None,
    )


def check_asking(
    facts: CaseFacts,
    procedure: Procedure,
    person: UUID,
    organisations: frozenset[str],
    on: date,
    *,
    until: date | None = None,
    party: ConsentParty | None = None,
) -> ConsentParty:
    """In which capacity a person can be asked for a consent. Raises Refused.

    What has been asked for in the same words already can be asked for again: it is that request.
    """
    if facts.state == "closed":
        raise case_refusals.CaseIsClosed
    if facts.held_back and person not in _children(facts):
        raise TalkWithTheChildFirst
    check_organisations(procedure, organisations)
    if until is not None and until < on:
        raise EndedAlready
    found = _capacity(facts, procedure, person, on, party)
    same = asked_already(facts, Asked(person, found, organisations, until))
    theirs = (one for one in facts.consents if (one.person_id, one.party) == (person, found))
    for form in theirs if same is None else ():
        reaches = organisations <= form.organisations and _reaches(form, until)
        if reaches and _is_in_the_way(facts, procedure, form, on):
            raise consent_refusals.ConsentAskedAlready
    return found


def renewal(
    facts: CaseFacts, procedure: Procedure, consent: Consent, owner: UUID, today: date
) -> Task | None:
    """A form of somebody who decides that ends soon, unless another one, signed or still to be,
    goes on longer."""
    if shown_state(facts, procedure, consent, today) != "signed" or consent.valid_until is None:
        return None
    goes_on = any(
        shown_state(facts, procedure, form, today) in ("requested", "signed")
        and (form.valid_until is None or form.valid_until > consent.valid_until)
        for form in facts.consents
        if (form.person_id, form.party) == (consent.person_id, consent.party)
    )
    rule = procedure.consent.rule
    key = f"{consent.id}/{rule}/renew-consent"
    task = Task(key, "renew-consent", owner, rule, consent.valid_until, about=consent.person_id)
    return None if goes_on else task


def _capacity(
    facts: CaseFacts, procedure: Procedure, person: UUID, on: date, wanted: ConsentParty | None
) -> ConsentParty:
    """A custodian; the adult youth, or the one who soon is (X8); the child itself (R17, P6)."""
    age = procedure.consent.youth_decides_from_age
    possible: tuple[ConsentParty, ...] = ()
    if person in _children(facts):
        possible = _of_child(facts, procedure, on)
    elif person in deciders(facts, procedure, on):
        possible = ("guardian",)
    if wanted is not None and wanted not in possible:
        raise consent_refusals.MayNotConsent(age=age)
    if not possible:
        raise consent_refusals.MayNotConsent(age=age)
    return wanted or possible[0]


def _of_child(facts: CaseFacts, procedure: Procedure, on: date) -> tuple[ConsentParty, ...]:
    """As what the child can sign, first what it is most likely asked for.

    Within a year of coming of age that is the youth's consent, but for a child's own word that is
    needed now and that nobody has asked for.
    """
    of_age, age = procedure.consent.youth_decides_from_age, age_on(facts.born_on, on)
    if age >= of_age:
        return ("youth",)
    if age < of_age - 1:
        return ("child",)
    needed = deciders(facts, procedure, on) & _children(facts)
    asked = any(form.party == "child" for form in facts.consents)
    return ("child", "youth") if needed and not asked else ("youth", "child")


def _is_in_the_way(facts: CaseFacts, procedure: Procedure, form: Consent, on: date) -> bool:
    if shown_state(facts, procedure, form, on) == "lapsed":
        return False
    return form.state == "requested" or stands(facts, form)


def _reaches(form: Consent, until: date | None) -> bool:
    return form.valid_until is None or (until is not None and until <= form.valid_until)


def _children(facts: CaseFacts) -> frozenset[UUID]:
    return frozenset(who.person_id for who in facts.participants if who.party == "child")


class EndedAlready(Refused):
    """Nobody is asked for a consent that has ended before it begins."""

    code = "consent-ended"
    rule = "R4"
    title = Words("Slutdagen har varit", "The last day has passed")
    detail = Words(
        "Ange en slutdag som ligger framåt, eller ingen alls.",
        "Give a last day that lies ahead, or none.",
    )
