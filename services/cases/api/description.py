"""The description at /openapi.json made whole: our problems, and examples of all that is sent.

An example of a field stands here once for all calls that have it. What calls answer is shown by
`answers.json`; each member that stands there is promised.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI

Json = dict[str, Any]
_PROBLEM_TYPE = "application/problem+json"
_RULE = re.compile(r"[A-Z]\d+")  # an object by rules has as many members as there are
_PERSON, _FAMILY = "9b9bac89-543a-5917-b1ed-16bd767e82d3", "929b7db2-4993-4ff4-80b7-73601dff871a"
# By the name of a field or a parameter; what holds its own example keeps it.
EXAMPLES: Mapping[str, Any] = {
    "after": "8a139716-a9f3-4400-8957-5d3a92484f69",
    "before": "2027-06-30",
    "by": _PERSON,
    "case": "8a139716-a9f3-4400-8957-5d3a92484f69",
    "case_id": "8a139716-a9f3-4400-8957-5d3a92484f69",
    "code": "rektor-bjorkskolan",
    "cohorts": [2025],
    "consent_id": "298b1771-f59b-42ba-9067-eaa0bfe27664",
    "content": "JVBERi0xLjcgaGVq",
    "counter_id": "1ece1162-2769-4800-9acb-0c27e38e15ec",
    "dispatch_id": "0f4c7a43-93bb-4f0f-8d0c-5c1d0b0d7f61",
    "email": "kim@familjen.example",
    "file_id": "c8f6e0f0-52a4-4d52-9d84-6ccfd3a0a4a2",
    "for": _FAMILY,
    "form_reference": "BUN/2027:14",
    "from": "2027-01-01",
    "grade": 6,
    "guardians": [_FAMILY],
    "idempotency-key": "boka-8a139716-1",
    "inbound_id": "3e0084b2-d42e-4115-81b8-0a327adc5962",
    "initiator": _PERSON,
    "inquiry_id": "5d0ce5a1-3d59-4d8b-a60a-0d1d7b9a6f5e",
    "interpreter": "ar",
    "invite": [_PERSON],
    "language": "sv",
    "limit": 100,
    "manager": _PERSON,
    "matter_id": "b1f6f3c6-0b1a-4f0b-8c53-2a7f2b1f8a11",
    "meeting": "18e66092-2957-4aff-938a-ca1c9ae9c2ef",
    "meeting_id": "18e66092-2957-4aff-938a-ca1c9ae9c2ef",
    "message_id": "c64c0b26-445a-4724-9870-9a5777fc0e94",
    "minutes": 60,
    "name": "Kim Exempel",
    "organisations": ["school", "social_services"],
    "owner": _PERSON,
    "participants": [_PERSON],
    "person": _PERSON,
    "person_id": _FAMILY,
    "phone": "070-123 45 67",
    "place": "forvaltningshuset-eken",
    "post": "rektor-bjorkskolan",
    "present": [_PERSON],
    "procedure": "samverkansmote",
    "reason": "refused",
    "received_by": "a111ba68-2c2e-568b-9c37-53a74d1b4170",
    "reference": "BUN/2027:14",
    "replaces": _PERSON,
    "report_id": "e4a6885a-f78c-44e5-80e6-256b2fbc1c68",
    "reporter": _PERSON,
    "residence": "Exempelkommun",
    "role": "rektor",
    "samspel-acting-as": _PERSON,
    "secretary": _PERSON,
    "stage": "lagstadiet",
    "step": "first",
    "task_id": "836076bb-0cf9-48cc-9f45-12158f944751",
    "timeout": 60,
    "to": _PERSON,
    "unit": "bjorkskolan",
    "wish_id": "3c1b2a4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d",
    "year": 2027,
}
PROBLEM: Json = {
    "title": "Problem",
    "description": "What is wrong and what to do, and by which rule; never what was sent.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "description": "urn:samspel:problem:…, for programs."},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What to do, in Swedish or English."},
        "rule": {"type": "string", "description": "The obligation that refuses, such as R3."},
        "errors": {
            "description": "What is wrong where.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "additionalProperties": False,
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "alternatives": {
            "description": "Times that could be had instead.",
            "type": "array",
            "items": {"type": "string", "format": "date-time"},
        },
        "missing": {
            "description": "The services that haven't worked within the last seconds.",
            "type": "array",
            "items": {"type": "string"},
        },
        "left": {
            "description": "What is still under way at the clock's time.",
            "type": "object",
            "additionalProperties": {"type": "integer"},
        },
    },
    "examples": [
        {
            "type": "urn:samspel:problem:unprocessable-entity",
            "title": "The data is not valid",
            "status": 422,
            "detail": "Mend what stands under errors and send it again. Nothing was saved.",
            "errors": [{"field": "child.birth_date", "message": "must be a date: 2027-03-01"}],
        }
    ],
}
_CONTENT = {_PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
# Of every call, whatever fails.
PROBLEMS: dict[int | str, Json] = {
    "4XX": {"description": "What was asked can't be done: a problem.", "content": _CONTENT},
    "5XX": {"description": "It can't be done now: a problem.", "content": _CONTENT},
}
_ANSWERS: list[Json] = json.loads((Path(__file__).parent / "answers.json").read_text("utf-8"))


def describe(app: FastAPI) -> None:
    """Let the application's description be the whole one; it is made when first asked for."""
    plain = app.openapi

    def whole() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(plain())
        return app.openapi_schema

    app.openapi = whole  # type: ignore[method-assign]


