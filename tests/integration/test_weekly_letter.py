"""The letter of the week, told in a whole town (X2, X3, X16)."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from psycopg.errors import LockNotAvailable

from services.cases import app
from services.cases.adapters.digests import SqlDigests
from services.cases.domain.digest import Counts
from services.cases.handlers import digests
from services.cases.handlers.digest_ports import DigestDesk
from services.cases.handlers.digests import count_letters, plan_weeks
from shared.domain.weekly import WeeklyLetter
from tests.support.notifier import SECRET
from tests.support.signing_in import visitor, words_of
from tests.support.story import open_a_case
from tests.support.town import Town, a_town

WEEK = re.compile(r"Vecka \d+ i Samspel")
REKTOR = "anna.lindqvist@exempelkommun.example"


@pytest.fixture
def town(registered_url: str, municipality: Path) -> Iterator[Town]:
    with a_town(registered_url, municipality, letters=True) as made:
        yield made


def letters(town: Town) -> list[tuple[str, str]]:
    """The day of each, and to whom."""
    return [(mail.on, mail.to) for mail in town.mails() if WEEK.fullmatch(mail.subject)]


def text_of(town: Town, address: str) -> str:
    """The newest letter to somebody."""
    found = [
        raw for mail, raw in town.letters() if mail.to == address and WEEK.fullmatch(mail.subject)
    ]
    body = found[-1].get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_X2_X16_whoever_has_something_to_do_hears_on_monday_how_much_and_nothing_else(
    town: Town,
) -> None:
    case = open_a_case(town)
    town.move_clock("2027-03-08T06:59:00+01:00")
    assert letters(town) == []  # begun in the middle of a week, it doesn't catch up on that one
    town.move_clock("2027-03-08T07:00:00+01:00")
    assert ("2027-03-08", REKTOR) in letters(town)
    assert all(mail.to.endswith("@exempelkommun.example") for mail in town.mails()
               if WEEK.fullmatch(mail.subject))  # fmt: skip

    said = text_of(town, REKTOR)
    assert "Så här såg det ut måndagen den 8 mars 2027 kl. 07.00." in said
    assert "Dagen har passerat: " in said
    assert "Nästa vecka: 1" in said
    assert "http://samspel.example/\n" in said
    assert case["reference"] not in said

    # her manager has it in numbers, and nobody who has nothing to do gets one
    of_manager = text_of(town, "margareta.sandstrom@exempelkommun.example")
    assert "Dina medarbetare:" in of_manager
    told = [to for _, to in letters(town)]
    assert (
        len(told)
        == len(set(told))
        < town.rows("SELECT count(*) AS n FROM cases.people WHERE party = 'staff'")[0]["n"]
    )

    # once a week, however long it lasts and whoever looks
    plan_weeks_and_count_again(town)
    town.move_clock("2027-03-12T12:00:00+01:00")
    assert [to for _, to in letters(town)].count(REKTOR) == 1
    town.move_clock("2027-03-15T08:00:00+01:00")
    assert [to for _, to in letters(town)].count(REKTOR) == 2


def plan_weeks_and_count_again(town: Town) -> None:
    """Another worker, just begun."""
    for look in (partial(plan_weeks, WeeklyLetter()), partial(count_letters, WeeklyLetter(), ())):
        town.cases._in_a_unit(look)
    town.quiet()


def test_a_week_nobody_was_at_work_in_is_left_out(town: Town) -> None:
    open_a_case(town)
    town.jump_clock("2027-03-15T06:00:00+01:00")
    assert letters(town) == []
    town.move_clock("2027-03-15T07:30:00+01:00")
    assert {day for day, _ in letters(town)} == {"2027-03-15"}


def test_who_has_said_no_to_it_gets_none(town: Town) -> None:
    open_a_case(town)
    town.rows("UPDATE cases.people SET no_digest = true WHERE email = %s RETURNING id", REKTOR)
    town.move_clock("2027-03-08T08:00:00+01:00")
    assert letters(town)
    assert REKTOR not in [to for _, to in letters(town)]


def test_what_waited_for_the_server_is_counted_anew(town: Town) -> None:
    """What it says is true when it leaves."""
    open_a_case(town)
    town.move_clock("2027-03-08T06:59:00+01:00")
    town.clockwork.stand_at(datetime.fromisoformat("2027-03-08T07:00:00+01:00"))
    for _ in range(3):
        town.cases.look_daily()  # all are counted; the notifier is busy
    town.clockwork.stand_at(datetime.fromisoformat("2027-03-08T09:30:00+01:00"))
    town.quiet()
    assert [to for _, to in letters(town)].count(REKTOR) == 1
    assert "måndagen den 8 mars 2027 kl. 09.30." in text_of(town, REKTOR)
    stopped = town.rows("SELECT DISTINCT reason FROM notifier.messages WHERE state = 'suppressed'")
    assert {"reason": "counted-long-ago"} in stopped
    assert all("kl. 09.30." in text_of(town, to) for _, to in letters(town))


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ('SELECT 1 / 0 AS "Anna Lindqvist"', "DivisionByZero"),
        ("SET LOCAL statement_timeout = 10; SELECT pg_sleep(5)", "QueryCanceled"),
    ],
)
def test_X2_a_letter_that_can_not_be_counted_holds_back_no_other_and_is_tried_again(
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    statement: str,
    error: str,
) -> None:
    """X3: one line in the log, without the words of the error; and it's told where IT looks."""
    open_a_case(town)
    town.move_clock("2027-03-08T06:59:00+01:00")
    (rektor,) = town.rows("SELECT id FROM cases.people WHERE email = %s", REKTOR)
    asked = fails_for(rektor["id"], statement, monkeypatch)
    town.clockwork.stand_at(datetime.fromisoformat("2027-03-08T07:00:00+01:00"))
    for _ in range(4):  # some at a time
        town.cases.look_daily()
    assert asked == [rektor["id"]], "not again at once"
    uncounted = town.rows("SELECT person_id FROM cases.digests WHERE counted_at IS NULL")
    assert uncounted == [{"person_id": rektor["id"]}]
    assert f"can't be counted: {error}" in caplog.text
    assert "Lindqvist" not in caplog.text

    town.clockwork.stand_at(datetime.fromisoformat("2027-03-08T07:06:00+01:00"))
    operator = visitor(town.client, town.database_url, SECRET, None, roles=["it"])
    assert "Veckobrev som inte är räknade: 1." in words_of(operator.get("/drift").text)

    monkeypatch.undo()
    town.cases._count_again_at.clear()  # ten minutes later
    town.quiet()
    told = [to for _, to in letters(town)]
    assert told.count(REKTOR) == 1
    assert len(told) > 1
    assert "Veckobrev som inte är räknade" not in words_of(operator.get("/drift").text)


