"""B10: whatever bytes come in, a value comes out; in `make nightly` of thousands more."""

import unicodedata
from base64 import b64encode
from dataclasses import fields, replace
from datetime import datetime, timedelta
from functools import reduce

from hypothesis import example, given
from hypothesis import strategies as st

from services.notifier.domain.incoming.kinds import Counter, Incoming, Plain, Refresh, Reply
from services.notifier.domain.incoming.reading import read_mail
from tests.support.replies.answering import Answering
from tests.support.replies.clients import CLIENTS
from tests.support.replies.servers import QMAIL, absence, delivery_report, enclosed, old_bounce

ANSWER = Answering(comment="Ses då; kanske en minut sent.")
COUNTER = replace(ANSWER, method="COUNTER", partstat="TENTATIVE")
REQUEST = replace(ANSWER, method="REQUEST", partstat="NEEDS-ACTION")
OURS = "mx.exempelkommun.example"
CORPUS = [
    *(client(answer) for client in CLIENTS.values() for answer in (ANSWER, COUNTER, REQUEST)),
    delivery_report(),
    delivery_report("delayed", "4.2.2", kind="global-delivery-status"),
    old_bounce(QMAIL),
    absence(),
    enclosed(),
]
BITS = [
    b"", b"\0", b"\r", b"\n", b"\r\n\r\n", b"\xff", b"\xc3", b"\xed\xa0\x80", b'"', b";", b":",
    b"=", b"--", b"%00", b"=00", b"\\", b"\\n", b"^n", b"<!--", b"<", b"&#x110000;",
    b"=?utf-8?q?=00?=",
    b"=?idna?b?eA==?=", b"charset=utf-16", b"charset=rot13", b"charset=idna", b"Content-Type:",
    b"text/html", b"message/delivery-status", b"multipart/report", b"multipart/digest",
    b"method*0*=utf-8''%ff", b"filename*=a'b", b"base64", b"quoted-printable", b"x-uuencode",
    b"BEGIN:VCALENDAR\r\n", b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"END:VCALENDAR\r\n",
    b"RRULE:FREQ=SECONDLY\r\n", b"DTSTAMP:00000000T000000Z\r\n",
    b"DTSTART;TZID=\x01:99991231T235959",
    b"TZOFFSETTO:+9999\r\n", b"SEQUENCE:-1\r\n", b"ATTENDEE:mailto:%00@%0d%0a\r\n",
    b"Authentication-Results: mx.exempelkommun.example; dmarc=fail\r\n", b"Return-Path: <>\r\n",
    b"From: <mailer-daemon@x.example>\r\n", b"X-Storm: y\r\n" * 50, "å".encode("utf-16"),
]  # fmt: skip
Change = tuple[str, int, int, bytes]


def after(raw: bytes, change: Change) -> bytes:
    how, here, there, bit = change
    before, within, behind = raw[:here], raw[here:there], raw[max(here, there) :]
    return {
        "cut off": before,
        "begun late": raw[here:],
        "inserted": before + bit + raw[here:],
        "written over": before + bit + raw[here + len(bit) :],
        "left out": before + behind,
        "twice": raw + within,
        "replaced": raw.replace(raw[here : here + 9] or b"=", bit, 3),
        "flipped": before + bytes([there % 256]) + raw[here + 1 :],
        "packed": before + b64encode(within) + behind,
        "case turned": before + within.swapcase() + behind,
        "bare": raw.replace(b"\r\n", b"\n"),
        "spliced": before + CORPUS[there % len(CORPUS)][there:],
    }[how][:60_000]


WITHIN = ("cut off", "begun late", "inserted", "written over", "left out", "twice", "replaced",
          "flipped", "packed", "case turned", "bare")  # fmt: skip
places = st.integers(0, 6_000)


def changes(*ways: str) -> st.SearchStrategy[list[Change]]:
    one = st.tuples(st.sampled_from(ways), places, places, st.sampled_from(BITS))
    return st.lists(one, min_size=1, max_size=6)


def read(raw: bytes) -> Incoming:
    return read_mail(raw, recipient=ANSWER.organizer, trusted_authserv=OURS)


def can_be_kept(found: Incoming) -> bool:
    """In a database and on a page: no control characters, no half signs, instants in UTC."""
    for one in fields(found):
        value = getattr(found, one.name)
        if isinstance(value, str):
            value.encode()
            shown = value.replace("\n", "").replace("\t", "") if one.name == "text" else value
            if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in shown):
                return False
        if isinstance(value, datetime) and value.utcoffset() != timedelta():
            return False
    return True


def is_small(found: Incoming) -> bool:
    comment = found.comment if isinstance(found, Reply | Counter) else ""
    text = found.text if isinstance(found, Plain) else ""
    return len(comment) <= 500 and len(text) <= 20_000


@given(st.sampled_from(CORPUS), changes(*WITHIN, "spliced"))
def test_B10_a_mail_changed_in_any_way_is_a_value_still(raw: bytes, changed: list[Change]) -> None:
    raw = reduce(after, changed, raw)
    found = read(raw)
    assert found == read(raw)
    assert can_be_kept(found)
    assert is_small(found)


@given(st.binary(max_size=400))
@example(b"From: <\x01a@b.example>\n\nx")
@example(b'Content-Type: multipart/report; boundary=b; report-type="\x01"\n\n--b\n\nx\n--b--\n')
@example(b"Subject: =?idna?q?=FF?=\n\n")
@example(b"Content-Type: text/html\n\n&#" + b"9" * 5_000)
@example(b"Content-Type: text/calendar; charset*=x''y; charset*0=z\n\n")
@example(b"Message-ID: <\xed\xa0\x80@x>\n\nx")
def test_B10_any_bytes_are_a_value(raw: bytes) -> None:
    assert can_be_kept(read(raw))


@given(st.sampled_from(list(CLIENTS)), changes(*WITHIN))
def test_B6_a_request_never_becomes_an_answer(name: str, changed: list[Change]) -> None:
    found = read(reduce(after, changed, CLIENTS[name](REQUEST)))
    assert not isinstance(found, Reply | Counter | Refresh)
