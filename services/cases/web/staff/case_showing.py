"""One case as its pages show it: read once, logged first, with the family by name (X10)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from services.cases.domain.asking import has_begun
from services.cases.domain.case_entries import DatedTask, Form, people_in_words
from services.cases.domain.case_picture import Story, story
from services.cases.domain.letters import can_be_written
from services.cases.domain.refused import Language, Words
from services.cases.domain.spoken import reason_words, role_words, step_words
from services.cases.handlers.reading import Row, ShownCase, Views, show_case
from services.cases.web.case_svg import NARROW, WIDE, case_svg
from services.cases.web.case_words import (
    GLYPHS,
    SIGNS,
    lane_words,
    organisation_words,
    relation_words,
    state_words,
    when_words,
)
from services.cases.web.staff.booking_shown import what_stops
from services.cases.web.staff.case_tasks import ToDo, to_do
from services.cases.web.staff.meeting_shown import MeetingShown, meetings_of
from services.cases.web.staff.visits import Visit
from shared.domain.consent import age_on
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure

_MOST_MAILS = 50


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the case; `part` is what they are on it, `row` how they are reached."""

    id: UUID
    name: str
    part: Words
    row: Row

    @property
    def is_family(self) -> bool:
        return self.row["party"] in ("child", "guardian", "external")

    @property
    def is_hidden(self) -> bool:
        """X6: whose whereabouts aren't shown to anybody."""
        return self.row["protected"] is True


@dataclass(frozen=True, slots=True)
class OneCase:
    """What its pages are made of. `names` also has staff who have left the case."""

    shown: ShownCase
    people: Mapping[UUID, Person]
    names: Mapping[UUID, str]
    parts: Mapping[UUID, Words]
    tasks: tuple[ToDo, ...]
    wishes: Sequence[Row]
    meetings: Sequence[MeetingShown]
    mails: Sequence[Row]
    failed: int
    story: Story
    now: datetime

    @property
    def id(self) -> UUID:
        return self.facts.id

    @property
    def facts(self) -> CaseFacts:
        return self.shown.facts

    @property
    def procedure(self) -> Procedure:
        return self.shown.procedure

    @property
    def row(self) -> Row:
        return self.shown.case

    @property
    def state(self) -> str:
        return self.facts.state

    @property
    def path(self) -> str:
        return f"/arenden/{self.id}"

    @property
    def today(self) -> date:
        return local_date(self.now)

    @property
    def is_open(self) -> bool:
        return self.facts.state == "open"

    @property
    def child(self) -> Person:
        return next(one for one in self.people.values() if one.row["party"] == "child")

    @property
    def guardians(self) -> list[Person]:
        return self.of_party("guardian")

    @property
    def guardians_to_choose(self) -> list[tuple[UUID, str]]:
        """R7: those whom the adult youth may want there."""
        return [(one.id, one.name) for one in self.guardians]

    @property
    def guardians_wanted(self) -> list[UUID]:
        return [one.id for one in self.guardians if one.row["wanted_by_youth"]]

    @property
    def to_ask(self) -> list[tuple[UUID, str]]:
        """Who can be asked for a consent."""
        deciding = [one for one in self.guardians if one.row["custody"]]
        return [(one.id, one.name) for one in (*deciding, self.child)]

    def organisations(self, codes: Callable[[list[str]], str]) -> list[tuple[str, str]]:
        """Those that a consent can name, in words."""
        return [(one, codes([one])) for one in self.procedure.all_organisations]

    @property
    def age(self) -> int:
        """The child's, today."""
        return age_on(self.facts.born_on, self.today)

    def of_party(self, party: str) -> list[Person]:
        return [one for one in self.people.values() if one.row["party"] == party]

    def title_of(self, step: str) -> Words:
        """Of a step; of one that this version doesn't know, what it is."""
        return step_words(self.procedure, step) or _MEETING

    @property
    def asks_after(self) -> Words | None:
        """P5: the step after which consents are asked for, until it has been held."""
        if has_begun(self.facts, self.procedure):
            return None
        return step_words(self.procedure, self.procedure.consent.asked_after_step)

    @property
    def can_book(self) -> bool:
        """Whether the next meeting can be booked, if there is a time."""
        return what_stops(self.facts, self.procedure, local_date(self.now)) is None

    def letters(self, meeting_id: UUID) -> list[Person]:
        """X7, X5: those of the family who are called to a meeting, and a letter would be true."""
        called = {
            row["person_id"] for row in self.shown.attendance if row["meeting_id"] == meeting_id
        }
        meeting = next(one for one in self.facts.meetings if one.id == meeting_id)
        return [
            one
            for one in self.people.values()
            if one.is_family
            and one.id in called
            and can_be_written(self.facts, self.procedure, meeting, one.id, self.now)
        ]

    def called(self, person: UUID | None) -> str:
        """By name, as long as Samspel knows it."""
        return "" if person is None else self.names.get(person, "")

    def drawing(self, language: Language) -> Markup:
        """The picture of its time, twice: the page chooses by its width."""
        return Markup("").join(
            Markup(case_svg(self.story, width, language))  # noqa: S704 - our own, all escaped
            for width in (WIDE, NARROW)
        )


