"""Asking for consent: at the opening, anew, ahead of a birthday, and before one ends (R4, X8)."""

from collections.abc import Iterable
from datetime import date
from itertools import chain
from uuid import UUID

from services.cases.domain.asking import (
    Asked,
    asked_already,
    check_asking,
    has_begun,
    renewal,
    to_be_asked,
)
from services.cases.domain.family import ask_about_guardians
from services.cases.domain.tasks import Task, consent_tasks
from services.cases.handlers.ledger import AskConsent
from services.cases.handlers.ports import CaseFile, Desk
from shared.bus.events import ParticipantsChanged
from shared.domain.calling import in_charge, who_asks
from shared.domain.consent import deciders, declined, shown_state
from shared.domain.facts import Consent
from shared.domain.procedure import Step

_AFTER_A_NO = ("consent-refused", "consent-withdrawn", "renew-consent")


def ask_everybody(file: CaseFile, desk: Desk) -> None:
    """R3, R4, R7, P6: what is asked as a case begins: each who decides, the child old enough, and
    an adult youth about the guardians."""
    ask_who_decides(file, desk.today, desk)
    ask_youth_about_guardians(file, desk)


def asking_begins(file: CaseFile, step: Step, desk: Desk) -> None:
    """P5: a step was held after which the consents that were noted at the opening are asked for."""
    if file.procedure.consent.asked_after_step == step.name:
        _ask_those_requested(file, desk)


def asking_rests(file: CaseFile, desk: Desk) -> None:
    """P11: somebody who decides has said no, so nobody else is asked either for the time being."""
    if declined(file.facts, file.procedure, desk.today):
        desk.tasks.finish(file.id, list(file.procedure.consent.tasks))


def asking_goes_on(before: CaseFile, desk: Desk) -> None:
    """P11: once the no no longer counts, the others are asked anew for what they haven't answered.

    Whoever said it is asked again, or has no say any more.
    """
    file = desk.reread(before)
    rested = declined(before.facts, before.procedure, desk.today)
    if rested and has_begun(file.facts, file.procedure):
        _ask_those_requested(file, desk, anew=True)


def ask(command: AskConsent, desk: Desk) -> UUID:
    """R4: a new request, after a no or a withdrawal, wider (S14), or ahead of a birthday (X8).

    Whoever has been asked for just that already isn't asked twice.
    """
    file = desk.take(command.case_id)
    wanted = command.organisations
    organisations = frozenset(file.procedure.organisations) if wanted is None else wanted
    party = check_asking(
        file.facts, file.procedure, command.person, organisations, desk.today,
        until=command.until, party=command.party,
    )  # fmt: skip
    asked = Asked(command.person, party, organisations, command.until)
    if (standing := asked_already(file.facts, asked)) is not None:
        _add_tasks(file, standing.id, asked.person, desk.next_working_day, desk)
        return standing.id
    (consent,) = desk.ledger.ask(file.id, [asked])
    _add_tasks(file, consent, asked.person, desk.next_working_day, desk)
    desk.tasks.finish(file.id, _AFTER_A_NO, about=asked.person)
    asking_goes_on(file, desk)
    desk.audit.note(file.id, "consent.ask", "R4", {"consent": str(consent)})
    desk.publish(ParticipantsChanged(case_id=file.id))
    return consent


def ask_who_decides(file: CaseFile, on: date, desk: Desk, *, due_on: date | None = None) -> None:
    """X8, P6: who decides on a day, or may be asked, and never was in that capacity.

    Without tasks as long as the asking waits for a step to be held (P5), or somebody's no stands
    (P11). The caller publishes that the case has changed.
    """
    begun = has_begun(file.facts, file.procedure) and not declined(
        file.facts, file.procedure, desk.today
    )
    asked = list(to_be_asked(file.facts, file.procedure, on))
    if not asked:
        return
    consents = desk.ledger.ask(file.id, asked)
    desk.audit.note_each(file.id, "consent.ask", "R4", [{"consent": str(one)} for one in consents])
    if begun:
        tasks = (
            _tasks(file, consent, who.person, due_on or desk.next_working_day, desk)
            for consent, who in zip(consents, asked, strict=True)
        )
        desk.tasks.add(file.id, *chain.from_iterable(tasks))


def ask_youth_about_guardians(file: CaseFile, desk: Desk) -> None:
    """R7: a task, on a case about an adult and from the birthday on."""
    owner, due_on = in_charge(file.facts, file.procedure), desk.next_working_day
    task = ask_about_guardians(file.facts, file.procedure, owner, due_on, desk.today)
    if task is not None:
        desk.tasks.add(file.id, task)


def ask_to_renew(file: CaseFile, form: Consent, desk: Desk) -> None:
    """A form ends soon: whoever asks for consents asks for one that goes on."""
    owner = who_asks(file.facts, file.procedure)
    task = renewal(file.facts, file.procedure, form, owner, desk.today)
    if task is not None:
        desk.tasks.add(file.id, task)


def _ask_those_requested(file: CaseFile, desk: Desk, *, anew: bool = False) -> None:
    if declined(file.facts, file.procedure, desk.today):
        return
    for form in file.facts.consents:
        state = shown_state(file.facts, file.procedure, form, desk.today)
        if state == "requested" and form.waived_on is None:
            _add_tasks(file, form.id, form.person_id, desk.next_working_day, desk, anew=anew)


def _add_tasks(
    file: CaseFile, consent: UUID, person: UUID, due_on: date, desk: Desk, *, anew: bool = False
) -> None:
    desk.tasks.add(file.id, *_tasks(file, consent, person, due_on, desk, anew=anew))


def _tasks(
    file: CaseFile, consent: UUID, person: UUID, due_on: date, desk: Desk, *, anew: bool = False
) -> Iterable[Task]:
    owner, kinds = who_asks(file.facts, file.procedure), file.procedure.consent.tasks
    decides = person in deciders(file.facts, file.procedure, desk.today)
    watched = decides and not file.procedure.alerts
    return consent_tasks(consent, person, owner, due_on, kinds, anew=anew, watched=watched)
