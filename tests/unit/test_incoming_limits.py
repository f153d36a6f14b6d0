"""B10: what is too large, too deep or made to be slow is put aside at once, and costs no memory."""

import time
import tracemalloc
from collections.abc import Callable

import pytest

from services.notifier.domain.incoming.kinds import Incoming, Plain, Reply, Unclear
from services.notifier.domain.incoming.reading import read_mail
from tests.support.replies.answering import Answering
from tests.support.replies.clients import CLIENTS
from tests.support.replies.parts import mail, multipart, part

ANSWER = Answering()
HEADERS = ANSWER.headers
PLAIN = "text/plain; charset=utf-8"
MUCH = 1_900_000
A_CALENDAR = 480_000
_SECONDS = 2.0  # B10; of work, whatever else the machine does. The slowest takes a tenth of it
_OCTETS = 64_000_000


def nested(levels: int) -> bytes:
    inside = CLIENTS["gmail"](ANSWER).partition(b"MIME-Version: 1.0\r\n")[2]
    for level in range(levels):
        inside = multipart("mixed", inside, boundary=f"level{level}")
    return mail(HEADERS, inside)


def deep_and_long() -> bytes:
    heads = b"".join(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" for _ in range(19))
    return mail(HEADERS, heads + b"\n--bx" * (MUCH // 5))


def calendar_of(line: str) -> bytes:
    return mail(HEADERS, part("text/calendar", f"BEGIN:VCALENDAR\r\n{line}", "8bit"))


def many_attendees() -> bytes:
    lines = "ATTENDEE:mailto:a@b.example\r\n" * (A_CALENDAR // 29)
    event = f"METHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n"
    return calendar_of(event)


def storm(line: bytes) -> bytes:
    return line * (MUCH // len(line)) + mail(HEADERS, part(PLAIN, "Hej"))


Made = Callable[[], bytes]
TO_BE_PUT_ASIDE: dict[str, tuple[Made, str]] = {
    "ten megabytes": (lambda: mail(HEADERS, part(PLAIN, "a" * 10_000_000, "8bit")), "too-big"),
    "ten megabytes of line breaks": (lambda: mail(HEADERS, b"\r\n" * 5_000_000), "too-big"),
    "two thousand parts": (
        lambda: mail(HEADERS, multipart("mixed", *[part(PLAIN, "x")] * 2_000)), "too-many-parts",
    ),
    "parts without anything": (
        lambda: mail(HEADERS, b"Content-Type: multipart/mixed; boundary=b\n" + b"\n--b" * 400_000),
        "too-many-parts",
    ),
    "two hundred levels": (lambda: nested(200), "too-deep"),
    "deep and long": (deep_and_long, "truncated"),
    "headers": (lambda: storm(b"X: y\r\n"), "too-many-headers"),
    "a header": (lambda: b"X: y\r\n" + storm(b" y\r\n"), "too-many-headers"),
    "no headers": (lambda: b"\xff" * MUCH, "too-many-headers"),
    "attendees": (many_attendees, "no-answer"),
    "a calendar": (lambda: calendar_of("BEGIN:VEVENT\r\nUID:" + "x" * MUCH), "too-much"),
    "components": (lambda: calendar_of("BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 20_001), "too-much"),
    "levels of a calendar": (lambda: calendar_of("BEGIN:X\r\n" * 50_000), "broken"),
    "an endless line": (
        lambda: calendar_of("BEGIN:VEVENT\r\nUID:" + "x" * A_CALENDAR), "truncated",
    ),
    "endless parameters": (
        lambda: calendar_of("BEGIN:VEVENT\r\nATTENDEE" + ";a=b" * (A_CALENDAR // 4)), "broken",
    ),
    "folds": (lambda: calendar_of("\r\n " * (A_CALENDAR // 3)), "truncated"),
    "NULs": (lambda: mail(HEADERS, b"\r\n" + b"\0" * MUCH), "broken"),
    "a boundary that is missing": (
        lambda: mail(HEADERS, b"Content-Type: multipart/mixed\r\n\r\n"), "broken",
    ),
    "a boundary that never comes": (
        lambda: mail(HEADERS, b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"), "truncated",
    ),
    "parameters that contradict themselves": (
        lambda: mail(HEADERS, part("text/calendar; method*=a''b; method*0=c", "x")), "broken",
    ),
    "nothing": (lambda: b"", "truncated"),
    "a line": (lambda: b"\x00", "broken"),
}  # fmt: skip

TO_BE_READ: dict[str, Made] = {
    "quotation marks in a type": lambda: mail(HEADERS, part(PLAIN + ';";"' * 90_000, "Hej")[-300:]),
    "a quarter of a megabyte of servers' words": lambda: (
        b"Authentication-Results: ours; x=(((((" + b"(" * 200_000 + b"\r\n"
        + mail(HEADERS, part(PLAIN, "Hej"))
    ),
    "brackets in a sender": lambda: mail({"From": "(" * 100_000}, part(PLAIN, "Hej")),
    "encoded words": lambda: mail({"Subject": "=?utf-8?q?x" * 9_000}, part(PLAIN, "Hej")),
    "an open tag": lambda: mail(HEADERS, part("text/html", "<" + "a" * MUCH, "8bit")),
    "open tags": lambda: mail(HEADERS, part("text/html", "Hej" + "<a" * (MUCH // 2), "8bit")),
    "empty lines": lambda: mail(HEADERS, part(PLAIN, "Hej" + "\n \t" * (MUCH // 3), "8bit")),
    "a server's empty lines": lambda: mail(
        {"From": "<mailer-daemon@x.example>", "Return-Path": "<>", "Subject": "returned mail"},
        part(PLAIN, "\n" * MUCH, "8bit"),
    ),
    "a server's addresses": lambda: mail(
        {"From": "<mailer-daemon@x.example>", "Subject": "returned mail",
         "X-Failed-Recipients": "a" * 200_000},
        part(PLAIN, "<" + "a" * MUCH, "8bit"),
    ),
}  # fmt: skip


def read(raw: bytes) -> Incoming:
    """Within the time and the memory that B10 gives."""
    began = time.process_time()
    found = read_mail(raw, recipient=ANSWER.organizer, trusted_authserv="ours")
    assert time.process_time() - began < _SECONDS
    tracemalloc.start()
    try:
        assert read_mail(raw, recipient=ANSWER.organizer, trusted_authserv="ours") == found
        assert tracemalloc.get_traced_memory()[1] < _OCTETS
    finally:
        tracemalloc.stop()
    return found


@pytest.mark.parametrize(("made", "reason"), TO_BE_PUT_ASIDE.values(), ids=TO_BE_PUT_ASIDE)
def test_B10_what_is_beyond_any_mail_is_put_aside_at_once(made: Made, reason: str) -> None:
    found = read(made())
    assert isinstance(found, Unclear)
    assert found.reason == reason


@pytest.mark.parametrize("made", TO_BE_READ.values(), ids=TO_BE_READ)
def test_B10_what_is_made_to_be_slow_is_not(made: Made) -> None:
    read(made())


def test_B10_what_is_put_aside_still_says_who_sent_it() -> None:
    found = read(mail(HEADERS, part(PLAIN, "a" * 3_000_000, "8bit")))
    assert (found.sender, found.message_id) == (ANSWER.attendee, "<svar.1@post.example>")


def test_B10_twenty_levels_and_two_hundred_parts_are_still_read() -> None:
    assert isinstance(read(nested(18)), Reply)
    many = read(mail(HEADERS, multipart("mixed", *[part(PLAIN, "Hej")] * 199)))
    assert isinstance(many, Plain)
