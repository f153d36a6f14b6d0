"""What a package holds of a case, and an extract of a person: rows by table, without secrets."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.handlers.retention import Rows

_Read = tuple[LiteralString, LiteralString, LiteralString]
_Tables = dict[str, list[dict[str, Any]]]

# What opens something, or is only a machine's, wherever it stands.
_SECRET = ["link", "link_revoked_at", "password_hash", "code_hash", "hash", "calendar_url"]
_OF_MEETINGS: LiteralString = """meeting_id IN (
    SELECT id FROM cases.meetings WHERE case_id = %(case)s)"""
_TASKS: LiteralString = "id IN (SELECT cases.tasks_of(ARRAY[%(case)s]))"
# Of a case: table, which rows, in which order. The notifier and the scheduler add what they have.
_OF_CASE: tuple[_Read, ...] = (
    ("cases", "id = %(case)s", "opened_at"),
    ("participants", "case_id = %(case)s", "added_at, person_id"),
    ("former_particulars", "person_id = ANY (%(goes)s)", "person_id"),
    ("consents", "case_id = %(case)s", "requested_on, id"),
    ("meetings", "case_id = %(case)s", "starts_at, id"),
    ("options", _OF_MEETINGS, "meeting_id, rank"),
    ("votes", _OF_MEETINGS, "meeting_id, starts_at, person_id"),
    ("attendance", _OF_MEETINGS, "meeting_id, person_id"),
    ("counters", _OF_MEETINGS, "asked_at, id"),
    ("wishes", "case_id = %(case)s", "asked_at, id"),
    ("tasks", _TASKS, "created_at, id"),
    ("inquiries", "case_id = %(case)s", "received_at, id"),
    ("glass", "case_id = %(case)s", "opened_at, id"),
    ("holds", "case_id = %(case)s OR person_id = ANY (%(goes)s)", "placed_at, id"),
    ("audit", "case_id = %(case)s", "id"),
    ("access_log", "case_id = %(case)s", "id"),
)
_FAMILY = """
    SELECT p.id, NOT EXISTS (SELECT FROM cases.participants x
                             WHERE x.person_id = p.id AND x.case_id <> %(case)s)
             AND NOT EXISTS (SELECT FROM cases.wishes w
                             WHERE w.person_id = p.id AND w.case_id <> %(case)s) AS goes
    FROM cases.people p
    WHERE p.party <> 'staff'
      AND (p.id IN (SELECT person_id FROM cases.participants WHERE case_id = %(case)s)
           OR p.id IN (SELECT person_id FROM cases.wishes WHERE case_id = %(case)s))
"""
# Mail that came in and is of no case goes with the family, if the address is theirs alone.
_ADDRESSES = "SELECT unnest(cases.addresses_alone_of(%(goes)s)) AS address"
# Of staff no more than who it was: by any id in what is packed.
_STAFF = """
    SELECT jsonb_build_object('id', p.id, 'party', p.party, 'code', p.code, 'name', p.name) AS row
    FROM cases.people p WHERE p.party = 'staff' AND p.id::text = ANY (%(named)s) ORDER BY p.id
