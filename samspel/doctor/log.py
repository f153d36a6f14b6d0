"""Whether PostgreSQL's own log stays without what rows and statements hold."""

from psycopg import Connection, sql
from psycopg.rows import DictRow

from samspel.doctor.findings import Finding, ok, warn
from samspel.quiet_log import QUIET_LOG

_HARMLESS = {
    "log_min_messages": {"log", "fatal", "panic"},
    "log_statement": {"none", "ddl"},
}
_SET = """
    SELECT name, setting FROM pg_settings WHERE name = ANY (%s)
"""


def check_log(connection: Connection[DictRow]) -> Finding:
    """As it is for a login to this database: the services' own."""
    found = {row["name"]: row["setting"] for row in connection.execute(_SET, [list(QUIET_LOG)])}
    loud = {
        name: quiet
        for name, quiet in QUIET_LOG.items()
        if found.get(name) not in _HARMLESS.get(name, {quiet})
    }
    if not loud:
        return ok("Databasens egen logg återger varken rader eller satser.")
    return warn(
        f"Databasens egen logg kan återge namn ur rader och satser ({', '.join(loud)}).",
        "Låt en administratör av databasen (superuser) köra det här, och starta om tjänsterna:\n"
        + "\n".join(_statement(connection, name, quiet) for name, quiet in loud.items()),
    )


def _statement(connection: Connection[DictRow], name: str, quiet: str) -> str:
    database = sql.Identifier(connection.info.dbname)
    statement = sql.SQL("ALTER DATABASE {} SET {} = {};")
    return statement.format(database, sql.Identifier(name), sql.Literal(quiet)).as_string(
        connection
    )
