"""What becomes of a request for consent: signed, refused, withdrawn, done without (R3, P6, P7)."""

from datetime import date
from typing import Any
from uuid import UUID

from services.cases.domain import tasks
from services.cases.domain.consents import (
    check_refusing,
    check_same,
    check_signing,
    check_terms,
    check_waiving,
    check_withdrawing,
    other_requests,
)
from services.cases.domain.tasks import Task
from services.cases.handlers.consents import asking_rests
from services.cases.handlers.ledger import AnswerConsent, SignConsent, WaiveConsent
from services.cases.handlers.links import end_for_family
from services.cases.handlers.meetings import next_date_after_a_yes
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.standing import settle, tell_who_is_taken
from shared.bus.events import (
    ConsentRefused,
    ConsentSigned,
    ConsentWithdrawn,
    ParticipantsChanged,
)
from shared.domain.calling import in_charge
from shared.domain.facts import Consent
from shared.domain.sight import may_see

_ONCE_SIGNED = ("renew-consent", "consent-refused", "consent-withdrawn")


def sign(command: SignConsent, desk: Desk) -> None:
    """R3, S1: the organisations as signed count; signing what is signed already changes nothing."""
    file = desk.take(command.case_id)
    consent = file.consent(command.consent_id)
    if not check_signing(file.facts, consent, command.on, desk.today):
        check_same(desk.ledger.signed_terms(consent.id), command.terms)
        return
    on = command.on or desk.today
    check_terms(file.facts, file.procedure, consent, command.terms, on, desk.today)
    desk.ledger.sign(consent.id, on, command.terms)
    desk.tasks.finish_of(file.id, consent.id)
    desk.tasks.finish(file.id, _ONCE_SIGNED, about=consent.person_id)
    details = {"consent": str(consent.id), "on": str(on)}
    desk.audit.note(file.id, "consent.sign", _rule(file, consent), details)
    desk.publish(ConsentSigned(case_id=file.id, consent_id=consent.id, on=on))
    tell_who_is_taken(settle(file, desk), file, desk)
    next_date_after_a_yes(file, desk)


def refuse(command: AnswerConsent, desk: Desk) -> None:
    """R3, P11: a no ends the asking; what comes of it is for whoever is in charge to say.

    It answers the person's other open requests too, and the rest of the family isn't pressed. A
    child's no also ends that one went on without its word (P6).
    """
    file = desk.take(command.case_id)
    consent = file.consent(command.consent_id)
    if not check_refusing(file.facts, consent, command.on, desk.today):
        return
    on = command.on or desk.today
    desk.ledger.refuse(consent.id, on)
    desk.tasks.finish_of(file.id, consent.id)
    _end_other_requests(file, consent, desk)
    desk.tasks.add(file.id, _after_a_no(desk.reread(file), consent, desk))
    details = {"consent": str(consent.id), "on": str(on)}
    desk.audit.note(file.id, "consent.refuse", _rule(file, consent), details)
    desk.publish(ConsentRefused(case_id=file.id, consent_id=consent.id, on=on))
    end_for_family(file, desk)
    settle(file, desk)


def waive(command: WaiveConsent, desk: Desk) -> None:
    """P6: on without the child's own word, for a reason; its no afterwards stands all the same."""
    file = desk.take(command.case_id)
    consent = file.consent(command.consent_id)
    reason, on = command.reason, command.on or desk.today
    if not check_waiving(file.facts, file.procedure, consent, reason, command.on, desk.today):
        return
    desk.ledger.waive(consent.id, on, reason)
    desk.tasks.finish_of(file.id, consent.id)
    details = {"consent": str(consent.id), "on": str(on)}
    desk.audit.note(file.id, "consent.waive", _rule(file, consent), details)
    desk.publish(ParticipantsChanged(case_id=file.id))
    next_date_after_a_yes(file, desk)


def withdraw(command: AnswerConsent, desk: Desk) -> dict[str, Any]:
    """P7, P8, X5: at once ends all that rests on the consent, and says what it did and what not.

    Once more it changes nothing and says the same.
    """
    file = desk.take(command.case_id)
    consent = file.consent(command.consent_id)
    if not check_withdrawing(consent, command.on, desk.today):
        said = desk.audit.last(file.id, "consent.withdraw", str(consent.id))
        return {} if said is None else said["effect"]
    effect = _withdraw(file, consent, command.on or desk.today, desk)
    details = {"about": str(consent.id), "effect": effect}
    desk.audit.note(file.id, "consent.withdraw", "P7", details)
    return effect


def _withdraw(file: CaseFile, consent: Consent, on: date, desk: Desk) -> dict[str, Any]:
    open_before = desk.tasks.open_ones(file.id)
    desk.ledger.withdraw(consent.id, on)
    _end_other_requests(file, consent, desk)
    stopped, leaving = desk.messages.stopped_and_leaving(file.id)
    desk.publish(ConsentWithdrawn(case_id=file.id, consent_id=consent.id, on=on))
    end_for_family(file, desk)
    settled = settle(file, desk)
    desk.tasks.finish(file.id, ["renew-consent"], about=consent.person_id)
    closed = open_before - desk.tasks.open_ones(file.id)
    if file.facts.state == "open":
        heed_withdrawals(desk.reread(file), desk)
    return {
        "cancelled_meetings": [str(meeting) for meeting in settled.cancelled],
        "uncalled": [
            {"meeting": str(meeting), "people": sorted(map(str, people))}
            for meeting, people in settled.uncalled
        ],
        "stopped_messages": stopped,
        "already_leaving": leaving,
        "closed_tasks": sorted(map(str, closed)),
        "lost_sight": list(settled.lost_sight),
    }


def heed_withdrawals(file: CaseFile, desk: Desk) -> None:
    """P7, P11: nobody is pressed, and whoever is in charge is asked, once, what comes of each."""
    asking_rests(file, desk)
    owner = _who_goes_on(file, desk)
    withdrawn = (form for form in file.facts.consents if form.state == "withdrawn")
    desk.tasks.add(
        file.id,
        *(tasks.consent_withdrawn(one.id, one.person_id, owner, desk.today) for one in withdrawn),
    )


def _end_other_requests(file: CaseFile, consent: Consent, desk: Desk) -> None:
    for form in other_requests(file.facts, consent):
        desk.ledger.lapse(form.id)
        desk.tasks.finish_of(file.id, form.id)
        desk.audit.note(file.id, "consent.lapse", "P11", {"consent": str(form.id)})
    asking_rests(desk.reread(file), desk)


def _rule(file: CaseFile, consent: Consent) -> str:
    """By which rule somebody's consent is asked for: the child's own has another one."""
    own = file.procedure.consent.child_rule if consent.party == "child" else None
    return own or file.procedure.consent.rule


def _after_a_no(file: CaseFile, consent: Consent, desk: Desk) -> Task:
    """P11: a no is an answer; whoever is in charge closes the case or goes another way."""
    owner, rule = _who_goes_on(file, desk), _rule(file, consent)
    key = f"{consent.id}/{rule}/refused"
    return Task(key, "consent-refused", owner, rule, desk.today, about=consent.person_id)


def _who_goes_on(file: CaseFile, desk: Desk) -> UUID:
    """Whoever is in charge, if they still see the case after the no (X10, P8)."""
    leader = in_charge(file.facts, file.procedure)
    works_for = desk.sights.works_for(leader, desk.today)
    sees = may_see(file.facts, file.procedure, leader, desk.today, works_for)
    return leader if sees else file.facts.process_owner
