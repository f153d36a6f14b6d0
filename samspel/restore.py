"""`samspel restore`: a backup into a database, which then sends nothing by itself (F13)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from psycopg import Connection, sql
from psycopg.rows import DictRow, dict_row

from samspel.backup import CannotBackUp, Manifest, verified
from samspel.pgtools import Told, ToolError, Tools
from services.cases.adapters.sessions import end_every_session
from services.notifier.adapters.brake import put_on
from shared import migrations

_STOCKHOLM = ZoneInfo("Europe/Stockholm")
_ALIVE_WITHIN = timedelta(minutes=1)
_SCHEMAS = """
    SELECT nspname AS name FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public') ORDER BY 1
"""
_IS_EMPTY = f"""
    SELECT NOT EXISTS ({_SCHEMAS}) AND NOT EXISTS
      (SELECT FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace = 'public'::regnamespace)
      AS is_empty
"""  # noqa: S608 - fixed text
_OTHERS = """
    SELECT DISTINCT coalesce(nullif(application_name, ''), '?') AS name FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend' ORDER BY 1
"""
_ALIVE = """
    SELECT service AS name FROM bus.heartbeats
    WHERE at BETWEEN clock_timestamp() - %(near)s AND clock_timestamp() + %(near)s ORDER BY 1
"""


class CannotRestore(Exception):
    """Nothing, or not all, was restored; the message is one line in Swedish."""


def restore(
    url: str, file: Path, environment: Mapping[str, str], told: Told, *, replace: str | None = None
) -> Manifest:
    """Restore into an empty database, or into the one named `replace` in place of all it holds.

    The file is read through before anything is touched, and then taken in as one transaction.
    Raises CannotRestore.
    """
    try:
        manifest, tools, _ = verified(file, environment)
        if not migrations.knows(manifest.revision):
            raise CannotRestore(
                f"Säkerhetskopian är från en nyare version (Samspel {manifest.samspel}): installera"
                " den först."
            )
        with _connected(url) as connection:
            _make_room(connection, manifest, replace)
        _take_in(url, file, tools, told)
        migrations.upgrade(url)
        with _connected(url) as connection:
            _let_nothing_go(connection)
    except (CannotBackUp, ToolError) as error:
        raise CannotRestore(str(error)) from None
    except psycopg.OperationalError:
        raise CannotRestore("Databasen i SAMSPEL_DATABASE_URL svarar inte.") from None
    except psycopg.errors.InsufficientPrivilege:
        raise CannotRestore(
            "Kontot i SAMSPEL_DATABASE_URL får inte göra det: det ska äga databasen och få lägga"
            " till roller (docs/installing.md, steg 3)."
        ) from None
    return manifest


def said_after(manifest: Manifest) -> Iterator[str]:
    """What whoever restored has to know and to do."""
    at = manifest.taken_at.astimezone(_STOCKHOLM)
    yield f"Databasen är återställd till {at:%Y-%m-%d %H.%M.%S}. Ingen post går ut av sig själv."
    yield "Alla är utloggade. Nycklar och konton är som de var då: dra tillbaka igen det som är"
    yield "indraget sedan dess."
    yield "Gör nu detta, i ordning:"
    yield "  1. samspel erase --again, som raderar igen det som har raderats sedan dess"
    yield "     (listan erased.jsonl i SAMSPEL_ARCHIVE). Gör det innan någon släpps in."
    yield "  2. Starta tjänsterna, och rätta det som har hänt sedan dess: möten som bokats,"
    yield "     flyttats eller ställts in, samtycken som återtagits."
    yield "  3. samspel held visar vad som hålls. samspel held release skickar det som fortfarande"
    yield "     behövs, samspel held drop skickar inget av det."


def said_of(manifest: Manifest, tables: int) -> Iterator[str]:
    """What a verified file is."""
    at = manifest.taken_at.astimezone(_STOCKHOLM)
    octets = f"{manifest.octets:,}".replace(",", " ")
    yield f"{manifest.file} är hel: {tables} tabeller, {octets} byte."
    yield (
        f"Databasen som den var {at:%Y-%m-%d %H.%M.%S} (Samspel {manifest.samspel}, revision"
        f" {manifest.revision}, PostgreSQL {manifest.postgresql})."
    )


@contextmanager
def _connected(url: str) -> Iterator[Connection[DictRow]]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        yield connection


def _make_room(connection: Connection[DictRow], manifest: Manifest, replace: str | None) -> None:
    """See that nobody is at work in the database, and that it is empty."""
    database = connection.info.dbname
    if replace not in (None, database):
        raise CannotRestore(
            f"SAMSPEL_DATABASE_URL gäller databasen {database}, inte {replace}. Inget är ändrat."
        )
    if connection.info.server_version // 10_000 < manifest.postgresql:
        raise CannotRestore(
            f"Säkerhetskopian är från PostgreSQL {manifest.postgresql}, och servern är äldre."
        )
    row = connection.execute(_IS_EMPTY).fetchone()
    assert row is not None
    if replace is None and not row["is_empty"]:
        raise CannotRestore(
            f"Databasen {database} är inte tom. Ska allt i den ersättas: --replace {database}"
        )
    _refuse_while_at_work(connection)
    migrations.make_roles(connection)
    for schema in connection.execute(_SCHEMAS).fetchall():
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema["name"])))
    connection.execute("DROP TABLE IF EXISTS public.alembic_version")


def _refuse_while_at_work(connection: Connection[DictRow]) -> None:
    there = [row["name"] for row in connection.execute(_OTHERS)]
    alive = connection.execute(
        "SELECT to_regclass('bus.heartbeats') IS NOT NULL AS kept"
    ).fetchone()
    if not there and alive and alive["kept"]:
        there = [row["name"] for row in connection.execute(_ALIVE, {"near": _ALIVE_WITHIN})]
    if there:
        raise CannotRestore(
            f"Databasen används ({', '.join(there)}): stoppa webben, arbetarna och beat, vänta en"
            " minut och kör igen. Inget är ändrat."
        )


def _take_in(url: str, file: Path, tools: Tools, told: Told) -> None:
    try:
        tools.run(
            "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-comments",
            "--verbose", str(file), url=url, told=_only_steps(told),
        )  # fmt: skip
    except ToolError as error:
        raise CannotRestore(
            f"{error} Databasen är tom nu: när orsaken är borta, kör igen utan --replace."
        ) from None


def _only_steps(told: Told) -> Told:
    """Of pg_restore's many lines, one for each thousand."""
    seen = 0

    def tell(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen % 500 == 0:
            told(f"{seen} steg")

    return tell


def _let_nothing_go(connection: Connection[DictRow]) -> None:
    for role, act in (("samspel_notifier", put_on), ("samspel_cases", end_every_session)):
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        act(connection)
