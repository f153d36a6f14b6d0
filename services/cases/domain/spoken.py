"""Codes and titles as people say them, in Swedish and English."""

from collections.abc import Mapping

from services.cases.domain.refused import Words
from shared.domain.codes import (
    ORGANISATIONS,
    ORGANISATIONS_EN,
    ROLES,
    ROLES_EN,
    UNIT_KINDS,
    UNIT_KINDS_EN,
)
from shared.domain.procedure import Procedure, Titled, UnknownStep


def role_words(code: str | None) -> Words:
    """«rektor»; empty for none, and a code that isn't known as it is."""
    return _of(code, ROLES, ROLES_EN)


def organisation_name_words(code: str | None) -> Words:
    """«socialtjänst»."""
    return _of(code, ORGANISATIONS, ORGANISATIONS_EN)


def unit_kind_words(code: str | None) -> Words:
    """«förskola»."""
    return _of(code, UNIT_KINDS, UNIT_KINDS_EN)


def title_words(thing: Titled) -> Words:
    """A title; in Swedish twice where a municipality has written no English one."""
    return Words(_whole(thing.title), _whole(thing.title_in("en")))


def step_words(procedure: Procedure, name: str | None) -> Words | None:
    """The title of a step; None for one that this version of the procedure doesn't have."""
    try:
        return title_words(procedure.step(name or ""))
    except UnknownStep:
        return None


def reason_words(said: Mapping[str, str], english: Mapping[str, str]) -> dict[str, Words]:
    """The codes that a procedure's file has words for."""
    return {code: Words(_whole(sv), _whole(english.get(code, sv))) for code, sv in said.items()}


def _of(code: str | None, swedish: Mapping[str, str], english: Mapping[str, str]) -> Words:
    code = code or ""
    return Words(swedish.get(code, code), english.get(code, code))


def _whole(text: str) -> str:
    """Without a brace being taken for a value to put in."""
    return text.replace("{", "{{").replace("}", "}}")
