"""What every change of the rules has in common: one at a time, checked as a whole, kept, told."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.cases.domain.rule_refusals import ChangedMeanwhile
from services.cases.handlers.ports import Desk
from shared.bus.events import RulesChanged
from shared.municipality import Municipality
from shared.saved_rules import Kind, Laid, LeftOut, SavedRule

_RULE = "X9"


def begin(seen: UUID | None, desk: Desk) -> None:
    """`seen`: the newest change that whoever decides has seen. Raises Refused."""
    desk.rule_changes.begin()
    if desk.rule_changes.revision() != seen:
        raise ChangedMeanwhile


def keep(
    kind: Kind,
    name: str,
    valid_from: date | None,
    content: str | None,
    details: Mapping[str, object],
    desk: Desk,
) -> UUID:
    """The id of the change; without `content` it takes back what stood there."""
    made = desk.rule_changes.note(kind, name, valid_from, content)
    day = {} if valid_from is None else {"valid_from": valid_from.isoformat()}
    done = "rules.change" if content is not None else "rules.take-back"
    desk.audit.note(None, done, _RULE, {"kind": kind, "name": name, **day, **details})
    desk.rule_changes.begin_day_anew(desk.today)
    desk.publish(RulesChanged(change_id=made))
    return made


def others_than(
    kind: Kind, name: str, valid_from: date | None, saved: Sequence[SavedRule]
) -> list[SavedRule]:
    """What is saved, without the change of that name and day."""
    return [
        one for one in saved if (one.kind, one.name, one.valid_from) != (kind, name, valid_from)
    ]


def fallen(
    standing: Laid[Municipality], after: Laid[Municipality], change: SavedRule | None = None
) -> LeftOut | None:
    """What a change can't be made for: itself, or one that stood and couldn't stand with it.

    What is left out already doesn't count.
    """
    return next(
        (
            one
            for one in after.left_out
            if one.change == change or not standing.leaves_out(one.change)
        ),
        None,
    )