def read_case(case_id: UUID, visit: Visit) -> OneCase:
    """Raises NotFound, as for a case that there isn't, also for one that isn't seen."""
    return visit.read("case", lambda views, now: _case(case_id, visit, views, now), case=case_id)


def read_to_change(case_id: UUID, visit: Visit) -> OneCase:
    """The same, for a page that is a form. Raises NotFound, OnlyToRead."""
    case = read_case(case_id, visit)
    visit.check_may_change()
    return case


def in_templates(case: OneCase, visit: Visit) -> dict[str, Any]:
    """What templates ask of codes and states, in the language that was chosen."""
    language, asked = visit.language, case.procedure.consent

    def codes(some: Sequence[str | None]) -> str:
        return organisation_words([one for one in some if one], language)

    def lane(state: str) -> str:
        return lane_words("", state, language)

    def role(code: str | None) -> str:
        return visit.speech.role(code)

    return {
        "case": case,
        "may_change": case.is_open and not visit.in_emergency,
        "meetings": case.meetings,
        "codes": codes,
        "waivers": reason_words(asked.waiver_reasons, asked.waiver_reasons_en),
        "role": role,
        "lane": lane,
        "relation": relation_words,
        "sign": lambda state: GLYPHS[SIGNS[state]],
        "state_of": lambda entry: state_words(entry, language),
        "when_of": lambda entry: when_words(entry, language),
    }


def _case(case_id: UUID, visit: Visit, views: Views, now: datetime) -> OneCase:
    office, today = visit.room.office, local_date(now)
    shown = show_case(case_id, views, office.procedures, office.times.days, today)
    forms = [_form(row) for row in shown.consents]
    open_tasks = [one for one in shown.tasks if one["state"] == "open"]
    parts = people_in_words(shown.facts, forms)
    order = list(parts)  # the family as it is counted, then everybody else by name
    contacts = sorted(
        views.contacts_of(case_id),
        key=lambda row: order.index(row["id"]) if row["id"] in parts else len(order),
    )
    people = {row["id"]: _person(row, parts) for row in contacts}
    named = {one["owner"] for one in open_tasks} | {one["person_id"] for one in shown.consents}
    named |= {shown.case["process_owner"], shown.case["initiator"], shown.case["contact_person"]}
    names = views.names([one for one in named if one is not None])
    return OneCase(
        shown=shown,
        people=people,
        names={**names, **{one.id: one.name for one in people.values()}},
        parts=parts,
        tasks=tuple(to_do(one, shown, names, visit.person, now) for one in open_tasks),
        wishes=views.wishes(case_id),
        meetings=meetings_of(case_id, views, office.procedures, now),
        mails=views.mails(case_id, None, None, _MOST_MAILS),
        failed=views.mails_gone_wrong(case_id),
        story=story(
            shown.facts,
            shown.procedure,
            shown.windows,
            forms,
            [DatedTask(t["kind"], t["due_on"], t["rule"]) for t in open_tasks if t["due_on"]],
            now,
        ),
        now=now,
    )


def _form(row: Row) -> Form:
    return Form(
        person_id=row["person_id"],
        party=row["party"],
        state=row["state"],
        requested_on=row["requested_on"],
        signed_on=row["signed_on"],
        refused_on=row["refused_on"],
        withdrawn_on=row["withdrawn_on"],
        valid_until=row["valid_until"],
    )


def _person(row: Row, parts: Mapping[UUID, Words]) -> Person:
    part = parts.get(row["id"])
    if part is None:
        part = role_words(row["role"]) if row["party"] == "staff" else _WISHED_FOR
    return Person(row["id"], row["name"], part, row)


_MEETING = Words("Möte", "Meeting")
_WISHED_FOR = Words("Familjen vill ha med", "The family wishes for")
