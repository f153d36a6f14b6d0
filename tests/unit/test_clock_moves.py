"""Moving the demo clock: over every due instant, forwards only, by the days of the wall."""

from datetime import datetime, timedelta

import pytest

from services.cases.handlers.clock import ForwardsOnly, Left, later, move_clock

NOTHING = Left(0, 0, 0)
SOMETHING = Left(0, 0, 1)


class FakeClock:
    """A clock with due instants; what can't be settled stays so."""

    def __init__(self, now: str, due: tuple[str, ...] = (), left: Left = NOTHING) -> None:
        self._now = datetime.fromisoformat(now)
        self._due = [datetime.fromisoformat(instant) for instant in due]
        self._left = left
        self.settled_at: list[str] = []
        self.waited: list[float] = []

    def now(self) -> datetime:
        return self._now

    def next_instant(self) -> datetime | None:
        return min((instant for instant in self._due if instant > self._now), default=None)

    def stand_at(self, instant: datetime) -> None:
        self._now = instant

    def settle(self, seconds: float) -> Left:
        self.settled_at.append(self._now.isoformat())
        self.waited.append(seconds)
        return self._left


def test_a_move_settles_at_every_due_instant_on_the_way() -> None:
    clock = FakeClock(
        "2027-03-01T08:00+01:00",
        ("2027-03-02T09:00+01:00", "2027-03-05T09:00+01:00", "2027-03-20T09:00+01:00"),
    )
    assert not move_clock(clock, datetime.fromisoformat("2027-03-08T08:00+01:00"))
    assert [instant[:16] for instant in clock.settled_at] == [
        "2027-03-01T08:00",
        "2027-03-02T09:00",
        "2027-03-05T09:00",
        "2027-03-08T08:00",
    ]


def test_the_clock_moves_forwards_only() -> None:
    with pytest.raises(ForwardsOnly):
        move_clock(
            FakeClock("2027-03-01T08:00+01:00"), datetime.fromisoformat("2027-03-01T07:59+01:00")
        )


def test_what_does_not_settle_holds_the_walk_up_once_and_is_named() -> None:
    days = tuple(f"2027-03-{day:02}T09:00+01:00" for day in range(2, 12))
    clock = FakeClock("2027-03-01T08:00+01:00", days, left=SOMETHING)
    assert move_clock(clock, datetime.fromisoformat("2027-04-01T08:00+02:00")) == SOMETHING
    assert clock.waited[0] > 10 * clock.waited[1]
    assert clock.now().isoformat()[:10] == "2027-04-01"


@pytest.mark.parametrize(
    ("now", "by", "then"),
    [
        ("2027-03-01T08:00:00+01:00", timedelta(days=14), "2027-03-15T08:00:00+01:00"),
        ("2027-03-27T08:00:00+01:00", timedelta(days=1), "2027-03-28T08:00:00+02:00"),
        ("2027-10-30T08:00:00+02:00", timedelta(days=1), "2027-10-31T08:00:00+01:00"),
        ("2028-02-28T08:00:00+01:00", timedelta(days=2), "2028-03-01T08:00:00+01:00"),
        ("2027-03-28T01:30:00+01:00", timedelta(hours=1), "2027-03-28T03:30:00+02:00"),
    ],
)
def test_a_day_later_is_the_same_time_of_day_over_both_clock_changes(
    now: str, by: timedelta, then: str
) -> None:
    assert later(datetime.fromisoformat(now), by) == datetime.fromisoformat(then)
