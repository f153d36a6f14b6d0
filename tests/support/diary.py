"""What has happened in a town, day by day: mails that were taken, tasks that were opened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, NamedTuple

from tests.support.house import kind_of
from tests.support.notifier import parsed
from tests.support.smtp import Received


class Mail(NamedTuple):
    """One mail: the day by the clock, «REQUEST 0», «CANCEL 1» or the subject, to whom, subject."""

    on: str
    kind: str
    to: str
    subject: str


class _Line(NamedTuple):
    """One line; what happened at one moment has no order, so it is sorted."""

    moment: int
    rank: int
    text: str


@dataclass(slots=True)
class Diary:
    """Written at each moment at which the town is quiet."""

    mails: list[tuple[Mail, EmailMessage]] = field(default_factory=list)
    _lines: list[_Line] = field(default_factory=list)
    _moments: int = 0
    _open: frozenset[str] = frozenset()
    _known: frozenset[str] = frozenset()

    def write(self, day: str, taken: Sequence[Received], tasks: Sequence[dict[str, Any]]) -> None:
        """All mails ever taken, and all tasks there are: what is new among them is written down."""
        self._moments += 1
        self._write_tasks(day, tasks)
        new = [parsed(mail) for mail in taken[len(self.mails) :]]
        for mail, raw in sorted(((_mail(day, raw), raw) for raw in new), key=_in_order):
            self.mails.append((mail, raw))
            self._write(_rank(mail.kind), f"{day} {mail.kind} → {mail.to}")

    def lines(self) -> list[str]:
        return [line.text for line in sorted(self._lines)]

    def _write_tasks(self, day: str, tasks: Sequence[dict[str, Any]]) -> None:
        for task in tasks:
            opened = task["state"] == "open" and task["key"] not in self._open
            if opened or task["key"] not in self._known:
                self._write(0, f"{day} task {task['kind']} {task['rule']} {task['role']}")
        self._known = frozenset(task["key"] for task in tasks)
        self._open = frozenset(task["key"] for task in tasks if task["state"] == "open")

    def _write(self, rank: int, text: str) -> None:
        self._lines.append(_Line(self._moments, rank, text))


def _mail(day: str, raw: EmailMessage) -> Mail:
    return Mail(day, kind_of(raw), str(raw["To"]), str(raw["Subject"]))


def _in_order(mail: tuple[Mail, EmailMessage]) -> tuple[int, Mail]:
    return _rank(mail[0].kind), mail[0]


def _rank(kind: str) -> int:
    """Mails after tasks; calendar objects in the order of their SEQUENCE, then the rest."""
    method, _, sequence = kind.partition(" ")
    return 1 + int(sequence) if method in ("REQUEST", "CANCEL") else 1_000_000
