"""What `samspel import` says: what the files change, row by row, in Swedish."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from services.cases.domain.importing import Change
from services.cases.handlers.importing import Imported
from shared.register import Holder, PersonRow

_PARTS = (
    ("units", "Enheter"),
    ("places", "Platser"),
    ("people", "Personer"),
    ("posts", "Tjänster"),
    ("holders", "Innehavare"),
)
_KINDS = {"new": "ny", "changed": "ändrad", "ended": "avslutad", "removed": "borttagen"}
_MANY = {"new": "nya", "changed": "ändrade", "ended": "avslutade", "removed": "borttagna"}
_SIGNS = {"new": "+", "changed": "~", "ended": "-", "removed": "-"}
_FIELDS = {
    "name": "namn",
    "kind": "sort",
    "organisation": "organisation",
    "parent": "överordnad enhet",
    "unit": "enhet",
    "public_text": "text",
    "email": "e-post",
    "phone": "telefon",
    "calendar": "kalender",
    "role": "roll",
    "reports_to": "chef",
    "first_day": "första dag",
    "last_day": "sista dag",
}
_CAPACITIES = {"holder": "", "deputy": ", ersättare"}


def shown(imported: Imported, *, dry_run: bool) -> Iterator[str]:
    """How many of each kind there are and change; each change, unless it is the first import."""
    if imported.again:
        yield "Filerna är likadana som vid förra inläsningen. Inget ändras."
        return
    for part, title in _PARTS:
        rows: Sequence[Any] = getattr(imported.files, part)
        changes: Sequence[Change] = getattr(imported.changes, part)
        yield f"{title}: {len(rows)} i filen{_counted(changes)}"
        if not imported.first:
            yield from (f"  {_SIGNS[one.kind]} {_said(one)}" for one in changes)
    yield from _ending(imported, dry_run=dry_run)


def nothing(problems: int) -> str:
    found = "ett fel" if problems == 1 else f"{problems} fel"
    return f"inget har lästs in. Rätta {found} här ovan och försök igen"


def _ending(imported: Imported, *, dry_run: bool) -> Iterator[str]:
    if imported.cases:
        cases = "Ett öppet ärende" if imported.cases == 1 else f"{imported.cases} öppna ärenden"
        yield f"{cases} {'skulle ses' if dry_run else 'ses'} över på nytt."
    if dry_run:
        yield "Provkörning: inget har ändrats."
    elif not imported.changes:
        yield "Inget behövde ändras."


def _counted(changes: Iterable[Change]) -> str:
    kinds: list[str] = [change.kind for change in changes]
    counts = ((kind, kinds.count(kind)) for kind in _KINDS)
    return "".join(
        f", {count} {_KINDS[kind] if count == 1 else _MANY[kind]}"
        for kind, count in counts
        if count
    )


def _said(change: Change) -> str:
    row = change.after or change.before
    named = f"{_KINDS[change.kind]}: {_name(row)}"
    if change.kind == "new":
        return f"{named}{_days(row)}"
    if isinstance(row, PersonRow):  # which fields only: an address or a number is nobody else's
        return f"{named}: {', '.join(_FIELDS.get(name, name) for name in change.fields)}"
    said = (
        f"{_FIELDS.get(name, name)} {_value(change.before, name)} → {_value(change.after, name)}"
        for name in change.fields
    )
    return f"{named}: {', '.join(said)}" if change.fields else f"{named}{_days(row)}"


def _name(row: Any) -> str:
    if isinstance(row, Holder):
        return f"{row.post}, {row.person}{_CAPACITIES[row.capacity]}"
    return str(row.code)


def _days(row: Any) -> str:
    if not isinstance(row, Holder):
        return ""
    until = "" if row.last_day is None else f" till och med {row.last_day}"
    return f", från {row.first_day}{until}"


def _value(row: Any, name: str) -> str:
    value = getattr(row, name)
    return str(value) if isinstance(value, date) else f"«{value}»" if value else "inget"
