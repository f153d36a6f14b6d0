"""The whole OpenAPI, asked by chance and with a marker in every field; `make fuzz` asks for long.

All is asked once, in one order and with one seed, before the first test; the tests look at what
was answered.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.conftest import Servers
from tests.fuzz.calls import Fuzzed, Pool, fuzz_calls
from tests.fuzz.known import are_alike, known_in
from tests.integration.cases_house import CasesHouse, cases_house

Json = dict[str, Any]
MARK = "Zwqxv7Kj"
_NOT_ASKED = {"POST /api/v1/clock", "POST /api/v1/clock/settle"}  # they move all other calls' time
_OF_THE_FORM = [
    f"urn:samspel:problem:{one}"
    for one in (
        "unprocessable-entity",
        "unprocessable-content",
        "bad-request",
        "internal-server-error",
    )
]
pytestmark = pytest.mark.timeout(600)


@dataclass(slots=True)
class Asked:
    """What was answered to examples, and to calls with the marker somewhere."""

    document: Json
    fuzzed: Fuzzed
    examples: dict[str, str] = field(default_factory=dict)
    marked: int = 0
    headers: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def asked(servers: Servers, registered_of_the_module: str, municipality: Path) -> Iterator[Asked]:
    with cases_house(registered_of_the_module, servers.valkey, municipality) as house:
        pool = known_in(house)
        found = Asked(house.app.openapi(), fuzz_calls(house, pool, examples=2, edges=False))
        for call, path, operation in _calls(found.document):
            _send_marked(house, call, path, operation, pool, found)
        for call, path, operation in _calls(found.document):
            to = _filled(path, pool) + _query_of(operation, pool)
            answer = _send(house, call, to, _body_of(operation, pool))
            if answer.status_code in (400, 422, 500):
                found.examples[call] = answer.json()["type"]
        yield found


def _calls(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            call = f"{method.upper()} {path}"
            if call not in _NOT_ASKED:
                yield call, path, operation


def _send_marked(
    house: CasesHouse, call: str, path: str, operation: Json, pool: Pool, found: Asked
) -> None:
    """The marker in each place of a body, as a field's name, and in each parameter."""
    body, address = _body_of(operation, pool), _filled(path, pool)
    sent: list[tuple[str, Any, dict[str, str]]] = []
    if body is not None:
        sent += [(address, one, {}) for one in _marked(body)]
    for parameter in operation.get("parameters", ()):
        name, place = parameter["name"], parameter["in"]
        if place == "query":
            sent += [(f"{address}?{name}={MARK}", body, {}), (f"{address}?{MARK}=1", body, {})]
        elif place == "path":
            sent.append((_filled(path, {**pool, name: [MARK]}), body, {}))
        elif (kind := f"{name} of {call.partition(' ')[0]}") not in found.headers:
            found.headers.add(kind)  # they are read in one place for all calls
            sent += [(address, body, {name: MARK}), (address, body, {name: f"{MARK} å"})]
    for to, what, headers in sent:
        answer = _send(house, call, to, what, headers)
        found.marked += 1
        if answer.status_code >= 400 and MARK in answer.text:
            found.faults.append(f"{call}: said again: {to} {what} {headers}")
        if answer.status_code >= 500:
            found.faults.append(f"{call}: {answer.status_code} {to} {what} {headers}")


def _send(
    house: CasesHouse, call: str, path: str, body: Any, headers: Mapping[str, str] | None = None
) -> Any:
    content = None if body is None else json.dumps(body).encode()
    sent = {name.encode(): one.encode() for name, one in (headers or {}).items()}
    sent |= {b"Content-Type": b"application/json"} if content else {}
    return house.client.request(call.partition(" ")[0], path, content=content, headers=sent)


def _marked(body: Any) -> Iterator[Any]:
    """The body with the marker in place of each of its parts, and as one more field of each."""
    if isinstance(body, dict):
        yield {**body, MARK: 1}
        for name, value in body.items():
            yield from ({**body, name: one} for one in _marked(value))
    elif isinstance(body, list):
        yield from ([one] for value in body for one in _marked(value))
    yield MARK


def _body_of(operation: Json, pool: Pool) -> Any:
    """The example of what is sent, with what there is in place of made up ids."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return None if content is None else _with_known(deepcopy(content["example"]), pool)


def _query_of(operation: Json, pool: Pool) -> str:
    needed = {
        one["name"]: _with_known(one["schema"]["examples"][0], pool, one["name"])
        for one in operation.get("parameters", ())
        if one["in"] == "query" and one["required"]
    }
    return f"?{urlencode(needed)}" if needed else ""


def _with_known(value: Any, pool: Pool, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _with_known(one, pool, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_known(one, pool, name) for one in value]
    if not isinstance(value, str) or name not in pool or not are_alike(value, pool[name][0]):
        return value
    return pool[name][0]


def _filled(path: str, pool: Pool) -> str:
    for name, values in {"year": ["2027"], "code": ["rektor-bjorkskolan"], **pool}.items():
        path = path.replace(f"{{{name}}}", values[0])
    return path


def test_no_call_breaks_and_each_answers_as_the_description_says(asked: Asked) -> None:
    """No 500; status codes, content types and bodies as declared; wrong data is refused; without
    the token, nothing."""
    assert asked.fuzzed.faults == {}
    assert sum(asked.fuzzed.asked.values()) > 400


def test_what_was_asked_by_chance_is_also_found(asked: Asked) -> None:
    """The other half of the promise: calls that only ever fail would show nothing."""
    found = {
        call for call, statuses in asked.fuzzed.statuses.items() if any(s < 300 for s in statuses)
    }
    reads = [call for call in asked.fuzzed.asked if call.startswith("GET ")]
    assert len([call for call in reads if call in found]) > 0.8 * len(reads)


def test_X3_no_error_says_what_was_sent(asked: Asked) -> None:
    assert asked.faults == []
    assert asked.marked > 400


def test_the_example_of_each_call_is_one_it_takes(asked: Asked) -> None:
    """With ids that there are in place of the made up ones; whom it names may still be wrong."""
    wrong = {call: type_ for call, type_ in asked.examples.items() if type_ in _OF_THE_FORM}
    assert wrong == {}


def test_every_field_and_parameter_has_an_example_or_says_what_it_takes(asked: Asked) -> None:
    bare = [
        f"{name}.{member}"
        for name, schema in asked.document["components"]["schemas"].items()
        for member, of in schema.get("properties", {}).items()
        if name != "Problem" and not _shows(of)
    ]
    bare += [
        f"{call}: {one['name']}"
        for call, _, operation in _calls(asked.document)
        for one in operation.get("parameters", ())
        if not _shows(one["schema"])
    ]
    assert bare == []


def _shows(schema: Json) -> bool:
    if (
        schema.keys() & {"examples", "enum", "const", "$ref", "default"}
        or schema.get("type") == "boolean"
    ):
        return True
    inside = [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())]
    return any(_shows(one) for one in inside)
