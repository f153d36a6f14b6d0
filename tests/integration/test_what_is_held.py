"""What is held goes by no path, and what shares an id with what goes stays for its own term."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from services.notifier.adapters.inbox import Inbox
from services.notifier.adapters.sent_words import forget_words
from shared.db import Database
from shared.domain.retention import KINDS
from tests.integration.test_what_goes_when import (
    a_closed_case,
    do,
    rows_of,
    run,
    traces,
    with_a_plan,
)
from tests.support.story import person_called
from tests.support.town import Town, a_town

HELD = "hålls kvar"


@pytest.fixture(scope="module")
def town(registered_of_the_module: str) -> Iterator[Town]:
    """In which the clock isn't moved: each test has what it needs of its own."""
    with a_town(registered_of_the_module, with_a_plan()) as made:
        yield made


def made_of(town: Town, name: str, **values: str) -> None:
    """The rows of a file, with these values in place of its names; the longest names first."""
    rows = rows_of(name)
    for key in sorted(values, key=len, reverse=True):
        rows = rows.replace(f":{key}", f"'{values[key]}'")
    do(town, rows)


def old_ones(town: Town) -> dict[str, int]:
    """What goes of each kind, if its term is over for all that is from before 2021."""
    return {
        row["place"]: row["gone"]
        for kind in KINDS
        for row in town.rows("SELECT * FROM cases.erase_old(%s, '2021-01-01')", kind)
        if row["gone"]
    }


def forget_by_time(town: Town) -> None:
    """What the notifier forgets by itself: sent words and mail that came in."""
    database = Database(town.database_url, role="samspel_notifier", demo=True)
    with closing(database), database.unit() as unit:
        forget_words(unit.now + timedelta(days=1), 1_000, unit)
        Inbox(database, timedelta(days=30)).claim()


def test_R51_a_report_stays_as_long_as_its_meeting_and_goes_by_its_own_term(
    town: Town, tmp_path: Path
) -> None:
    report, staff = str(uuid4()), person_called(town, "anna-lindqvist")["id"]
    made_of(
        town,
        "reports_of_long_ago",
        report=report,
        reference="ABCD2345",
        meeting_reference="BCD2",
        staff=staff,
    )
    assert old_ones(town) == {}
    assert run(town, None, "hold", "add", "ABCD2345", "--because", "legal")[0] == 0
    code, said = run(town, tmp_path, "erase", "case", "BCD2", "--yes")
    assert (code, HELD in said) == (1, True), said
    assert run(town, None, "hold", "lift", "ABCD2345")[0] == 0
    code, said = run(town, tmp_path, "erase", "case", "BCD2", "--yes")
    assert code == 0, said
    assert traces(town, report).keys() >= {"cases.reports", "bus.events"}

    assert run(town, None, "hold", "add", "ABCD2345", "--because", "legal")[0] == 0
    assert "ABCD2345" in run(town, None, "hold", "list")[1]
    assert old_ones(town) == {}
    assert run(town, None, "hold", "lift", "ABCD2345")[0] == 0
    assert old_ones(town) == {"cases.reports": 1, "bus.events": 1, "cases.holds": 1}
    assert traces(town, report).keys() == {"cases.audit"}  # that it was held, and has gone


def test_X15_the_reference_of_a_case_that_has_gone_is_given_to_no_other(
    town: Town, tmp_path: Path
) -> None:
    report, staff = str(uuid4()), person_called(town, "anna-lindqvist")["id"]
    values = {"reference": "CDEF2345", "meeting_reference": "CDE2", "staff": staff}
    made_of(town, "reports_of_long_ago", report=report, **values)
    assert run(town, tmp_path, "erase", "case", "CDE2", "--yes")[0] == 0
    values["reference"] = "DEFG2345"
    made_of(town, "reports_of_long_ago", report=str(uuid4()), **values)
    assert not town.rows("SELECT 1 FROM cases.cases WHERE reference = 'CDE2'")
    do(town, "DELETE FROM cases.reports WHERE reference = ANY (%s)", ["CDEF2345", "DEFG2345"])
    do(town, "DELETE FROM bus.events WHERE time < '2021-01-01'")


