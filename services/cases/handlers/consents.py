"""Consents: asked for, signed, refused, withdrawn (R3, R4, P7, X5, X14)."""

from typing import Any
from uuid import UUID

from services.cases.domain import tasks
from services.cases.domain.consents import (
    check_asking,
    check_refusing,
    check_signing,
    check_withdrawing,
    resting_on,
)
from services.cases.domain.meetings import coming
from services.cases.handlers.commands import AnswerConsent, AskConsent
from services.cases.handlers.meetings import cancel_one
from services.cases.handlers.ports import CaseFile, Desk
from shared.bus.events import ConsentRefused, ConsentSigned, ConsentWithdrawn
from shared.domain.facts import Consent


def ask(command: AskConsent, desk: Desk) -> UUID:
    """R4: a new request, after a no, a withdrawal, or ahead of the 18th birthday (X8)."""
    file = desk.take(command.case_id)
    wanted = command.organisations
    organisations = frozenset(file.procedure.organisations) if wanted is None else wanted
    party = check_asking(file.facts, file.procedure, command.person, organisations, desk.today)
    consent = desk.cases.ask_consent(file.id, command.person, party, organisations)
    owner = file.facts.process_owner
    for task in tasks.consent_tasks(consent, command.person, owner, desk.next_working_day):
        desk.tasks.add(file.id, task)
    finish = ("consent-refused", "consent-withdrawn")
    desk.tasks.finish(file.id, finish, about=command.person)
    desk.audit.note(file.id, "consent.ask", "R4", {"consent": str(consent)})
    return consent


def sign(command: AnswerConsent, desk: Desk) -> None:
    """R3: signing what is signed already changes nothing."""
    file = desk.take(command.case_id)
    consent = file.consent(command.consent_id)
    if not check_signing(file.facts, consent, command.on, desk.today):
        return
    on = command.on or desk.today
    desk.cases.answer_consent(consent.id, "signed", on)
    desk.tasks.finish(file.id, ("inform", "get-consent"), about=consent.person_id)
    desk.audit.note(file.id, "consent.sign", "R3", {"consent": str(consent.id), "on": str(on)})
    desk.publish(ConsentSigned(case_id=file.id, consent_id=consent.id, on=on))


def refuse(command: AnswerConsent, desk: Desk) -> None:
    """R3, P11: a no ends the asking; what comes of it is for the process owner to say."""
    file = desk.take(command.case_id)
    consent = file.consent(command.consent_id)
    if not check_refusing(file.facts, consent, command.on, desk.today):
        return
    on = command.on or desk.today
    desk.cases.answer_consent(consent.id, "refused", on)
    desk.tasks.finish(file.id, ("inform", "get-consent"), about=consent.person_id)
    owner = file.facts.process_owner
    desk.tasks.add(file.id, tasks.consent_refused(consent.id, consent.person_id, owner, desk.today))
    desk.audit.note(file.id, "consent.refuse", "R3", {"consent": str(consent.id), "on": str(on)})
    desk.publish(ConsentRefused(case_id=file.id, consent_id=consent.id, on=on))


def withdraw(command: AnswerConsent, desk: Desk) -> dict[str, Any]:
    """P7, X5: at once cancels what rests on the consent, and says what it stopped and what not.

    Once more it changes nothing and says the same.
    """
    file = desk.take(command.case_id)
    consent = file.consent(command.consent_id)
    if not check_withdrawing(consent, command.on, desk.today):
        said = desk.audit.last(file.id, "consent.withdraw", str(consent.id))
        return {} if said is None else said["effect"]
    effect = _withdraw(file, consent, command, desk)
    details = {"about": str(consent.id), "effect": effect}
    desk.audit.note(file.id, "consent.withdraw", "P7", details)
    return effect


def _withdraw(
    file: CaseFile, consent: Consent, command: AnswerConsent, desk: Desk
) -> dict[str, Any]:
    on = command.on or desk.today
    desk.cases.answer_consent(consent.id, "withdrawn", on)
    resting = resting_on(file.facts, file.procedure, consent, coming(file.facts, desk.now))
    stopped, leaving = desk.messages.stopped_and_leaving(file.id)
    desk.publish(ConsentWithdrawn(case_id=file.id, consent_id=consent.id, on=on))
    for meeting in resting:
        cancel_one(file, meeting, "consent", desk)
    if file.facts.state == "open":
        owner = file.facts.process_owner
        desk.tasks.add(
            file.id, tasks.consent_withdrawn(consent.id, consent.person_id, owner, desk.today)
        )
    return {
        "cancelled_meetings": [str(meeting.id) for meeting in resting],
        "stopped_messages": stopped,
        "already_leaving": leaving,
    }
