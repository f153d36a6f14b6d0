"""The year when things don't go by the calendar: late, early, anew, by other rules, broken."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from services.cases.adapters.municipality import import_register
from services.cases.handlers import daily
from shared.db import Database
from shared.ids import year_matter_id
from shared.municipality import read_register
from shared.register import Register
from tests.integration.reporting import new_report
from tests.integration.test_dispatches import in_post, material, of_kind, pass_to
from tests.integration.test_year_matters import KARIN, comes, execute, leaves, meeting
from tests.support.beginnings import Beginnings
from tests.support.town import Json, Town, a_town

JANUARY = "2027-01-11T08:00:00+01:00"


@pytest.fixture
def town(beginnings: Beginnings) -> Iterator[Town]:
    """With the yearly cycle and reports, since Monday 11 January 2027."""
    with beginnings.town(JANUARY) as made:
        yield made


def years(tasks: list[Json]) -> list[tuple[int, str]]:
    return [(one["year"], one["due_on"]) for one in tasks]


# a post that calls


def test_R21_a_vacancy_that_was_taken_back_and_comes_again_is_told_again(town: Town) -> None:
    """R21: each time it is registered, and not while it isn't."""
    leaves(town, "elevhalsochef", "karin-bergqvist", "2027-02-28")
    assert len(of_kind(town, "fill-post")) == 2
    execute(town, "UPDATE cases.holders SET last_day = NULL WHERE person_id = %s", KARIN)
    pass_to(town, "2027-01-12T08:00:00+01:00")
    assert of_kind(town, "fill-post") == []
    leaves(town, "elevhalsochef", "karin-bergqvist", "2027-02-28")
    assert len(of_kind(town, "fill-post")) == 2


def test_R21_a_vacancy_of_two_years_ends_when_somebody_comes(town: Town) -> None:
    """R21: whatever year it began in."""
    leaves(town, "elevhalsochef", "karin-bergqvist", "2027-02-28")
    pass_to(town, "2029-01-10T08:00:00+01:00")
    assert of_kind(town, "fill-post")
    comes(town, "elevhalsochef", "karin-bergqvist", "2029-01-10")
    assert of_kind(town, "fill-post") == []


# what is sent


def test_R28_what_was_sent_late_ends_that_year_and_next_august_asks_anew(town: Town) -> None:
    """R28: in January it is still of the school year that started in August."""
    pass_to(town, "2027-08-20T12:00:00+02:00")
    assert years(of_kind(town, "send-material")) == [(2027, "2027-09-15")]
    pass_to(town, "2028-01-10T08:00:00+01:00")
    town.do("dispatches", material(town))
    assert of_kind(town, "send-material") == []
    pass_to(town, "2028-08-20T08:00:00+02:00")
    assert years(of_kind(town, "send-material")) == [(2028, "2028-09-15")]


@pytest.mark.parametrize(("sent_on", "asked"), [("2027-05-10", 1), ("2027-06-28", 0)])
def test_R28_what_was_sent_in_spring_is_of_the_year_that_ends(
    town: Town, sent_on: str, asked: int
) -> None:
    """R28: but shortly before the summer is over it is of the next one."""
    pass_to(town, f"{sent_on}T08:00:00+02:00")
    town.do("dispatches", material(town))
    pass_to(town, "2027-08-20T12:00:00+02:00")
    assert len(of_kind(town, "send-material")) == asked


def test_R28_R31_an_autumn_without_a_worker_is_asked_for_in_january(town: Town) -> None:
    """R28, R31: late, and once."""
    pass_to(town, "2028-01-10T08:00:00+01:00")
    assert years(of_kind(town, "send-material")) == [(2027, "2028-01-17")]
    asked = len(of_kind(town, "confirm-known"))
    assert asked
    pass_to(town, "2028-01-11T08:00:00+01:00")
    assert len(of_kind(town, "confirm-known")) == asked
    pass_to(town, "2028-09-02T08:00:00+02:00")
    assert len(of_kind(town, "confirm-known")) == 2 * asked


def test_R27_a_parent_meeting_that_moves_over_new_year_and_back_is_asked_about_once(
    town: Town,
) -> None:
    """R27: whatever year the duty is of."""
    pass_to(town, "2027-11-29T08:00:00+01:00")
    invited = {"unit": "bjorkskolan", "stage": "mellanstadiet", "cohorts": [2026]}
    made = town.do("parent-meetings", {**invited, "starts_at": "2027-12-14T18:00:00+01:00"})
    path, chief = f"meetings/{made['id']}", in_post(town, "avdelningschef-ifo")
    town.do(f"{path}/move", {"starts_at": "2028-01-18T18:00:00+01:00"})
    town.do(f"{path}/answers", {"person": chief, "answer": "declined"})
    assert len(of_kind(town, "come-to-parent-meeting")) == 1
    town.do(f"{path}/move", {"starts_at": "2027-12-15T18:00:00+01:00"})
    town.do(f"{path}/answers", {"person": chief, "answer": "accepted"})
    assert of_kind(town, "come-to-parent-meeting") == []


