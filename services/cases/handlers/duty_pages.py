"""A page of one's own for a duty, by a link or signed in: what it shows, and what its owner does
there (R25, R29, R31)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.cases.domain.duties import StandingDuty
from services.cases.domain.refused import NotFound
from services.cases.handlers.dispatch_ports import Dispatch
from services.cases.handlers.ports import Desk
from services.cases.handlers.year import dispatches, evaluation
from shared.domain.procedure import Question


@dataclass(frozen=True, slots=True)
class Asking:
    """The questions of an evaluation, and what has been answered for the post so far."""

    year: int
    questions: Sequence[Question]
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DutyPage:
    """A duty as whoever has it meets it; one of `asking` and `dispatch` is what it is about.

    `may_act`: there is something to send, also a second time, as long as answers can be changed.
    """

    duty: StandingDuty
    owner: UUID
    post: str
    language: Literal["sv", "en"]
    today: date
    asking: Asking | None
    dispatch: Dispatch | None
    may_act: bool


def open_page(link: UUID | None, desk: Desk) -> DutyPage | None:
    """None for a link that is wrong, or is good for nothing any more, whatever the reason.

    The duty is locked until the transaction ends.
    """
    return _page_of(desk.duties.take_by_link(link or UUID(int=0)), desk)


def open_own(task_id: UUID, person: UUID, desk: Desk) -> DutyPage:
    """The same for whoever has signed in, of their own duty. Raises NotFound."""
    found = _page_of(desk.duties.take(task_id), desk)
    if found is None or found.owner != person:
        raise NotFound
    return found


def answer(page: DutyPage, said: Mapping[str, Any], desk: Desk) -> None:
    """R25: the post's answers, by whoever has the duty. Raises Refused."""
    assert page.asking is not None
    evaluation.answer(page.asking.year, page.post, page.owner, said, desk)


def confirm(page: DutyPage, desk: Desk) -> None:
    """R29, R31: it has been passed on, or is known; twice is once. Raises Refused."""
    assert page.dispatch is not None
    if page.duty.is_open:
        dispatches.confirm(page.dispatch.id, page.post, page.owner, desk)


def file_of(page: DutyPage, file_id: UUID, desk: Desk) -> tuple[str, str, bytes] | None:
    """The name, the type and the content of a file that came along; None for any other."""
    files = () if page.dispatch is None else page.dispatch.files
    one = next((file for file in files if file.id == file_id), None)
    content = None if one is None else desk.dispatches.content(one.id)
    return None if one is None or content is None else (one.name, one.media_type, content)


def _page_of(duty: StandingDuty | None, desk: Desk) -> DutyPage | None:
    """It has to be its owner's still, and so it is asked who acts for the post today: a duty that
    is done stays with who did it.
    """
    if duty is None or duty.owner is None or duty.post is None:
        return None
    language = desk.links.language_of(duty.owner)
    if language is None or not desk.duties.acts_for(duty.owner, duty.post, desk.today):
        return None
    asking, sent = _asking(duty, duty.post, desk), _sent(duty, desk)
    if asking is None and sent is None:
        return None
    may_act = duty.is_open if asking is None else evaluation.is_open(asking.year, desk)
    return DutyPage(duty, duty.owner, duty.post, language, desk.today, asking, sent, may_act)


def _asking(duty: StandingDuty, post: str, desk: Desk) -> Asking | None:
    """An evaluation that is done is answered by nobody any more: what one said oneself is shown."""
    year = duty.subject.year
    said = None if year is None else evaluation.answered(year, post, desk)
    if year is None or (said is None and not duty.is_open):
        return None
    return Asking(year, evaluation.questions(year, desk), said or {})


def _sent(duty: StandingDuty, desk: Desk) -> Dispatch | None:
    sent = duty.subject.dispatch
    return None if sent is None else desk.dispatches.find(sent)
