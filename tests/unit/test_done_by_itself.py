"""Tasks that stand for a condition: not ticked off while it holds (R3, R6, R11, R13, R15, S4)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import pytest

from services.cases.domain.done_by_itself import CONDITIONS, NotDoneYet, check_done_by_hand
from services.cases.domain.task_kinds import KINDS
from services.cases.domain.tasks import OpenTask
from shared.domain.facts import CaseFacts, Consent, Meeting, Participant
from tests.unit.builders import (
    CHILD,
    FATHER,
    MOTHER,
    SAMVERKANSMOTE,
    case,
    consent,
    day,
    meeting,
    uid,
)

NOW = datetime.fromisoformat("2027-03-10T09:00+01:00")
REKTOR = Participant(uid("rektor"), "staff", "rektor", "school", custody=False)
THERAPIST = Participant(
    uid("therapist"), "staff", "familjebehandlare", "social_services", custody=False
)
EVERYBODY = (CHILD, MOTHER, FATHER, REKTOR, THERAPIST)
SIGNED = (consent("mother"), consent("father"))
REFUSED = (consent("mother"), consent("father", state="refused", on=None))
ASKED = (consent("mother"), consent("father", state="requested", on=None))
HELD = meeting("first", "2027-03-09", "held")
PAST = meeting("first", "2027-03-09")
COMING = meeting("first", "2027-03-12")
PROPOSED = meeting("first", "2027-03-12", "proposed")
ENDING = (consent("mother"), replace(consent("father"), valid_until=day("2027-04-01")))


def facts(
    *meetings: Meeting,
    consents: Iterable[Consent] = SIGNED,
    people: Iterable[Participant] = EVERYBODY,
) -> CaseFacts:
    return case(participants=people, consents=consents, meetings=meetings)


def task(kind: str, about: str | None = None, of: Meeting | None = None) -> OpenTask:
    meeting_id, person = of.id if of else None, uid(about) if about else None
    return OpenTask(kind, "R9", meeting_id, person, step="first")


def refusal(one: OpenTask, on: CaseFacts) -> NotDoneYet | None:
    try:
        check_done_by_hand(one, on, SAMVERKANSMOTE, NOW)
    except NotDoneYet as refused:
        return refused
    return None


WITHOUT_THERAPIST = EVERYBODY[:-1]
CASES: dict[str, tuple[OpenTask, CaseFacts, CaseFacts | None]] = {
    "get-consent": (task("get-consent", "father"), facts(consents=ASKED), facts()),
    "first-contact": (task("first-contact", "father"), facts(consents=ASKED), facts()),
    "renew-consent": (task("renew-consent", "father"), facts(consents=ENDING), facts()),
    "review-consent": (task("review-consent", of=HELD), facts(HELD), None),
    "ask-about-guardians": (task("ask-about-guardians", "child"), facts(), None),
    "participants-missing": (
        task("participants-missing"), facts(people=WITHOUT_THERAPIST), facts(),
    ),
    "find-substitute": (task("find-substitute", of=COMING), facts(COMING), facts(HELD)),
    "choose-place": (task("choose-place", of=COMING), facts(COMING), facts(HELD)),
    "answer-counter": (task("answer-counter", of=COMING), facts(COMING), facts(HELD)),
    "decide-wish": (task("decide-wish"), facts(), None),
    "arrange-separately": (
        task("arrange-separately"),
        replace(facts(), never_together=True),
        replace(
            facts(replace(COMING, person_ids=frozenset({uid("mother"), uid("father")}))),
            never_together=True,
        ),
    ),
    "no-slot": (task("no-slot"), facts(), facts(PROPOSED)),
    "book-anew": (task("book-anew"), facts(), facts(COMING)),
    "limit-near": (task("limit-near"), facts(), facts(COMING)),
    "limit-passed": (task("limit-passed"), facts(COMING), facts(HELD)),
    "confirm-time": (task("confirm-time", of=PROPOSED), facts(PROPOSED), facts(COMING)),
    "mark-as-held": (task("mark-as-held", of=PAST), facts(PAST), facts(HELD)),
    "next-date": (task("next-date"), facts(HELD), facts(COMING)),
    "file-minutes": (
        task("file-minutes", of=HELD), facts(HELD), facts(replace(HELD, minutes_filed=True)),
    ),
    "file-plan": (
        task("file-plan", of=HELD), facts(HELD), facts(replace(HELD, plan_filed=True)),
    ),
    "evaluate": (task("evaluate"), facts(HELD), None),
    "replace-participant": (
        task("replace-participant", "therapist"), facts(), facts(people=WITHOUT_THERAPIST),
    ),
    "hand-over": (
        task("hand-over", "rektor"), facts(), replace(facts(), process_owner=uid("therapist")),
    ),
}  # fmt: skip


def test_every_condition_is_that_of_a_kind_of_task_and_is_tried_here() -> None:
    assert CONDITIONS.keys() <= KINDS.keys()
    assert CASES.keys() == CONDITIONS.keys()


@pytest.mark.parametrize(("kind", "holding"), [(kind, one[1]) for kind, one in CASES.items()])
def test_R11_what_is_done_by_itself_is_not_ticked_off_before(kind: str, holding: CaseFacts) -> None:
    asked = CASES[kind][0]
    refused = refusal(asked, holding)
    assert refused is not None
    assert refused.cited == asked.rule
    assert refused.detailed("sv").endswith(". Då blir uppgiften klar av sig själv.")
    assert "{" not in refused.detailed("sv") + refused.detailed("en")


@pytest.mark.parametrize(
    ("kind", "ended"), [(kind, one[2]) for kind, one in CASES.items() if one[2] is not None]
)
def test_R11_what_the_case_has_seen_done_can_be_ticked_off(kind: str, ended: CaseFacts) -> None:
    assert refusal(CASES[kind][0], ended) is None


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - CONDITIONS.keys()))
def test_what_a_person_alone_knows_is_ticked_off_by_a_person(kind: str) -> None:
    assert refusal(task(kind, "father", HELD), facts(HELD, consents=ASKED)) is None


@pytest.mark.parametrize("kind", ["book-anew", "no-slot", "limit-passed", "next-date"])
def test_P11_after_a_no_nobody_is_kept_to_a_meeting(kind: str) -> None:
    assert refusal(task(kind), facts(consents=REFUSED)) is None


def test_R13_R15_after_a_no_what_was_held_is_still_marked_and_filed() -> None:
    on = facts(PAST, replace(HELD, step="second"), consents=REFUSED)
    assert refusal(task("mark-as-held", of=PAST), on)
    assert refusal(task("file-minutes", of=HELD), on)


def test_R16_on_a_closed_case_everything_can_be_ticked_off() -> None:
    closed = replace(facts(HELD), state="closed", closed_on=day("2027-03-10"))
    assert not any(refusal(one, closed) for one, _, _ in CASES.values())
