"""What each service may do in the database: what the migrations give, no less and no more.

After a restore some may be gone, or what is for everybody be there again. `rights.txt` is what a
database has that is migrated from nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow, namedtuple_row

from samspel.doctor.findings import Finding, fail, ok, warn

_GIVEN = Path(__file__).with_name("rights.txt")
_SCHEMAS = [
    *("clock", "bus", "cases", "scheduler", "notifier"),
    *("cases_api", "scheduler_api", "notifier_api"),
]
# What stands in no list of its own counts as PostgreSQL gives it: a function is for everybody.
_FOUND = """
    WITH things AS (
      SELECT 'SCHEMA ' || nspname AS thing, nspowner AS owner,
             coalesce(nspacl, acldefault('n', nspowner)) AS acl
      FROM pg_namespace WHERE nspname = ANY (%(schemas)s)
      UNION ALL
      SELECT 'TABLE ' || c.oid::regclass, relowner, coalesce(relacl, acldefault('r', relowner))
      FROM pg_class c WHERE relkind IN ('r', 'v')
        AND (relnamespace::regnamespace::text = ANY (%(schemas)s)
             OR c.oid = to_regclass('public.alembic_version'))
      UNION ALL
      SELECT format('TABLE %%s (%%I)', c.oid::regclass, attname), relowner, attacl
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE relnamespace::regnamespace::text = ANY (%(schemas)s) AND attacl IS NOT NULL
      UNION ALL
      SELECT 'FUNCTION ' || p.oid::regprocedure, proowner,
             coalesce(proacl, acldefault('f', proowner))
      FROM pg_proc p WHERE pronamespace::regnamespace::text = ANY (%(schemas)s)
    )
    SELECT CASE given.grantee WHEN 0 THEN 'PUBLIC' ELSE given.grantee::regrole::text END AS role,
           given.privilege_type AS may, thing
    FROM things, aclexplode(acl) AS given
    WHERE given.grantee <> owner
      AND (given.grantee = 0 OR given.grantee::regrole::text = ANY (%(roles)s))
    ORDER BY 3, 1, 2
"""
_LESS = (
    "Kör som den som äger databasen, eller återställ hellre säkerhetskopian med rollerna på plats"
    " (docs/keeping.md, Restore):"
)


class Right(NamedTuple):
    """That a role may do something with a thing: `TABLE cases.units`, `FUNCTION …(text)`."""

    role: str
    may: str
    thing: str


def check_rights(connection: Connection[DictRow], roles: Sequence[str]) -> Iterator[Finding]:
    """Of a database with the newest revision."""
    found, given = rights_in(connection, roles), given_by_migrations()
    missing, more = given - found, found - given
    for role, few in _by_role(missing):
        yield fail(f"{role} saknar rättigheter ({len(few)}).", _told(_LESS, "GRANT", "TO", few))
    for role, many in _by_role(more):
        said = f"{_named(role)} har rättigheter som ingen har gett i Samspel ({len(many)})."
        yield warn(said, _told("Ta tillbaka dem:", "REVOKE", "FROM", many))
    if found == given:
        yield ok("Tjänsterna har de rättigheter de ska ha, och inga andra.")


def rights_in(connection: Connection[DictRow], roles: Sequence[str]) -> set[Right]:
    """Those of the roles, and of everybody, but of who owns a thing."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        cursor.execute(_FOUND, {"schemas": _SCHEMAS, "roles": list(roles)})
        return {Right(*row) for row in cursor}


def given_by_migrations() -> set[Right]:
    """As `rights.txt` has them: role, what it may, separated by commas, and the thing."""
    lines = (line.split(" ", 2) for line in _GIVEN.read_text().splitlines())
    return {
        Right(role, may, thing) for role, all_of_it, thing in lines for may in all_of_it.split(",")
    }


def as_lines(rights: Iterable[Right]) -> list[str]:
    """What `rights.txt` holds of these."""
    return [f"{role} {','.join(may)} {thing}" for role, may, thing in _together(rights)]


def _by_role(rights: Iterable[Right]) -> Iterator[tuple[str, list[Right]]]:
    for role in sorted({one.role for one in rights}):
        yield role, [one for one in rights if one.role == role]


def _together(rights: Iterable[Right]) -> Iterator[tuple[str, list[str], str]]:
    """One thing and role at a time, with all that it may."""
    may: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in sorted(rights):
        may[one.thing, one.role].append(one.may)
    yield from ((role, all_of_it, thing) for (thing, role), all_of_it in sorted(may.items()))


def _told(first: str, verb: str, preposition: str, rights: Iterable[Right]) -> str:
    statements = (
        f"{verb} {_on(may, thing)} {preposition} {role};" for role, may, thing in _together(rights)
    )
    return "\n".join((first, *statements))


def _on(may: Iterable[str], thing: str) -> str:
    """As a statement has it: a column stands behind what may be done with it."""
    table, _, column = thing.partition(" (") if thing.startswith("TABLE ") else (thing, "", "")
    behind = f" ({column}" if column else ""
    return f"{', '.join(one + behind for one in may)} ON {table}"


def _named(role: str) -> str:
    return "Alla roller" if role == "PUBLIC" else role
