"""`samspel user`: accounts are made, changed, closed and listed; and those of demo mode."""

from argon2 import PasswordHasher
from typer.testing import CliRunner

from samspel import demo_accounts
from samspel.cli import app
from samspel.demo_people import OTHERS, PEOPLE
from services.cases.adapters.accounts import accounts_in
from services.cases.adapters.passwords import Passwords

ANNA, PASSWORD = "anna.lindqvist@exempelkommun.example", "korrekt häst batteri"
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def user(url: str, *arguments: str, given: str = f"{PASSWORD}\n") -> tuple[int, str]:
    environment = {"SAMSPEL_DATABASE_URL": url}
    result = CliRunner().invoke(app, ["user", *arguments], env=environment, input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def test_an_account_is_made_for_somebody_of_the_register(registered_url: str) -> None:
    code, said = user(registered_url, "add", ANNA.title())
    assert (code, said) == (0, f"Kontot {ANNA} finns nu för någon i personalregistret.\n")
    assert user(registered_url, "add", ANNA)[0] == 1
    assert user(registered_url, "list") == (0, f"{ANNA}: Anna Lindqvist\n")


def test_and_for_somebody_else_with_a_name_and_a_role(registered_url: str) -> None:
    code, said = user(registered_url, "add", "drift")
    assert code == 1
    assert "ange både namn och roll" in said
    assert user(registered_url, "add", "drift", "--name", "It Drift", "--role", "it")[0] == 0
    other = ("--without-password", "--role", "administrator")
    assert user(registered_url, "add", ANNA, *other)[0] == 0
    said = user(registered_url, "list")[1]
    assert f"{ANNA}: Anna Lindqvist, administratör, utan lösenord\n" in said
    assert "drift: It Drift, it\n" in said


def test_a_password_that_will_not_do_is_said_and_not_repeated(registered_url: str) -> None:
    code, said = user(registered_url, "add", ANNA, given="hemligt\n")
    assert code == 1
    assert "minst 12 tecken" in said
    assert "hemligt" not in said
    assert user(registered_url, "list") == (
        0,
        "Det finns inga konton. Gör ett: samspel user add E-POST\n",
    )


def test_it_is_changed_closed_and_opened(registered_url: str) -> None:
    user(registered_url, "add", ANNA)
    assert user(registered_url, "password", ANNA, given="ett annat lösenord\n")[0] == 0
    new = "anna.gift@exempelkommun.example"
    assert user(registered_url, "rename", ANNA, new.title()) == (0, f"Kontot heter nu {new}.\n")
    assert user(registered_url, "rename", new, ANNA)[0] == 0
    user(registered_url, "add", "drift", "--name", "It Drift", "--role", "it")
    assert "finns redan" in user(registered_url, "rename", "drift", ANNA)[1]
    assert user(registered_url, "rename", "drift", "med mellanslag")[0] == 1
    assert user(registered_url, "disable", "drift")[0] == 0
    assert user(registered_url, "disable", ANNA)[0] == 0
    assert f"{ANNA}: Anna Lindqvist, stängt\n" in user(registered_url, "list")[1]
    assert user(registered_url, "enable", ANNA)[0] == 0
    assert f"{ANNA}: Anna Lindqvist\n" in user(registered_url, "list")[1]
    code, said = user(registered_url, "disable", "nobody")
    assert code == 1
    assert "inget konto" in said


def test_in_demo_mode_some_of_the_example_an_administrator_and_IT_can_sign_in(
    registered_url: str,
) -> None:
    for password in ("första", "första", "andra"):
        with accounts_in(registered_url, "test") as desk:
            demo_accounts.make(password, desk, QUICK)
    with accounts_in(registered_url, "test") as desk:
        found = {one.login: one for one in desk.accounts.everybody()}
    assert found.keys() == {*PEOPLE, *(login for login, _ in OTHERS)}
    assert all(QUICK.is_right(one.password_hash, "andra") for one in found.values())
    assert {login for login, one in found.items() if one.person is None} == {"administrator", "it"}


def test_another_municipality_has_none_of_them(database_url: str) -> None:
    with accounts_in(database_url, "test") as desk:
        demo_accounts.make("första", desk, QUICK)
        assert [one.login for one in desk.accounts.everybody()] == ["administrator", "it"]
