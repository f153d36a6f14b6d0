"""The rules read a second time, as simply as they can be put, to hold the product against.

Nothing here asks the product's own rules: the holidays are counted out, and the consents are read
from what was said, not from the state of the forms.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from shared.domain.days import STOCKHOLM
from shared.domain.facts import CaseFacts, ConsentParty, Meeting
from shared.domain.procedure import Procedure, Step, WindowRule
from tests.support.casework import Said

_FIXED = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}
_AFTER_EASTER = (-2, 1, 39)  # långfredagen, annandag påsk, Kristi himmelsfärdsdag
_SATURDAY = 5
_FRIDAY = 4
_DAY = timedelta(days=1)


def is_free(day: date) -> bool:
    """Saturdays, Sundays, red days, and the eves of midsummer, Christmas and the new year."""
    if day.weekday() >= _SATURDAY or (day.month, day.day) in _FIXED:
        return True
    if day.month == 6 and day.weekday() == _FRIDAY and 19 <= day.day <= 25:
        return True
    return (day - easter(day.year)).days in _AFTER_EASTER


def easter(year: int) -> date:
    """Easter Sunday by Gauss's rule, as Meeus puts it."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def last_working_day(first: date, last: date) -> date | None:
    """X1: the last working day of the span."""
    while last >= first:
        if not is_free(last):
            return last
        last -= _DAY
    return None


def birthday(birth_date: date, age: int) -> date:
    try:
        return birth_date.replace(year=birth_date.year + age)
    except ValueError:  # 29 February in a common year
        return date(birth_date.year + age, 2, 28)


def limit(facts: CaseFacts, within: WindowRule) -> tuple[date, date] | None:
    """R9, R10: so many days from when the case became known, or the earlier meeting was held."""
    base = facts.known_on
    if within.counted_from != "known":
        step = within.counted_from.split(".")[0]
        held = [one for one in facts.meetings if (one.step, one.state) == (step, "held")]
        if not held:
            return None
        base = local_day(_counted_from(facts, held))
    return base, base + timedelta(days=within.days)


def local_day(instant: datetime) -> date:
    return instant.astimezone(STOCKHOLM).date()


def who_decides(
    facts: CaseFacts, procedure: Procedure, said: Sequence[Said], on: date
) -> dict[UUID, ConsentParty]:
    """R3, X8, P6: the adult youth alone; else every custodian, and at some age the child too."""
    rule = procedure.consent
    child = next(who.person_id for who in facts.participants if who.party == "child")
    if on >= birthday(facts.born_on, rule.youth_decides_from_age):
        return {child: "youth"}
    deciding: dict[UUID, ConsentParty] = {
        who.person_id: "guardian" for who in facts.participants if who.custody
    }
    needed_from, waived = rule.child_needed_from_age, any(one.what == "waived" for one in said)
    if needed_from is not None and on >= birthday(facts.born_on, needed_from) and not waived:
        deciding[child] = "child"
    return deciding


def named_by(said: Sequence[Said], person: UUID, party: ConsentParty, on: date) -> frozenset[str]:
    """The organisations that somebody's signatures name which stand on that day."""
    named = [
        one.organisations
        for one in _standing(said, person, party)
        if one.on <= on and (one.until is None or on <= one.until)
    ]
    return frozenset().union(*named)


def carries(facts: CaseFacts, procedure: Procedure, said: Sequence[Said], on: date) -> bool:
    """Whether the consent carries a meeting on that day; a child's own no is enough against it."""
    deciding = who_decides(facts, procedure, said, on)
    child = next(who.person_id for who in facts.participants if who.party == "child")
    asked_from = procedure.consent.child_asked_from_age
    is_asked = asked_from is not None and on >= birthday(facts.born_on, asked_from)
    noes = ("withdrawn", "refused") if is_asked else ("withdrawn",)
    said_no = any(one.what in noes and one.party == "child" for one in said)
    if deciding.get(child) != "youth" and said_no and not _standing(said, child, "child"):
        return False
    return bool(deciding) and all(
        named_by(said, person, party, on) for person, party in deciding.items()
    )


def covered(
    facts: CaseFacts, procedure: Procedure, said: Sequence[Said], on: date
) -> frozenset[str]:
    """S1, P8: the organisations that everybody who decides has named."""
    if not carries(facts, procedure, said, on):
        return frozenset()
    deciding = who_decides(facts, procedure, said, on)
    return frozenset.intersection(
        *(named_by(said, person, party, on) for person, party in deciding.items())
    )


def may_be_called(
    facts: CaseFacts, procedure: Procedure, step: Step, said: Sequence[Said], on: date
) -> frozenset[UUID]:
    """Whom a meeting of the step on that day may have on it: family, and staff that is covered.

    The organisation of whoever is in charge knows of the case anyway; without custody no guardian
    comes, but whom the adult youth wants.
    """
    in_charge = {facts.process_owner, facts.coordinator}
    own = {who.organisation for who in facts.participants if who.person_id in in_charge}
    open_to = own | covered(facts, procedure, said, on)
    functions = {"koordinator": facts.coordinator, "initiator": facts.initiator}
    by_function = {functions.get(one) for one in step.calls}
    adult = on >= birthday(facts.born_on, procedure.consent.youth_decides_from_age)
    return frozenset(
        who.person_id
        for who in facts.participants
        if (who.party in step.calls or who.person_id in by_function)
        and (
            who.party != "staff"
            or who.organisation in open_to
            or (step.grounds == "none" and who.person_id in by_function)
        )
        and (who.party != "guardian" or (who.wanted_by_youth if adult else who.custody))
    )


def _counted_from(facts: CaseFacts, held: Sequence[Meeting]) -> datetime:
    """The first; of guardians who never meet, the last one's first meeting (X12)."""
    first = min(one.starts_at for one in held)
    if not facts.never_together:
        return first
    last = max(local_day(one.starts_at) for one in held)
    adult = last >= birthday(facts.born_on, 18)
    apart = [
        who.person_id
        for who in facts.participants
        if who.party == "guardian" and (who.wanted_by_youth if adult else who.custody)
    ]
    own = [[one.starts_at for one in held if who in one.person_ids] for who in apart]
    return max((min(each) for each in own if each), default=first)


def _standing(said: Sequence[Said], person: UUID, party: ConsentParty) -> list[Said]:
    """P7: who takes back takes back all that they had signed by then."""
    taken_back = [one for one in said if one.what == "withdrawn" and one.person == person]
    return [
        one
        for one in said
        if (one.what, one.person, one.party) == ("signed", person, party)
        and not any((one.on, one.turn) <= (back.on, back.turn) for back in taken_back)
    ]
