"""Times to choose from: who can when, and which is the best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.cases.domain.refused import Invalid, Refused, Words
from shared.domain.calling import in_charge, needed_at, those_for
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Procedure
from shared.domain.swedish import clock_time

Vote = Literal["yes", "no", "if-need-be"]
MOST_OPTIONS = 3


class UnknownOption(Invalid):
    code = "unknown-option"
    detail = Words(
        "Tiden är inte en av dem som har föreslagits. De står under options på mötet.",
        "The time is not among those proposed. They stand under options on the meeting.",
    )
    on_page = Words(
        "Tiden är inte en av dem som har föreslagits. Välj en av dem.",
        "The time is not among those proposed. Choose one of them.",
    )


class OptionPassed(Refused):
    """What has passed can't be chosen, nor voted about."""

    code = "option-passed"
    title = Words("Tiden har redan varit", "The time has passed")
    detail = Words(
        "Den föreslagna tiden {day} kl. {time} har redan varit. Svara om de tider som ligger"
        " framåt: de står under options på mötet. Finns det ingen, föreslå nya tider.",
        "The proposed time on {day} at {time} has passed. Answer about the times that lie ahead:"
        " they stand under options on the meeting. If there is none, propose new times.",
    )
    on_page = Words(
        "Den föreslagna tiden {day} kl. {time} har redan varit. Svara om de tider som ligger"
        " framåt. Finns det ingen, föreslå nya tider.",
        "The proposed time on {day} at {time} has passed. Answer about the times that lie"
        " ahead. If there is none, propose new times.",
    )


class NoTimeFits(Refused):
    """Of every proposed time somebody who has to be there has said no."""

    code = "no-time-fits"
    rule = "R6"
    title = Words("Ingen av tiderna passar", "None of the times fits")
    detail = Words(
        "Någon som måste vara med har sagt nej till varje tid. Föreslå nya tider, eller välj en av"
        " dem ändå med starts_at.",
        "Somebody who has to be there has said no to every time. Propose new times, or choose one"
        " of them nevertheless with starts_at.",
    )
    on_page = Words(
        "Någon som måste vara med har sagt nej till varje tid. Föreslå nya tider, eller boka"
        " en av dem ändå.",
        "Somebody who has to be there has said no to every time. Propose new times, or book"
        " one of them nevertheless.",
    )


@dataclass(frozen=True, slots=True)
class Option:
    """One of the proposed times, in the order they were found, and what was said about it."""

    starts_at: datetime
    votes: Mapping[UUID, Vote] = field(default_factory=dict)

    def said(self, vote: Vote) -> frozenset[UUID]:
        return frozenset(person for person, said in self.votes.items() if said == vote)


def check_ahead(starts_at: datetime, now: datetime, rule: str) -> None:
    """Whether a proposed time can still be chosen. Raises OptionPassed."""
    if starts_at <= now:
        raise OptionPassed(rule=rule, day=local_date(starts_at), time=clock_time(starts_at))


def ahead(options: Sequence[Option], now: datetime) -> tuple[Option, ...]:
    """Those that can still be chosen."""
    return tuple(one for one in options if one.starts_at > now)


def option_at(options: Sequence[Option], starts_at: datetime, field: str) -> Option:
    """Raises UnknownOption."""
    for option in options:
        if option.starts_at == starts_at:
            return option
    raise UnknownOption(field)


def best_first(
    facts: CaseFacts, procedure: Procedure, meeting: Meeting, options: Sequence[Option]
) -> tuple[Option, ...]:
    """Those that nobody who is needed has said no to: most yes, fewest no, then the earliest.

    While nobody has voted they stand in the order in which they were found.
    """
    fitting = [one for one in options if not _is_out(facts, procedure, meeting, one)]
    if not any(one.votes for one in options):
        return tuple(fitting)
    return tuple(sorted(fitting, key=_rank))


def all_have_voted(meeting: Meeting, options: Sequence[Option]) -> bool:
    return bool(options) and all(meeting.person_ids <= one.votes.keys() for one in options)


def _rank(option: Option) -> tuple[int, int, datetime]:
    return -len(option.said("yes")), len(option.said("no")), option.starts_at


def _is_out(facts: CaseFacts, procedure: Procedure, meeting: Meeting, option: Option) -> bool:
    """The chair, a guardian or the child can't, or nobody of a party of the staff (R6, S8)."""
    step, no = procedure.step(meeting.step), option.said("no")
    if in_charge(facts, procedure, step) in no:
        return True
    for needed in needed_at(facts, procedure, step, local_date(option.starts_at)):
        there = those_for(facts, needed) & meeting.person_ids
        if needed.party == "staff" and there and there <= no:
            return True
        if needed.party != "staff" and there & no:
            return True
    return False
