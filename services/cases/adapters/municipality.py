"""Brings a municipality's units, places, people, posts and holders into the database."""

from psycopg import Connection, connect
from psycopg.rows import DictRow, dict_row

from shared.ids import staff_id
from shared.register import Register

# Parents first come without their parent, so the order of the file doesn't matter.
_UNIT = """
    INSERT INTO cases.units (code, name, kind, organisation) VALUES (%s, %s, %s, %s)
    ON CONFLICT (code) DO UPDATE
    SET name = excluded.name, kind = excluded.kind, organisation = excluded.organisation
"""
_PARENT = "UPDATE cases.units SET parent = %s WHERE code = %s"
_PLACE = """
    INSERT INTO cases.places (code, unit, public_text) VALUES (%s, %s, %s)
    ON CONFLICT (code) DO UPDATE SET unit = excluded.unit, public_text = excluded.public_text
"""
_PERSON = """
    INSERT INTO cases.people (id, code, party, name, email, phone, protected)
    VALUES (%s, %s, 'staff', %s, %s, %s, false)
    ON CONFLICT (id) DO UPDATE
    SET name = excluded.name, email = excluded.email, phone = excluded.phone
"""
_POST = """
    INSERT INTO cases.posts (code, role, unit, reports_to) VALUES (%s, %s, %s, %s)
    ON CONFLICT (code) DO UPDATE
    SET role = excluded.role, unit = excluded.unit, reports_to = excluded.reports_to
"""
_HOLDER = """
    INSERT INTO cases.holders (post, person_id, first_day, last_day) VALUES (%s, %s, %s, %s)
"""


def import_register(database_url: str, register: Register) -> str:
    """All of it in one transaction, as often as one likes. Says in a line what there is now."""
    with connect(database_url, row_factory=dict_row) as connection:
        connection.execute("SET ROLE samspel_cases")
        _import(connection, register)
    return (
        f"{len(register.units)} units, {len(register.places)} places,"
        f" {len(register.people)} people, {len(register.posts)} posts"
    )


def _import(connection: Connection[DictRow], register: Register) -> None:
    cursor = connection.cursor()
    cursor.executemany(
        _UNIT, [(one.code, one.name, one.kind, one.organisation) for one in register.units]
    )
    cursor.executemany(_PARENT, [(one.parent, one.code) for one in register.units])
    cursor.executemany(_PLACE, [(one.code, one.unit, one.public_text) for one in register.places])
    cursor.executemany(
        _PERSON,
        [
            (staff_id(one.code), one.code, one.name, one.email, one.phone or None)
            for one in register.people
        ],
    )
    cursor.executemany(
        _POST, [(one.code, one.role, one.unit, one.reports_to) for one in register.posts]
    )
    cursor.execute("DELETE FROM cases.holders")
    cursor.executemany(
        _HOLDER,
        [(one.post, staff_id(one.person), one.first_day, one.last_day) for one in register.holders],
    )
