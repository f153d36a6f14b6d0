"""What keys of other systems let through, and `samspel token`, where those to cases are made."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from samspel.cli import app
from services.cases.adapters.tokens import tokens_in
from services.cases.domain.keys import REGISTER, SAID, SCOPES, scope_for
from services.cases.handlers.tokens import make_token, new_token
from shared.ids import staff_id
from tests.conftest import Servers
from tests.integration.cases_house import OWNER, CasesHouse, cases_house

HEADER = "Samspel-Acting-As"


@pytest.fixture(scope="module")
def house(
    servers: Servers, registered_of_the_module: str, municipality: Path
) -> Iterator[CasesHouse]:
    """Keys are made in it, and nothing else is changed."""
    with cases_house(registered_of_the_module, servers.valkey, municipality) as house:
        yield house


def key_for(house: CasesHouse, *scopes: str) -> str:
    secret, token = new_token("Portalen", scopes, None)
    with tokens_in(house.database_url, "command", demo=True) as desk:
        make_token(token, desk)
    return secret


def call(house: CasesHouse, secret: str, method: str, path: str, **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {secret}"} | headers
    body: dict[str, Any] | None = None if method == "GET" else {}
    return house.client.request(method, path, headers=sent, json=body)


def calls_of(house: CasesHouse) -> Iterator[tuple[str, str]]:
    """Every call of the API: its method and path."""
    for path, methods in house.app.openapi()["paths"].items():
        if path.startswith("/api/v1/"):
            yield from ((method.upper(), path) for method in methods)


def test_what_is_of_the_register_is_listed_and_everything_else_is_of_the_cases(
    house: CasesHouse,
) -> None:
    """A new route is of the cases until somebody says otherwise here and in domain/keys.py."""
    calls = list(calls_of(house))
    assert {path for _, path in calls} >= set(REGISTER)
    split: dict[str, list[str]] = {scope: [] for scope in SCOPES}
    for method, path in calls:
        split[scope_for(method, re.sub(r"\{\w+\}", "x", path))].append(path.removeprefix("/api/v1"))
    assert sorted(split["register:read"]) == [
        "/mail-previews", "/people", "/posts", "/procedures", "/units",
    ]  # fmt: skip
    assert sorted(split["register:write"]) == [
        "/people/{person_id}", "/posts/{code}/holders", "/posts/{code}/holders/end",
    ]  # fmt: skip
    assert len(split["cases:read"]) > 30
    assert len(split["cases:write"]) > 50


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_is_for_what_it_is_for_on_every_route(house: CasesHouse, scope: str) -> None:
    """Whatever a key isn't for is refused before anything is looked up."""
    secret, wrong = key_for(house, scope), []
    for method, path in calls_of(house):
        filled = re.sub(r"\{\w+\}", OWNER, path)
        answer = call(house, secret, method, filled)
        let_in = not (answer.status_code == 403 and "scope-missing" in answer.text)
        if let_in != (scope_for(method, filled) == scope):
            wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/people/x/cases", "/api/v1/cases/units", "/api/v1/units/x",
        "/api/v1/cases/a/people", "/api/v1/people/", "/api/v1/../units", "/units",
    ],
)  # fmt: skip
def test_only_the_very_path_is_of_the_register(path: str) -> None:
    assert scope_for("GET", path) == "cases:read"


@pytest.mark.parametrize("person", [OWNER, str(staff_id("nobody")), "", "x"])
def test_a_key_without_cases_speaks_for_nobody(house: CasesHouse, person: str) -> None:
    secret = key_for(house, "register:read", "register:write")
    answer = call(house, secret, "GET", "/api/v1/units", **{HEADER: person})
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("speaks-for-nobody")
    assert call(house, secret, "GET", "/api/v1/units").status_code == 200


def test_a_key_to_cases_names_who_it_calls_for(house: CasesHouse) -> None:
    secret = key_for(house, "cases:read")
    assert call(house, secret, "GET", "/api/v1/cases", **{HEADER: OWNER}).status_code == 200
    assert call(house, secret, "GET", "/api/v1/units", **{HEADER: OWNER}).status_code == 403


# The command


def token(url: str, *arguments: str) -> tuple[int, list[str]]:
    environment = {"SAMSPEL_DATABASE_URL": url}
    result = CliRunner().invoke(app, ["token", *arguments], env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output.splitlines()


def test_what_each_key_may_do_has_words_on_the_page_and_in_the_command() -> None:
    assert list(SAID) == list(SCOPES)


def test_a_key_is_made_shown_once_listed_and_taken_back(registered_url: str) -> None:
    assert token(registered_url, "list") == (
        0, ["Det finns inga nycklar. Gör en: samspel token add NAMN --read"],
    )  # fmt: skip
    code, said = token(registered_url, "add", "Portalen", "--read", "--write", "--cases",
                       "--until", "2199-12-31")  # fmt: skip
    assert code == 0
    assert said[0] == (
        "Nyckeln Portalen finns nu: den får läsa registret, ändra registret, läsa ärenden,"
        " ändra ärenden."
    )
    assert re.fullmatch(r"samspel_[\w-]{43}", said[-1])
    token(registered_url, "add", "Katalogen", "--read")
    listed = "\n".join(token(registered_url, "list")[1])
    assert "Katalogen: får läsa registret, inte använd" in listed
    assert "till och med torsdag 31 december 2199, inte använd" in listed or "2199" in listed
    assert said[-1] not in listed
    ids = {name: found for found, name in re.findall(r"^(\S+) (\w+):", listed, re.MULTILINE)}
    assert token(registered_url, "revoke", ids["Portalen"]) == (
        0, ["Nyckeln gäller inte längre."],
    )  # fmt: skip
    assert "ändra ärenden, indragen" in "\n".join(token(registered_url, "list")[1])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "Portalen"), "--read, --write eller båda"),
        (("add", " ", "--read"), "vilket system"),
        (("add", "a\nb", "--read"), "vilket system"),
        (("add", "Portalen", "--read", "--until", "i morgon"), "--until 2027-12-31"),
        (("add", "Portalen", "--read", "--until", "2020-01-01"), "efter i dag"),
        (("revoke", "x"), "ingen nyckel"),
        (("revoke", OWNER), "ingen nyckel"),
    ],
)
def test_what_can_not_be_done_is_one_line_that_says_what_to_do(
    house: CasesHouse, arguments: tuple[str, ...], said: str
) -> None:
    code, lines = token(house.database_url, *arguments)
    assert code == 1
    assert len(lines) == 1
    assert said in lines[0]
