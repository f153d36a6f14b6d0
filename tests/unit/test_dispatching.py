"""What is sent to every rektor: its files, and until when it is confirmed (R28-R31)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.cases.domain.dispatch_refusals import (
    BrokenFile,
    FileTooLarge,
    OtherMediaType,
    UnknownDispatch,
    UnknownFileType,
)
from services.cases.domain.dispatching import (
    LARGEST_FILE,
    Dispatch,
    NewFile,
    checked_files,
    confirmed_by,
    counted_days,
    counts_for,
    harmless_name,
    round_on,
    sent_by_hand,
    to_confirm,
    to_send,
)
from services.cases.domain.refused import Invalid
from shared.domain.days import WorkingDays, local_date
from shared.domain.procedure import DispatchRule
from shared.procedures import load_procedures

DAYS = WorkingDays()
ODT = "application/vnd.oasis.opendocument.text"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = b"PK\x03\x04" + b"\0" * 26
RIGHT = {
    "a.pdf": ("application/pdf", b"%PDF-1.7\n"),
    "a.docx": (DOCX, ZIP + b"[Content_Types].xml ... word/document.xml"),
    "a.odt": (ODT, ZIP + b"mimetype" + ODT.encode() + b"PK"),
    "a.png": ("image/png", b"\x89PNG\r\n\x1a\n rest"),
    "a.jpg": ("image/jpeg", b"\xff\xd8\xff\xe0"),
    "A.JPEG": ("image/jpeg", b"\xff\xd8\xff\xe0"),
    "a.txt": ("text/plain", "Välkomna, föräldrar!\r\n".encode()),
}


def rules() -> dict[str, DispatchRule]:
    procedure = load_procedures(None).get("arshjul", date(2027, 8, 15))
    assert procedure.year is not None
    return {rule.name: rule for rule in procedure.year.dispatches}


@pytest.mark.parametrize("name", RIGHT)
def test_R28_a_file_of_an_allowed_type_goes_along(name: str) -> None:
    media_type, content = RIGHT[name]
    (kept,) = checked_files([NewFile(name, media_type, content)])
    assert kept == NewFile(name, media_type, content)


@pytest.mark.parametrize(
    ("name", "media_type", "content", "refused"),
    [
        ("a.exe", "application/pdf", b"%PDF-1.7", UnknownFileType),
        ("a.docm", DOCX, RIGHT["a.docx"][1], UnknownFileType),
        ("pdf", "application/pdf", b"%PDF-1.7", UnknownFileType),
        (".pdf", "application/pdf", b"%PDF-1.7", UnknownFileType),
        ("a.html", "text/html", b"<p>Hej</p>", UnknownFileType),
        ("a.pdf", "text/html", b"%PDF-1.7", OtherMediaType),
        ("a.pdf", "application/pdf", b"<script>", BrokenFile),
        ("a.pdf", "application/pdf", b"", BrokenFile),
        ("a.png", "image/png", RIGHT["a.jpg"][1], BrokenFile),
        ("a.docx", DOCX, RIGHT["a.odt"][1], BrokenFile),
        ("a.docx", DOCX, ZIP + b"payload.bin", BrokenFile),
        ("a.odt", ODT, RIGHT["a.docx"][1], BrokenFile),
        ("a.txt", "text/plain", b"MZ\x90\x00\x03", BrokenFile),
        ("a.txt", "text/plain", "hej\u202etxt.exe".encode(), BrokenFile),
        ("a.pdf", "application/pdf", b"%PDF-" + b"x" * LARGEST_FILE, FileTooLarge),
    ],
)
def test_R28_a_file_is_what_its_name_says(
    name: str, media_type: str, content: bytes, refused: type[Invalid]
) -> None:
    good = NewFile("b.pdf", "application/pdf", b"%PDF-1.4")
    with pytest.raises(refused) as caught:
        checked_files([good, NewFile(name, media_type, content)])
    assert caught.value.field.startswith("files.1.")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Föräldrastöd hösten 2027.pdf", "Föräldrastöd hösten 2027.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\brev.docx", "brev.docx"),
        ('a"b;c\r\nd.pdf', "a_b_c__d.pdf"),
        ("  råd .pdf ", "råd.pdf"),
        ("a\u0301.pdf", "á.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_X3_a_name_is_harmless_to_keep_and_to_download(given: str, kept: str) -> None:
    assert harmless_name(given) == kept


def test_two_files_of_one_name_are_told_apart() -> None:
    file = NewFile("brev.pdf", "application/pdf", b"%PDF-1.4")
    names = [one.name for one in checked_files([file, replace(file, name="Brev.pdf"), file])]
    assert names == ["brev.pdf", "Brev (2).pdf", "brev (3).pdf"]


@pytest.mark.parametrize("kind", ["duty-to-report", "newsletter"])
def test_R28_only_what_somebody_sends_can_be_sent(kind: str) -> None:
    """R31's yearly question comes by itself."""
    with pytest.raises(UnknownDispatch) as caught:
        sent_by_hand(list(rules().values()), kind)
    assert "material, information" in caught.value.detailed("sv")


