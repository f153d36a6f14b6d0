"""`samspel user` and `samspel token`: who and what gets in."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from types import ModuleType
from typing import Annotated

import typer

from samspel.commands.common import database_url, say

user = typer.Typer(help="Konton för dem som loggar in med lösenord.", no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="E-postadress i personalregistret, eller ett namn.")]


class Role(StrEnum):
    """What an account can have that no post gives."""

    administrator = "administrator"
    it = "it"


@user.command("add")
def user_add(
    login: Login,
    name: Annotated[str | None, typer.Option(help="Namn på någon utanför registret.")] = None,
    role: Annotated[list[Role] | None, typer.Option(help="Kan anges flera gånger.")] = None,
    *,
    without_password: Annotated[
        bool, typer.Option(help="Bara för inloggning med kommunens vanliga konto.")
    ] = False,
) -> None:
    """Lägg upp ett konto. Lösenordet frågas efter, eller läses från inmatningen."""
    _say(lambda users: users.added(login, name, role or (), without_password=without_password))


@user.command("password")
def user_password(login: Login) -> None:
    """Byt lösenord. Den som är inloggad med kontot loggas ut."""
    _say(lambda users: users.with_new_password(login))


@user.command("rename")
def user_rename(
    login: Login, to: Annotated[str, typer.Argument(help="Det nya användarnamnet.")]
) -> None:
    """Byt användarnamn, som när någons e-postadress har ändrats. Lösenordet är kvar."""
    _say(lambda users: users.renamed(login, to))


@user.command("disable")
def user_disable(login: Login) -> None:
    """Stäng ett konto och logga ut den som använder det."""
    _say(lambda users: users.disabled(login))


@user.command("enable")
def user_enable(login: Login) -> None:
    """Öppna ett konto igen."""
    _say(lambda users: users.enabled(login))


@user.command("list")
def user_list() -> None:
    """Visa alla konton."""
    _say(lambda users: users.listed())


def _say(lines: Callable[[ModuleType], Iterator[str]]) -> None:
    """What is done with accounts, line by line."""
    database_url()
    from samspel import user as users  # noqa: PLC0415

    say(lines, users)


token = typer.Typer(help="Nycklar för andra system som anropar API:et.", no_args_is_help=True)


@token.command("add")
def token_add(
    name: Annotated[str, typer.Argument(help="Systemet som nyckeln är för.")],
    *,
    read: Annotated[bool, typer.Option("--read", help="Får läsa.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Får ändra.")] = False,
    cases: Annotated[
        bool, typer.Option("--cases", help="Också i ärenden; annars bara i registret.")
    ] = False,
    until: Annotated[
        str | None, typer.Option(help="Sista dagen den gäller, till exempel 2027-12-31.")
    ] = None,
) -> None:
    """Gör en nyckel. Den skrivs ut en gång, på sista raden."""
    _say_of_keys(lambda keys: keys.added(name, reads=read, writes=write, cases=cases, until=until))


@token.command("list")
def token_list() -> None:
    """Visa alla nycklar, utan deras hemligheter."""
    _say_of_keys(lambda keys: keys.listed())


@token.command("revoke")
def token_revoke(token_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Dra tillbaka en nyckel, från och med nu."""
    _say_of_keys(lambda keys: keys.revoked(token_id))


def _say_of_keys(lines: Callable[[ModuleType], Iterator[str]]) -> None:
    """What is done with keys, line by line."""
    database_url()
    from samspel import token as keys  # noqa: PLC0415

    say(lines, keys)
