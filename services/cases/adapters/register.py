"""The municipality's units, places, staff and posts in SQL."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.cases.domain.opening import Colleagues, PostHeld, Staff
from services.cases.handlers.register_ports import Found, MeetingPlace, School, Sought, Unasked
from shared.domain.codes import ROLES
from shared.domain.plain_text import plain

_WITH_CHILDREN = ("forskola", "f-6", "7-9", "gymnasium")
_HELD = """
    SELECT h.person_id, p.code, p.role, p.unit, u.organisation
    FROM cases.in_post(%(on)s) h
    JOIN cases.posts p ON p.code = h.post
    JOIN cases.units u ON u.code = p.unit
"""
# All that an opening asks of the register, at once: the register's posts are gone through once. A
# line without a post for each of the staff that is named, whether they hold any or not.
_COLLEAGUES = f"""
    SELECT id AS person_id, NULL AS code, NULL AS role, NULL AS unit, NULL AS organisation
    FROM cases.people WHERE party = 'staff' AND id = ANY(%(people)s)
    UNION ALL ({_HELD}
    WHERE h.person_id = ANY(%(people)s) OR p.role = ANY(%(roles)s) OR p.code = ANY(%(posts)s)
       OR (p.role = 'rektor' AND p.unit = %(unit)s))
    ORDER BY code NULLS FIRST
"""  # noqa: S608 - ours
_FIND = """
    SELECT person.id, person.name,
           jsonb_agg(jsonb_build_array(p.role, u.name) ORDER BY p.code) AS posts
    FROM cases.in_post(%(on)s) h
    JOIN cases.posts p ON p.code = h.post
    JOIN cases.units u ON u.code = p.unit
    JOIN cases.people person ON person.id = h.person_id
    WHERE %(people)s::uuid[] IS NULL OR person.id = ANY (%(people)s)
    GROUP BY person.id
    HAVING (%(role)s::text IS NULL OR bool_or(p.role = %(role)s))
       AND (%(organisation)s::text IS NULL OR bool_or(u.organisation = %(organisation)s))
       AND NOT EXISTS (
             SELECT FROM jsonb_to_recordset(%(words)s) AS w (word text, roles text[])
             WHERE strpos(lower(person.name || ' ' || string_agg(u.name, ' ')), w.word) = 0
               AND NOT array_agg(p.role) && w.roles)
    ORDER BY bool_or(p.unit = %(near)s) IS TRUE DESC, person.name, person.id LIMIT %(limit)s
"""


class SqlRegister:
    """Who holds which post on a day, or acts for it as deputy, in one transaction."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def staff(self, people: Collection[UUID], on: date) -> dict[UUID, Staff]:
        """The staff among these people, with the posts they hold on the day (perhaps none)."""
        known = self._connection.execute(
            "SELECT id FROM cases.people WHERE party = 'staff' AND id = ANY(%s)", [list(people)]
        ).fetchall()
        held = self._connection.execute(
            f"{_HELD} WHERE h.person_id = ANY(%(people)s) ORDER BY p.code",
            {"on": on, "people": list(people)},
        ).fetchall()
        posts = _by_person(held)
        return {row["id"]: Staff(row["id"], posts.get(row["id"], ())) for row in known}

    def colleagues(
        self, named: Collection[UUID], unasked: Unasked, unit: str, on: date
    ) -> Colleagues:
        """The staff among those named, and who may come unasked to a case of the unit."""
        rows = self._connection.execute(
            _COLLEAGUES,
            {
                "on": on,
                "people": list(named),
                "roles": list(unasked.roles),
                "posts": list(unasked.posts),
                "unit": unit,
            },
        ).fetchall()
        held = [row for row in rows if row["code"] is not None]
        of_rektorer = [row for row in held if row["role"] == "rektor" and row["unit"] == unit]
        everything = _by_person(held)
        return Colleagues(
            named={
                row["person_id"]: Staff(row["person_id"], everything.get(row["person_id"], ()))
                for row in rows
                if row["code"] is None
            },
            rektorer_of_unit=_staff(of_rektorer),
            by_role={
                role: _staff(row for row in held if row["role"] == role) for role in unasked.roles
            },
            by_post={
                row["code"]: Staff(row["person_id"], (_post(row),))
                for row in held
                if row["code"] in unasked.posts
            },
        )

    def is_school(self, unit: str) -> bool:
        return self._exists(
            "SELECT 1 FROM cases.units"
            " WHERE code = %s AND organisation = 'school' AND ended_on IS NULL",
            unit,
        )

    def has_unit(self, unit: str) -> bool:
        return self._exists("SELECT 1 FROM cases.units WHERE code = %s AND ended_on IS NULL", unit)

    def has_place(self, place: str) -> bool:
        return self._exists(
            "SELECT 1 FROM cases.places WHERE code = %s AND ended_on IS NULL", place
        )

    def places(self) -> tuple[MeetingPlace, ...]:
        rows = self._connection.execute(
            "SELECT code, unit, public_text FROM cases.places"
            " WHERE ended_on IS NULL ORDER BY public_text, code"
        )
        return tuple(MeetingPlace(row["code"], row["unit"], row["public_text"]) for row in rows)

    def schools(self) -> tuple[School, ...]:
        """Those that children go to, preschools among them, by name."""
        rows = self._connection.execute(
            "SELECT code, name FROM cases.units WHERE organisation = 'school' AND ended_on IS NULL"
            " AND kind = ANY (%s) ORDER BY name, code",
            [list(_WITH_CHILDREN)],
        )
        return tuple(School(row["code"], row["name"]) for row in rows)

    def find(self, sought: Sought, on: date) -> tuple[Found, ...]:
        """Staff in posts on the day, those of the unit that is near first."""
        words = [{"word": word, "roles": _roles_called(word)} for word in map(_plain, sought.words)]
        rows = self._connection.execute(
            _FIND,
            {
                "on": on,
                "people": None if sought.people is None else list(sought.people),
                "role": sought.role,
                "organisation": sought.organisation,
                "words": Jsonb(words),
                "near": sought.near,
                "limit": sought.limit,
            },
        )
        return tuple(
            Found(row["id"], row["name"], tuple((role, unit) for role, unit in row["posts"]))
            for row in rows
        )

    def _exists(self, query: Any, code: str) -> bool:
        return self._connection.execute(query, [code]).fetchone() is not None


def _by_person(rows: Iterable[DictRow]) -> dict[UUID, tuple[PostHeld, ...]]:
    posts: dict[UUID, tuple[PostHeld, ...]] = {}
    for row in rows:
        posts[row["person_id"]] = (*posts.get(row["person_id"], ()), _post(row))
    return posts


def _staff(held: Iterable[DictRow]) -> tuple[Staff, ...]:
    """Everybody of these lines, with the posts that stand there."""
    return tuple(Staff(person, posts) for person, posts in _by_person(held).items())


def _post(row: DictRow) -> PostHeld:
    return PostHeld(row["code"], row["role"], row["unit"], row["organisation"])


def _plain(word: str) -> str:
    return plain(word).lower()


def _roles_called(word: str) -> list[str]:
    """The roles whose Swedish word has this in it."""
    return [code for code, said in ROLES.items() if word in said.lower()]