def fails_for(person: UUID, statement: str, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Counting somebody's week breaks the transaction; when it has been tried."""
    counts_of, asked = digests.counts_of, list[UUID]()

    def fails(of: UUID, desk: DigestDesk) -> Counts:
        if of != person:
            return counts_of(of, desk)
        asked.append(of)
        assert isinstance(desk.digests, SqlDigests)
        desk.digests._connection.execute(statement.encode())
        raise AssertionError

    monkeypatch.setattr(digests, "counts_of", fails)
    return asked


def test_letters_that_can_not_be_counted_at_all_hold_back_nothing_else(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> tuple[UUID, ...]:
        raise LockNotAvailable("Anna Lindqvist")

    monkeypatch.setattr(app, "count_letters", fails)
    town.cases.work()
    assert "The look 'letters' failed: LockNotAvailable" in caplog.text
    assert "Lindqvist" not in caplog.text


def test_a_letter_of_a_week_that_is_over_is_dropped(town: Town) -> None:
    open_a_case(town)
    town.move_clock("2027-03-08T06:59:00+01:00")
    town.clockwork.stand_at(datetime.fromisoformat("2027-03-08T07:00:00+01:00"))
    town.cases.look_daily()
    town.jump_clock("2027-03-15T06:00:00+01:00")
    assert letters(town) == []
