"""Until when an answer is hoped for, and when those who haven't answered are asked again."""

from datetime import date, datetime, time

import pytest
from pydantic import ValidationError

from services.scheduler.domain.plan import desired_plan
from services.scheduler.handlers import look
from shared.bus.events import Event, ReminderDue
from shared.domain.answering import answer_by, nudge_at
from shared.domain.days import WorkingDays
from shared.domain.procedure import AnswerRule
from shared.domain.quiet import QuietHours
from shared.procedures import load_procedures
from tests.support.cases import case, meeting, noon, with_meetings
from tests.support.store import FakeStore
from tests.unit.world import MUNICIPAL

DAYS = WorkingDays()
RULE = AnswerRule(rule="R8")
SAMVERKANSMOTE = load_procedures(None).get("samverkansmote", date(2027, 3, 1))


@pytest.mark.parametrize(
    ("meets", "called", "by", "asked"),
    [
        # «svara senast den 10 mars»; asked again on the day before that
        ("2027-03-16", "2027-03-01", "2027-03-10", "2027-03-09"),
        # called on the 5th, a Friday: two working days to answer first
        ("2027-03-16", "2027-03-05", "2027-03-10", "2027-03-09"),
        ("2027-03-16", "2027-03-08", "2027-03-10", "2027-03-10"),
        # a week ahead: two working days to answer, so a day later; nobody is asked again
        ("2027-03-16", "2027-03-09", "2027-03-11", None),
        # too near: the invitation asks for no day, and the reminder is enough
        ("2027-03-16", "2027-03-10", None, None),
        ("2027-03-08", "2027-03-02", None, None),
        # Easter lies between: 26, 29 March are holidays
        ("2027-04-01", "2027-03-15", "2027-03-24", "2027-03-23"),
    ],
)
def test_R8_who_has_not_answered_is_asked_again_while_there_is_time(
    meets: str, called: str, by: str | None, asked: str | None
) -> None:
    meets_on, called_on = date.fromisoformat(meets), date.fromisoformat(called)
    found = answer_by(RULE, meets_on, called_on, DAYS)
    assert found == (by and date.fromisoformat(by))
    nudge = nudge_at(RULE, meeting("first", meets, changed_on=called), called_on, DAYS)
    assert (nudge and (nudge.date().isoformat(), nudge.time())) == (asked and (asked, time(9, 0)))


def test_asking_again_after_the_last_day_to_answer_is_refused() -> None:
    with pytest.raises(ValidationError, match="must not be after by_working_days_before"):
        AnswerRule(rule="R8", by_working_days_before=4, nudge_working_days_before=3)


def reminders(quiet: QuietHours) -> dict[str, datetime]:
    one = meeting("first", "2027-03-16", changed_on="2027-03-02")
    facts = with_meetings(case("2027-03-01", signed_on="2027-03-01"), one)
    dues = desired_plan(facts, SAMVERKANSMOTE, DAYS, noon("2027-03-02"), quiet).dues.values()
    return {due.event.kind: due.due_at for due in dues if isinstance(due.event, ReminderDue)}


def test_a_reminder_outside_of_the_hours_comes_in_the_next_one() -> None:
    assert reminders(QuietHours(families_from=time(10, 0))) == {
        "nudge": datetime.fromisoformat("2027-03-09T10:00+01:00"),
        "reminder": datetime.fromisoformat("2027-03-12T10:00+01:00"),
    }


def test_R8_what_a_person_asks_for_comes_besides_what_is_planned() -> None:
    one = meeting("first", "2027-03-16", changed_on="2027-03-02")
    facts = with_meetings(case("2027-03-01", signed_on="2027-03-01"), one)
    store, told = FakeStore(noon("2027-03-03")), list[Event]()

    def ask(sequence: int = 0) -> list[tuple[str, bool]]:
        told.clear()
        store.ask_to_remind(facts.id, one.id, sequence)
        look(facts, SAMVERKANSMOTE, MUNICIPAL, store, told.append, store.now)
        return [(each.kind, each.asked) for each in told if isinstance(each, ReminderDue)]

    assert ask(sequence=1) == []  # of another time than it has now
    assert ask() == [("reminder", True)]
    planned = [due.event for due in store.planned.values()]
    still_to_come = [(one.kind, one.asked) for one in planned if isinstance(one, ReminderDue)]
    assert sorted(still_to_come) == [("nudge", False), ("reminder", False)]
    store.now = noon("2027-03-17")
    assert ask() == []  # it has been
