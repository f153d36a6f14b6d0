"""Who comes to a year's meeting, group by group (R22)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.domain.answering import answer_by
from shared.domain.call_time import called_at
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Group, Procedure, YearRules


@dataclass(frozen=True, slots=True)
class Replies:
    """How many of a group are called to a meeting, and what they have said."""

    group: Group
    called: int
    accepted: int
    tentative: int
    declined: int

    @property
    def waiting(self) -> int:
        return self.called - self.accepted - self.tentative - self.declined

    @property
    def comes(self) -> bool:
        """Whether somebody of it has said yes, or perhaps."""
        return self.accepted + self.tentative > 0

    @property
    def all_said_no(self) -> bool:
        return 0 < self.called == self.declined


def replies(
    facts: CaseFacts, meeting: Meeting, said: Mapping[UUID, str], rules: YearRules
) -> Iterator[Replies]:
    """One for each group, in their order; `said` are the answers of those called now."""
    roles = {who.person_id: who.role for who in facts.participants}
    for group in rules.groups:
        people = [one for one in meeting.person_ids if roles.get(one) in group.roles]
        answers = [said.get(person) for person in people]
        yield Replies(
            group,
            called=len(people),
            accepted=answers.count("accepted"),
            tentative=answers.count("tentative"),
            declined=answers.count("declined"),
        )


def is_missing(one: Replies, last_day: date | None, today: date) -> bool:
    """R22: all of the group have said no; or the day to answer by is past, and nobody comes."""
    if one.comes:
        return False
    return one.all_said_no or (last_day is not None and today > last_day)


def last_day_to_answer(procedure: Procedure, meeting: Meeting, days: WorkingDays) -> date | None:
    """By when an answer is hoped for; None if it is called to so late that none is."""
    if procedure.answers is None:
        return None
    step = procedure.step(meeting.step)
    called_on = local_date(called_at(step, meeting, days))
    return answer_by(procedure.answers, local_date(meeting.starts_at), called_on, days)


def is_replaced(rules: YearRules, role: str | None) -> bool:
    """R27: whether a no of somebody in this role asks for a substitute."""
    return any(role in group.substitute for group in rules.groups)
