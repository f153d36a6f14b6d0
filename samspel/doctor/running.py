"""How it runs: what the page «Drift» would warn of, and posts that nobody is in."""

from collections.abc import Iterator

from psycopg import Connection
from psycopg.errors import Error
from psycopg.rows import DictRow

from samspel.doctor.database import NoDatabase, connected
from samspel.doctor.findings import Finding, ok, warn
from samspel.doctor.findings import fail as failing
from services.cases.adapters.operations import SqlOperations
from services.cases.domain.operations import alarms
from shared.clock import now_in, system_now
from shared.domain.days import local_date
from shared.queue import SERVICES

_MOST_NAMED = 5
_VACANT = """
    SELECT p.code FROM cases.posts p
    WHERE p.ended_on IS NULL AND NOT EXISTS (
        SELECT FROM cases.holders h WHERE h.post = p.code
        AND h.first_day <= %(today)s AND coalesce(h.last_day, 'infinity') >= %(today)s)
    ORDER BY p.code
"""


def check_running(url: str, *, demo: bool) -> Iterator[Finding]:
    """Reads as the case service does, in its role."""
    try:
        with connected(url) as connection:
            connection.execute("SET ROLE samspel_cases")
            yield from _alarms(connection, demo=demo)
            yield _vacant(connection, demo=demo)
    except NoDatabase:
        yield warn("Databasen går inte att nå.", "Rätta det först (se PostgreSQL).")
    except Error as error:
        yield warn(
            f"Databasen går inte att läsa som tjänsten cases gör ({type(error).__name__}).",
            "Rätta det som står under PostgreSQL först.",
        )


def _alarms(connection: Connection[DictRow], *, demo: bool) -> Iterator[Finding]:
    seen = SqlOperations(connection).operations(now_in(connection, demo=demo), system_now())
    found = alarms(seen, SERVICES)
    for one in found:
        yield failing(one.what.said("sv", {}), one.do.said("sv", {}))
    if not found:
        yield ok("Alla tjänster ger livstecken, och inget väntar.")


def _vacant(connection: Connection[DictRow], *, demo: bool) -> Finding:
    today = local_date(now_in(connection, demo=demo))
    codes = [row["code"] for row in connection.execute(_VACANT, {"today": today})]
    if not codes:
        return ok("Ingen tjänst i registret är obesatt.")
    named = ", ".join(codes[:_MOST_NAMED]) + (" …" if len(codes) > _MOST_NAMED else "")
    return warn(
        f"Tjänster utan både innehavare och ersättare: {len(codes)} ({named}).",
        "Chefen ovanför får det som ska göras. Tillsätt dem under Inställningar eller i"
        " holders.csv.",
    )
