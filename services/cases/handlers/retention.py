"""What goes when: packed for the archive first, noted outside the database, and then gone."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

from services.cases.domain.refused import NotFound
from services.cases.domain.retention import (
    Account,
    Because,
    By,
    CameAfter,
    Erased,
    Hold,
    NoArchive,
    NotDue,
    Unreadable,
)
from services.cases.handlers.ports import Audit
from shared.domain.days import at, local_date
from shared.domain.retention import Kind, Retention, Term

Rows = Mapping[str, list[dict[str, Any]]]
_LONG_AGO = date(1900, 1, 1)
_WITH_IDS = ("cases.cases", "cases.meetings", "cases.consents", "cases.tasks")


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of a table, to be read at one go: from its `first` block on."""

    place: str
    first: int


class Keeping(Protocol):
    """What the database has of cases and people, and how it goes. Erasing raises StaysFor."""

    def case_by_reference(self, reference: str) -> UUID | None: ...
    def report_by_reference(self, reference: str) -> UUID | None: ...
    def person_by(self, id_or_address: str) -> UUID | None: ...
    def due(
        self, about: str, before: datetime, limit: int, but: Collection[UUID]
    ) -> list[UUID]: ...
    def next_closing(self, about: str, since: datetime) -> datetime | None: ...
    def rows_of_case(self, case_id: UUID) -> Rows: ...
    def rows_of_person(self, person: UUID) -> Rows: ...
    def erase_case(self, case_id: UUID, log_since: datetime) -> dict[str, int]: ...
    def erase_person(self, person: UUID, today: date) -> dict[str, int]: ...
    def erase_old(self, kind: Kind, before: datetime) -> dict[str, int]: ...
    def portions(self) -> list[Portion]: ...
    def traces(self, ids: Collection[UUID], portion: Portion) -> int: ...
    def exists(self, thing: UUID) -> bool: ...
    def is_report(self, thing: UUID) -> bool: ...
    def case_changed_after(self, case_id: UUID, at: datetime) -> bool: ...
    def person_came_after(self, person: UUID, at: datetime) -> bool: ...
    def log(self, actor: str, case_id: UUID, what: str, at: datetime) -> None: ...
    def begin_day(self, today: date) -> bool: ...
    def note_next(self, day: date | None) -> None: ...
    def holds(self) -> list[Hold]: ...
    def hold(self, hold: Hold, matter: UUID | None) -> bool: ...
    def lift(self, matter: UUID | None, person: UUID | None, by: str, at: datetime) -> int: ...


class Archive(Protocol):
    """The folder for packages, and the list of what has gone."""

    def keep(self, rows: Rows, at: datetime, decision: str | None) -> None: ...
    def has(self, case_id: UUID) -> bool: ...
    def note(self, erased: Erased) -> None: ...
    def erased(self) -> Iterable[Erased | Unreadable]: ...


@dataclass(frozen=True, slots=True)
class RetentionDesk:
    """What this is done with, in one unit of work."""

    now: datetime
    actor: str
    keeping: Keeping
    archive: Archive | None
    plan: Retention | None
    audit: Audit

    @property
    def today(self) -> date:
        return local_date(self.now)

    def case(self, reference: str) -> UUID:
        """Raises NotFound."""
        if (found := self.keeping.case_by_reference(reference)) is None:
            raise NotFound
        return found

    def held(self, reference: str) -> UUID:
        """What can be held: a case, another matter or a report. Raises NotFound."""
        return self.keeping.report_by_reference(reference) or self.case(reference)

    def person(self, id_or_address: str) -> UUID:
        """Raises NotFound, also if two people have the address."""
        if (found := self.keeping.person_by(id_or_address)) is None:
            raise NotFound
        return found


def due_matters(
    desk: RetentionDesk, limit: int, but: Collection[UUID] = ()
) -> list[tuple[UUID, bool]]:
    """Closed cases and matters whose term is over, with whether they go to the archive.

    `but`: those that were tried already.
    """
    if desk.plan is None:
        return []
    found: list[tuple[UUID, bool]] = []
    for about, term in desk.plan.of_matters(desk.today).items():
        due = desk.keeping.due(about, before(term, desk.today), limit - len(found), but)
        found += [(one, term.archive) for one in due]
    return found


def next_due(desk: RetentionDesk) -> date | None:
    """The next day on which something of a case falls due, but for what is due or held already."""
    if (plan := desk.plan) is None:
        return None
    days = []
    for about, term in plan.of_matters(max(desk.today, plan.valid_from)).items():
        since = before(term, desk.today if desk.today >= plan.valid_from else _LONG_AGO)
        if (closed_at := desk.keeping.next_closing(about, since)) is not None:
            days.append(max(_falls_due(term, local_date(closed_at)), plan.valid_from))
    return min(days, default=None)


