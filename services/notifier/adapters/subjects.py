"""What messages at the gate are about: locked first, and only then read (X5)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import DictRow

from services.notifier.domain.last_filter import Subject
from services.notifier.domain.mailing import (
    Duty,
    Known,
    Mailing,
    digest_from_row,
    duty_from_row,
    mailing_from_row,
)
from services.notifier.domain.messages import Sending
from services.notifier.domain.unspeakable import Unspeakable
from services.notifier.handlers import procedure_of
from shared.db import Unit
from shared.domain.days import local_date
from shared.domain.facts import UnreadableFacts
from shared.procedures import Procedures

# Cases come before duties, and these before letters, for everybody: nobody waits in a ring.
_CLEAR = "SELECT * FROM cases_api.clear(%s, %s)"
_CLEAR_DUTIES = "SELECT * FROM cases_api.clear_duties(%s, %s)"
_CLEAR_DIGESTS = "SELECT * FROM cases_api.clear_digests(%s)"
# A letter speaks of nobody, so it has no names of its own to hide.
_UNSPEAKABLE = """
    SELECT case_id AS id, names, school FROM cases_api.unspeakable(%s)
    UNION ALL
    SELECT task_id AS id, names, school FROM cases_api.unspeakable_of_duties(%s)
    UNION ALL
    SELECT id, '{}', NULL FROM unnest(%s::uuid[]) AS id
"""
_READ: Mapping[str, Callable[[DictRow], Known]] = {
    "case_id": mailing_from_row,
    "task_id": duty_from_row,
    "digest_id": digest_from_row,
}
# What would tell that somebody has reported something (R41).
_OF_A_REPORT = {"anmälan", "anmäld", "anmält", "anmälare", "anmälaren", "rapport", "report"}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What messages are about, asked for and not yet read: the server goes on meanwhile."""

    today: date
    known: Sequence[Cursor[DictRow]]
    unspeakable: Cursor[DictRow]

    def read(self, procedures: Procedures) -> Mapping[UUID, Subject]:
        """By id, as far as they can be read."""
        known: dict[UUID, Known] = {}
        for found in self.known:
            known |= _readable(found.fetchall())
        return {
            row["id"]: Subject(about, _unspeakable(row, about, procedures), self.today)
            for row in self.unspeakable.fetchall()
            if (about := known.get(row["id"])) is not None
        }


def lock_and_ask(waiting: Sequence[Sending], unit: Unit) -> Asked:
    """In this order for everybody; the locks end with the transaction."""
    today = local_date(unit.now)
    cases = sorted({one.case_id for one in waiting if one.case_id is not None})
    duties = sorted({one.task_id for one in waiting if one.task_id is not None})
    digests = sorted({one.digest_id for one in waiting if one.digest_id is not None})
    known = []
    if cases:
        known.append(unit.connection.execute(_CLEAR, [cases, today]))
    if duties:
        known.append(unit.connection.execute(_CLEAR_DUTIES, [duties, today]))
    if digests:
        known.append(unit.connection.execute(_CLEAR_DIGESTS, [digests]))
    unspeakable = unit.connection.execute(_UNSPEAKABLE, [cases, duties, digests])
    return Asked(today, known, unspeakable)


def _readable(rows: Sequence[DictRow]) -> dict[UUID, Known]:
    """Without what is in a shape we don't know: it stops what rests on it."""
    known: dict[UUID, Known] = {}
    for row in rows:
        name = next(name for name in _READ if name in row)
        try:
            known[row[name]] = _READ[name](row)
        except UnreadableFacts as error:
            kind = type(error).__name__  # its text may quote them
            log.error("What the %s %s is about can't be read: %s", name, row[name], kind)  # noqa: TRY400
    return known


def _unspeakable(row: DictRow, known: Known, procedures: Procedures) -> Unspeakable:
    phrases = set() if row["school"] is None else {row["school"]}
    if isinstance(known, Mailing):
        phrases |= _titles(known, procedures)
    elif isinstance(known, Duty) and known.of_report:
        phrases |= _OF_A_REPORT
    return Unspeakable(frozenset(row["names"]), frozenset(phrases))


def _titles(mailing: Mailing, procedures: Procedures) -> set[str]:
    """What kind of case it is (X3)."""
    procedure = procedure_of(mailing.facts, procedures)
    return {mailing.facts.procedure} if procedure is None else {procedure.name, procedure.title}
