"""PostgreSQL: reached, new enough, with its roles and the newest revision, and on time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row

from samspel.doctor.findings import Finding, fail, ok, warn
from samspel.doctor.log import check_log
from samspel.doctor.rights import check_rights
from shared import migrations
from shared.clock import system_now
from shared.domain.days import STOCKHOLM

ROLES = ("samspel_cases", "samspel_scheduler", "samspel_notifier")
_SECONDS = 5
_OLDEST = 17
_OFF, _FAR_OFF = timedelta(seconds=2), timedelta(seconds=30)
# Both sides of a change of the clocks, and a summer some years ahead.
_INSTANTS = [
    datetime(2027, 3, 28, 0, 59, tzinfo=UTC),
    datetime(2027, 3, 28, 1, 0, tzinfo=UTC),
    datetime(2032, 7, 1, 12, 0, tzinfo=UTC),
]


class NoDatabase(Exception):
    """It can't be reached; its check says why."""


@contextmanager
def connected(url: str) -> Iterator[Connection[DictRow]]:
    """Each statement for itself and for some seconds. Raises NoDatabase."""
    if not url:
        raise NoDatabase
    options = f"-c statement_timeout={_SECONDS}s -c timezone=UTC"
    try:
        connection = psycopg.connect(
            url, connect_timeout=_SECONDS, options=options, autocommit=True, row_factory=dict_row
        )
    except psycopg.Error as error:
        raise NoDatabase(type(error).__name__) from None
    with connection:
        yield connection


def check_database(url: str) -> Iterator[Finding]:
    if not url:
        yield fail("SAMSPEL_DATABASE_URL saknas.", "Sätt den: postgresql://…")
        return
    try:
        with connected(url) as connection:
            yield _version(connection)
            yield from _roles(connection)
            yield _extension(connection)
            yield from _revision(connection)
            if _found_revision(connection) == migrations.newest():
                yield from check_rights(connection, ROLES)
            yield _clock(connection)
            yield _zones(connection)
            yield check_log(connection)
    except NoDatabase as reason:
        yield fail(
            f"{_where(url)} går inte att nå ({reason}).",
            "Se efter att servern är igång och nås härifrån, och att användare, lösenord och"
            " databas i SAMSPEL_DATABASE_URL stämmer.",
        )


def _where(url: str) -> str:
    """The host and the database; never who logs in."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return "Adressen i SAMSPEL_DATABASE_URL"
    return f"{parts.get('host', 'den egna maskinen')}/{parts.get('dbname', '')}"


def _version(connection: Connection[DictRow]) -> Finding:
    number = connection.info.server_version
    said = f"PostgreSQL {number // 10_000}.{number % 10_000}"
    if number // 10_000 < _OLDEST:
        return fail(f"{said} är för gammal.", f"Använd version {_OLDEST} eller senare.")
    return ok(f"{said} svarar.")


def _roles(connection: Connection[DictRow]) -> Iterator[Finding]:
    """Each service works in its own role, so that the grants hold between them."""
    there = {
        row["rolname"]: row["may"]
        for row in connection.execute(
            "SELECT rolname, pg_has_role(current_user, oid, 'SET') AS may FROM pg_roles"
            " WHERE rolname = ANY (%s)",
            [list(ROLES)],
        )
    }
    missing = [role for role in ROLES if role not in there]
    not_given = [role for role in ROLES if not there.get(role, False)]
    if not not_given:
        yield ok("De tre tjänsternas roller finns.")
    elif _may_create_roles(connection) and _found_revision(connection) is None:
        yield warn("Rollerna är inte klara.", "Kör samspel migrate: den gör dem.")
    else:
        yield fail(
            f"Roller saknas: {', '.join(not_given)}.",
            "Låt en administratör av databasen köra:\n"
            + "\n".join(_statements(connection, missing, not_given)),
        )


def _may_create_roles(connection: Connection[DictRow]) -> bool:
    row = connection.execute(
        "SELECT rolcreaterole OR rolsuper AS may FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    return bool(row and row["may"])


def _statements(
    connection: Connection[DictRow], missing: list[str], not_given: list[str]
) -> Iterator[str]:
    me = sql.Identifier(connection.info.user)
    for role in missing:
        yield sql.SQL("CREATE ROLE {} NOLOGIN;").format(sql.Identifier(role)).as_string(connection)
    for role in not_given:
        grant = sql.SQL("GRANT {} TO {};").format(sql.Identifier(role), me)
        yield grant.as_string(connection)


def _extension(connection: Connection[DictRow]) -> Finding:
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gist') AS there,"
        " EXISTS (SELECT FROM pg_available_extensions WHERE name = 'btree_gist') AS can,"
        " has_database_privilege(current_database(), 'CREATE') AS may"
    ).fetchone()
    assert row is not None
    if row["there"]:
        return ok("Tillägget btree_gist finns.")
    if not row["can"]:
        return fail("Tillägget btree_gist går inte att få.", "Installera postgresql-contrib.")
    if row["may"]:
        return warn("Tillägget btree_gist saknas än.", "Kör samspel migrate: den lägger till det.")
    return fail(
        "Tillägget btree_gist saknas.",
        "Låt en administratör av databasen köra:\nCREATE EXTENSION btree_gist;",
    )


def _revision(connection: Connection[DictRow]) -> Iterator[Finding]:
    newest, found = migrations.newest(), _found_revision(connection)
    if found is None:
        yield fail("Databasen är tom.", "Kör samspel migrate.")
        return
    if found == newest:
        yield ok(f"Databasen har den senaste revisionen ({newest}).")
    elif found > newest:
        yield warn(
            f"Databasen har revision {found}, som är nyare än den här versionen ({newest}).",
            "Uppgradera Samspel också här.",
        )
    else:
        yield fail(
            f"Databasen har revision {found}, inte {newest}.",
            "Säkerhetskopiera, och kör samspel migrate.",
        )


def _found_revision(connection: Connection[DictRow]) -> str | None:
    row = connection.execute("SELECT to_regclass('public.alembic_version') AS found").fetchone()
    if row is None or row["found"] is None:
        return None
    row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    return str(row["version_num"]) if row else "ingen"


def _clock(connection: Connection[DictRow]) -> Finding:
    before = system_now()
    row = connection.execute("SELECT clock_timestamp() AS now").fetchone()
    after = system_now()
    assert row is not None
    off = abs(row["now"] - (before + (after - before) / 2))
    said = f"Databasens klocka och den här maskinens skiljer {off.total_seconds():.1f} s."
    if off > _FAR_OFF:
        return fail(said, "Ställ klockorna efter samma tidsserver (NTP).")
    if off > _OFF:
        return warn(said, "Se efter att båda går efter en tidsserver (NTP).")
    return ok(said)


def _zones(connection: Connection[DictRow]) -> Finding:
    rows = connection.execute(
        "SELECT at AT TIME ZONE 'Europe/Stockholm' AS local FROM unnest(%s::timestamptz[]) AS at",
        [_INSTANTS],
    ).fetchall()
    ours = [one.astimezone(STOCKHOLM).replace(tzinfo=None) for one in _INSTANTS]
    if [row["local"] for row in rows] != ours:
        return fail(
            "Databasen räknar svensk tid annorlunda.",
            "Uppgradera PostgreSQL (eller maskinens tzdata, om den använder den).",
        )
    return ok("Databasen räknar svensk tid som Samspel.")
