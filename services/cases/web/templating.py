"""The templates of all pages: everything put in is escaped, and nothing may be missing."""

from pathlib import Path
from typing import Any

from jinja2 import (
    BytecodeCache,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    select_autoescape,
)
from jinja2.bccache import Bucket

STATIC = Path(__file__).parent / "static"
_TEMPLATES = Path(__file__).parent / "templates"


class _CompiledOnce(BytecodeCache):
    """What templates have been compiled to: once in a process, however many areas have them."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _CompiledOnce()  # of environments that are all made by `templates`


class Labels:
    """What the fields of a page are called: each is kept as it is written."""

    def __init__(self) -> None:
        self._called: dict[str, str] = {}
        self.are_missed = False

    def keep(self, field: str, words: str) -> str:
        """The label itself; the first one counts."""
        self._called.setdefault(field, words)
        return words

    def has(self, field: str) -> bool:
        """Whether the page has that field, as far as it is written."""
        self.are_missed = self.are_missed or field not in self._called
        return field in self._called

    def before(self, field: str, said: str) -> str:
        """«Startdatum: skriv dagen så här …», «Vem frågar? Välj ett av alternativen.»"""
        return named(self._called[field], said)


def named(label: str, said: str) -> str:
    """What is wrong with a field, after what the field is called."""
    if label.endswith("?"):
        return f"{label} {said}"
    goes_on = said[1:2].islower() and not said.startswith("I ")
    return f"{label.removesuffix(':')}: {said[:1].lower() + said[1:] if goes_on else said}"


def templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
    )


def written(template: Template, **values: Any) -> str:
    """The page. One with something to mend is written twice: above its fields stands what to mend,
    by the labels that the fields turn out to have."""
    labels = Labels()
    html = template.render(labels=labels, **values)
    return template.render(labels=labels, **values) if labels.are_missed else html
