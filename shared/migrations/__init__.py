"""The database's history: one line of Alembic revisions, run by `samspel migrate`."""

from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import Connection

_HERE = Path(__file__).parent


def upgrade(database_url: str) -> bool:
    """Bring the database up to date. Safe to run again, and by several at once.

    False: a newer version has brought it further, and it is left as it is. This version works with
    it, as it does beside the newer one during an upgrade (F14): migrations only add.
    """
    with psycopg.connect(database_url) as connection:
        revision = _revision(connection)
    if revision is not None and not knows(revision):
        return False
    command.upgrade(_config(database_url), "head")
    return True


def knows(revision: str) -> bool:
    """Whether a database at this revision can be brought up to date by this version."""
    return any(one.revision == revision for one in ScriptDirectory(str(_HERE)).walk_revisions())


def make_roles(connection: Connection[Any]) -> None:
    """Make the services' roles if the server has none: a backup names them, but has none."""
    connection.execute((_HERE / "versions" / "0001_foundation" / "roles.sql").read_text().encode())


def newest() -> str:
    """The revision that this version works with."""
    head = ScriptDirectory(str(_HERE)).get_current_head()
    assert head is not None
    return head


def _revision(connection: Connection[Any]) -> str | None:
    """Where the database stands; None: at the very beginning."""
    there = connection.execute("SELECT to_regclass('public.alembic_version')").fetchone()
    if there is None or there[0] is None:
        return None
    row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    return None if row is None else str(row[0])


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["url"] = database_url
    return config
