"""What a mail about a child's meeting rests on: worked out from its step, not from its label.

The steps are read in the procedure files; the consents in the register as it stands. Which forms
stand is asked mildly here (no child's own word is looked for), never more strictly than the rules.
"""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import shared.procedures
from samspel.simulate.calls import Json
from samspel.simulate.house import House
from samspel.simulate.invariants import unless
from services.notifier.domain.messages import Sending
from shared.domain.days import local_date

OF_AGE = 18
# Who must have said yes, and to which organisations' part in it a yes stands that covers the day.
_DECIDERS = """
    SELECT p.person_id, count(one.id) > 0 AS stands,
           coalesce(array_agg(named) FILTER (WHERE named IS NOT NULL), '{}') AS covers
    FROM cases.participants p
    LEFT JOIN cases.consents one
      ON one.case_id = p.case_id AND one.person_id = p.person_id AND one.state = 'signed'
     AND one.withdrawn_on IS NULL AND (one.valid_until IS NULL OR one.valid_until >= %(day)s)
    LEFT JOIN LATERAL unnest(one.organisations) AS named ON true
    WHERE p.case_id = %(case)s AND p.removed_at IS NULL
      AND CASE WHEN %(of_age)s THEN p.party = 'child' ELSE p.party = 'guardian' AND p.custody END
    GROUP BY p.person_id
"""
# For which organisation somebody is there; none for who leads it, where it is known anyway.
_IS_THERE_FOR = """
    SELECT p.organisation FROM cases.participants p JOIN cases.cases c ON c.id = p.case_id
    WHERE c.id = %(case)s AND p.person_id = %(person)s AND p.removed_at IS NULL
      AND NOT EXISTS (SELECT FROM cases.participants own
                      WHERE own.case_id = c.id AND own.organisation = p.organisation
                        AND own.removed_at IS NULL
                        AND own.person_id IN (c.process_owner, c.coordinator))
"""


def may_be_told(house: House, sending: Sending, meeting: Json) -> None:
    """Invariant 4, of a meeting that rests on consent. Raises DoesNotHold."""
    day = local_date(meeting["starts_at"])
    values = {
        "case": sending.case_id,
        "person": sending.person_id,
        "day": day,
        "of_age": age(meeting["birth_date"], day) >= OF_AGE,
    }
    deciders = house.looking.execute(_DECIDERS.encode(), values).fetchall()
    stands = bool(deciders) and all(one["stands"] for one in deciders)
    unless(stands, 4, f"a {sending.kind} to {sending.party} without a consent that stands")
    if sending.party == "staff":
        covered = frozenset.intersection(*(frozenset(one["covers"]) for one in deciders))
        for row in house.looking.execute(_IS_THERE_FOR.encode(), values).fetchall():
            named = row["organisation"] in covered
            unless(named, 4, f"a {sending.kind} to staff whom the consent doesn't name")


def rests_on_consent(meeting: Json) -> bool:
    """Of a meeting with what its case is about, its procedure and its step."""
    return meeting["about"] == "child" and _needs_consent(meeting["procedure"], meeting["step"])


@cache
def _needs_consent(procedure: str, step: str) -> bool:
    file = Path(shared.procedures.__file__).with_name(f"{procedure}.toml")
    steps = tomllib.loads(file.read_text(encoding="utf-8"))["steps"]
    return bool(steps[step]["grounds"] == "consent")


def age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
