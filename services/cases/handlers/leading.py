"""Who may change a meeting of the staff's own, and answer for others there (R21, R26, R47, R51).

A child's case is led by everybody who sees it; so much as others see of the staff's own matters is
theirs to read and to answer for themselves.
"""

from uuid import UUID

from services.cases.domain import leading_refusals as no
from services.cases.domain.refused import Refused
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.report_rules import part_in, rules_of
from shared.domain.facts import CaseFacts

_REFUSED: dict[str, type[Refused]] = {
    "year": no.LedByTheCallers,
    "parents": no.LedByTheRektor,
    "report": no.LedBySocialServices,
    "consultation": no.LedByThoseWhoTalk,
}


def check_leads(file: CaseFile, desk: Desk) -> None:
    """Of people, only who leads it moves, cancels, books or reminds. Raises Refused.

    The calling system and what a rule does by itself answer for themselves.
    """
    if not leads(file.facts, desk):
        raise _REFUSED[file.facts.about]


def check_speaks_for(file: CaseFile, person: UUID, desk: Desk) -> None:
    """Everybody answers for themselves; for others, who leads the meeting. Raises Refused."""
    if desk.actor_person != person:
        check_leads(file, desk)


def leads(facts: CaseFacts, desk: Desk) -> bool:
    """Whether who calls may change the meetings of a matter, or of a case that they see."""
    person = desk.actor_person
    if person is None or facts.about == "child":
        return True
    if facts.about == "report":
        return _receives(facts.id, person, desk)
    if facts.about == "consultation":  # nobody but those who are to talk is on it
        return any(who.person_id == person for who in facts.participants)
    return person in (facts.process_owner, facts.coordinator)


def _receives(report_id: UUID, person: UUID, desk: Desk) -> bool:
    report = desk.reports.report(report_id)
    if report is None:
        return False
    rules = rules_of(report, desk.procedures)
    return part_in(report, person, rules, desk.reports, desk.today) == "receiver"
