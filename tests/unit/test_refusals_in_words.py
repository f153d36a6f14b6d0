"""A refusal that a page shows speaks of what people see, not of fields and calls of the API."""

import re
from collections.abc import Iterator

import pytest

import services.cases.app
from services.cases.domain.refused import Refused

_EVERYTHING = services.cases.app  # whatever refuses has been imported
_OF_THE_API = re.compile(
    r"\b(POST|GET|PUT|null|true|false|attendance|options|field|fält|JSON|endpoint|API)\b"
    r"|/api|\.\.\./|…/|[a-z]+_[a-z]+|/[a-z-]+/\{|[^ .]\{\{|\bid:t\b|\bthe id\b"
)
# Nobody who reads a page meets them: they are of the API's own headers and forms.
_OF_PROGRAMS_ALONE = {"UnknownActingPerson", "KeyUsedOtherwise", "UnknownStepName"}


def _all(root: type[Refused]) -> Iterator[type[Refused]]:
    for one in root.__subclasses__():
        yield one
        yield from _all(one)


def _name(one: type[Refused]) -> str:
    return one.__qualname__


def _words(one: type[Refused]) -> list[str]:
    said = one.on_page or getattr(one, "detail", None)
    return [] if said is None else [said.sv, said.en]


_EVERY: list[type[Refused]] = sorted(set(_all(Refused)), key=_name)


@pytest.mark.parametrize(
    "refused",
    _EVERY,
    ids=_name,
)
def test_it_speaks_of_what_people_see(refused: type[Refused]) -> None:
    if refused.__name__ in _OF_PROGRAMS_ALONE or refused.__module__.startswith("tests."):
        pytest.skip("of programs alone")
    for words in _words(refused):
        named = re.sub(r"\{\w+\}", "", words)
        assert not _OF_THE_API.search(named), words