# rules that change


def test_X9_a_year_goes_by_the_rules_that_hold_when_it_begins(
    registered_url: str, municipality: Path, tmp_path: Path
) -> None:
    """X9, R20: what is booked stays where it will do; the call comes by the new rules."""
    with a_town(registered_url, municipality, clock="2026-10-12T08:00:00+02:00", year=True) as made:
        made.quiet()
        before = meeting(made, "october")["starts_at"]
    copy = Path(shutil.copytree(municipality, tmp_path / municipality.name))
    (copy / "procedures").mkdir(exist_ok=True)
    change = copy / "procedures" / "arshjul-2027-01-01.toml"
    change.write_text(
        "valid_from = 2027-01-01\n[steps.october.in_month]\nnth = 3\ncall_weeks_before = 6\n"
    )
    with a_town(registered_url, copy, clock=None, year=True) as made:
        made.quiet()
        rows = made.rows(
            "SELECT extract(year FROM known_on)::int AS year, procedure_on::text"
            " FROM cases.cases WHERE about = 'year' ORDER BY 1"
        )
        assert [(one["year"], one["procedure_on"]) for one in rows] == [
            (2026, "2026-10-12"), (2027, "2027-01-01"), (2028, "2028-01-01"),
        ]  # fmt: skip
        made.move_clock("2027-01-20T08:00:00+01:00")
        made.scheduler.a_round()  # the nightly look at everything
        made.quiet()
        assert meeting(made, "october")["starts_at"] == before
        assert meeting(made, "october", 2029)["starts_at"].date() == date(2029, 10, 17)
        made.jump_clock("2027-08-30T12:00:00+02:00")
        made.move_clock("2027-09-02T12:00:00+02:00")  # six weeks before Wednesday 13 October
        called_on = {mail.on for mail in made.mails() if mail.kind == "REQUEST 0"}
        assert max(called_on) == "2027-09-01"


# a month without a meeting


def test_R20_a_missed_october_is_told_of_though_its_year_closes_the_same_day(town: Town) -> None:
    """R20, X2: no worker has run between the end of October and January."""
    pass_to(town, "2027-09-01T08:00:00+02:00")
    town.do(f"meetings/{meeting(town, 'october')['id']}/cancel")
    pass_to(town, "2027-10-28T08:00:00+02:00")
    town.do(f"meetings/{meeting(town, 'april')['id']}/held")
    pass_to(town, "2028-01-05T08:00:00+01:00")
    (matter,) = town.rows(
        "SELECT state FROM cases.cases WHERE id = %s", year_matter_id("arshjul", 2027)
    )
    assert matter["state"] == "closed"
    told = town.rows("SELECT details FROM cases.tasks WHERE kind = 'limit-passed'")
    assert [one["details"]["step"] for one in told] == ["october", "october"]


# posts under another code


def renamed(register: Register, old: str, new: str) -> Register:
    posts = tuple(
        replace(
            one,
            code=new if one.code == old else one.code,
            reports_to=new if one.reports_to == old else one.reports_to,
        )
        for one in register.posts
    )
    holders = tuple(replace(one, post=new) if one.post == old else one for one in register.holders)
    return replace(register, posts=posts, holders=holders)


def of_post(town: Town, *posts: str) -> list[Json]:
    return town.rows(
        "SELECT kind, key, post, owner::text FROM cases.tasks"
        " WHERE state = 'open' AND post = ANY (%s) ORDER BY kind, key",
        list(posts),
    )


def test_R26_R31_a_post_that_follows_another_at_its_unit_has_what_that_had_to_do(
    town: Town, municipality: Path
) -> None:
    """R26, R31: a rektor's post under another code in the files; nobody is told anew."""
    pass_to(town, "2027-09-02T08:00:00+02:00")
    before = of_post(town, "rektor-bjorkskolan")
    assert {"hold-parent-meeting", "confirm-known"} <= {one["kind"] for one in before}
    sent = len(town.mails())
    files = renamed(read_register(municipality), "rektor-bjorkskolan", "rektor-bjork-ny")
    import_register(town.database_url, files, demo=True)
    pass_to(town, "2027-09-03T08:00:00+02:00")
    after = of_post(town, "rektor-bjorkskolan", "rektor-bjork-ny")
    assert {one["post"] for one in after} == {"rektor-bjork-ny"}
    assert [(one["kind"], one["owner"]) for one in after] == [
        (one["kind"], one["owner"]) for one in before
    ]
    assert not any("rektor-bjorkskolan" in one["key"] for one in after)
    assert town.mails()[sent:] == []


