"""The real servers of a test run: one PostgreSQL and one Valkey, and a database for each test.

The servers are started by the process that controls the run, which also makes a migrated template
database; each test that asks for `database_url` gets a copy of it, and each worker a Valkey number.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import redis
from psycopg import sql

from samspel.embedded import EmbeddedPostgres, EmbeddedValkey
from services.cases.adapters.municipality import import_register
from shared import migrations
from shared.municipality import read_register

_TEMPLATE = "samspel_template"
REGISTERED = "samspel_registered"  # the same, with the register of the example municipality
_SERVERS = pytest.StashKey["Servers"]()
_MUCH = 4 * 2**30
_SELDOM = (20_000, 20, 20)  # a sixth of what collecting tests took was to look for garbage
ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "exempelkommun"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers of this run are: the administrator's database and Valkey's number 0."""

    postgres: str
    valkey: str


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(*_SELDOM)
    if hasattr(config, "workerinput"):  # a worker of xdist: the controller has started them
        config.stash[_SERVERS] = Servers(**config.workerinput["servers"])


@pytest.hookimpl(tryfirst=True)  # before xdist makes its workers
def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    if _SERVERS in config.stash or config.option.collectonly:
        return
    running = ExitStack()
    made = tempfile.TemporaryDirectory(prefix="samspel-tests-", dir=_quick_folder())
    home = Path(running.enter_context(made))
    home.chmod(0o711)  # as root, the servers run as a user that has to get through
    postgres = EmbeddedPostgres(home, fast=True)
    valkey = EmbeddedValkey(home)
    for server in (postgres, valkey):
        server.start()
        running.callback(server.discard)
    config.add_cleanup(running.close)
    _make_template(postgres.url)
    config.stash[_SERVERS] = Servers(postgres.url, valkey.url)


def pytest_collection_finish() -> None:
    """What has been collected stays to the end, and isn't gone through for garbage again."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: what runs waits for its database, and it for that."""
    cores = os.cpu_count() or 2
    return cores + cores // 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What the tests of a module share is made once: they stay with one worker.

    Such groups begin first, in a random order: of them all, the last would be waited for alone.
    """
    for item in items:
        if _shares_with_its_module(item) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.split("::")[0]))
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)
    if getattr(config.option, "loadgroup", False):
        for item in items:
            _name_its_group(item)


def _shares_with_its_module(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    return any(made[-1].scope == "module" for made in item._fixtureinfo.name2fixturedefs.values())


def _name_its_group(item: pytest.Item) -> None:
    """As xdist 3.8 means to for its controller, where pytest 9.2 doesn't hear of it any more."""
    from _pytest.nodeid import coerce_node_id  # noqa: PLC0415 - not pytest's public part

    group = item.get_closest_marker("xdist_group")
    if group is not None and "@" not in item.nodeid.rpartition("]")[2]:
        item._id = coerce_node_id(f"{item.nodeid}@{group.args[0]}")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: "pytest.Item") -> None:
    servers = node.config.stash[_SERVERS]
    node.workerinput["servers"] = {"postgres": servers.postgres, "valkey": servers.valkey}  # type: ignore[attr-defined]


def _quick_folder() -> str | None:
    """Memory, where there is enough: to copy a database for each test is most of their time."""
    memory = Path("/dev/shm")  # noqa: S108 — a folder of our own is made in it
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < _MUCH:
        return None
    return str(memory)


def _make_template(postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_TEMPLATE}")
    migrations.upgrade(make_conninfo_url(postgres, _TEMPLATE))
    copy_database(postgres, _TEMPLATE, REGISTERED)
    import_register(make_conninfo_url(postgres, REGISTERED), read_register(EXAMPLE))


def copy_database(postgres: str, template: str, name: str) -> None:
    """Nobody may be connected to the template."""
    # By its files: to write each page to the log takes twice as long.
    copied = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(copied.format(sql.Identifier(name), sql.Identifier(template)))


def make_conninfo_url(url: str, database: str) -> str:
    """The same server's URL for another database."""
    return url.rsplit("/", 1)[0] + "/" + database


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Servers:
    return pytestconfig.stash[_SERVERS]


@pytest.fixture
def database_url(servers: Servers) -> Iterator[str]:
    """A migrated database that nobody else sees; the URL logs in as its owner."""
    with a_database(servers.postgres, _TEMPLATE) as url:
        yield url


@pytest.fixture(scope="module")
def database_of_the_module(servers: Servers) -> Iterator[str]:
    """One for all tests of a module, where what they look at takes long to come about."""
    with a_database(servers.postgres, _TEMPLATE) as url:
        yield url


@pytest.fixture
def registered_url(servers: Servers) -> Iterator[str]:
    """The same, with the units, people and posts of the example municipality."""
    with a_database(servers.postgres, REGISTERED) as url:
        yield url


@pytest.fixture(scope="module")
def registered_of_the_module(servers: Servers) -> Iterator[str]:
    """That one for all tests of a module."""
    with a_database(servers.postgres, REGISTERED) as url:
        yield url


@pytest.fixture
def empty_url(servers: Servers) -> Iterator[str]:
    """A database with nothing in it yet."""
    with a_database(servers.postgres, "template0") as url:
        yield url


@contextmanager
def a_database(postgres: str, template: str) -> Iterator[str]:
    """The URL of a copy that nobody else sees."""
    name = f"test_{uuid4().hex[:12]}"
    copy_database(postgres, template, name)
    yield make_conninfo_url(postgres, name)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def broker_url(servers: Servers, worker_number: int) -> Iterator[str]:
    """An empty Valkey database; the worker's own, so tests that run beside it have others."""
    url = servers.valkey.rsplit("/", 1)[0] + f"/{worker_number}"
    with redis.Redis.from_url(url) as valkey:
        valkey.flushdb()
        yield url
        valkey.flushdb()


@pytest.fixture(scope="session")
def worker_number(request: pytest.FixtureRequest) -> int:
    worker = getattr(request.config, "workerinput", {"workerid": "gw0"})["workerid"]
    return int(worker.removeprefix("gw"))


@pytest.fixture(scope="session")
def municipality() -> Path:
    """The folder of the example municipality."""
    return EXAMPLE
