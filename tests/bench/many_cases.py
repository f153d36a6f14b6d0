"""A municipality with ten thousand open cases: a few opened as usual, and then copied.

The copies are rows of those few with ids of their own, shared out on people: Anna, a rektor, is on
60 of them, Therese on the 300 that she coordinates, and nobody else on more. The rektors of thirty
more schools, with 60 each, have the same chief as Anna.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import md5
from uuid import UUID

import psycopg

from tests.bench.around_cases import AROUND
from tests.integration.cases_house import OWNER, CasesHouse, Json
from tests.integration.spindel import COORDINATOR, book, prepared

_NOW = "2027-03-10T08:00:00+01:00"
_OF_ONE, _OF_A_COORDINATOR = 60, 300  # cases a person is on
_SCHOOLS_OF_ONE_CHIEF = 30
_AT_A_TIME = 250
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OF_A_CASE = {
    "people": "p.id IN (SELECT x.person_id FROM cases.participants x"
    " WHERE x.case_id = %s AND x.party <> 'staff')",
    "cases": "p.id = %s",
    "participants": "p.case_id = %s",
    "consents": "p.case_id = %s",
    "meetings": "p.case_id = %s",
    "attendance": "p.meeting_id IN (SELECT m.id FROM cases.meetings m WHERE m.case_id = %s)",
    "engagements": "p.meeting_id IN (SELECT m.id FROM cases.meetings m WHERE m.case_id = %s)",
    "tasks": "p.case_id = %s",
    "audit": "p.case_id = %s",
}


@dataclass(frozen=True, slots=True)
class Made:
    """What there is to look at: a case of Anna's and its meeting, and one that Therese leads."""

    case_id: UUID
    meeting_id: UUID
    spindel_id: UUID


@dataclass
class Original:
    """A case to copy. `rows`: its rows as JSON by table, with marks for the times of meetings."""

    reference: str
    rows: dict[str, str]
    meetings: list[tuple[datetime, datetime]]
    staff: frozenset[str]

    @cached_property
    def pieces(self) -> dict[str, tuple[list[str], list[str]]]:
        """The text between the ids, and the ids."""
        return {
            table: (_UUID.split(text), _UUID.findall(text)) for table, text in self.rows.items()
        }

    def copy(self, table: str, number: int, among: int, new: dict[str, str]) -> str:
        """Its rows of a table as the copy of that number has them, the ids by `new`."""
        between, ids = self.pieces[table]
        text = between[0] + "".join(
            new[one] + after for one, after in zip(ids, between[1:], strict=True)
        )
        text = text.replace(f'"{self.reference}"', f'"K{number}"')
        for turn, (starts_at, ends_at) in enumerate(self.meetings):
            moved = _moved(number % among, starts_at)
            for mark, instant in (("S", starts_at + moved), ("E", ends_at + moved)):
                text = text.replace(f"@{mark}{turn}@", instant.isoformat())
        return text


def many_cases(cases: CasesHouse, count: int) -> Made:
    """So many, of which seven in ten under samverkansmöte, and what belongs to them."""
    opened = a_few_cases(cases)
    multiply(cases, opened, count)
    called = opened[2]["id"]
    (meeting,) = cases.rows("SELECT id FROM cases.meetings WHERE case_id = %s", UUID(called))
    return Made(UUID(called), meeting["id"], UUID(opened[4]["id"]))


def multiply(cases: CasesHouse, opened: Sequence[Json], count: int) -> None:
    """So many copies of a few cases, and what gathers around so many."""
    originals = [_original(cases, one) for one in opened]
    of_school = count * 7 // 10
    with psycopg.connect(cases.database_url) as connection:
        _copy(connection, originals[:4], range(of_school), _OF_ONE)
        _copy(connection, originals[4:], range(of_school, count), _OF_A_COORDINATOR)
        connection.execute("ALTER TABLE notifier.messages DISABLE TRIGGER USER")  # row by row
        for statement in AROUND:
            connection.execute(statement)
        connection.execute("ALTER TABLE notifier.messages ENABLE TRIGGER USER")
    cases.execute("VACUUM ANALYZE")


def a_few_cases(cases: CasesHouse) -> list[Json]:
    """Four under samverkansmöte, each a step further, and two under Spindelmöte."""
    cases.worker.look_daily()
    fresh, signed = cases.open_case(), cases.signed_case()
    called, held = cases.signed_case(), cases.signed_case()
    spindel = [cases.signed_case(procedure="spindelmote", participants=[]) for _ in range(2)]
    first = cases.booked(held, "2027-03-09T13:00:00+01:00")
    prepared(cases, spindel[0])
    book(cases, spindel[0], "family", "2027-03-16T13:00:00+01:00")
    cases.set_clock("2027-03-09T14:30:00+01:00")
    cases.post(f"meetings/{first['id']}/held")
    cases.booked(called, "2027-03-15T13:00:00+01:00")
    cases.set_clock(_NOW)
    return [fresh, signed, called, held, *spindel]


