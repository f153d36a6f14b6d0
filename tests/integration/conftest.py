"""The parts of the house that tests with real servers ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cases_house import CasesHouse, cases_house


@pytest.fixture
def cases(database_url: str, broker_url: str, municipality: Path) -> Iterator[CasesHouse]:
    """The case service: its API, its worker, its database, on Monday 1 March 2027 at 08.00."""
    with cases_house(database_url, broker_url, municipality) as house:
        yield house