def _completed(document: Json) -> Json:
    schemas = document["components"]["schemas"]
    schemas["Problem"] = PROBLEM
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            _give_example(name, field)
    for call, operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            _give_example(parameter["name"].lower(), parameter["schema"])
        _show_body(operation, schemas)
        _show_answer(call, operation)
    return document


def _operations(document: Json) -> Iterator[tuple[str, Json]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def _give_example(name: str, field: Json) -> None:
    if name in EXAMPLES and _example_of(field, {}) is None:
        field["examples"] = [EXAMPLES[name]]


def _show_body(operation: Json, schemas: Json) -> None:
    """What is sent, made of the examples of its fields: those that it needs."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        example = _example_of(content["schema"], schemas)
        content["example"] = {} if example is None else example


def _show_answer(call: str, operation: Json) -> None:
    """What is answered: an object or a list, whose members are those of the example."""
    shown = next((one["answer"] for one in _ANSWERS if call in one["calls"]), None)
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get("application/json")
        if not status.startswith("2") or content is None:
            continue
        if shown is not None:
            content |= {"schema": _promised(shown), "example": shown}
        elif not content["schema"]:
            content["schema"] = {"type": "object"}


def _promised(shown: Any) -> Json:
    """The schema of an answer such as this: its members, and those of the first in its lists."""
    if isinstance(shown, list):
        return {"type": "array", "items": _promised(shown[0]) if shown else {}}
    if isinstance(shown, dict) and not all(_RULE.fullmatch(name) for name in shown):
        members = {name: _promised(one) for name, one in shown.items()}
        return {"type": "object", "required": list(shown), "properties": members}
    return {"type": "object"} if isinstance(shown, dict) else {}


def _example_of(schema: Json, schemas: Json) -> Any:
    """An example of what the schema describes; None where it shows none."""
    if "$ref" in schema:
        return _example_of(schemas.get(schema["$ref"].rpartition("/")[2], {}), schemas)
    shown = [*schema.get("examples", ()), schema.get("const"), schema.get("default")]
    shown += schema.get("enum", ())
    shown += [_example_of(one, schemas) for one in schema.get("anyOf", ())]
    first = next((one for one in shown if one is not None), None)
    return _made_up(schema, schemas) if first is None else first


def _made_up(schema: Json, schemas: Json) -> Any:
    """An example by the type: of an object what it needs, or the first of what it may have."""
    if schema.get("type") == "boolean":
        return False
    if schema.get("type") == "array":
        item = _example_of(schema["items"], schemas)
        return None if item is None else [item]
    if "properties" not in schema:
        return None
    needed = schema.get("required") or list(schema["properties"])[:1]
    return {name: _example_of(schema["properties"][name], schemas) for name in needed}
