"""The tasks of a case as its page shows them: in words, whose, and where they are done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.cases.domain.done_by_itself import NotDoneYet, check_done_by_hand
from services.cases.domain.refused import Words
from services.cases.domain.tasks import OpenTask
from services.cases.handlers.reading import Row, ShownCase
from services.cases.web.words import task_words
from shared.domain.days import local_date

_AT_CONSENTS = ("get-consent", "first-contact", "renew-consent", "consent-refused")
_AT_BOOKING = ("no-slot", "book-anew", "arrange-separately", "next-date")
_AT_RESPONSIBLE = ("hand-over", "evaluate")


@dataclass(frozen=True, slots=True)
class ToDo:
    """A task of the case; `instead` says what to do where nobody ticks it off, `to` where."""

    id: UUID
    kind: str
    words: Words
    owner: str
    is_mine: bool
    due_on: date | None
    late: bool
    rule: str
    about: UUID | None
    instead: Words | None
    to: str | None


def to_do(
    task: Row, shown: ShownCase, names: Mapping[UUID, str], person: UUID | None, now: datetime
) -> ToDo:
    kind, due_on = task["kind"], task["due_on"]
    meeting = next((one for one in shown.meetings if one["id"] == task["meeting_id"]), None)
    return ToDo(
        id=task["id"],
        kind=kind,
        words=task_words(kind, task["details"], shown.procedure, meeting),
        owner=names.get(task["owner"], ""),
        is_mine=task["owner"] == person,
        due_on=due_on,
        late=due_on is not None and due_on < local_date(now),
        rule=task["rule"],
        about=task["about"],
        instead=_instead(task, shown, now),
        to=_where(task, shown),
    )


def _instead(task: Row, shown: ShownCase, now: datetime) -> Words | None:
    """What to do about a task that is done by itself; None: a person ticks it off."""
    step = (task["details"] or {}).get("step")
    asked = OpenTask(task["kind"], task["rule"], task["meeting_id"], task["about"], step)
    try:
        check_done_by_hand(asked, shown.facts, shown.procedure, now)
    except NotDoneYet as refused:
        return Words(refused.detailed("sv"), refused.detailed("en"))
    return None


def _where(task: Row, shown: ShownCase) -> str | None:
    """The page where a task is done; None where that is no page of ours."""
    path, kind, about = f"/arenden/{shown.facts.id}", task["kind"], task["about"]
    if kind == "choose-place":
        return f"/moten/{task['meeting_id']}/flytta?tid=samma#plats"
    if task["meeting_id"] is not None:
        return f"/moten/{task['meeting_id']}"
    if kind in _AT_CONSENTS:
        asked = [
            one["id"]
            for one in shown.consents
            if one["person_id"] == about and one["state"] == "requested"
        ]
        return f"{path}/samtycken/{asked[-1]}/underskrift" if asked else f"{path}/samtycken/nytt"
    if kind in _AT_BOOKING:
        step = (task["details"] or {}).get("step")
        return f"{path}/moten/boka?steg={step}" if step else f"{path}/moten/boka"
    if kind in _AT_RESPONSIBLE:
        return f"{path}/ansvar" if kind == "hand-over" else f"{path}#ansvar"
    to = {
        "participants-missing": f"{path}/personer/ny",
        "decide-wish": f"{path}#onskemal",
        "new-link-code": f"{path}/familj/{about}",
        "replace-participant": f"{path}/personer/ny?ersatter={about}",
        "ask-about-guardians": f"{path}#personer",
    }
    return to.get(kind)
