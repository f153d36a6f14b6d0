"""What changing the rules needs: the rows of what was changed, and whom it would touch."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from shared.municipality import Municipality
from shared.saved_rules import Kind, Laid, SavedRule

# What holds with these changes laid over the municipality's files, as in every process that runs.
Lay = Callable[[Collection[SavedRule]], Laid[Municipality]]


@dataclass(frozen=True, slots=True)
class Decided:
    """One change as it was made; `content` None: it was taken back. `by` as in the audit."""

    kind: Kind
    name: str
    valid_from: date | None
    content: str | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What was done in the settings; `who`: the name of who did it, or of the system."""

    at: datetime
    action: str
    details: Mapping[str, Any]
    who: str


class RuleChanges(Protocol):
    """What administrators have changed; rows are only ever added."""

    def begin(self) -> None:
        """One at a time: whoever comes second sees what the first has changed."""
        ...

    def revision(self) -> UUID | None:
        """The newest change; None before the first."""
        ...

    def saved(self) -> list[SavedRule]:
        """What counts of all that was saved."""
        ...

    def note(self, kind: Kind, name: str, valid_from: date | None, content: str | None) -> UUID: ...
    def history(self, limit: int) -> Sequence[Decided]:
        """The newest first."""
        ...

    def noted(self, areas: Collection[str], limit: int) -> Sequence[Noted]:
        """What the audit says of some areas of the settings (`rules`, `token`, `account`,
        `register`), the newest first."""
        ...

    def begin_day_anew(self, today: date) -> None:
        """What the date brings is looked at once more, by the rules as they are then."""
        ...

    def open_under(self, procedure: str, since: date, limit: int) -> Sequence[UUID]:
        """Open cases and matters that follow a version of that day or later."""
        ...

    def coming_years(self, limit: int) -> Sequence[UUID]:
        """Open matters of a year, the nearest first."""
        ...

    def booked_within(self, begins: datetime, ends: datetime) -> Sequence[datetime]:
        """When the meetings begin that are booked then, about whatever; the first one first."""
        ...
