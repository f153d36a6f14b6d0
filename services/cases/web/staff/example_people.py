"""Who one can be in demo mode: the accounts that there are, each with what they work with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.cases.domain.refused import Words
from services.cases.domain.spoken import role_words
from services.cases.web.staff.entrance import Entrance
from services.cases.web.staff.room import Room
from shared.domain.days import local_date

Post = Mapping[str, Any]
_OF_ACCOUNT = {
    "administrator": Words("administratör", "administrator"),
    "it": Words("it, utan ärenden", "IT, without cases"),
}


@dataclass(frozen=True, slots=True)
class SomebodyToBe:
    """One account, with the roles of its person's posts today."""

    login: str
    name: str
    roles: Words


def people_to_be(room: Room, entrance: Entrance) -> list[SomebodyToBe]:
    """All that can sign in by a password. They are the example's, so nothing is logged."""
    with room.database.unit() as unit:
        today = local_date(unit.now)
        views = room.office.views_for(unit.connection, unit.now)
        posts = {row["id"]: row["posts"] for row in views.staff(None, today)}
        where = {row["code"]: row["name"] for row in views.units()}
    for own in room.office.procedures.versions.values():  # what a coordinator is known by
        where |= {
            one.roles.coordinator_post: one.title for one in own if one.roles.coordinator_post
        }
    with entrance.unit() as desk:
        found = [one for one in desk.accounts.everybody() if one.password_hash and not one.disabled]
    found.sort(key=lambda one: (one.person is None, one.login))
    return [
        SomebodyToBe(one.login, one.name, _roles(posts.get(one.person, []), where, one.roles))
        for one in found
    ]


def _roles(posts: list[Post], where: Mapping[str, str], account: frozenset[str]) -> Words:
    """«rektor, Björkskolan»; `where`: a unit's name, or what a post is for."""
    held = [
        (
            role_words(post["role"]),
            where.get(post["post"]) or where.get(post["unit"], post["unit"]),
        )
        for post in posts
    ]
    own = [_OF_ACCOUNT[role] for role in sorted(account) if role in _OF_ACCOUNT]
    said = [Words(f"{role.sv}, {there}", f"{role.en}, {there}") for role, there in held] + own
    return Words(" · ".join(one.sv for one in said), " · ".join(one.en for one in said))
