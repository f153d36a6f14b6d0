"""What a check has found, and how it is shown."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """Only what fails ends the command with 1."""

    OK = "ok"
    WARN = "varning"
    FAIL = "fel"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line, and what to do about it: words, or statements to be copied as they stand."""

    verdict: Verdict
    what: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A check with the heading that its findings stand under."""

    title: str
    findings: Callable[[], Iterable[Finding]]


def ok(what: str) -> Finding:
    return Finding(Verdict.OK, what)


def warn(what: str, do: str) -> Finding:
    return Finding(Verdict.WARN, what, do)


def fail(what: str, do: str) -> Finding:
    return Finding(Verdict.FAIL, what, do)


def shown(title: str, findings: Iterable[Finding]) -> Iterator[str]:
    """The lines of a check."""
    yield title
    for one in findings:
        yield f"  {one.verdict.value:<8}{one.what}"
        for line in one.do.splitlines():
            yield f"          → {line}"