def test_what_is_of_somebody_held_goes_neither_by_the_plan_nor_by_time(
    town: Town, tmp_path: Path
) -> None:
    """The staff, too: all that is theirs, of no case; and the cases that they are on."""
    person, row, matter = (str(uuid4()) for _ in range(3))
    other = person_called(town, "anna-lindqvist")["id"]
    made_of(town, "of_somebody_held", person=person, row=row, matter=matter, other=other)
    assert run(town, None, "hold", "add", person, "--person", "--because", "supervision")[0] == 0
    before = traces(town, person, row, matter, "gok")
    assert old_ones(town) == {}
    forget_by_time(town)
    assert traces(town, person, row, matter, "gok") == before
    code, said = run(town, tmp_path, "erase", "person", person, "--yes")
    assert (code, HELD in said) == (1, True), said
    assert run(town, None, "hold", "lift", person, "--person")[0] == 0
    assert {"cases.reports", "cases.inquiries", "notifier.messages", "notifier.inbound"} | {
        *("cases.audit", "cases.access_log", "bus.events", "notifier.sent_words"),
        *("cases.evaluations", "cases.evaluation_answers", "cases.dispatches", "cases.tasks"),
    } == old_ones(town).keys()


def test_a_held_case_keeps_its_mail_and_words_whoever_goes_and_however_long_it_takes(
    town: Town, tmp_path: Path
) -> None:
    case, person = a_closed_case(town, "rodhake"), str(uuid4())
    made_of(town, "staff_who_have_left", person=person)
    mail = "UPDATE notifier.messages SET person_id = %s WHERE case_id = %s AND party = 'staff'"
    do(town, mail, person, case["id"])
    hold = ("hold", "add", case["reference"], "--because", "disclosure")
    assert run(town, None, *hold)[0] == 0
    kept = ("notifier.messages", "notifier.sent_words", "notifier.inbound", "notifier.invitations")
    before = {place: traces(town, *case["ids"].values(), "rodhake").get(place) for place in kept}
    assert all(before.values()), before
    code, said = run(town, tmp_path, "erase", "person", person, "--yes")
    assert code == 0, said
    forget_by_time(town)
    assert before == {
        place: traces(town, *case["ids"].values(), "rodhake").get(place) for place in kept
    }


def test_S7_who_is_wished_for_and_held_holds_the_case(town: Town, tmp_path: Path) -> None:
    case = a_closed_case(town, "gransiska")
    friend = case["ids"]["friend"]
    assert run(town, None, "hold", "add", friend, "--person", "--because", "legal")[0] == 0
    code, said = run(town, tmp_path, "erase", "case", case["reference"], "--yes")
    assert (code, HELD in said) == (1, True), said


@pytest.mark.parametrize("state", ["received", "quarantined"])
def test_mail_that_nobody_has_read_yet_keeps_the_case(
    town: Town, tmp_path: Path, state: str
) -> None:
    """Known by the address it came from, or by the one it came to."""
    case = a_closed_case(town, f"mes{state}")
    for column, value in (
        ("sender", f"MES{state}.mother@hemma.example"),
        ("recipient", "(SELECT 'svar+' || min(token) || '@ex.example' FROM notifier.invitations"),
    ):
        written = f"'{value}'" if column == "sender" else f"{value} WHERE case_id = '{case['id']}')"
        do(
            town,
            "INSERT INTO notifier.inbound (id, digest, via, recipient, size, received_at,"
            " keep_until, state) VALUES (gen_random_uuid(), sha256(%s), 'smtp', 'x', 1, now(),"
            " now() + interval '30 days', %s)",
            column + state,
            state,
        )
        do(
            town,
            f"UPDATE notifier.inbound SET {column} = {written} WHERE digest = sha256(%s)",  # noqa: S608
            column + state,
        )
        code, said = run(town, tmp_path, "erase", "case", case["reference"], "--yes")
        assert (code, "fortfarande på väg" in said) == (1, True), said
        do(town, "DELETE FROM notifier.inbound WHERE digest = sha256(%s)", column + state)
