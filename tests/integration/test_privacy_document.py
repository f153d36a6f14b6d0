"""What is stored about whom: every table stands in docs/privacy.md, or is of nobody."""

import re

import psycopg

from tests.conftest import ROOT

STORED = (ROOT / "docs" / "privacy.md").read_text().partition("## What is stored")[2]
# The register of places and posts, and the machine's own: no id, name or address of anybody.
NOBODY_S = {
    *("bus.deliveries", "bus.heartbeats", "clock.hand", "public.alembic_version"),
    *("cases.daily", "cases.digest_weeks", "cases.imports", "cases.places", "cases.posts"),
    *("cases.spent_states", "cases.units", "notifier.high_water", "notifier.mail_server"),
    *("notifier.previews", "scheduler.sweeps"),
}
OF_SOMEBODY = re.compile(
    r"person|people|child|guardian|owner|mailbox|email|address|phone|_by$|^by_"
)


def columns(database_url: str) -> dict[str, set[str]]:
    """Of every table of the catalogue."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT n.nspname || '.' || c.relname, array_agg(a.attname::text)"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_|^information_schema'"
            " GROUP BY 1"
        )
        return {table: set(names) for table, names in rows}


def told() -> set[str]:
    """The tables that stand in the table of what is stored."""
    table = STORED.partition("\n\n")[2].partition("\n\n")[0]
    return set(re.findall(r"`((?:bus|cases|scheduler|notifier)\.\w+)`", table))


def test_every_table_is_told_of_or_holds_nobody(database_url: str) -> None:
    """A new table is told of in docs/privacy.md, or is put into the list here."""
    tables = columns(database_url)
    assert not told() & NOBODY_S
    assert told() | NOBODY_S == tables.keys()


def test_a_table_that_is_not_told_of_names_nobody(database_url: str) -> None:
    tables = columns(database_url)
    named = {
        f"{table}.{column}"
        for table in NOBODY_S
        for column in tables[table]
        if OF_SOMEBODY.search(column)
    }
    assert not named
