"""Accounts are made, changed and opened: by a password, or by what an identity service says.

All times are real ones. A try is counted before the password is compared, in a transaction of its
own, so that many guesses at once are no more than as many in a row.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from services.cases.domain.accounts import (
    Account,
    LoginTaken,
    NotKnown,
    NotLetIn,
    PasswordElsewhere,
    UnknownLogin,
    new_login,
    plain_login,
    whose,
)
from services.cases.domain.identity import Identity
from services.cases.domain.passwords import check_new_password, wait_after
from services.cases.handlers.ports import Audit
from services.cases.handlers.sessions import Sessions, Terms, begin


class Accounts(Protocol):
    """Accounts, in one transaction; each that is found is locked until its end."""

    def find(self, login: str) -> Account | None: ...
    def find_by_subject(self, subject: str) -> Account | None: ...
    def find_by_person(self, person: UUID) -> Account | None: ...
    def staff_by_address(self, address: str) -> Sequence[UUID]: ...
    def add(self, account: Account, now: datetime) -> bool:
        """False if there is one with this login or of this person."""

    def note_tries(self, account: UUID, failures: int, until: datetime | None) -> None: ...
    def keep_login(self, account: UUID, login: str) -> bool:
        """False if another account has it."""

    def keep_password(self, account: UUID, password_hash: str) -> None: ...
    def keep_subject(self, account: UUID, subject: str) -> None: ...
    def keep_roles(self, account: UUID, roles: Collection[str]) -> None: ...
    def disable(self, account: UUID, now: datetime) -> None: ...
    def enable(self, account: UUID) -> None: ...
    def everybody(self) -> Sequence[Account]: ...
    def spend(self, state: bytes, now: datetime) -> bool:
        """Whether what a sign-in began with hasn't been used; now it has."""


