"""What is sent to every rektor: its files, who is asked to confirm it, and until when (R28-R31)."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from services.cases.domain.dispatch_refusals import (
    BrokenFile,
    FileTooLarge,
    OtherMediaType,
    UnknownDispatch,
    UnknownFileType,
)
from services.cases.domain.duties import Duty, Subject
from shared.domain.days import WorkingDays, at
from shared.domain.procedure import DispatchRule
from shared.domain.procedure.year import YearDay

PASS_ON, CONFIRM_KNOWN, SEND = "pass-on", "confirm-known", "send-material"
CONFIRMING = (PASS_ON, CONFIRM_KNOWN)
MOST_FILES = 10
LARGEST_FILE = 10 * 2**20  # octets, as the database has it
# What is asked for late by itself still leaves so many working days to do it.
_SOONEST = 5
_LONGEST_NAME = 100
_SENT_EARLY = timedelta(days=60)  # before the school year starts (ours)
_REMINDED_AT = time(9, 0)
_ZIP = b"PK\x03\x04"
_ODT = "application/vnd.oasis.opendocument.text"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that comes along; its name has been made harmless."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DispatchFile:
    """A file as it is kept, without its content; `size` in octets."""

    id: UUID
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What was sent; without `sent_by` it came by itself (R31). To be confirmed by `due_on`.

    `year`: the calendar year in which it was sent, or of the start by which it came by itself.
    """

    id: UUID
    kind: str
    year: int
    title: str
    rule: str
    due_on: date
    sent_by: UUID | None
    sent_at: datetime
    files: tuple[DispatchFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A post that is asked, whose it is, and when it has confirmed, if it has (R29)."""

    post: str
    owner: UUID | None
    confirmed_at: datetime | None
    due_on: date

    def is_late(self, today: date) -> bool:
        return self.confirmed_at is None and self.due_on < today


def sent_by_hand(rules: Sequence[DispatchRule], kind: str) -> DispatchRule:
    """The rule for what somebody sends. Raises Invalid for what there isn't, or comes by itself."""
    known = {rule.name: rule for rule in rules if not comes_by_itself(rule)}
    if kind not in known:
        raise UnknownDispatch("kind", known=", ".join(known))
    return known[kind]


def comes_by_itself(rule: DispatchRule) -> bool:
    """R31: nobody sends it; each is asked every year."""
    return rule.sent_by is None and rule.starts is not None


def round_on(starts: YearDay, day: date) -> int:
    """The school year of a day, by the calendar year in which it started."""
    return day.year if day >= starts.in_year(day.year) else day.year - 1


def counts_for(starts: YearDay, sent_on: date) -> int:
    """R28: the round that something sent on a day is of; shortly before a start, the new one."""
    return round_on(starts, sent_on + _SENT_EARLY)


def counted_days(starts: YearDay, year: int) -> tuple[date, date]:
    """The first day on which what is sent counts for a round, and the day after the last."""
    return starts.in_year(year) - _SENT_EARLY, starts.in_year(year + 1) - _SENT_EARLY


def to_confirm(rule: DispatchRule, dispatch: Dispatch, post: str, days: WorkingDays) -> Duty:
    """R29, R31: whoever acts for the post says that it has been passed on, or is known."""
    kind = CONFIRM_KNOWN if comes_by_itself(rule) else PASS_ON
    return Duty(
        key=f"{dispatch.id}/{rule.confirm_rule}/{post}",
        kind=kind,
        rule=rule.confirm_rule,
        subject=Subject(dispatch=dispatch.id),
        post=post,
        due_on=dispatch.due_on,
        reminders=_reminders(rule, dispatch.due_on, days),
    )


def to_send(rule: DispatchRule, year: int, post: str, days: WorkingDays, today: date) -> Duty:
    """R28: it is sent at the beginning of the school year, by the post whose duty that is."""
    due_on = rule.due or rule.starts
    assert due_on is not None
    by = max(due_on.in_year(year), days.plus(today, _SOONEST))
    return Duty(
        key=f"{year}/{SEND}/{rule.name}",
        kind=SEND,
        rule=rule.rule,
        subject=Subject(year=year),
        post=post,
        due_on=by,
        details={"dispatch": rule.name},
        reminders=_reminders(rule, by, days),
    )


def confirmed_by(rule: DispatchRule, sent_on: date, days: WorkingDays) -> date:
    """Until when what is sent on that day is confirmed (R29)."""
    return days.plus(sent_on, rule.confirm_working_days)


def _reminders(rule: DispatchRule, due_on: date, days: WorkingDays) -> tuple[datetime, ...]:
    before = (days.minus(due_on, count) for count in rule.remind_working_days_before)
    return tuple(sorted(at(day, _REMINDED_AT) for day in before))


# files


def uploaded(name: str, content: bytes) -> NewFile:
    """A file of a form: its type is what its name says, and is checked against its content."""
    known = _TYPES.get(name.rpartition(".")[2].lower())
    return NewFile(name, "" if known is None else known[0], content)


def checked_files(files: Sequence[NewFile]) -> tuple[NewFile, ...]:
    """The files with harmless names, each once; of the allowed types, by name and by content.

    Raises Invalid.
    """
    kept: list[NewFile] = []
    for position, file in enumerate(files):
        field = f"files.{position}"
        name = harmless_name(file.name)
        stem, _, ending = name.lower().rpartition(".")
        if not stem or ending not in _TYPES:
            raise UnknownFileType(f"{field}.name", known=", ".join(_TYPES))
        media_type, looks_like = _TYPES[ending]
        if file.media_type != media_type:
            raise OtherMediaType(f"{field}.media_type", expected=media_type)
        if len(file.content) > LARGEST_FILE:
            raise FileTooLarge(f"{field}.content", megabytes=LARGEST_FILE // 2**20)
        if not looks_like(file.content):
            raise BrokenFile(f"{field}.content", ending=ending)
        taken = {one.name.lower() for one in kept}
        kept.append(NewFile(_once(name, taken), media_type, file.content))
    return tuple(kept)


def harmless_name(name: str) -> str:
    """A name without path and without signs that mean something to a file system; in NFC."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign if _is_plain(sign) else "_" for sign in last)
    stem, dot, ending = plain.strip(" .").rpartition(".")
    if not dot:
        return ending[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(ending) - 1].rstrip(' .')}.{ending}"


def _is_plain(sign: str) -> bool:
    return sign.isalnum() or sign in " ._-()+,"


def _once(name: str, taken: set[str]) -> str:
    stem, _, ending = name.rpartition(".")
    turn, found = 2, name
    while found.lower() in taken:
        found, turn = f"{stem} ({turn}).{ending}", turn + 1
    return found


def _begins(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(beginnings)


def _is_odt(content: bytes) -> bool:
    """Its first entry says what it is, uncompressed (ODF 1.3 part 2, 3.3)."""
    return content.startswith(_ZIP) and content[30:].startswith(b"mimetype" + _ODT.encode())


def _is_docx(content: bytes) -> bool:
    return content.startswith(_ZIP) and b"word/" in content and not _is_odt(content)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and all(sign.isprintable() or sign in "\t\r\n\ufeff" for sign in text)


# By the ending of its name: the type it is sent as, and whether the content looks like it.
_TYPES: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "pdf": ("application/pdf", _begins(b"%PDF-")),
    "docx": (_DOCX, _is_docx),
    "odt": (_ODT, _is_odt),
    "png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "txt": ("text/plain", _is_text),
}

ENDINGS = tuple(f".{ending}" for ending in _TYPES)