"""

_NAMED: LiteralString = "position(%(id)s::text IN t::text) > 0"
_OWN_CASES: LiteralString = """id IN (SELECT case_id FROM cases.participants
    WHERE person_id = %(id)s AND party IN ('child', 'guardian'))"""
_CALLED: LiteralString = "id IN (SELECT meeting_id FROM cases.attendance WHERE person_id = %(id)s)"
_ABOUT_THE_CHILD: LiteralString = "{grade,residence,reason,evaluation,never_together}"
# Of a person: table, which rows, and what is left out because it is about somebody else.
_OF_PERSON: tuple[_Read, ...] = (
    ("people", "id = %(id)s", "{}"),
    ("former_particulars", "person_id = %(id)s", "{}"),
    ("former_particulars", "changed_by = %(id)s AND person_id <> %(id)s", "{particulars}"),
    ("cases", _OWN_CASES, "{}"),
    (
        "cases",
        f"{_NAMED} AND NOT {_OWN_CASES}",
        _ABOUT_THE_CHILD,
    ),
    ("participants", _NAMED, "{}"),
    ("consents", _NAMED, "{}"),
    ("meetings", f"{_CALLED} OR {_NAMED}", "{}"),
    ("attendance", _NAMED, "{}"),
    ("engagements", _NAMED, "{}"),
    ("counters", _NAMED, "{}"),
    ("votes", _NAMED, "{}"),
    ("wishes", _NAMED, "{}"),
    ("tasks", _NAMED, "{}"),
    ("holders", _NAMED, "{}"),
    ("inquiries", "by_person = %(id)s", "{}"),
    ("inquiries", f"{_NAMED} AND by_person IS DISTINCT FROM %(id)s", "{name,phone,email}"),
    ("feeds", _NAMED, "{}"),
    ("link_codes", _NAMED, "{}"),
    ("digests", _NAMED, "{}"),
    ("drafts", _NAMED, "{said}"),
    ("considerations", _NAMED, "{}"),
    ("dispatches", _NAMED, "{}"),
    ("evaluations", _NAMED, "{questions}"),
    ("evaluation_answers", _NAMED, "{}"),
    ("reports", _NAMED, "{}"),
    ("glass", _NAMED, "{}"),
    ("holds", _NAMED, "{}"),
    ("accounts", "person_id = %(id)s", "{}"),
    ("sessions", "account_id IN (SELECT id FROM cases.accounts WHERE person_id = %(id)s)", "{key}"),
    ("api_tokens", _NAMED, "{}"),
    ("rule_changes", _NAMED, "{content}"),
    ("import_drafts", "made_by = %(actor)s", "{files}"),
    ("audit", _NAMED, "{}"),
    ("access_log", _NAMED, "{}"),
)
_EVENTS = """
    SELECT to_jsonb(t) - 'xid' AS row FROM bus.events t
    WHERE subject = %(id)s OR position(%(id)s::text IN t.data::text) > 0 ORDER BY id
"""


def rows_of_case(connection: Connection[DictRow], case_id: UUID) -> Rows:
    """Locks the case first: nobody changes what is packed until it has gone."""
    connection.execute("SELECT 1 FROM cases.cases WHERE id = %s FOR UPDATE", [case_id])
    family = connection.execute(_FAMILY, {"case": case_id}).fetchall()
    goes = [one["id"] for one in family if one["goes"]]
    values = {"case": case_id, "goes": goes, "secret": _SECRET}
    rows: _Tables = {}
    for table, which, order in _OF_CASE:
        rows[f"cases.{table}"] = _rows(connection, _read(table, which, order), values)
    addresses = [one["address"] for one in connection.execute(_ADDRESSES, values)]
    tasks = [UUID(one["id"]) for one in rows["cases.tasks"]]
    rows |= _published(connection, "notifier_api.of_case", case_id, tasks, goes, addresses)
    rows |= _published(connection, "scheduler_api.of_case", case_id)
    people = values | {"people": [one["id"] for one in family]}
    named = {"named": sorted(set(_ids(rows.values())))}
    which = "id = ANY (%(people)s)"
    rows["cases.people"] = [
        *_rows(connection, _read("people", which, "party, id"), people),
        *_rows(connection, _STAFF, named),
    ]
    return rows


def rows_of_person(connection: Connection[DictRow], person: UUID) -> Rows:
    """Every row about them or that names them; other people are ids."""
    values = {"id": person, "actor": f"person:{person}", "secret": _SECRET}
    rows: _Tables = {}
    for table, which, others in _OF_PERSON:
        found = _rows(connection, _read(table, which, "1", others), values)
        rows.setdefault(f"cases.{table}", []).extend(found)
    rows["bus.events"] = _rows(connection, _EVENTS, values)
    rows |= _published(connection, "notifier_api.of_person", person)
    return rows | _published(connection, "scheduler_api.of_person", person)


def _read(
    table: LiteralString, which: LiteralString, order: LiteralString, others: LiteralString = "{}"
) -> LiteralString:
    return (
        f"SELECT to_jsonb(t) - %(secret)s::text[] - '{others}'::text[] AS row"  # noqa: S608 — ours
        f" FROM cases.{table} t WHERE {which} ORDER BY {order}"
    )


def _rows(
    connection: Connection[DictRow], query: LiteralString, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    return [row["row"] for row in connection.execute(query, values)]


def _published(
    connection: Connection[DictRow], function: LiteralString, *values: object
) -> _Tables:
    """What another service publishes of it."""
    places = ", ".join(["%s"] * len(values))
    found = connection.execute(f"SELECT {function}({places}) AS rows", values).fetchone()
    return {} if found is None else found["rows"]


def _ids(value: Any) -> Iterator[str]:
    """Every text in it; an actor is `person:` and an id."""
    if isinstance(value, str):
        yield value.removeprefix("person:")
    elif isinstance(value, dict):
        yield from _ids(value.values())
    elif isinstance(value, Iterable):
        for one in value:
            yield from _ids(one)
