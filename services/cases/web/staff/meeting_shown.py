"""A meeting as its page shows it: who comes, what was proposed and wished for, what can be done."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.cases.domain.reached import not_mailed
from services.cases.domain.refused import Words
from services.cases.domain.spoken import organisation_name_words, role_words
from services.cases.handlers.reading import Row, Views
from services.cases.handlers.showing import shown_meetings
from shared.domain.facts import CaseFacts, Participant
from shared.domain.procedure import Procedure, Step
from shared.procedures import Procedures

STATES = {
    "proposed": ("◇", Words("förslag", "proposed")),
    "booked": ("●", Words("bokat", "booked")),
    "held": ("✓", Words("hållet", "held")),
    "cancelled": ("×", Words("inställt", "cancelled")),
    "past": ("▲", Words("har varit, markera som hållet", "is over, mark it as held")),
}
ANSWERS = {
    "accepted": ("✓", Words("kommer", "is coming")),
    "declined": ("×", Words("kommer inte", "isn't coming")),
    "tentative": ("?", Words("kanske", "perhaps")),
    "needs-action": ("○", Words("har inte svarat", "hasn't answered")),
}
# English has another form for several.
_OF_SEVERAL = {
    "accepted": Words("kommer", "are coming"),
    "declined": Words("kommer inte", "aren't coming"),
    "needs-action": Words("har inte svarat", "haven't answered"),
}
VOTES = {
    "yes": Words("Passar", "Suits"),
    "if-need-be": Words("Går om det måste", "If need be"),
    "no": Words("Passar inte", "Doesn't suit"),
}
OUTCOMES = {
    "plan-made": Words("En plan gjordes", "A plan was made"),
    "agreed": Words("Vi kom överens", "There was agreement"),
    "no-agreement": Words("Vi kom inte överens", "There was no agreement"),
    "not-all-present": Words("Alla kom inte", "Not everybody came"),
    "other": Words("Annat", "Something else"),
}
_BY_HAND = ("tell-by-hand", "reach-otherwise")
_FAMILY = {
    "child": Words("barnet", "the child"),
    "guardian": Words("vårdnadshavare", "guardian"),
    "external": Words("familjen vill ha med", "wished for by the family"),
}


@dataclass(frozen=True, slots=True)
class Attendee:
    """One who is called, and what they have said.

    `by_hand`: they are to be told by a person; `is_mailed`: they are asked by mail and link.
    """

    person: UUID
    name: str
    function: Words
    answer: str
    sign: str
    said: Words
    answered_at: datetime | None
    by_hand: bool
    present: bool | None
    is_mailed: bool = True


@dataclass(frozen=True, slots=True)
class Option:
    """A proposed time, and how many said what about it."""

    starts_at: datetime
    yes: int
    no: int
    if_need_be: int


@dataclass(frozen=True, slots=True)
class Wish:
    """Another time that somebody wishes for (B5)."""

    id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class MeetingShown:
    """One meeting. `open`: its case is, so that something can be done with it."""

    id: UUID
    case_id: UUID
    step: Step
    rule: str
    starts_at: datetime
    ends_at: datetime
    state: str
    sign: str
    said: Words
    place: str | None
    leader: str
    secretary: str | None
    outcome: Words | None
    attendees: Sequence[Attendee]
    options: Sequence[Option]
    wishes: Sequence[Wish]
    minutes_filed: bool
    minutes_reference: str | None
    plan_filed: bool
    plan_reference: str | None
    consent_reviewed: bool | None
    open: bool

    @property
    def counts(self) -> list[tuple[str, int, Words]]:
        """How many have said what, of those who are asked or have answered: sign, number, words."""
        said = [
            one.answer for one in self.attendees if one.is_mailed or one.answer != "needs-action"
        ]
        return [_counted(code, said.count(code)) for code in ANSWERS if code in said]

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @property
    def is_ahead(self) -> bool:
        return self.state in ("booked", "proposed")


def meetings_of(
    case_id: UUID, views: Views, procedures: Procedures, now: datetime
) -> tuple[MeetingShown, ...]:
    """All of a case or a matter, the next one first, then those that have been, the newest first.

    The caller has logged the access.
    """
    (facts,) = views.facts([case_id])
    procedure = procedures.get(facts.procedure, facts.procedure_on)
    rows = shown_meetings(facts, procedure, views)
    attendance = views.attendance([case_id])
    people = {who.person_id: who for who in facts.participants}
    named = {one["person_id"] for one in attendance} | {one["organizer"] for one in rows}
    named |= {one["secretary"] for one in rows if one["secretary"]} | set(people)
    reader = _Reader(
        facts,
        procedure,
        people,
        views.names(named),
        attendance,
        {one["code"]: one["public_text"] for one in views.places()},
        {
            (one["meeting_id"], one["about"])
            for one in views.tasks([case_id])
            if one["kind"] in _BY_HAND and one["state"] == "open"
        },
        not_mailed(facts, procedure, views.unmailable(named), now),
        now,
    )
    found = [reader.meeting(row) for row in rows]
    ahead = sorted((one for one in found if one.is_ahead), key=lambda one: one.starts_at)
    been = sorted((one for one in found if not one.is_ahead), key=lambda one: one.starts_at)
    return (*ahead, *reversed(been))


def one_of(meeting_id: UUID, found: Sequence[MeetingShown]) -> MeetingShown:
    return next(one for one in found if one.id == meeting_id)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What every meeting of a case is put together from."""

    facts: CaseFacts
    procedure: Procedure
    people: Mapping[UUID, Participant]
    names: Mapping[UUID, str]
    attendance: Sequence[Row]
    places: Mapping[str, str]
    by_hand: set[tuple[UUID, UUID]]
    without_mail: Collection[UUID]
    now: datetime

    def meeting(self, row: Row) -> MeetingShown:
        step = self.procedure.step(row["step"])
        been = row["state"] == "booked" and row["ends_at"] <= self.now
        sign, said = STATES["past" if been else row["state"]]
        return MeetingShown(
            id=row["id"],
            case_id=self.facts.id,
            step=step,
            rule=step.rule,
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            state=row["state"],
            sign=sign,
            said=said,
            place=self.places.get(row["place"] or ""),
            leader=self._name(row["organizer"]),
            secretary=self._name(row["secretary"]) if row["secretary"] else None,
            outcome=OUTCOMES.get(row["outcome"] or ""),
            attendees=self._attendees(row["id"]),
            options=[_option(one) for one in row["options"]],
            wishes=[
                Wish(one["id"], self._name(one["person_id"]), one["starts_at"], one["ends_at"])
                for one in row["counters"]
                if one["state"] == "asked"
            ],
            minutes_filed=row["minutes_filed_at"] is not None,
            minutes_reference=row["minutes_reference"],
            plan_filed=row["plan_filed_at"] is not None,
            plan_reference=row["plan_reference"],
            consent_reviewed=row["consent_reviewed"],
            open=self.facts.state == "open",
        )

    def _attendees(self, meeting_id: UUID) -> list[Attendee]:
        found = [self._attendee(one) for one in self.attendance if one["meeting_id"] == meeting_id]
        order = ["needs-action", "tentative", "declined", "accepted"]
        return sorted(found, key=lambda one: (order.index(one.answer), one.name.casefold()))

    def _attendee(self, row: Row) -> Attendee:
        person = row["person_id"]
        sign, said = ANSWERS[row["answer"]]
        return Attendee(
            person=person,
            name=self._name(person),
            function=function_of(self.people.get(person)),
            answer=row["answer"],
            sign=sign,
            said=said,
            answered_at=row["answered_at"],
            by_hand=(row["meeting_id"], person) in self.by_hand or person in self.without_mail,
            present=row["present"],
            is_mailed=person not in self.without_mail,
        )

    def _name(self, person: UUID | None) -> str:
        return self.names.get(person, "?") if person else "?"


def function_of(who: Participant | None) -> Words:
    """As what somebody takes part: «rektor, skola», «vårdnadshavare»."""
    if who is None:
        return Words("", "")
    if who.party in _FAMILY:
        return _FAMILY[who.party]
    role, organisation = role_words(who.role), organisation_name_words(who.organisation)
    return Words(
        ", ".join(filter(None, (role.sv, organisation.sv))),
        ", ".join(filter(None, (role.en, organisation.en))),
    )


def _counted(answer: str, count: int) -> tuple[str, int, Words]:
    sign, words = ANSWERS[answer]
    return sign, count, words if count == 1 else _OF_SEVERAL.get(answer, words)


def _option(row: Row) -> Option:
    starts_at = datetime.fromisoformat(row["starts_at"])
    return Option(starts_at, row["yes"], row["no"], row["if_need_be"])
