"""The rows of a run, kept in a file as the worlds end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import table
from tests.faults.moments import Apart
from tests.faults.worlds import Calm, Kinds, Lives, console


@dataclass(slots=True)
class Kept:
    """`each`: how often each kind is to strike, by its name. `waiting_for_calm`: the groups that
    are compared with the calm run; nobody else waits for it.
    """

    each: dict[str, int]
    seed: int
    path: Path | None
    waiting_for_calm: Sequence[Kinds]
    rows: dict[str, table.Row] = field(default_factory=dict)
    _calm: Lives | None = None
    _waiting: list[tuple[Kinds, Lives]] = field(default_factory=list)

    def add(self, group: Kinds, lives: Lives) -> None:
        """What came of a world; the calm one's group is of `Calm` alone."""
        if group == [Calm]:
            self._calm = lives
            self._keep(group, lives, Apart(None, "what others are compared with"))
            self._compare()
        elif group in self.waiting_for_calm:
            self._waiting.append((group, lives))
            if self._calm is not None:
                self._compare()
        else:
            why = "not asked for" if group[0].twin else "time or people differ"
            self._keep(group, lives, Apart(None, why))

    def close(self) -> None:
        """No more comes, also where a run is cut off: what waited for the calm run is kept."""
        self._compare()

    def _compare(self) -> None:
        for group, lives in self._waiting:
            apart = Apart(None, "the calm run didn't end")
            self._keep(group, lives, apart if self._calm is None else lives.apart_from(self._calm))
        self._waiting.clear()

    def _keep(self, group: Kinds, lives: Lives, apart: Apart) -> None:
        for line in (apart.lines or ())[:10]:
            console.print(f"{group[0].id:<24} {line}")
        made = [
            table.row(
                one.name, one.sentence, lives.moments[one.name], self.each[one.name], apart,
                self.seed,
            )
            for one in group
        ]  # fmt: skip
        self.rows |= {one.fault: one for one in made}
        if self.path:
            table.append_json(self.path, made)
