"""Where simulated municipalities live: a PostgreSQL of their own, and a database for each.

Nothing of it is kept. A server that is given (a URL that may make databases) is left as it was.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from samspel.embedded import EmbeddedPostgres
from samspel.simulate.living import Lived, live
from samspel.simulate.municipality import write_municipality
from samspel.simulate.script import Script
from services.cases.adapters.municipality import import_register
from shared import migrations
from shared.municipality import read_register

_MUCH = 2 * 2**30
_PLANNED_ONCE = "ALTER DATABASE {} SET plan_cache_mode = force_generic_plan"
# What the server does by itself, by the machine's time, could change in which order rows are found.
_LEFT_ALONE = """
    DO $$ DECLARE one regclass; BEGIN
      FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text
                 IN ('cases', 'scheduler', 'notifier', 'bus', 'clock') LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', one);
      END LOOP;
    END $$
"""


@dataclass(slots=True)
class Ground:
    """A server, by the URL of a database of it; `home` for the municipalities' folders."""

    server: str
    home: Path
    _templates: dict[tuple[int, int], tuple[str, Path]] = field(default_factory=dict)
    _made: int = 0

    def live(self, script: Script, first: str = "") -> Lived:
        """A life on a fresh copy, to which something is done `first` (in SQL)."""
        template, folder = self._template(script.first, script.years)
        name = self._name("life")
        self._admin("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        self._admin(_PLANNED_ONCE, name)
        try:
            if first:
                with psycopg.connect(self.url_of(name)) as connection:
                    connection.execute(first.encode())
            return live(script, self.url_of(name), folder)
        finally:
            self._admin("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def end(self) -> None:
        for name, _ in self._templates.values():
            self._admin("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def url_of(self, database: str) -> str:
        head, _, query = self.server.partition("?")
        return head.rsplit("/", 1)[0] + "/" + database + (f"?{query}" if query else "")

    def _template(self, first: int, years: int) -> tuple[str, Path]:
        """A migrated database with the register in it, for lives that begin that year."""
        if (first, years) not in self._templates:
            name = self._name("municipality")
            folder = write_municipality(self.home / name, first, years)
            self._admin("CREATE DATABASE {}", name)
            migrations.upgrade(self.url_of(name))
            with psycopg.connect(self.url_of(name)) as connection:
                connection.execute(_LEFT_ALONE)
            import_register(self.url_of(name), read_register(folder))
            self._templates[first, years] = name, folder
        return self._templates[first, years]

    def _name(self, kind: str) -> str:
        self._made += 1
        return f"simulated_{kind}_{os.getpid()}_{self._made}"

    def _admin(self, query: str, *names: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL(query).format(*map(sql.Identifier, names)))


@contextmanager
def a_server(given: str | None = None) -> Iterator[tuple[str, Path]]:
    """Its URL and a folder for what goes with it; the one that is given, or one of our own."""
    with ExitStack() as stack:
        made = tempfile.TemporaryDirectory(prefix="samspel-simulate-", dir=_quick_folder())
        home = Path(stack.enter_context(made))
        home.chmod(0o711)  # as root, the server runs as a user that has to get through
        if given is not None:
            yield given, home
            return
        server = EmbeddedPostgres(home, fast=True)
        server.start()
        stack.callback(server.discard)
        yield server.url, home


def _quick_folder() -> str | None:
    """Memory, where there is enough of it."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _MUCH:
        return str(memory)
    return None