@pytest.mark.parametrize("moves", [False, True])
def test_R24_a_calling_post_that_is_replaced_after_the_limit_evaluates_in_its_place(
    town: Town, municipality: Path, *, moves: bool
) -> None:
    """R24: as long as the evaluation is open, also where the new post is at another unit."""
    pass_to(town, "2027-06-28T08:00:00+02:00")
    answering = len(of_kind(town, "answer-evaluation"))
    assert answering
    pass_to(town, "2027-07-02T08:00:00+02:00")
    files = renamed(read_register(municipality), "elevhalsochef", "ehc-ny")
    if moves:
        posts = (replace(one, unit="bjorkskolan") if one.code == "ehc-ny" else one
                 for one in files.posts)  # fmt: skip
        files = replace(files, posts=tuple(posts))
    import_register(town.database_url, files, demo=True)
    pass_to(town, "2027-07-05T08:00:00+02:00")
    found = {one["post"]: one["owner"] for one in of_post(town, "elevhalsochef", "ehc-ny")
             if one["kind"] == "evaluate-year"}  # fmt: skip
    assert found == {"ehc-ny": KARIN}
    assert len(of_kind(town, "answer-evaluation")) == answering - moves


# what fails


def test_R41_a_routine_that_is_left_out_takes_nothing_else_along(
    town: Town, municipality: Path, tmp_path: Path
) -> None:
    """R20: without `anmalan` its reports rest, and the rest of the day goes on."""
    town.do("reports", new_report(received_on="2027-01-11"))
    copy = Path(shutil.copytree(municipality, tmp_path / municipality.name))
    settings = copy / "municipality.toml"
    settings.write_text('procedures = ["samverkansmote", "arshjul"]\n' + settings.read_text())
    with a_town(town.database_url, copy, clock=None, year=True) as left:
        pass_to(left, "2027-02-20T08:00:00+01:00")
        leaves(left, "elevhalsochef", "karin-bergqvist", "2027-04-05")
        pass_to(left, "2027-04-06T08:00:00+02:00")
        assert of_kind(left, "fill-post")
        assert of_kind(left, "answer-evaluation")


def test_X2_a_part_of_the_day_that_fails_is_tried_again_and_stops_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """X2, X3: one line in the log, with no more than the error's type."""

    def fails(_: object) -> None:
        raise LookupError("Anna Lindqvist")

    monkeypatch.setitem(daily._PARTS, "reports", fails)
    town.clockwork.stand_at(datetime.fromisoformat("2027-04-01T08:00:00+02:00"))
    town.cases.look_daily()
    assert list(town.cases.failed_today) == ["reports"]
    assert "The day's part 'reports' failed: LookupError" in caplog.text
    assert "Lindqvist" not in caplog.text
    assert of_kind(town, "answer-evaluation")
    monkeypatch.undo()
    town.cases._look_again_at = 0.0
    town.cases.look_daily()
    assert list(town.cases.failed_today) == []
    town.quiet()


def test_a_part_of_the_day_that_fails_is_tried_soon_at_first_and_then_ever_more_rarely(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database may have been in the way and be well by the time it is asked (F7)."""

    def fails(_: object) -> None:
        raise OperationalError

    monkeypatch.setitem(daily._PARTS, "reports", fails)
    town.clockwork.stand_at(datetime.fromisoformat("2027-04-01T08:00:00+02:00"))
    waits = []
    for _ in range(9):
        town.cases.look_daily()
        waits.append(town.cases._look_again_at - time.monotonic())
        town.cases._look_again_at = 0.0
    assert waits == pytest.approx([5, 10, 20, 40, 80, 160, 320, 600, 600], abs=2)
    monkeypatch.undo()
    town.cases.look_daily()
    town.quiet()


def test_what_there_was_no_database_for_is_done_as_soon_as_there_is_one(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_: Any) -> None:
        raise PoolTimeout

    monkeypatch.setitem(daily._PARTS, "reports", cannot)
    monkeypatch.setattr(Database, "_is_well", lambda _: False)
    town.clockwork.stand_at(datetime.fromisoformat("2027-04-01T08:00:00+02:00"))
    with pytest.raises(PoolTimeout):
        town.cases.look_daily()
    monkeypatch.undo()
    town.cases.look_daily()
    assert of_kind(town, "answer-evaluation")
    town.quiet()