class Passwords(Protocol):
    """Hashes, which are slow on purpose."""

    def hashed(self, password: str) -> str: ...
    def is_right(self, known: str | None, given: str) -> bool: ...
    def is_outdated(self, known: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class AccountDesk:
    """What is worked with in one transaction, at `now` of real time."""

    now: datetime
    accounts: Accounts
    sessions: Sessions
    audit: Audit


Unit = Callable[[], AbstractContextManager[AccountDesk]]


# Signing in


def sign_in(
    login: str,
    password: str,
    unit: Unit,
    passwords: Passwords,
    terms: Terms,
    *,
    once: bool = False,
) -> str:
    """The secret of a new session. Raises NotLetIn, after the same work whatever is wrong.

    `once`: where many wrong ones have come from, an account that has none pending is tried once.
    """
    with unit() as desk:
        known = _try(plain_login(login), desk, once=once)
    kept = None if known is None else known.password_hash
    if not passwords.is_right(kept, password) or known is None or kept is None:
        raise NotLetIn
    fresh = passwords.hashed(password) if passwords.is_outdated(kept) else kept
    with unit() as desk:
        account = desk.accounts.find(known.login)
        if account is None or account.disabled or account.password_hash != kept:
            raise NotLetIn  # changed while it was compared
        if fresh != kept:
            desk.accounts.keep_password(account.id, fresh)
        desk.accounts.note_tries(account.id, 0, None)
        return begin(account.id, desk.sessions, terms, desk.now)


def _try(login: str, desk: AccountDesk, *, once: bool) -> Account | None:
    """The account whose password is to be compared, its try counted; None if none may be."""
    account = desk.accounts.find(login)
    if account is None or not account.may_be_tried(desk.now, once=once):
        return None
    failures = account.failures + 1
    wait = wait_after(failures)
    desk.accounts.note_tries(account.id, failures, desk.now + wait if wait else None)
    return account


def sign_in_as(identity: Identity, desk: AccountDesk, terms: Terms) -> str:
    """The secret of a new session, for who an identity service says it is. Raises NotKnown.

    By the subject that is kept from the first time; the first time by the address in the register,
    which only one person may have, or by the login of an account outside it.
    """
    account = desk.accounts.find_by_subject(identity.key) or _first_time(identity, desk)
    if account.disabled:
        raise NotKnown
    return begin(account.id, desk.sessions, terms, desk.now)


def _first_time(identity: Identity, desk: AccountDesk) -> Account:
    login = plain_login(identity.named)
    staff = desk.accounts.staff_by_address(login)
    if len(staff) > 1:
        raise NotKnown
    person = next(iter(staff), None)
    account = None if person is None else desk.accounts.find_by_person(person)
    account = account or desk.accounts.find(login)
    if account is None and person is not None:
        account = _new(login, person, "", (), None)
        if not desk.accounts.add(account, desk.now):
            raise NotKnown
    if account is None or account.subject is not None or account.person != person:
        raise NotKnown  # another subject has it, or another person
    if account.password_hash is not None and account.login != login:
        raise NotKnown  # somebody comes in by it already, and by another address than this one
    desk.accounts.keep_subject(account.id, identity.key)
    _note("sign-in.first", account, desk)
    return account


# Keeping accounts


def add_account(
    login: str,
    name: str | None,
    roles: Collection[str],
    password_hash: str | None,
    desk: AccountDesk,
) -> Account:
    """For somebody of the register, by their address, or for somebody else. Raises Refused.

    Without a password one comes in by the municipality's identity service alone.
    """
    login = new_login(login)
    person = whose(desk.accounts.staff_by_address(login), name, roles)
    account = _new(login, person, name or login, roles, password_hash)
    if not desk.accounts.add(account, desk.now):
        raise LoginTaken
    _note("account.add", account, desk, roles=sorted(roles))
    return account


def add_account_on_page(
    login: str,
    name: str | None,
    roles: Collection[str],
    password_hash: str | None,
    desk: AccountDesk,
) -> Account:
    """As add_account, for an administrator: nobody of the register gets a password from them.

    Raises Refused, PasswordElsewhere.
    """
    account = add_account(login, name, roles, password_hash, desk)
    if account.person is not None and password_hash is not None:
        raise PasswordElsewhere("password")
    return account


def change_login(login: str, to: str, desk: AccountDesk) -> Account:
    """As when somebody's address has changed before their first sign-in by it. Raises Refused."""
    account, to = _known(login, desk), new_login(to)
    if not desk.accounts.keep_login(account.id, to):
        raise LoginTaken
    _note("account.login", account, desk)
    return replace(account, login=to)


def change_password(login: str, password_hash: str, desk: AccountDesk) -> None:
    """Whoever is signed in isn't any more; who had to wait needn't. Raises UnknownLogin."""
    account = _known(login, desk)
    desk.accounts.keep_password(account.id, password_hash)
    desk.accounts.note_tries(account.id, 0, None)
    desk.sessions.end_all(account.id)
    _note("account.password", account, desk)


def change_roles(login: str, roles: Collection[str], desk: AccountDesk) -> None:
    """They count from the next request on. Raises UnknownLogin."""
    account = _known(login, desk)
    desk.accounts.keep_roles(account.id, roles)
    _note("account.roles", account, desk, roles=sorted(roles))


def disable(login: str, desk: AccountDesk) -> None:
    """Nobody signs in by it, and whoever has is signed out. Raises UnknownLogin."""
    account = _known(login, desk)
    desk.accounts.disable(account.id, desk.now)
    desk.sessions.end_all(account.id)
    _note("account.disable", account, desk)


def enable(login: str, desk: AccountDesk) -> None:
    """Raises UnknownLogin."""
    account = _known(login, desk)
    desk.accounts.enable(account.id)
    _note("account.enable", account, desk)


def checked_hash(password: str, login: str, passwords: Passwords) -> str:
    """What is kept of a new password. Raises BadPassword."""
    check_new_password(password, plain_login(login))
    return passwords.hashed(password)


def _new(
    login: str,
    person: UUID | None,
    name: str,
    roles: Collection[str],
    password_hash: str | None,
) -> Account:
    return Account(uuid4(), login, person, name, frozenset(roles), password_hash)


def _known(login: str, desk: AccountDesk) -> Account:
    account = desk.accounts.find(plain_login(login))
    if account is None:
        raise UnknownLogin("login")
    return account


def _note(action: str, account: Account, desk: AccountDesk, **more: object) -> None:
    desk.audit.note(None, action, None, {"account": str(account.id)} | more)
