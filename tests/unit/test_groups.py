"""What the tests of a module share is made by one worker of xdist, and not by each of them."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from xdist.scheduler import LoadGroupScheduling

from tests.conftest import pytest_collection_modifyitems

SPREAD = cast(Any, SimpleNamespace(option=SimpleNamespace(loadgroup=True)))


@pytest.fixture(scope="module")
def shared() -> object:
    return object()


@pytest.mark.parametrize("name", ["plain", "a@b"])
def test_tests_that_share_stay_together(
    shared: object, name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert group_of(request.node, monkeypatch) == "tests/unit/test_groups.py"


def test_a_test_of_its_own_goes_to_whoever_is_free(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert group_of(request.node, monkeypatch) == request.node.nodeid


def group_of(item: pytest.Item, monkeypatch: pytest.MonkeyPatch) -> str:
    """What xdist's controller takes for the group of the test."""
    monkeypatch.setattr(item, "_id", item._id)  # it has its name back afterwards
    pytest_collection_modifyitems(SPREAD, [item])
    return str(LoadGroupScheduling._split_scope(cast(Any, None), item.nodeid))
