"""A municipality's files are taken over: all of it or nothing, and it counts at once."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from typing import Any

from services.cases.domain.importing import Changes, changes
from services.cases.handlers.duties import follow_posts, tell_again
from services.cases.handlers.duty_ports import Duties
from services.cases.handlers.meeting_ports import Meetings
from services.cases.handlers.ports import Audit, Cases, Desk, Publish, Tasks
from services.cases.handlers.register import leavers, look_again
from services.cases.handlers.staffing import Files, Staffing
from services.cases.handlers.year.staff import follow_staff
from services.cases.handlers.year_ports import Years
from shared.domain.days import local_date
from shared.ids import staff_id
from shared.procedures import Procedures
from shared.register import Register


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has changed, or would change.

    `again`: the files say what they said last time, so what was changed by hand since then stands.
    `cases`: how many open cases are looked at again.
    """

    files: Register
    changes: Changes
    first: bool
    again: bool
    cases: int


@dataclass(frozen=True, slots=True)
class ImportDesk:
    """What an import works with, in one transaction."""

    now: datetime
    procedures: Procedures
    files: Files
    staffing: Staffing
    tasks: Tasks
    duties: Duties
    years: Years
    cases: Cases
    meetings: Meetings
    audit: Audit
    publish: Publish

    @property
    def today(self) -> date:
        return local_date(self.now)


def import_desk(desk: Desk) -> ImportDesk:
    """What an import works with, at a desk."""
    return ImportDesk(
        desk.now, desk.procedures, desk.files, desk.staffing, desk.tasks, desk.duties, desk.years,
        desk.cases, desk.meetings, desk.audit, desk.publish,
    )  # fmt: skip


def import_files(register: Register, desk: ImportDesk, *, dry_run: bool) -> Imported:
    """A dry run tells the same and changes nothing."""
    desk.files.begin()
    fingerprint = _fingerprint(register)
    before = desk.files.read()
    first = not before.units
    if desk.files.imported() == fingerprint:
        return Imported(register, Changes(), first, again=True, cases=0)
    found = changes(before, register, desk.today)
    everybody = (*before.holders, *register.holders)
    people = [staff_id(code) for code in found.people_touched(everybody)]
    result = Imported(
        register, found, first, again=False, cases=len(desk.staffing.open_cases_of(people))
    )
    if not dry_run:
        desk.files.write(found, desk.today)
        desk.files.note_import(fingerprint)
        desk.audit.note(None, "register.import", None, dict(_counts(found)))
        look_again(people, desk.staffing, desk.publish)
        tell_again(list(map(staff_id, found.readdressed)), desk.duties, desk.publish)
        # A unit that has become another organisation's concerns all who serve there.
        leavers(
            desk.staffing, desk.tasks, desk.procedures, desk.today, None if found.units else people
        )
        follow_posts(desk.duties, desk.publish, desk.today)
        follow_staff(desk)
    return result


def _fingerprint(register: Register) -> bytes:
    """Of what the files say; a column that nobody has filled in makes no difference."""
    parts = (register.units, register.places, register.people, register.posts, register.holders)
    text = json.dumps([[_said(row) for row in part] for part in parts], default=str)
    return hashlib.sha256(text.encode()).digest()


def _said(row: Any) -> dict[str, Any]:
    return {
        field.name: value
        for field in fields(row)
        if (value := getattr(row, field.name)) != field.default or field.default is MISSING
    }


def _counts(found: Changes) -> Iterator[tuple[str, dict[str, int]]]:
    for field in fields(found):
        kinds = [change.kind for change in getattr(found, field.name)]
        if kinds:
            yield field.name, {kind: kinds.count(kind) for kind in sorted(set(kinds))}
