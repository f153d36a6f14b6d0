"""By which rules a report is dealt with, and who sees it (R40-R51)."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from typing import Protocol
from uuid import UUID

from services.cases.domain.duties import PostNow, post_to_ask
from services.cases.domain.refused import NotFound
from services.cases.domain.report_duties import Whose
from services.cases.domain.reports import ANMALAN, SOCIAL_SERVICES, Part, Report
from shared.domain.days import local_date
from shared.domain.procedure import Procedure, ReportRules
from shared.procedures import Procedures, UnknownProcedure


class Known(Protocol):
    """What is looked up of people to know who sees a report, in one transaction."""

    def acts_for(self, person: UUID, role: str, on: date) -> bool: ...
    def rektor_units(self, person: UUID, on: date) -> Sequence[str]: ...
    def works_for(self, person: UUID, on: date) -> Collection[str]: ...


class KnownOnce:
    """The same, each thing looked up once: for many reports in one transaction."""

    def __init__(self, known: Known) -> None:
        self.acts_for = cache(known.acts_for)
        self.rektor_units = cache(known.rektor_units)
        self.works_for = cache(known.works_for)


class PostsOf(Protocol):
    """The posts of a role that there are on a day."""

    def posts_of(self, role: str, on: date) -> Sequence[PostNow]: ...


def procedure_on(procedures: Procedures, on: date) -> Procedure:
    """The version that holds on a day. Raises NotFound where a municipality has no such routine."""
    try:
        procedure = procedures.get(ANMALAN, on)
    except UnknownProcedure:
        raise NotFound from None
    if procedure.reports is None:
        raise NotFound
    return procedure


def rules_on(procedures: Procedures, on: date) -> ReportRules:
    """Raises NotFound, as procedure_on."""
    rules = procedure_on(procedures, on).reports
    assert rules is not None
    return rules


def rules_of(report: Report, procedures: Procedures) -> ReportRules:
    """A report keeps the version that it began with (X9)."""
    return rules_on(procedures, local_date(report.registered_at))


def receiving_post(rules: ReportRules, posts: PostsOf, today: date) -> PostNow | None:
    """The post that reports come to (R32): the first that somebody is in."""
    return post_to_ask(posts.posts_of(rules.receiver, today), None)


def receiver_of(report: Report, rules: ReportRules, posts: PostsOf, today: date) -> Whose:
    """Whose it is to see to a report: the post's, or where there is none, whoever received it."""
    post = receiving_post(rules, posts, today)
    return Whose(person=report.received_by) if post is None else Whose(post=post.code)


def part_in(
    report: Report, person: UUID | None, rules: ReportRules, known: Known, today: date
) -> Part | None:
    """What somebody has to do with a report; None: they don't see that there is one (R41).

    Whoever received it or made it does for as long as they work there: it stays behind when they
    leave. Without a person, the calling system answers for who it lets in.
    """
    if person is None:
        return "system"
    if known.acts_for(person, rules.receiver, today):
        return "receiver"
    works_for = known.works_for(person, today)
    if person == report.received_by and SOCIAL_SERVICES in works_for:
        return "receiver"
    if person == report.reporter and works_for:
        return "reporter"
    return "rektor" if report.unit in known.rektor_units(person, today) else None
