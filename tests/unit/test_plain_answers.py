"""What an answer's body becomes is what FastAPI's own encoder makes of it, to the byte."""

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from fastapi.encoders import jsonable_encoder

from services.cases.api.plain import plain
from shared.domain.facts import Participant


class Outcome(StrEnum):
    GOALS_REACHED = "goals-reached"


WHO = UUID(int=7)
BODIES = [
    None, True, 3, 1.5, "text", WHO, date(2027, 3, 1), datetime(2027, 3, 1, 8, tzinfo=UTC),
    Outcome.GOALS_REACHED, Participant(WHO, "child", None, None, custody=False), {"one"},
    {"id": WHO, "known_on": date(2027, 3, 1), "people": [{"id": WHO}], "of": ({"rule": "R9"},)},
    {WHO: {"at": datetime(2027, 3, 1, 8, tzinfo=UTC), "by": Outcome.GOALS_REACHED}},
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_an_answer_is_encoded_as_by_fastapi(body: Any) -> None:
    assert json.dumps(plain(body)) == json.dumps(jsonable_encoder(body))
