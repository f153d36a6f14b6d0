"""Somebody's week in numbers: all that a mail may say of what there is to do (X3, X16)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from services.cases.domain.limits import OfSomebody
from shared.domain.weekly import monday_of

# A limit speaks for itself; these tasks say the same once more.
OF_LIMITS = ("limit-near", "limit-passed")
UNDELIVERED = ("reach-otherwise",)

_WEEK = timedelta(days=7)
# What tasks are called where it mustn't be said what they are about. Any other kind is "other".
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "book": (
        "no-slot", "book-anew", "confirm-time", "is-taken", "answer-counter", "next-date",
        "arrange-separately", "call-report-meeting", "hold-parent-meeting", "choose-place",
    ),
    "follow-up": ("mark-as-held", "file-minutes", "file-plan", "review-consent", "evaluate"),
    "contact": (
        "inform", "get-consent", "first-contact", "renew-consent", "ask-about-guardians",
        "contact-family", "tell-who-comes", "check-in", "talk-with-child", "support-contact",
        "support-talk", "tell-by-hand", "new-link-code", "inform-guardian", "group-missing",
        "find-substitute", "replace-participant",
    ),
    "papers": (
        "answer-inquiry", "answer-evaluation", "evaluate-year", "pass-on", "confirm-known",
        "send-material", "send-written-report", "note-written-report", "give-feedback",
        "see-receipt", "read-mail", "decide-mail",
    ),
}  # fmt: skip
_GROUP_OF = {kind: group for group, kinds in _GROUPS.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Counts:
    """What has a day: passed, this week, next week. `tasks`: all open ones, by group. Then what
    others are waited for, and how it stands with a manager's staff."""

    passed: int = 0
    this_week: int = 0
    next_week: int = 0
    tasks: tuple[tuple[str, int], ...] = field(default=())
    unanswered: int = 0
    undelivered: int = 0
    staff_late: int = 0
    staff_coming: int = 0

    @property
    def is_empty(self) -> bool:
        return self == Counts()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def count(
    days: Collection[date],
    kinds: Sequence[str],
    unanswered: int,
    staff: Iterable[OfSomebody],
    today: date,
) -> Counts:
    """`days` are the last ones of all that somebody has to do; `kinds` those of their open tasks,
    with a day or without."""
    coming = monday_of(today) + _WEEK
    groups = Counter(
        group_of(kind) for kind in kinds if kind not in OF_LIMITS and kind not in UNDELIVERED
    )
    of_staff = Counter[str]()
    for one in staff:
        if one.due_on < today:
            of_staff["late"] += one.count
        elif one.due_on < coming + _WEEK and one.state not in ("booked", "met"):
            of_staff["coming"] += one.count
    return Counts(
        passed=sum(day < today for day in days),
        this_week=sum(today <= day < coming for day in days),
        next_week=sum(coming <= day < coming + _WEEK for day in days),
        tasks=tuple((group, groups[group]) for group in (*_GROUPS, "other") if groups[group]),
        unanswered=unanswered,
        undelivered=sum(kind in UNDELIVERED for kind in kinds),
        staff_late=of_staff["late"],
        staff_coming=of_staff["coming"],
    )


def group_of(kind: str) -> str:
    return _GROUP_OF.get(kind, "other")
