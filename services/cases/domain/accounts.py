"""Accounts of those who sign in: what a login is, and why one isn't made or doesn't open."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.cases.domain.refused import Invalid, NotAllowed, Refused, Words

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._+@'-]{1,253}")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in: of the register, or with a name and a role of their own.

    `locked_until` is real time (aware), as all of a sign-in.
    """

    id: UUID
    login: str
    person: UUID | None
    name: str
    roles: frozenset[str]
    password_hash: str | None = None
    subject: str | None = None
    failures: int = 0
    locked_until: datetime | None = None
    disabled: bool = False

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until

    def may_be_tried(self, now: datetime, *, once: bool) -> bool:
        """Whether a password may be compared; `once`: not after one that was wrong."""
        return not (self.disabled or self.is_locked(now) or (once and self.failures > 0))


class NotLetIn(NotAllowed):
    """One answer for whatever is wrong, so that nobody learns which logins there are."""

    code = "not-let-in"
    title = Words("Du är inte inloggad", "You are not signed in")
    detail = Words(
        "Användarnamnet eller lösenordet stämmer inte. Kontrollera dem och försök igen. Efter fem"
        " fel i rad får du vänta en stund mellan försöken.",
        "The login or the password is wrong. Check them and try again. After five wrong tries in a"
        " row you have to wait a while between them.",
    )


class NotKnown(NotAllowed):
    """The identity service has said who it is, and that is nobody who may come in."""

    code = "not-known"
    title = Words("Du har inget konto här", "You have no account here")
    detail = Words(
        "Kommunens inloggning känner igen dig, men Samspel gör det inte. Be den som är"
        " administratör att kontrollera din e-postadress i personalregistret.",
        "Your municipality's sign-in knows you, but Samspel does not. Ask the administrator to"
        " check your mail address in the staff register.",
    )


class TooManyTries(NotAllowed):
    code = "too-many-tries"
    title = Words("Vänta en stund", "Wait a while")
    detail = Words(
        "Det har gjorts många felaktiga försök härifrån, och då får varje konto bara ett. Vänta,"
        " högst en timme, och försök igen.",
        "Many wrong tries have come from here, so each account has only one. Wait, an hour at most,"
        " and try again.",
    )


class BadLogin(Invalid):
    code = "bad-login"
    detail = Words(
        "Skriv användarnamnet med små bokstäver, siffror och . _ + @ -, utan mellanslag.",
        "Write the login in small letters, digits and . _ + @ -, without spaces.",
    )


class NobodyByThatAddress(Invalid):
    code = "nobody-by-that-address"
    detail = Words(
        "Ingen i personalregistret har den e-postadressen. Rätta den, eller ange både namn och roll"
        " för någon utanför registret.",
        "Nobody of the staff register has that mail address. Correct it, or give both a name and a"
        " role for somebody outside the register.",
    )


class SeveralByThatAddress(Invalid):
    code = "several-by-that-address"
    detail = Words(
        "Flera i personalregistret har den e-postadressen. Ge dem var sin först.",
        "Several people of the staff register have that mail address. Give each their own first.",
    )


class LoginTaken(Refused):
    code = "login-taken"
    title = Words("Kontot finns redan", "The account exists")
    detail = Words(
        "Det finns redan ett konto med det användarnamnet eller för den personen.",
        "There is an account with that login, or for that person, already.",
    )


class PasswordElsewhere(Invalid):
    """Whoever knows somebody's password sees their cases, so an administrator gives them none."""

    code = "password-elsewhere"
    detail = Words(
        "Lämna lösenordet tomt för någon i personalregistret, och lägg till kontot utan. Behöver"
        " personen ett lösenord, be it sedan köra samspel user password på servern.",
        "Leave the password empty for somebody of the staff register, and add the account without"
        " one. If they need one, ask IT to run samspel user password at the server afterwards.",
    )


class UnknownLogin(Invalid):
    code = "unknown-login"
    detail = Words(
        "Det finns inget konto med det användarnamnet. Se alla med samspel user list.",
        "There is no account with that login. See them all with samspel user list.",
    )


def plain_login(given: str) -> str:
    """As it is kept: in small letters, without space around it."""
    return given.strip().lower()


def new_login(given: str) -> str:
    """The same, of one that comes to be used. Raises BadLogin."""
    login = plain_login(given)
    if not _LOGIN.fullmatch(login):
        raise BadLogin("login")
    return login


def whose(staff: Collection[UUID], name: str | None, roles: Collection[str]) -> UUID | None:
    """The person of the register that a new account is for: if its address is one's own.

    None: somebody outside the register, who has a name and a role. Raises Invalid.
    """
    if len(staff) > 1:
        raise SeveralByThatAddress("login")
    if not staff and not (name and roles):
        raise NobodyByThatAddress("login")
    return next(iter(staff), None)
