"""What a municipality's files would change, and what becomes of that which they leave out."""

from datetime import date

import pytest

from services.cases.domain.importing import Change, changes
from shared.register import Capacity, Holder, PersonRow, Place, Post, Register, Unit

TODAY = date(2027, 3, 1)
SCHOOL = Unit("skolan", "Skolan", "f-6", "school")
ROOM = Place("rummet", "skolan", "Rum 1")
ANNA = PersonRow("anna", "Anna Ek", "anna@kommun.example", "")
POST = Post("rektor", "rektor", "skolan")


def register(*holders: Holder, **parts: tuple[object, ...]) -> Register:
    given = {"units": (SCHOOL,), "places": (ROOM,), "people": (ANNA,), "posts": (POST,)} | parts
    return Register(holders=holders, **given)  # type: ignore[arg-type]


def held(person: str, first: str, last: str | None = None, capacity: Capacity = "holder") -> Holder:
    return Holder(
        "rektor",
        person,
        date.fromisoformat(first),
        date.fromisoformat(last) if last else None,
        capacity,
    )


def told(found: tuple[Change, ...]) -> list[str]:
    """«ended bo 2020-01-01 2027-02-28»: the row as it will be, or was."""
    rows = [(change.kind, change.after or change.before) for change in found]
    return [f"{kind} {row.person} {row.first_day} {row.last_day}" for kind, row in rows if row]


def test_what_the_files_change_is_told_field_by_field() -> None:
    moved = PersonRow("anna", "Anna Ek", "anna.ek@kommun.example", "0980-1")
    before = register()
    found = changes(before, register(people=(moved,), places=()), TODAY)
    assert [(change.kind, change.fields) for change in found.people] == [
        ("changed", ("email", "phone"))
    ]
    assert [(change.kind, change.before) for change in found.places] == [("ended", ROOM)]
    assert found.people_touched(()) == {"anna"}
    assert not changes(before, before, TODAY)


def test_people_whom_the_files_leave_out_stay_and_only_their_time_in_a_post_ends() -> None:
    found = changes(register(held("anna", "2020-01-01")), register(people=()), TODAY)
    assert found.people == ()
    assert told(found.holders) == ["ended anna 2020-01-01 2027-02-28"]


def test_who_is_in_a_post_that_changes_is_touched() -> None:
    holder = held("anna", "2020-01-01")
    other = Post("rektor", "rektor", "skolan", "skolchef")
    found = changes(register(holder), register(holder, posts=(other,)), TODAY)
    assert found.people_touched([holder]) == {"anna"}


@pytest.mark.parametrize(
    ("before", "files", "told_as"),
    [
        ([held("a", "2020-01-01")], [held("a", "2020-01-01")], []),
        # the file says when it ends
        (
            [held("a", "2020-01-01")],
            [held("a", "2020-01-01", "2027-06-30"), held("b", "2027-07-01")],
            ["changed a 2020-01-01 2027-06-30", "new b 2027-07-01 None"],
        ),
        # a row that is gone: ended yesterday, or never, if it hadn't begun
        ([held("a", "2020-01-01")], [], ["ended a 2020-01-01 2027-02-28"]),
        ([held("a", "2020-01-01", "2027-12-31")], [], ["ended a 2020-01-01 2027-02-28"]),
        ([held("a", "2027-03-01")], [], ["removed a 2027-03-01 None"]),
        ([held("a", "2027-08-01")], [], ["removed a 2027-08-01 None"]),
        # what has been stays, whether or not the files still have it
        ([held("a", "2020-01-01", "2026-12-31")], [], []),
        ([held("a", "2020-01-01", "2027-02-28")], [], []),
        # somebody else is there instead, from today or longer
        (
            [held("a", "2020-01-01")],
            [held("b", "2027-03-01")],
            ["new b 2027-03-01 None", "ended a 2020-01-01 2027-02-28"],
        ),
        (
            [held("a", "2020-01-01")],
            [held("b", "2026-08-01")],
            ["new b 2026-08-01 None", "ended a 2020-01-01 2026-07-31"],
        ),
        (
            [held("a", "2020-01-01", "2021-12-31")],
            [held("b", "2019-08-01")],
            ["new b 2019-08-01 None", "removed a 2020-01-01 2021-12-31"],
        ),
        # a first day that was wrong
        (
            [held("a", "2020-01-01")],
            [held("a", "2020-01-07")],
            ["changed a 2020-01-07 None"],
        ),
        # two rows that become one
        (
            [held("a", "2020-01-01", "2021-12-31"), held("a", "2023-01-01")],
            [held("a", "2020-01-01")],
            ["changed a 2020-01-01 None", "removed a 2023-01-01 None"],
        ),
        # a deputy is another thing than a holder
        (
            [held("a", "2020-01-01", capacity="deputy")],
            [held("a", "2020-01-01")],
            ["new a 2020-01-01 None", "ended a 2020-01-01 2027-02-28"],
        ),
    ],
)
def test_what_is_gone_from_the_files_ends_and_what_has_been_stays(
    before: list[Holder], files: list[Holder], told_as: list[str]
) -> None:
    assert told(changes(register(*before), register(*files), TODAY).holders) == told_as