@pytest.mark.parametrize(
    ("kind", "sent_on", "due_on"),
    [
        ("material", "2027-08-16", "2027-09-06"),  # 15 working days
        ("information", "2027-12-20", "2028-01-05"),  # 10: over Christmas and New Year
        ("duty-to-report", "2027-09-01", "2027-09-29"),  # 20
    ],
)
def test_R29_it_is_confirmed_within_some_working_days(kind: str, sent_on: str, due_on: str) -> None:
    due = confirmed_by(rules()[kind], date.fromisoformat(sent_on), DAYS)
    assert due.isoformat() == due_on


@pytest.mark.parametrize(
    ("kind", "duty"),
    [("material", "pass-on"), ("information", "pass-on"), ("duty-to-report", "confirm-known")],
)
def test_R29_who_is_asked_is_reminded_before(kind: str, duty: str) -> None:
    dispatch = Dispatch(
        UUID(int=1),
        kind,
        2027,
        "t",
        "R28",
        date(2027, 9, 6),
        None,
        datetime(2027, 8, 16, tzinfo=UTC),
    )
    asked = to_confirm(rules()[kind], dispatch, "rektor-kotten", DAYS)
    assert (asked.kind, asked.due_on, asked.has_page) == (duty, date(2027, 9, 6), True)
    before = [local_date(one).isoformat() for one in asked.reminders]
    first = "2027-09-01" if kind == "information" else "2027-08-30"
    assert before == [first, "2027-09-03"]


@pytest.mark.parametrize(
    ("today", "due_on"),
    [
        ("2027-08-15", "2027-09-15"),
        ("2027-09-20", "2027-09-27"),  # caught up: a working week to do it
    ],
)
def test_R28_the_years_material_is_asked_for_in_august(today: str, due_on: str) -> None:
    day = date.fromisoformat(today)
    duty = to_send(rules()["material"], 2027, "avdelningschef-ifo", DAYS, day)
    assert (duty.kind, duty.due_on and duty.due_on.isoformat()) == ("send-material", due_on)
    assert duty.late_at is not None
    assert duty.rule == "R28"


@pytest.mark.parametrize(
    ("day", "year", "counted"),
    [
        ("2027-01-10", 2026, 2026),  # late, and still of the school year that started in August
        ("2027-06-15", 2026, 2026),
        ("2027-06-16", 2026, 2027),  # sixty days before
        ("2027-08-14", 2026, 2027),
        ("2027-08-15", 2027, 2027),
        ("2027-12-31", 2027, 2027),
        ("2028-02-29", 2027, 2027),
    ],
)
def test_R28_what_is_sent_counts_for_a_school_year(day: str, year: int, counted: int) -> None:
    """R28: not for a calendar year."""
    starts, on = rules()["material"].starts, date.fromisoformat(day)
    assert starts is not None
    assert (round_on(starts, on), counts_for(starts, on)) == (year, counted)
    first, after = counted_days(starts, counted)
    assert first <= on < after
