"""What the staff have to do that belongs to no case: each is a post's, whoever acts for it (P3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.cases.domain.done_by_itself import NotDoneYet
from services.cases.domain.refused import Words
from services.cases.domain.tasks import late_at

ANSWER = "answer-inquiry"
ANSWER_RULE = "P3"
REACH = "reach-otherwise"

# Done by themselves: nobody ticks them off before.
_INSTEAD = {
    ANSWER: Words(
        "Svara på intresseanmälan: öppna ett ärende (accept), tacka nej (decline) eller hänvisa"
        " vidare (point-elsewhere).",
        "Answer the inquiry: open a case (accept), decline it (decline) or point elsewhere"
        " (point-elsewhere).",
    )
}


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to do about an inquiry, for whoever acts for a post; `key` makes it come once.

    `about` is somebody of the staff whom a mail about it hasn't reached. They don't have the duty,
    even if they act for the post.
    """

    key: str
    kind: str
    post: str
    rule: str
    due_on: date
    inquiry: UUID
    about: UUID | None = None
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def late_at(self) -> datetime | None:
        """When its owner and their manager are told that it isn't done (X2); None: never."""
        return late_at(self.kind, self.due_on)


@dataclass(frozen=True, slots=True)
class StandingDuty:
    """A duty as it is kept: whose it is now, if anybody acts for its post."""

    id: UUID
    kind: str
    rule: str
    owner: UUID | None
    inquiry: UUID
    post: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class PostNow:
    """A post on a day: who acts for it, and whether somebody is in it, holder or deputy."""

    code: str
    acting: UUID | None
    is_held: bool


def post_to_ask(posts: Sequence[PostNow], named: str | None) -> PostNow | None:
    """P3: the post that coordinates under the procedure, also while it is vacant.

    Where none is named: the first that somebody is in, or acts for. None: there is no such post.
    """
    return next((post for post in posts if post.code == named), None) or min(
        posts, key=lambda post: (not post.is_held, post.acting is None, post.code), default=None
    )


def answer_inquiry(inquiry: UUID, post: str, due_on: date) -> Duty:
    """P3: it is accepted as a case, declined or pointed elsewhere, by whoever coordinates."""
    return Duty(f"{inquiry}/{ANSWER_RULE}/{ANSWER}", ANSWER, post, ANSWER_RULE, due_on, inquiry)


def reach_otherwise(
    of: StandingDuty, person: UUID, kind: str, post: str, today: date
) -> Duty | None:
    """A mail of a kind about a duty didn't reach somebody: whoever is their manager tells them.

    Once for each duty and person. None, if that is what the duty was about: no chain (X2).
    """
    if of.kind == REACH or not of.is_open:
        return None
    key, details = f"{of.id}/{REACH}/{person}", {"kind": kind}
    return Duty(key, REACH, post, of.rule, today, of.inquiry, person, details)


def check_ticked_off(duty: StandingDuty) -> None:
    """Whether a person can say that it is done. Raises NotDoneYet, citing its rule."""
    instead = _INSTEAD.get(duty.kind)
    if instead is not None:
        raise NotDoneYet(rule=duty.rule, instead=instead)
