"""Saved changes that don't count, since the files under them are others: what, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.cases.domain.refused import Words
from services.cases.domain.rule_refusals import reason_in_words
from services.cases.domain.spoken import title_words
from services.cases.handlers.ports import Desk
from services.cases.web.staff.settings.history import plain_words
from shared.saved_rules import Kind, LeftOut

_YEAR = Words("Läsåret {name}", "The school year {name}")


@dataclass(frozen=True, slots=True)
class NotCounting:
    """A change of what, from when, and why it doesn't count; `line` is what the loader says."""

    kind: Kind
    name: str
    title: Words
    valid_from: date | None
    why: Words
    line: str


def not_counting(found: Iterable[LeftOut], desk: Desk) -> Sequence[NotCounting]:
    """The same as the pages show it."""
    return [
        NotCounting(
            kind=one.change.kind,
            name=one.change.name,
            title=_title(one, desk),
            valid_from=one.change.valid_from,
            why=reason_in_words(one.reason),
            line=one.reason,
        )
        for one in found
    ]


def _title(one: LeftOut, desk: Desk) -> Words:
    """A routine that the files have no more has only its name in them."""
    name = one.change.name
    if one.change.kind == "school-year":
        return Words(_YEAR.sv.format(name=name), _YEAR.en.format(name=name))
    versions = desk.procedures.versions.get(name)
    return plain_words(name) if versions is None else title_words(versions[-1])
