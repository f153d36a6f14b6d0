"""Who one can sign in as in demo mode: some of the example's people, an administrator, and IT."""

import os
import sys

from samspel.demo_people import OTHERS, PEOPLE
from services.cases.adapters.passwords import Passwords
from services.cases.app import open_accounts
from services.cases.domain.refused import Refused
from services.cases.handlers.accounts import AccountDesk, add_account, change_password


def make(password: str, desk: AccountDesk, passwords: Passwords) -> None:
    """Each has an account with this password; whoever has it already stays signed in.

    Another municipality has none of these people, but an administrator and IT.
    """
    known = {one.login: one for one in desk.accounts.everybody()}
    kept = passwords.hashed(password)
    for login, name, roles in (
        *((login, None, ()) for login in PEOPLE),
        *((role, name, (role,)) for role, name in OTHERS),
    ):
        account = known.get(login)
        if account is None and (roles or desk.accounts.staff_by_address(login)):
            add_account(login, name, roles, kept, desk)
        elif account is not None and not passwords.is_right(account.password_hash, password):
            change_password(login, kept, desk)


def main() -> None:
    """One step of `samspel run`: the password comes from its environment."""
    try:
        with open_accounts() as desk:
            make(os.environ["SAMSPEL_DEMO_PASSWORD"], desk, Passwords())
    except Refused as refused:
        sys.exit(f"samspel: kontona kunde inte läggas upp: {refused.detailed('sv')}")


if __name__ == "__main__":
    main()
