"""What a municipality's files would change: field by field, and what vanishes with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Literal

from shared.register import Holder, Register

Kind = Literal["new", "changed", "ended", "removed"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """One row before and after; None is a row that isn't there."""

    before: Any | None
    after: Any | None
    kind: Kind

    @property
    def fields(self) -> tuple[str, ...]:
        """Which fields say something else than before."""
        if self.before is None or self.after is None:
            return ()
        names = (field.name for field in fields(self.after))
        return tuple(
            name for name in names if getattr(self.before, name) != getattr(self.after, name)
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """All that the files would change, in the order of the files."""

    units: tuple[Change, ...] = ()
    places: tuple[Change, ...] = ()
    people: tuple[Change, ...] = ()
    posts: tuple[Change, ...] = ()
    holders: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return any((self.units, self.places, self.people, self.posts, self.holders))

    @property
    def readdressed(self) -> frozenset[str]:
        """The codes of those who had another address, or none."""
        return frozenset(
            one.after.code
            for one in self.people
            if one.before is not None
            and one.after is not None
            and one.before.email != one.after.email
        )

    def people_touched(self, holders: Iterable[Holder]) -> frozenset[str]:
        """The codes of those whose name, address, phone or post is another; `holders` are all."""
        posts = {change.before.code for change in self.posts if change.before is not None}
        return frozenset(
            {change.after.code for change in self.people if change.after is not None}
            | {
                row.person
                for change in self.holders
                for row in (change.before, change.after)
                if row
            }
            | {holder.person for holder in holders if holder.post in posts}
        )


def changes(before: Register, files: Register, today: date) -> Changes:
    """The way from what stands to what the files say.

    What the files don't name any more is ended, not deleted; people stay as they are, and only
    their time in a post ends.
    """
    return Changes(
        units=_by_code(before.units, files.units, ending=True),
        places=_by_code(before.places, files.places, ending=True),
        people=_by_code(before.people, files.people, ending=False),
        posts=_by_code(before.posts, files.posts, ending=True),
        holders=_holders(before.holders, files.holders, today),
    )


def _by_code(before: Sequence[Any], after: Sequence[Any], *, ending: bool) -> tuple[Change, ...]:
    old = {row.code: row for row in before}
    new = {row.code for row in after}
    found = [
        Change(old.get(row.code), row, "changed" if row.code in old else "new")
        for row in after
        if old.get(row.code) != row
    ]
    gone = [Change(row, None, "ended") for row in before if row.code not in new]
    return (*found, *(gone if ending else ()))


def _holders(before: Sequence[Holder], files: Sequence[Holder], today: date) -> tuple[Change, ...]:
    """A row of the files is matched to the one it corrects: the same person in the same post, on
    overlapping days. One that the files don't have stands as history up to yesterday, as far as
    the files don't say that somebody else was there.
    """
    same = set(before) & set(files)
    left = [row for row in before if row not in same]
    found: list[Change] = []
    for row in files:
        if row in same:
            continue
        old = _corrected(row, left)
        if old is not None:
            left.remove(old)
        found.append(Change(old, row, "new" if old is None else "changed"))
    found.extend(change for row in left if (change := _vanished(row, files, today)) is not None)
    return tuple(found)


def _corrected(row: Holder, left: Sequence[Holder]) -> Holder | None:
    candidates = [
        old
        for old in left
        if (old.post, old.person, old.capacity) == (row.post, row.person, row.capacity)
        and _overlap(old, row)
    ]
    return min(
        candidates, key=lambda old: (old.first_day != row.first_day, old.first_day), default=None
    )


def _vanished(row: Holder, files: Sequence[Holder], today: date) -> Change | None:
    ends = [row.last_day or date.max, today - _DAY]
    ends += [
        other.first_day - _DAY
        for other in files
        if (other.post, other.capacity) == (row.post, row.capacity) and _overlap(other, row)
    ]
    last_day = min(ends)
    if last_day == row.last_day:
        return None
    if last_day < row.first_day:
        return Change(row, None, "removed")
    return Change(row, replace(row, last_day=last_day), "ended")


def _overlap(one: Holder, other: Holder) -> bool:
    return one.first_day <= (other.last_day or date.max) and other.first_day <= (
        one.last_day or date.max
    )
