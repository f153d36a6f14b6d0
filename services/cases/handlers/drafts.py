"""Drafts of the opening: kept for their owner alone, until the case is opened or 14 days long."""

from collections.abc import Callable, Sequence
from uuid import UUID

from services.cases.domain.inquiries import Inquiry, InquirySettled, Source
from services.cases.domain.refused import NotFound, Refused, Words
from services.cases.handlers.commands import OpenCase
from services.cases.handlers.draft_ports import Draft, DraftKey, Said
from services.cases.handlers.inquiries import accept, to_answer
from services.cases.handlers.opening import open_case
from services.cases.handlers.ports import Desk
from services.cases.handlers.sight import OpenedForAnother

_SENT = "_sent"  # which showing of a page was sent last: no field of the form


class NothingTyped(Refused):
    """There is no draft: the case has been opened from it, or it is more than 14 days old."""

    code = "nothing-typed"
    rule = "R2"
    title = Words("Utkastet finns inte kvar", "The draft is gone")
    detail = Words(
        "Ärendet kan redan vara öppnat: titta bland dina ärenden. Annars börjar du om; utkast"
        " sparas i 14 dagar.",
        "The case may be open already: look among your cases. Else begin anew; drafts are kept for"
        " 14 days.",
    )


def draft_of(procedure: str, inquiry: UUID | None, desk: Desk) -> Draft:
    """What has been typed so far, perhaps nothing yet; of an inquiry, what that has told.

    Raises NotFound for an inquiry that the person doesn't answer.
    """
    key = _key(procedure, inquiry, desk)
    asked = None if inquiry is None else inquiry_of(procedure, inquiry, desk)
    if (kept := desk.drafts.find(key)) is not None:
        return kept
    return Draft(key, {} if asked is None else _told(asked), desk.now)


def inquiry_of(procedure: str, inquiry: UUID, desk: Desk) -> Inquiry:
    """The inquiry that a case is opened from. Raises NotFound, and InquirySettled."""
    found = to_answer(inquiry, desk)
    if found.procedure != procedure:
        raise NotFound
    if found.state != "new":
        raise InquirySettled
    return found


def drafts_of(desk: Desk) -> Sequence[Draft]:
    """A person's own, the newest first."""
    person = desk.actor_person
    return [] if person is None else desk.drafts.of(person)


def save(
    procedure: str,
    inquiry: UUID | None,
    said: Said,
    desk: Desk,
    *,
    page: str = "",
    typing: bool = False,
) -> Draft:
    """What one page of the form holds, laid over what the others have.

    `page` names one showing of it. What was sent while somebody was `typing` there and arrives
    after the page itself was sent is older than that, and is let go.
    """
    desk.drafts.take(_key(procedure, inquiry, desk))  # one at a time
    before = draft_of(procedure, inquiry, desk)
    if typing and page and before.said.get(_SENT) == [page]:
        return before
    now = {**said, **({} if typing else {_SENT: [page]})}
    draft = Draft(before.key, {**before.said, **now}, desk.now)
    desk.drafts.keep(draft, now)
    return draft


def throw_away(procedure: str, inquiry: UUID | None, desk: Desk) -> None:
    desk.drafts.drop(_key(procedure, inquiry, desk))


def open_drafted(
    procedure: str, inquiry: UUID | None, read: Callable[[Draft], OpenCase], desk: Desk
) -> UUID:
    """R2: in one's own name, or of whoever asked (P14); the draft goes with it. Raises Refused.

    `read` makes the command of what was typed. Two at once open one case: the other finds nothing.
    """
    draft = desk.drafts.take(_key(procedure, inquiry, desk))
    if draft is None:
        raise NothingTyped
    command = read(draft)
    if inquiry is not None:
        case_id = accept(inquiry, command, desk)
    elif desk.actor_person != command.initiator:
        raise OpenedForAnother
    else:
        case_id = open_case(command, desk)
    throw_away(procedure, inquiry, desk)
    return case_id


def _key(procedure: str, inquiry: UUID | None, desk: Desk) -> DraftKey:
    person = desk.actor_person
    if person is None:
        raise NotFound
    return DraftKey(person, procedure, inquiry)


def _told(inquiry: Inquiry) -> Said:
    """Nothing is asked twice: the school, the reason, and how to reach a guardian who asked."""
    told = {"unit": inquiry.unit, "reason": inquiry.reason}
    if inquiry.source is Source.GUARDIAN:
        told |= {
            "guardian_1_name": inquiry.name,
            "guardian_1_phone": inquiry.phone,
            "guardian_1_email": inquiry.email,
        }
    if inquiry.source is Source.CHILD:
        told |= {"name": inquiry.name}
    return {name: [value] for name, value in told.items() if value is not None}
