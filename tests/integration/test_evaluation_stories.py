"""The evaluation of a year from April to the summer, told in a whole town (R24, R25)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.ids import staff_id
from tests.support.town import Town, a_town

KINDS = ["answer-evaluation", "evaluate-year"]
_MAILS = """
    SELECT (m.accepted_at AT TIME ZONE 'Europe/Stockholm')::date::text AS "on", t.kind AS task,
           m.kind AS mail, split_part(m.address, '@', 1) AS "to", t.post
    FROM notifier.messages m JOIN cases.tasks t ON t.id = m.task_id
    WHERE t.kind = ANY (%s) AND m.state = 'accepted' ORDER BY 1, 2, 3, 4, 5
"""
SLOW = ("rektor-kotten", "rektor-hagaskolan", "avdelningschef-ifo")
OWNERS = ["jonas.ekdahl", "karin.bergqvist"]
MANAGERS = ["birgitta.nordlund", "margareta.sandstrom"]


@pytest.fixture
def spring(registered_url: str, municipality: Path) -> Iterator[Town]:
    """All of Samspel with its year, on Monday 29 March 2027 at 08.00."""
    with a_town(registered_url, municipality, clock="2027-03-29T08:00:00+02:00", year=True) as made:
        yield made


def mails(town: Town, task: str, since: str = "") -> list[tuple[str, str, str]]:
    """The day, what kind of mail, and to whom; of the tasks of a kind."""
    rows = town.rows(_MAILS, KINDS)
    return [
        (row["on"], row["mail"], row["to"])
        for row in rows
        if row["task"] == task and row["on"] >= since
    ]


def asked(town: Town) -> dict[str, str]:
    """Who has the duty to answer, by their posts; of those that are open."""
    rows = town.rows(
        "SELECT post, owner::text FROM cases.tasks"
        " WHERE kind = 'answer-evaluation' AND state = 'open' ORDER BY post"
    )
    return {row["post"]: row["owner"] for row in rows}


def answer(town: Town, post: str, by: str) -> None:
    body = {"post": post, "by": by, "answers": {"works": 4}}
    town.do("years/2027/evaluation/answers", body)


def days_of(found: list[tuple[str, str, str]]) -> dict[str, list[str]]:
    days: dict[str, list[str]] = {}
    for on, _, to in found:
        days.setdefault(on, []).append(to)
    return days


def test_R24_R25_a_spring_of_one_evaluation_from_april_until_it_is_done_too_late(
    spring: Town,
) -> None:
    """R24: non-responders alone are reminded; the owners denser and denser, and when it is late
    their managers hear of it, once; being done ends it all.
    """
    spring.move_clock("2027-04-05T08:00:00+02:00")
    first = mails(spring, "answer-evaluation")
    assert {on for on, _, _ in first} == {"2027-04-01"}
    assert len(first) == 17
    assert days_of(mails(spring, "evaluate-year")) == {"2027-04-01": OWNERS}
    # A mailbox gets one mail about all that it is asked that day.
    to_sofie = [mail for mail in spring.mails() if mail.to.startswith("ann-sofie.palm")]
    assert len([mail for mail in to_sofie if mail.on == "2027-04-01"]) == 1

    waiting = asked(spring)
    for post, owner in waiting.items():
        if post not in SLOW:
            answer(spring, post, owner)
    spring.move_clock("2027-05-10T12:00:00+02:00")
    assert days_of(mails(spring, "answer-evaluation", "2027-04-02")) == {
        "2027-05-07": ["ann-sofie.palm", "birgitta.nordlund", "sofia.marklund"],
    }
    answer(spring, "rektor-hagaskolan", waiting["rektor-hagaskolan"])
    spring.move_clock("2027-06-30T23:00:00+02:00")
    assert days_of(mails(spring, "answer-evaluation", "2027-05-10")) == {
        "2027-05-21": ["ann-sofie.palm", "birgitta.nordlund"],
        "2027-05-27": ["ann-sofie.palm", "birgitta.nordlund"],
    }
    dense = ["04-30", "05-31", "06-16", "06-23", "06-24", "06-29"]
    assert days_of(mails(spring, "evaluate-year", "2027-04-02")) == {
        f"2027-{day}": OWNERS for day in dense
    }

    spring.move_clock("2027-07-16T12:00:00+02:00")
    assert mails(spring, "evaluate-year", "2027-07-01")[:4] == [
        ("2027-07-01", "alert", to) for to in sorted([*OWNERS, *MANAGERS])
    ]
    assert days_of(mails(spring, "evaluate-year", "2027-07-02")) == {
        "2027-07-08": OWNERS, "2027-07-15": OWNERS,
    }  # fmt: skip
    assert spring.get("years/2027/evaluation")["overdue"] is True

    done = spring.do("years/2027/evaluation/done", {"by": str(staff_id("karin-bergqvist"))})
    assert (done["state"], done["overdue"]) == ("done", True)
    assert asked(spring) == {}
    spring.move_clock("2027-08-05T12:00:00+02:00")  # three weeks of reminders later
    assert mails(spring, "evaluate-year", "2027-07-16") == []
    assert mails(spring, "answer-evaluation", "2027-05-28") == []


def test_R25_done_in_time_nobody_is_reminded_any_more(spring: Town) -> None:
    """R25: who hasn't answered by then isn't asked again, and nobody's manager hears of it.

    The day in the owners' calendars is taken out (O14).
    """
    spring.move_clock("2027-05-03T12:00:00+02:00")
    before = len(mails(spring, "answer-evaluation")) + len(mails(spring, "evaluate-year"))
    spring.do("years/2027/evaluation/done")
    spring.move_clock("2027-07-09T12:00:00+02:00")  # past the limit, and a reminder after it
    after = len(mails(spring, "answer-evaluation")) + len(mails(spring, "evaluate-year"))
    assert after == before + len(OWNERS)


def test_R24_a_town_without_workers_for_two_months_misses_nothing_and_doubles_nothing(
    registered_url: str, municipality: Path
) -> None:
    """R24: what comes in May instead of April comes once."""
    with a_town(registered_url, municipality, clock="2027-03-24T08:00:00+01:00", year=True) as town:
        town.quiet()
        town.clockwork.stand_at(town.clockwork.now().replace(month=5, day=24))
        town.quiet()
        assert len(mails(town, "answer-evaluation")) == 17
        assert days_of(mails(town, "evaluate-year")) == {"2027-05-24": OWNERS}
        town.clockwork.stand_at(town.clockwork.now().replace(month=6, day=7))
        town.quiet()
        reminded = mails(town, "answer-evaluation", "2027-05-25")
        assert len(reminded) == 17
        assert days_of(mails(town, "evaluate-year", "2027-05-25")) == {"2027-06-07": OWNERS}
