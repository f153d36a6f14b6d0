"""What the staff have to do that belongs to no case: each is a post's, whoever acts for it (P3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.cases.domain.done_by_itself import NotDoneYet
from services.cases.domain.refused import Words
from services.cases.domain.task_kinds import kind_of_task
from services.cases.domain.tasks import late_at

ANSWER = "answer-inquiry"
ANSWER_RULE = "P3"
REACH = "reach-otherwise"
ANSWER_EVALUATION = "answer-evaluation"
EVALUATE_YEAR = "evaluate-year"

# Done by themselves: nobody ticks them off before.
_INSTEAD = {
    ANSWER: Words(
        "Svara på intresseanmälan: öppna ett ärende, tacka nej eller hänvisa vidare.",
        "Answer the inquiry: open a case, decline it or point elsewhere.",
    ),
    ANSWER_EVALUATION: Words(
        "Svara på frågorna på din egen sida.",
        "Answer the questions on your own page.",
    ),
    EVALUATE_YEAR: Words(
        "Utvärdera årets samverkan och markera det som gjort.",
        "Evaluate this year's collaboration and mark it as done.",
    ),
    "fill-post": Words(
        "Registrera vem som har tjänsten, eller läs in kommunens filer på nytt.",
        "Register who holds the post, or import the municipality's files anew.",
    ),
    "send-material": Words(
        "Skicka materialet till rektorerna.",
        "Send the material to the principals.",
    ),
    "hold-parent-meeting": Words(
        "Bjud in till ett föräldramöte och markera det som hållet, eller"
        " notera ett som redan har hållits.",
        "Invite to a parent meeting and mark it as held, or note one that has been held.",
    ),
    "come-to-parent-meeting": Words(
        "Ange vem som kommer i stället, eller svara ja på inbjudan.",
        "Name who comes instead, or say yes to the invitation.",
    ),
    "group-missing": Words(
        "Registrera att någon i gruppen kommer, eller flytta mötet.",
        "Record that somebody of the group comes, or move the meeting.",
    ),
    "send-substitute": Words(
        "Ange vem som kommer i stället, eller svara ja på inbjudan.",
        "Name who comes instead, or say yes to the invitation.",
    ),
    "send-written-report": Words(
        "Skicka anmälan skriftligt. Socialtjänsten noterar när den har kommit.",
        "Send the report in writing. Social services note when it has come.",
    ),
    "note-written-report": Words(
        "Notera när den skriftliga anmälan har kommit.",
        "Note when the written report has come.",
    ),
    "inform-guardian": Words(
        "Notera vem som har informerat vårdnadshavarna, eller markera anmälan som misstänkt.",
        "Note who has told the guardians, or mark the report as suspected.",
    ),
    "give-feedback": Words(
        "Lämna svaret med en kod.",
        "Give the answer by a code.",
    ),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a duty is about: exactly one of these. `year` is a calendar year."""

    inquiry: UUID | None = None
    year: int | None = None
    dispatch: UUID | None = None
    report: UUID | None = None
    glass: UUID | None = None

    def __post_init__(self) -> None:
        named = (self.inquiry, self.year, self.dispatch, self.report, self.glass)
        if sum(one is not None for one in named) != 1:
            raise ValueError("a duty is about one thing")


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to do that belongs to no case, for whoever acts for a post, or for one `person`.

    `key` makes it come once. `reminders` are the instants (aware, soonest first) at which whoever
    has it is reminded; `late_on` is the day on which it is late, if its kind alone doesn't say so.
    `about` is somebody of the staff whom it concerns. They don't have the duty, even if they act
    for the post.
    """

    key: str
    kind: str
    rule: str
    subject: Subject
    post: str | None = None
    person: UUID | None = None
    due_on: date | None = None
    about: UUID | None = None
    meeting_id: UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    reminders: tuple[datetime, ...] = ()
    late_on: date | None = None

    def __post_init__(self) -> None:
        if (self.post is None) == (self.person is None):
            raise ValueError("a duty is a post's, or one person's own")

    @property
    def late_at(self) -> datetime | None:
        """When its owner and their manager are told that it isn't done (X2); None: never."""
        return late_at(self.kind, self.due_on, self.late_on)

    @property
    def comes_back(self) -> bool:
        """Whether it can be needed again once it is done; else it comes once."""
        return kind_of_task(self.kind).comes_back

    @property
    def has_page(self) -> bool:
        """Whether it can be done on a page of its own, by link."""
        return kind_of_task(self.kind).by_link


@dataclass(frozen=True, slots=True)
class StandingDuty:
    """A duty as it is kept: whose it is now, if anybody acts for its post."""

    id: UUID
    kind: str
    rule: str
    owner: UUID | None
    subject: Subject
    post: str | None
    is_open: bool
    due_on: date | None = None
    about: UUID | None = None
    meeting_id: UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


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
    key, about = f"{inquiry}/{ANSWER_RULE}/{ANSWER}", Subject(inquiry=inquiry)
    return Duty(key, ANSWER, ANSWER_RULE, about, post=post, due_on=due_on)


def reach_otherwise(
    of: StandingDuty, person: UUID, kind: str, post: str, today: date
) -> Duty | None:
    """A mail of a kind about a duty didn't reach somebody: whoever is their manager tells them.

    Once for each duty and person. None, if that is what the duty was about: no chain (X2).
    """
    if of.kind == REACH or not of.is_open:
        return None
    return Duty(
        key=f"{of.id}/{REACH}/{person}",
        kind=REACH,
        rule=of.rule,
        subject=of.subject,
        post=post,
        due_on=today,
        about=person,
        details={"kind": kind, "duty": of.kind},
    )


def check_ticked_off(duty: StandingDuty) -> None:
    """Whether a person can say that it is done. Raises NotDoneYet, citing its rule."""
    instead = _INSTEAD.get(duty.kind)
    if instead is not None:
        raise NotDoneYet(rule=duty.rule, instead=instead)


def is_ticked_off(kind: str) -> bool:
    """Whether a person says that such a duty is done, and nothing else does."""
    return kind not in _INSTEAD
