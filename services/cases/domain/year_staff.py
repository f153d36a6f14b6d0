"""Who calls to a year's meetings, who is called, and which calling posts are vacant (R21, R22)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.cases.domain.opening import OnCase
from services.cases.domain.posts import Post, standing
from shared.domain.procedure import YearRules

Posts = Mapping[str, Post]


@dataclass(frozen=True, slots=True)
class YearStaff:
    """Who has to do with a year on a day.

    `callers`: who acts for the posts that call, each once, in the order of their roles; nobody,
    while nobody acts for any. `unit` is that of the first of these posts.
    """

    callers: tuple[UUID, ...]
    people: tuple[OnCase, ...]
    unit: str | None


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A calling post that nobody holds; a deputy doesn't count (R21).

    `since`: its first vacant day, or None where nobody ever held it. `told`: the posts that are
    asked to fill it.
    """

    post: str
    since: date | None
    told: tuple[str, ...]


def calling_posts(rules: YearRules, posts: Posts) -> tuple[Post, ...]:
    """R21: for each role that calls its first post, also while that is vacant."""
    by_role = [[post for post in posts.values() if post.role == role] for role in rules.callers]
    return tuple(min(found, key=lambda post: post.code) for found in by_role if found)


def staff_of_year(rules: YearRules, posts: Posts, on: date) -> YearStaff:
    """R22: all who hold a post of a group, or stand in where it is vacant, and those who call.

    Each takes part once, in the role of the first of their posts, in the order of the groups. Who
    acts as a caller does so in the role that calls.
    """
    calling = {
        post.code: acting
        for post in calling_posts(rules, posts)
        if (acting := standing(post.code, posts, on).acting) is not None
    }
    people: dict[UUID, OnCase] = {}
    for code, acting in calling.items():
        people.setdefault(acting, _as(acting, posts[code]))
    for post, person in _of_the_groups(rules, posts, on):
        people.setdefault(person, _as(person, post))
    unit = next((posts[code].unit for code in calling), None)
    return YearStaff(tuple(dict.fromkeys(calling.values())), tuple(people.values()), unit)


def vacancies(rules: YearRules, posts: Posts, today: date) -> Iterator[Vacancy]:
    """R21: the calling posts that nobody holds on some day from today on, as far as is asked for.

    Whoever is above such a post is told, and the other who calls.
    """
    calling = calling_posts(rules, posts)
    until = today + timedelta(days=rules.vacancy_days_ahead)
    for post in calling:
        now = standing(post.code, posts, today)
        if now.holder is not None and (now.vacant_from is None or now.vacant_from > until):
            continue
        others = tuple(other.code for other in calling if other.code != post.code)
        above = (post.reports_to,) if post.reports_to in posts else ()
        told = tuple(dict.fromkeys(code for code in (*above, *others) if code is not None))
        yield Vacancy(post.code, now.vacant_from, told)


def vacancies_begin(rules: YearRules, posts: Posts, today: date) -> Iterator[date]:
    """The days to come on which a vacancy that is known today is near enough to be told of."""
    for post in calling_posts(rules, posts):
        vacant_from = standing(post.code, posts, today).vacant_from
        if vacant_from is not None:
            told_on = vacant_from - timedelta(days=rules.vacancy_days_ahead)
            if told_on > today:
                yield told_on


def serving(posts: Posts, on: date) -> frozenset[UUID]:
    """Everybody who is in any post on a day."""
    tenures = (one for post in posts.values() for one in post.tenures)
    return frozenset(one.person_id for one in tenures if one.covers(on))


def post_of(posts: Posts, person: UUID, role: str, on: date) -> str | None:
    """The first post of a role that somebody is in on a day."""
    found = (post.code for post in posts.values() if post.role == role and _in(post, on) == person)
    return min(found, default=None)


def _of_the_groups(rules: YearRules, posts: Posts, on: date) -> Iterator[tuple[Post, UUID]]:
    for group in rules.groups:
        for code in sorted(posts):
            post = posts[code]
            if post.role in group.roles and (person := _in(post, on)) is not None:
                yield post, person


def _in(post: Post, on: date) -> UUID | None:
    return post.person("holder", on) or post.person("deputy", on)


def _as(person: UUID, post: Post) -> OnCase:
    return OnCase(person, post.role, post.organisation)