def _original(cases: CasesHouse, case: Json) -> Original:
    rows = {
        table: cases.rows(
            f"SELECT coalesce(jsonb_agg(p), '[]') AS rows FROM cases.{table} p WHERE {which}",  # noqa: S608 - fixed text
            UUID(case["id"]),
        )[0]["rows"]
        for table, which in _OF_A_CASE.items()
    }
    times = []
    for turn, meeting in enumerate(rows["meetings"]):
        starts_at, ends_at = meeting["starts_at"], meeting["ends_at"]
        times.append((datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at)))
        meeting |= {"starts_at": f"@S{turn}@", "ends_at": f"@E{turn}@", "local_start": f"@S{turn}@"}
        for one in rows["engagements"]:
            if one["meeting_id"] == meeting["id"]:
                one["during"] = f"[@S{turn}@,@E{turn}@)"
    staff = {one["person_id"] for one in rows["participants"] if one["party"] == "staff"}
    texts = {table: json.dumps(found) for table, found in rows.items()}
    return Original(case["reference"], texts, times, frozenset(staff))


def _moved(slot: int, starts_at: datetime) -> timedelta:
    """How far from the original's: a time of its own among those of one person."""
    away = timedelta(hours=slot % 5 - 5, days=slot // 5 % 5, weeks=slot // 25)
    if starts_at > datetime.fromisoformat(_NOW):
        return away + timedelta(weeks=1)
    return timedelta(hours=slot % 5 - 5) - timedelta(days=slot // 5 % 5, weeks=slot // 25 + 1)


def _copy(
    connection: psycopg.Connection, originals: Sequence[Original], numbers: range, among: int
) -> None:
    """Each person's cases come one after another, and are the originals by turns."""
    _add_people(connection, originals, numbers)
    for first in numbers[::_AT_A_TIME]:
        some = [
            (originals[number % len(originals)], number)
            for number in range(first, min(first + _AT_A_TIME, numbers.stop))
        ]
        new = [_new_ids(original, number, numbers.start) for original, number in some]
        for table in _OF_A_CASE:
            texts = [
                one.copy(table, number, among, ids)[1:-1]
                for (one, number), ids in zip(some, new, strict=True)
            ]
            _insert(connection, table, f"[{','.join(filter(None, texts))}]")
        if first == numbers.start:
            connection.execute("ANALYZE")  # what checks each row looks things up


def _insert(connection: psycopg.Connection, table: str, rows: str) -> None:
    columns = ", ".join(
        row[0]
        for row in connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'cases'"
            " AND table_name = %s AND is_generated = 'NEVER' AND is_identity = 'NO'",
            [table],
        )
    )
    connection.execute(
        f"INSERT INTO cases.{table} ({columns}) SELECT {columns}"  # noqa: S608
        f" FROM jsonb_populate_recordset(null::cases.{table}, %s)",
        [rows],
    )


def _new_ids(original: Original, number: int, first: int) -> dict[str, str]:
    ids = {one for _, found in original.pieces.values() for one in found}
    return {
        one: _whose(one, number, first) if one in original.staff else _other(one, number)
        for one in ids
    }


def _whose(person: str, number: int, first: int) -> str:
    """Who stands in that one's place in the copy of that number; `first` begins its kind."""
    many = _OF_A_COORDINATOR if person == COORDINATOR else _OF_ONE
    group = number // many
    themselves = (number - first) < many and (first == 0 or person == COORDINATOR)
    return person if themselves else _other(person, group)


def _other(one: str, number: int) -> str:
    return str(UUID(md5(f"{one} {number}".encode(), usedforsecurity=False).hexdigest()))


def _add_people(
    connection: psycopg.Connection, originals: Sequence[Original], numbers: range
) -> None:
    """Those of the staff whom the copies are shared out on; some of them under one chief."""
    for person in sorted({one for original in originals for one in original.staff}):
        others = {_whose(person, number, numbers.start) for number in numbers} - {person}
        new = connection.execute(
            "INSERT INTO cases.people (id, code, party, name, email, protected)"
            " SELECT id, id, 'staff', 'Noor Exempel', 'noor@a.example', false"
            " FROM unnest(%s::uuid[]) AS id ON CONFLICT DO NOTHING RETURNING id",
            [sorted(others)],
        ).fetchall()
        if person == OWNER and numbers.start == 0:
            for (one,) in new[:_SCHOOLS_OF_ONE_CHIEF]:
                connection.execute(
                    "INSERT INTO cases.posts (code, role, unit, reports_to)"
                    " VALUES (%s, 'rektor', 'bjorkskolan', 'skolchef')", [str(one)]
                )  # fmt: skip
                connection.execute(
                    "INSERT INTO cases.holders (post, person_id, first_day)"
                    " VALUES (%s, %s, '2020-01-01')", [str(one), one]
                )  # fmt: skip
