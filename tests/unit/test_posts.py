"""Who is in a post on a day, and what is to be done when somebody leaves."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from services.cases.domain.leaving import Leaver, what_to_do
from services.cases.domain.posts import Post, Tenure, check_new, standing, without
from services.cases.domain.refused import Refused
from shared.register import Capacity

RECTOR, DEPUTY, CHIEF, NEXT = (UUID(int=number) for number in range(1, 5))
TODAY = date(2027, 3, 1)


def on(day: str) -> date:
    return date.fromisoformat(day)


def tenure(
    person: UUID, first: str = "2020-01-01", last: str | None = None, capacity: Capacity = "holder"
) -> Tenure:
    return Tenure(person, on(first), on(last) if last else None, capacity)


def posts(
    *rector: Tenure, chief: tuple[Tenure, ...] = (), chief_of: str = "school"
) -> dict[str, Post]:
    """A rektor who reports to a skolchef."""
    return {
        "rektor": Post("rektor", "rektor", "skolan", "school", "skolchef", rector),
        "skolchef": Post("skolchef", "skolchef", "kontoret", chief_of, None, chief),
    }


LEAVES = tenure(RECTOR, last="2027-05-31")
STANDS_IN = tenure(DEPUTY, "2027-01-01", None, "deputy")
LEADS = tenure(CHIEF)


def refusal_of(act: Callable[[], None]) -> str | None:
    """The code of the refusal, if there is one; its words are whole."""
    try:
        act()
    except Refused as refused:
        said = refused.detailed("sv") + refused.detailed("en")
        return refused.code if "None" not in said else said
    return None


@pytest.mark.parametrize(
    ("rector", "chief", "day", "state", "acting"),
    [
        ([LEAVES, STANDS_IN], [LEADS], "2027-05-31", "held", RECTOR),
        ([LEAVES, STANDS_IN], [LEADS], "2027-06-01", "deputy", DEPUTY),
        ([LEAVES], [LEADS], "2027-06-01", "manager", CHIEF),
        ([LEAVES], [tenure(NEXT, capacity="deputy")], "2027-06-01", "manager", NEXT),
        ([LEAVES], [], "2027-06-01", "vacant", None),
        ([], [tenure(CHIEF, "2027-07-01")], "2027-06-01", "vacant", None),
    ],
)
def test_R21_a_vacant_post_is_acted_for_by_its_deputy_and_then_by_the_manager_in_place(
    rector: list[Tenure], chief: list[Tenure], day: str, state: str, acting: UUID | None
) -> None:
    found = standing("rektor", posts(*rector, chief=tuple(chief)), on(day))
    assert (found.state, found.acting) == (state, acting)


def test_X16_nobody_of_another_organisation_acts_for_a_post() -> None:
    others = posts(chief=(LEADS,), chief_of="social_services")
    assert standing("rektor", others, TODAY).state == "vacant"


def test_posts_that_report_to_each_other_in_a_circle_have_nobody() -> None:
    circle = {
        "a": Post("a", "rektor", "skolan", "school", "b"),
        "b": Post("b", "rektor", "skolan", "school", "a"),
    }
    assert standing("a", circle, TODAY).state == "vacant"


@pytest.mark.parametrize(
    ("rector", "held_until", "vacant_from"),
    [
        ([tenure(RECTOR)], None, None),
        ([LEAVES], "2027-05-31", "2027-06-01"),
        ([LEAVES, tenure(NEXT, "2027-06-01")], None, None),
        ([LEAVES, tenure(NEXT, "2027-06-01", "2027-12-31")], "2027-12-31", "2028-01-01"),
        ([LEAVES, tenure(NEXT, "2027-08-01")], "2027-05-31", "2027-06-01"),
        ([tenure(RECTOR, last="2026-12-31")], None, "2027-01-01"),
        ([tenure(RECTOR, last="2026-12-31"), tenure(NEXT, "2027-08-01")], None, "2027-01-01"),
        ([STANDS_IN], None, None),
        ([], None, None),
    ],
)
def test_R21_a_vacancy_is_seen_long_before_it_comes(
    rector: list[Tenure], held_until: str | None, vacant_from: str | None
) -> None:
    found = standing("rektor", posts(*rector), TODAY)
    assert found.held_until == (on(held_until) if held_until else None)
    assert found.vacant_from == (on(vacant_from) if vacant_from else None)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (tenure(NEXT, "2027-06-01"), None),
        (tenure(NEXT, "2027-05-31"), "post-taken"),
        (tenure(NEXT, "2019-01-01", "2019-12-31"), None),
        (tenure(NEXT, "2019-01-01", "2020-01-01"), "post-taken"),
        (tenure(NEXT, "2019-01-01"), "post-taken"),
        (tenure(RECTOR, "2026-01-01", None, "deputy"), "post-taken"),
        (tenure(NEXT, "2026-01-01", "2026-12-31", "deputy"), None),
        (tenure(NEXT, "2028-02-01", "2028-01-31"), "ends-before-it-begins"),
    ],
)
def test_a_post_has_one_holder_at_a_time_and_one_deputy_beside(
    new: Tenure, code: str | None
) -> None:
    assert refusal_of(lambda: check_new([LEAVES, STANDS_IN], new)) == code


@pytest.mark.parametrize(
    ("last_day", "becomes"),
    [
        ("2027-03-31", ["2027-03-31", None]),
        ("2027-02-10", ["2027-02-10", None]),
        ("2027-09-30", [None]),
        ("2020-01-01", ["2020-01-01", None]),
        ("2019-12-31", "ends-before-it-begins"),
        ("2028-06-30", "not-in-post"),
    ],
)
def test_after_the_last_day_somebody_is_in_the_post_no_more_nor_comes_to_it(
    last_day: str, becomes: list[str | None] | str
) -> None:
    """In it until May, and again for a year from October on."""
    coming = tenure(RECTOR, "2027-10-01", "2028-06-30")
    tenures = [LEAVES, tenure(DEPUTY, "2026-01-01"), coming]
    found: list[tuple[Tenure, Tenure | None]] = []
    code = refusal_of(lambda: found.extend(without(tenures, RECTOR, on(last_day), TODAY)))
    assert becomes == (code or [str(new.last_day) if new else None for _, new in found])


CASE = UUID(int=9)


@pytest.mark.parametrize(
    ("person", "last_day", "kind", "owner", "due_on"),
    [
        (DEPUTY, "2027-03-20", "replace-participant", RECTOR, "2027-03-20"),
        (DEPUTY, "2027-02-20", "replace-participant", RECTOR, "2027-03-01"),
        (DEPUTY, None, "replace-participant", RECTOR, "2027-03-01"),
        (RECTOR, "2027-03-20", "hand-over", CHIEF, "2027-03-20"),
    ],
)
def test_R5_R2_whoever_leaves_is_replaced_and_a_process_owner_hands_over(
    person: UUID, last_day: str | None, kind: str, owner: UUID, due_on: str
) -> None:
    leaver = Leaver(CASE, person, RECTOR, on(last_day) if last_day else None, CHIEF)
    task = what_to_do(leaver, TODAY)
    assert (task.kind, task.owner, task.about) == (kind, owner, person)
    assert task.due_on == on(due_on)
    assert task.key.endswith(f"/{person}/{last_day or 'none'}")


def test_R2_a_process_owner_without_a_manager_keeps_the_task() -> None:
    assert what_to_do(Leaver(CASE, RECTOR, RECTOR, TODAY), TODAY).owner == RECTOR