def erase_case(case_id: UUID, by: By, desk: RetentionDesk, *, packed: bool) -> Account:
    """A closed case in every table. Raises StaysFor, and then nothing has gone.

    The rows are gone for this transaction alone when the package is written and read again, and
    the id is on the list before it commits: whatever breaks in between, the case is still there.
    """
    archive = _archive(desk)
    rows = desk.keeping.rows_of_case(case_id)
    if not rows["cases.cases"]:
        raise NotFound
    if by == "plan":
        _check_term(rows, desk)
    gone = desk.keeping.erase_case(case_id, _log_since(desk))
    desk.audit.note(None, "case.erased", None, {"case": str(case_id), "by": by})
    if packed:
        archive.keep(rows, desk.now, desk.plan.decision if desk.plan else None)
    if by != "again":
        archive.note(Erased("case", case_id, desk.now, by, packed=packed))
    return Account(gone, _ids_of(rows, desk))


def erase_person(person: UUID, by: By, desk: RetentionDesk) -> Account:
    """One person's data. Raises StaysFor, and then nothing has gone."""
    archive = _archive(desk)
    gone = desk.keeping.erase_person(person, desk.today)
    if not gone:
        raise NotFound
    desk.audit.note(None, "person.erased", None, {"person": str(person), "by": by})
    ids = frozenset[UUID]() if desk.keeping.exists(person) else frozenset({person})
    if by != "again":
        archive.note(Erased("person", person, desk.now, by))
    return Account(gone, ids)


def erase_again(desk: RetentionDesk, one: Erased) -> bool:
    """Whether it had come back, with a backup from before. Raises StaysFor.

    An id can come anew: what is newer than the line of the list isn't what went by it.
    """
    archive = _archive(desk)
    if not desk.keeping.exists(one.id):
        return False
    if one.what == "case":
        if desk.keeping.case_changed_after(one.id, one.at):
            raise CameAfter
        erase_case(one.id, "again", desk, packed=one.packed and not archive.has(one.id))
        return True
    if desk.keeping.person_came_after(one.id, one.at):
        raise CameAfter
    return any(erase_person(one.id, "again", desk).gone.values())


def _check_term(rows: Rows, desk: RetentionDesk) -> None:
    """Under the lock: it can have been opened and closed again since it was due. Raises NotDue."""
    (case,) = rows["cases.cases"]
    term = desk.plan.of_matters(desk.today).get(case["about"]) if desk.plan else None
    closed_at = datetime.fromisoformat(case["closed_at"]) if case["closed_at"] else desk.now
    if term is None or closed_at >= before(term, desk.today):
        raise NotDue


def _ids_of(rows: Rows, desk: RetentionDesk) -> frozenset[UUID]:
    """What must stand nowhere any more: of the family only who was on no other case."""
    things = {UUID(one["id"]) for name in _WITH_IDS for one in rows[name]}
    if desk.keeping.is_report(matter := UUID(rows["cases.cases"][0]["id"])):
        things.discard(matter)  # the report has it too, and stays for its own term
    family = [UUID(one["id"]) for one in rows["cases.people"] if one["party"] != "staff"]
    return frozenset(things) | {one for one in family if not desk.keeping.exists(one)}


def erase_old(desk: RetentionDesk, kind: Kind, term: Term) -> Mapping[str, int]:
    """What belongs to no case and is older than its term."""
    return desk.keeping.erase_old(kind, before(term, desk.today))


def place_hold(
    matter: UUID | None, person: UUID | None, because: Because, desk: RetentionDesk
) -> bool:
    """Whether it is new. What is held for one reason can be held for another, too.

    `matter`: a case, another matter or a report.
    """
    hold = Hold(uuid4(), because, desk.now, desk.actor, person=person)
    if new := desk.keeping.hold(hold, matter):
        _note(desk, matter, "hold.place", {"hold": str(hold.id), "because": because})
    return new


def lift_holds(matter: UUID | None, person: UUID | None, desk: RetentionDesk) -> int:
    """How many stood."""
    lifted = desk.keeping.lift(matter, person, desk.actor, desk.now)
    if lifted:
        _note(desk, matter, "hold.lift", {"holds": lifted})
    return lifted


def _note(desk: RetentionDesk, matter: UUID | None, action: str, details: dict[str, Any]) -> None:
    """What is noted of a report is of no case (R41)."""
    if matter is not None and desk.keeping.is_report(matter):
        desk.audit.note(None, action, None, {"report": str(matter), **details})
    else:
        desk.audit.note(matter, action, None, details)


def before(term: Term, today: date) -> datetime:
    """The instant before which something was, if its term is over."""
    return at(max(term.before(today), _LONG_AGO), time())


def _falls_due(term: Term, day: date) -> date:
    """The first day on which something of this day is due."""
    months = term.months or (term.years or 0) * 12
    candidate = day + timedelta(days=months * 28)
    while term.before(candidate) <= day:
        candidate += timedelta(days=1)
    return candidate


def _log_since(desk: RetentionDesk) -> datetime:
    """Who looked stays from here on; without a term for it, always."""
    term = desk.plan.of_kinds(desk.today).get("access_log") if desk.plan else None
    return at(_LONG_AGO, time()) if term is None else before(term, desk.today)


def _archive(desk: RetentionDesk) -> Archive:
    if desk.archive is None:
        raise NoArchive
    return desk.archive
