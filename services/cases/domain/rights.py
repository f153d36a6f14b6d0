"""What somebody who has signed in may do: by their posts of the day, and by their account."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.sight import COORDINATOR


class Right(StrEnum):
    """What a page asks of who opens it. None of them opens a case: being on it does (X10)."""

    CASEWORK = "casework"  # who has a post works with the cases they are on
    COORDINATE = "coordinate"  # takes in what comes before a case, or belongs to none yet
    MANAGE = "manage"  # others report to a post of theirs (X16)
    ADMINISTER = "administer"  # people, years, routines, keys
    OPERATE = "operate"  # how the machinery is, without a word of any case


# What an account has beside its person's posts.
ADMINISTRATOR, IT = "administrator", "it"
_OF_ROLE = {
    ADMINISTRATOR: frozenset({Right.ADMINISTER, Right.OPERATE}),
    IT: frozenset({Right.OPERATE}),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is today: the roles of their posts, and whether others report to one."""

    roles: frozenset[str] = frozenset()
    manages: bool = False


def rights_of(account_roles: Collection[str], standing: Standing) -> frozenset[Right]:
    """Asked anew at each request: a post that ended yesterday gives nothing today."""
    rights = {right for role in account_roles for right in _OF_ROLE.get(role, ())}
    if standing.roles:
        rights.add(Right.CASEWORK)
    if COORDINATOR in standing.roles:
        rights.add(Right.COORDINATE)
    if standing.manages:
        rights.add(Right.MANAGE)
    return frozenset(rights)
