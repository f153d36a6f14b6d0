"""What has happened in a town, day by day: mails that were taken, tasks that were opened."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cached_property
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


class Letter:
    """A mail as it came. Few tests read more of it than the diary says, so few are taken apart."""

    def __init__(self, day: str, received: Received) -> None:
        self.mail = _mail(day, received)
        self._received = received

    @cached_property
    def raw(self) -> EmailMessage:
        return parsed(self._received)


@dataclass(slots=True)
class Diary:
    """Written at each moment at which the town is quiet."""

    letters: list[Letter] = field(default_factory=list)
    _lines: list[_Line] = field(default_factory=list)
    _moments: int = 0
    _open: frozenset[str] = frozenset()
    _known: frozenset[str] = frozenset()

    def write(self, day: str, taken: Sequence[Received], tasks: Sequence[dict[str, Any]]) -> None:
        """All mails ever taken, and all tasks there are: what is new among them is written down."""
        self._moments += 1
        self._write_tasks(day, tasks)
        new = [Letter(day, received) for received in taken[len(self.letters) :]]
        for letter in sorted(new, key=_in_order):
            self.letters.append(letter)
            mail = letter.mail
            self._write(_rank(mail.kind), f"{day} {mail.kind} → {mail.to}")

    def copy(self) -> "Diary":
        """One that is written on by itself."""
        return replace(self, letters=list(self.letters), _lines=list(self._lines))

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


def _mail(day: str, received: Received) -> Mail:
    """Read by the old policy, which takes headers apart only when asked: a fifth of the time."""
    raw = message_from_bytes(received.content)
    headers = dict(raw.raw_items())
    to, subject = (
        str(default.header_fetch_parse(name, headers[name])) for name in ("To", "Subject")
    )
    return Mail(day, kind_of(raw) or subject, to, subject)


def _in_order(letter: Letter) -> tuple[int, Mail]:
    return _rank(letter.mail.kind), letter.mail


def _rank(kind: str) -> int:
    """Mails after tasks; calendar objects in the order of their SEQUENCE, then the rest."""
    method, _, sequence = kind.partition(" ")
    return 1 + int(sequence) if method in ("REQUEST", "CANCEL") else 1_000_000
