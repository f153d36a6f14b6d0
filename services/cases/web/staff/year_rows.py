"""What stands on the page of a year: its list with a way on from each entry, and what is to do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.cases.domain.dispatching import CONFIRMING, SEND
from services.cases.domain.duties import ANSWER_EVALUATION, EVALUATE_YEAR
from services.cases.domain.parent_meetings import COME, HOLD
from services.cases.domain.refused import Language
from services.cases.domain.task_kinds import task_in_words
from services.cases.domain.year_facts import OpenDuty
from services.cases.domain.year_shown import ShownYear
from services.cases.domain.year_wheel import Entry, Wheel
from services.cases.handlers.year.showing import Leads
from services.cases.handlers.year_view_ports import NamedPost
from services.cases.web.words import task_words
from services.cases.web.year_rows import Row, post_name, row, yearly_titles
from services.cases.web.year_words import WORDS
from shared.domain.swedish import long_date

Posts = Mapping[str, NamedPost]


@dataclass(frozen=True, slots=True)
class Leading:
    """An entry of the list; `to`: where it is dealt with, for who may go there."""

    row: Row
    to: str | None


def rows_of(drawn: Wheel, shown: ShownYear, found: Leads, language: Language) -> list[Leading]:
    return [
        Leading(row(mark.entry, shown, language), _leads_to(mark.entry, shown, found))
        for mark in drawn.marks
    ]


def progress(shown: ShownYear, posts: Posts, language: Language) -> Iterator[dict[str, Any]]:
    """How many of those who were asked have answered, and which posts haven't."""
    asked: list[tuple[str, str, int, int, tuple[str, ...]]] = []
    words, titles = WORDS[language], yearly_titles(shown, language)
    one = shown.evaluation
    if one.asked:
        asked.append(
            (words["evaluation"], words["answered_of"], one.answered, one.asked, one.waiting)
        )
    asked += [
        (sent.title, words["confirmed_of"], sent.confirmed, sent.asked, sent.waiting)
        for sent in (*shown.dispatches, *shown.confirmations)
        if sent.asked
    ]
    for title, said, done, of, waiting in asked:
        yield {
            "title": titles.get(title, title),
            "done": said.format(done=done, asked=of),
            "waiting": [said_of(post, posts, language) for post in waiting],
        }


def own_duties(
    shown: ShownYear, found: Leads, today: date, language: Language
) -> list[dict[str, Any]]:
    """One's own, what is late first, each with the way to it."""
    ordered = sorted(
        found.own_duties, key=lambda one: (not one.is_late(today), one.due_on or today)
    )
    return [
        _duty(one.kind, one.rule, one.due_on, [], language, late=one.is_late(today))
        | {
            "what": task_words(one.kind, one.details, shown.procedure, None).said(language, {}),
            "to": _dealt_with(one, shown),
        }
        for one in ordered
    ]


def duties(
    shown: ShownYear, found: Leads, posts: Posts, today: date, language: Language
) -> list[dict[str, Any]]:
    """The others': late ones first; what is asked of many posts by the same day stands once."""
    alike: dict[tuple[Any, ...], list[str]] = {}
    for one in shown.duties:
        if one in found.own_duties:
            continue
        names = alike.setdefault((not one.is_late(today), one.due_on, one.kind, one.rule), [])
        if one.post and (name := said_of(one.post, posts, language)) not in names:
            names.append(name)
    ordered = sorted(alike.items(), key=lambda one: (one[0][0], one[0][1] or date.min, one[0][2]))
    return [
        _duty(kind, rule, due_on, names, language, late=not in_time)
        for (in_time, due_on, kind, rule), names in ordered
    ]


def said_of(post: str, posts: Posts, language: Language) -> str:
    """«rektor, Almskolan»."""
    known = posts.get(post)
    return post if known is None else post_name(known.role, known.unit, language)


def _leads_to(entry: Entry, shown: ShownYear, found: Leads) -> str | None:
    if entry.kind == "meeting":
        meeting = next(one for one in shown.meetings if one.step.name == entry.name)
        return f"/moten/{meeting.id}" if found.meetings and meeting.id is not None else None
    if entry.kind == "evaluation":
        return f"/arshjul/{shown.year}/utvardering" if found.evaluation else None
    if entry.kind == "parents":
        return "/arshjul/foraldramoten"
    sent = (*shown.dispatches, *shown.confirmations)
    ids = [one.id for one in sent if (one.kind, one.starts_on) == (entry.name, entry.first)]
    known = next((one for one in ids if one is not None and one in found.dispatches), None)
    return None if known is None else f"/arshjul/utskick/{known}"


def _dealt_with(one: OpenDuty, shown: ShownYear) -> str | None:
    """The page on which a duty of the year is done, where it has one."""
    if one.kind in (ANSWER_EVALUATION, *CONFIRMING):
        return f"/arshjul/uppgift/{one.id}"
    if one.kind == EVALUATE_YEAR:
        return f"/arshjul/{shown.year}/utvardering"
    if one.kind == COME:
        return f"/arshjul/foraldramoten/ersattare/{one.id}"
    return {SEND: "/arshjul/utskick/nytt", HOLD: "/arshjul/foraldramoten"}.get(one.kind)


def _duty(
    kind: str, rule: str, due_on: date | None, posts: list[str], language: Language, *, late: bool
) -> dict[str, Any]:
    words = WORDS[language]
    due = None if due_on is None else long_date(due_on, language)
    return {
        "what": task_in_words(kind).said(language, {}),
        "posts": posts,
        "due": words["soon"] if due is None else words["due"].format(day=due),
        "late": late,
        "rule": rule,
    }
