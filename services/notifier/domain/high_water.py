"""Whether the database is the one that mail was sent from last, or one that was restored (F13).

A restored database doesn't know what was sent after the backup, so it would send it again.
"""

from dataclasses import dataclass
from typing import Literal

Reason = Literal["moved", "another-database", "rolled-back"]


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a database had come when mail was sent from it.

    `place` is where it was: the server, the database and the table, none of which a dump takes
    along. `era` changes whenever a person accepts a restored database, and only rises. `count`
    rises while anything is sent.
    """

    place: str
    era: int
    count: int

    @property
    def height(self) -> tuple[int, int]:
        return self.era, self.count


def mismatch(believed_place: str | None, now: Mark, kept: Mark | None) -> Reason | None:
    """Why this database can't be the one that sent last; None if it can.

    `believed_place` is what stands in the database itself (None: it has never sent), `now` is what
    is found, `kept` is what this machine keeps outside the database (None: nothing).
    """
    if believed_place not in (None, now.place):
        return "moved"  # copied by a dump, a template or logical replication
    if kept is None or kept.era < now.era:  # a person has accepted it since `kept` was written
        return None
    if kept.place != now.place:
        return "another-database"
    if now.height < kept.height:
        return "rolled-back"  # a snapshot of the disk, or a point in time of the same server
    return None
