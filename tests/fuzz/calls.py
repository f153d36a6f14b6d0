"""Every call of the OpenAPI, with what its schema allows and with what it doesn't.

Schemathesis makes the calls; ids, people, units and steps that there are take the place of made up
ones now and then, so that what is asked for is found. Nothing stops at the first fault: all are
gathered, each under the check that it fails.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from services.cases.handlers.sight import HEADER
from tests.fuzz.known import are_alike
from tests.integration.cases_house import TOKEN, CasesHouse

Pool = Mapping[str, Sequence[str]]
Operation = APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Any]
# They wait for workers that don't run here, or move the time of all other calls: their own tests
# are in test_cases_clock.py and test_run.py.
LEFT_OUT = {"POST /api/v1/clock", "POST /api/v1/clock/settle", "GET /readyz"}
_HEADERS = {"Authorization": f"Bearer {TOKEN}"}
# What a schema can't say is refused by 422, too: a code that is none, a person whom nobody knows.
# The framework names in Allow the methods of the first route that has the path, not of all.
_UNASKED = ("positive_data_acceptance", "allow_header_conformance")
_CONFIG = {"checks": {name: {"enabled": False} for name in _UNASKED}}
_MOST_TOLD = 5  # of the same call
_LONGEST = 600
_TELLING = 4


@dataclass(slots=True)
class Fuzzed:
    """What was asked, how it was answered, and what was wrong with that."""

    asked: Counter[str] = field(default_factory=Counter)
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)

    def fault(self, check: str, call: str, words: str) -> None:
        told = self.faults.setdefault(check, [])
        if sum(one.startswith(f"{call}: ") for one in told) < _MOST_TOLD:
            told.append(f"{call}: {words}")


def fuzz_calls(
    house: CasesHouse,
    pool: Pool,
    *,
    examples: int,
    chance: int = 1,
    edges: bool = True,
    watch: Callable[[str], None] = lambda _: None,
) -> Fuzzed:
    """Each call `examples` times as its schema says, and as often otherwise; `chance` is the seed.

    `edges`: beside these, the limits of each schema as Schemathesis works them out, other methods
    and other content types. `watch` is told of each call before it is asked.
    """
    fuzzed = Fuzzed()
    for operation in operations_of(house):
        watch(operation.label)
        if edges:
            _ask_at_the_edges(operation, fuzzed)
        for mode in GenerationMode:
            if mode.is_positive or _can_be_wrong(operation):
                _ask_by_chance(operation, mode, pool, fuzzed, examples, chance)
    return fuzzed


def operations_of(house: CasesHouse) -> Iterator[Operation]:
    """Every call of the description but those that are left out."""
    config = SchemathesisConfig.from_dict(_CONFIG)
    schema = schemathesis.openapi.from_dict(house.app.openapi(), config=config)
    schema.app = house.app
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if operation.label not in LEFT_OUT:
            yield operation


def _can_be_wrong(operation: Operation) -> bool:
    return bool(operation.body) or any(True for _ in operation.iter_parameters())


def _ask_at_the_edges(operation: Operation, fuzzed: Fuzzed) -> None:
    config = operation.schema.config.generation_for(operation=operation, phase="coverage")
    for case in operation.schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=config
    ):
        _ask(case, fuzzed)


def _ask_by_chance(
    operation: Operation,
    mode: GenerationMode,
    pool: Pool,
    fuzzed: Fuzzed,
    examples: int,
    chance: int,
) -> None:
    @seed(chance)
    @settings(
        max_examples=examples, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def ask(case: Case, data: st.DataObject) -> None:
        _reach(case, pool, data)
        _ask(case, fuzzed)

    ask()


def _reach(case: Case, pool: Pool, data: st.DataObject) -> None:
    """What there is in place of what there isn't, in each part that isn't wrong on purpose."""
    meta = case.meta
    assert meta is not None
    if not meta.is_negative_at(ParameterLocation.HEADER) and data.draw(st.integers(0, 3)):
        case.headers.pop(HEADER, None)
    if not meta.is_negative_at(ParameterLocation.PATH):
        case.path_parameters = _known(case.path_parameters, pool, data)
    if not meta.is_negative_at(ParameterLocation.QUERY):
        case.query = _known(case.query, pool, data)
    if not meta.is_negative_at(ParameterLocation.BODY) and isinstance(case.body, dict):
        case.body = _known(case.body, pool, data)


def _known(value: Any, pool: Pool, data: st.DataObject, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _known(one, pool, data, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_known(one, pool, data, name) for one in value]
    if not isinstance(value, str) or name not in pool or not are_alike(value, pool[name][0]):
        return value
    return data.draw(st.sampled_from(pool[name])) if data.draw(st.integers(0, 5)) else value


def _ask(case: Case, fuzzed: Fuzzed) -> None:
    call = case.operation.label
    answer = case.call(headers=_HEADERS)
    fuzzed.asked[call] += 1
    fuzzed.statuses.setdefault(call, Counter())[answer.status_code] += 1
    try:
        case.validate_response(answer, headers=_HEADERS)
    except (FailureGroup, Failure) as error:
        sent = case.as_curl_command()[:_LONGEST]
        for one in getattr(error, "exceptions", [error]):
            fuzzed.fault(type(one).__name__, call, f"{answer.status_code} {one} {sent}")
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        for said in _echoed(case, answer.text):
            fuzzed.fault("Echo", call, f"{answer.status_code} {said!r}")


def _echoed(case: Case, text: str) -> list[str]:
    """What of the sent comes back in an error: only text that nobody of ours would write."""
    sent = [*_texts(case.body), *_texts(case.query), *_texts(case.path_parameters)]
    return [one for one in sent if len(one) >= _TELLING and not one.isascii() and one in text]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _texts(name)
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
