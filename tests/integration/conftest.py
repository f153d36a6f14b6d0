"""The parts of the house that tests with real servers ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.notifier.domain.mailserver import MailServer
from tests.conftest import EXAMPLE, Servers
from tests.integration.cases_house import CasesHouse, cases_house
from tests.support.beginnings import Beginnings
from tests.support.facts import Facts
from tests.support.folders import around_a_child_alone
from tests.support.notifier import Worker, a_worker
from tests.support.smtp import ScriptedServer
from tests.support.town import Town, a_town


@pytest.fixture(scope="session")
def without_a_year() -> Path:
    """The example municipality by the routines around a child alone: nothing comes by itself."""
    return around_a_child_alone(EXAMPLE)


@pytest.fixture
def cases_alone(registered_url: str, broker_url: str, without_a_year: Path) -> Iterator[CasesHouse]:
    """The same as `cases`, in such a municipality."""
    with cases_house(registered_url, broker_url, without_a_year) as house:
        yield house


@pytest.fixture
def cases(registered_url: str, broker_url: str, municipality: Path) -> Iterator[CasesHouse]:
    """The case service: its API, its worker, its database, on Monday 1 March 2027 at 08.00."""
    with cases_house(registered_url, broker_url, municipality) as house:
        yield house


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A mail server that fails as it is told to."""
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def facts(database_url: str) -> Facts:
    """A case in the database, on Monday 1 March 2027 at 08.00."""
    made = Facts(database_url)
    made.set_clock()
    made.open_case(reference="7KQ2")
    return made


@pytest.fixture
def worker(database_url: str, municipality: Path, server: ScriptedServer) -> Iterator[Worker]:
    """A worker of the notifier that mails to `server`."""
    with a_worker(database_url, municipality, MailServer.from_url(server.url)) as made:
        yield made


@pytest.fixture(scope="session")
def beginnings(servers: Servers, municipality: Path) -> Beginnings:
    """Towns with their year in which the beginning is told already."""
    return Beginnings(servers.postgres, municipality)


@pytest.fixture
def town(registered_url: str, municipality: Path) -> Iterator[Town]:
    """All of Samspel in this process, on Monday 1 March 2027 at 08.00."""
    with a_town(registered_url, municipality) as made:
        yield made
