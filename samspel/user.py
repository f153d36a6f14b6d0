"""What `samspel user` does: accounts of those who sign in with a password of their own."""

import sys
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

import typer

from services.cases.adapters.passwords import Passwords
from services.cases.app import open_accounts
from services.cases.domain.accounts import Account
from services.cases.domain.refused import Refused
from services.cases.handlers import accounts as keeping
from shared.clock import system_now

_ROLES = {"administrator": "administratör", "it": "it"}
T = TypeVar("T")


class CannotDo(Exception):
    """One line in Swedish that says why, and what to do."""


def added(
    login: str, name: str | None, roles: Collection[str], *, without_password: bool
) -> Iterator[str]:
    """Make an account. Raises CannotDo."""
    kept = None if without_password else _new_password(login)
    account = _done(lambda desk: keeping.add_account(login, name, roles, kept, desk))
    yield f"Kontot {account.login} finns nu{_for_whom(account)}."


def with_new_password(login: str) -> Iterator[str]:
    """Give an account another password. Raises CannotDo."""
    kept = _new_password(login)
    _done(lambda desk: keeping.change_password(login, kept, desk))
    yield "Lösenordet är ändrat. Den som var inloggad med kontot är utloggad."


def renamed(login: str, to: str) -> Iterator[str]:
    """Give an account another login, as when somebody's address has changed. Raises CannotDo."""
    account = _done(lambda desk: keeping.change_login(login, to, desk))
    yield f"Kontot heter nu {account.login}."


def disabled(login: str) -> Iterator[str]:
    """Close an account. Raises CannotDo."""
    _done(lambda desk: keeping.disable(login, desk))
    yield f"Kontot är stängt, och ingen är inloggad med det. Öppna det: samspel user enable {login}"


def enabled(login: str) -> Iterator[str]:
    """Open an account again. Raises CannotDo."""
    _done(lambda desk: keeping.enable(login, desk))
    yield "Kontot är öppet igen."


def listed() -> Iterator[str]:
    """Every account in a line of its own."""
    with open_accounts() as desk:
        found = desk.accounts.everybody()
    yield from (_line(one) for one in found)
    if not found:
        yield "Det finns inga konton. Gör ett: samspel user add E-POST"


def _line(account: Account) -> str:
    said = [account.name, *(_ROLES[role] for role in sorted(account.roles) if role in _ROLES)]
    if account.password_hash is None:
        said.append("utan lösenord")
    if account.disabled:
        said.append("stängt")
    elif account.is_locked(system_now()):
        said.append("väntar efter fel lösenord")
    return f"{account.login}: {', '.join(said)}"


def _for_whom(account: Account) -> str:
    return " för någon i personalregistret" if account.person is not None else ""


def _new_password(login: str) -> str:
    """What is kept of one that is asked for twice, or read from the input. Raises CannotDo."""
    if sys.stdin.isatty():
        given: str = typer.prompt(
            "Lösenord", hide_input=True, confirmation_prompt="Samma lösenord igen"
        )
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    try:
        return keeping.checked_hash(given, login, Passwords())
    except Refused as refused:
        raise CannotDo(refused.detailed("sv")) from None


def _done(do: Callable[[keeping.AccountDesk], T]) -> T:
    try:
        with open_accounts() as desk:
            return do(desk)
    except Refused as refused:
        raise CannotDo(refused.detailed("sv")) from None
