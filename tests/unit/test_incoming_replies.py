"""B1-B6: what people answer in their calendars, as ten programs send it."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.notifier.domain.incoming.kinds import (
    Counter,
    Foreign,
    Incoming,
    Plain,
    Refresh,
    Reply,
    Unclear,
)
from services.notifier.domain.incoming.reading import read_mail
from tests.support.replies.answering import STOCKHOLM, WINDOWS_ZONE, Answering
from tests.support.replies.clients import CLIENTS, Client
from tests.support.replies.parts import calendar, mail, multipart, part

ANSWER = Answering(comment="Ses, då; kanske en minut sent.")
EVERY_CLIENT = pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
ATTENDEE = f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ANSWER.attendee}"
LINES = (f"UID:{ANSWER.uid}", "SEQUENCE:1", f"DTSTAMP:{ANSWER.stamp_utc}", ATTENDEE)


def read(raw: bytes) -> Incoming:
    return read_mail(raw, recipient=ANSWER.organizer, trusted_authserv=None)


def reply(*lines: str, method: str = "METHOD:REPLY") -> str:
    event = ("BEGIN:VEVENT", *lines, "END:VEVENT")
    return calendar("BEGIN:VCALENDAR", "VERSION:2.0", *([method] * bool(method)), *event,
                    "END:VCALENDAR")  # fmt: skip


def sent(text: str | bytes, kind: str = "text/calendar; method=REPLY", **how: str) -> Incoming:
    return read(mail(ANSWER.headers, part(kind, text, **how)))


def said(found: Incoming) -> str | None:
    """The answer alone, or why there is none."""
    if isinstance(found, Unclear):
        return found.reason
    return found.answer if isinstance(found, Reply) else type(found).__name__


@EVERY_CLIENT
@pytest.mark.parametrize("partstat", ["ACCEPTED", "DECLINED", "TENTATIVE"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_B1_an_answer_is_read_from_every_program(
    client: Client, partstat: str, language: str
) -> None:
    found = read(client(replace(ANSWER, partstat=partstat, language=language)))
    assert isinstance(found, Reply)
    assert (found.uid, found.attendee, found.answer) == (
        ANSWER.uid, ANSWER.attendee, partstat.lower(),
    )  # fmt: skip
    assert (found.sequence, found.stamp) == (1, ANSWER.stamp)
    assert found.comment == ANSWER.comment
    assert found.message_id == "<svar.1@post.example>"


def test_B1_the_sender_is_whom_From_names_and_the_attendee_whom_the_calendar_names() -> None:
    found = read(CLIENTS["nextcloud"](ANSWER))
    assert isinstance(found, Reply)
    assert (found.sender, found.attendee) == ("noreply@moln.example", ANSWER.attendee)


@EVERY_CLIENT
def test_B2_bare_line_feeds_say_the_same(client: Client) -> None:
    raw = client(ANSWER)
    assert read(raw.replace(b"\r\n", b"\n")) == read(raw)


@EVERY_CLIENT
def test_B3_a_mail_that_was_cut_off_says_the_same_or_nothing(client: Client) -> None:
    raw = client(ANSWER)
    whole = read(raw)
    for end in range(0, len(raw), 23):
        found = read(raw[:end])
        if isinstance(found, Reply):
            same = replace(found, sender=whole.sender, message_id=whole.message_id)
            assert same == whole
        else:
            assert isinstance(found, Unclear | Plain | Foreign)


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("text/calendar", "METHOD:REPLY"),
        ("TEXT/CALENDAR; METHOD=REPLY; CHARSET=UTF-8", "METHOD:REPLY"),
        ("text/calendar; method=reply", "method:Reply"),
        ('text/calendar; method="REPLY "', "METHOD: REPLY"),
        ("text/calendar; method=RE%50LY", "METHOD:REPLY"),
        ("text/calendar; method=REPLY", ""),
        ("text/calendar; method=REPLY", "METHOD:"),
        ("text/calendar; method=REQUEST", "METHOD:REPLY"),
        ("text/calendar", ""),
        ("application/ics", "METHOD:REPLY"),
        ("application/ics; name=svar.ics", ""),
        ('application/octet-stream; name="svar.ICS"', "METHOD:REPLY"),
        ("application/octet-stream; name*=utf-8''m%C3%B6te.ics", "METHOD:REPLY"),
        ("text/plain; charset=utf-8", "METHOD:REPLY"),
    ],
)
def test_B2_the_method_may_stand_in_one_place_alone_or_nowhere(kind: str, method: str) -> None:
    assert said(sent(reply(*LINES, method=method), kind)) == "accepted"


@pytest.mark.parametrize(
    ("kind", "charset", "encoding"),
    [
        ("text/calendar; charset=utf-8", "utf-8-sig", "base64"),
        ("text/calendar; charset=utf-16", "utf-16", "base64"),
        ("text/calendar; charset=utf-16", "utf-16-be", "base64"),
        ("text/calendar", "utf-16-le", "8bit"),
        ("text/calendar; charset=iso-8859-1", "latin-1", "quoted-printable"),
        ("text/calendar; charset=us-ascii", "utf-8", "8bit"),
        ("text/calendar; charset=nobody-knows", "utf-8", "8bit"),
        ("text/calendar; charset=punycode", "utf-8", "8bit"),
        ("text/calendar", "latin-1", "8bit"),
        ("text/calendar; charset=utf-8", "utf-8", "x-unknown"),
        ("text/calendar; charset=windows-1252", "cp1252", "BASE64 (a comment)"),
    ],
)
def test_B2_any_encoding_that_it_names_and_some_that_it_does_not(
    kind: str, charset: str, encoding: str
) -> None:
    text = reply(*LINES, "COMMENT:Vi hörs på måndag")
    found = sent(text, kind, charset=charset, encoding=encoding)
    assert isinstance(found, Reply)
    assert found.comment == "Vi hörs på måndag"


@pytest.mark.parametrize(
    "attendee",
    [
        "ATTENDEE;PARTSTAT=accepted:MAILTO:Asa.Lind@Post.Example",
        "attendee;partstat=Accepted:mailto:asa.lind@post.example",
        'ATTENDEE;CN="Lind; Åsa: mamma";PARTSTAT="ACCEPTED":mailto:asa.lind@post.example',
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:asa%2Elind%40post.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:asa.lind@post.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:<asa.lind@post.example>",
        'ATTENDEE;PARTSTAT=ACCEPTED;EMAIL="asa.lind@post.example":urn:uuid:1234',
        f"{ATTENDEE}\nATTENDEE;ROLE=CHAIR;PARTSTAT=ACCEPTED:mailto:{ANSWER.organizer}",
        f"{ATTENDEE}\n{ATTENDEE}",
    ],
)
def test_B2_who_answers_however_they_are_written(attendee: str) -> None:
    found = sent(reply(LINES[0], *attendee.split("\n")))
    assert isinstance(found, Reply)
    assert (found.attendee, found.answer) == ("asa.lind@post.example", "accepted")
    assert (found.sequence, found.stamp, found.comment) == (None, None, "")


def test_B2_the_same_calendar_twice_is_one_answer_and_the_latest_of_two_counts() -> None:
    first = part("text/calendar; method=REPLY", reply(*LINES))
    later = part("application/ics", reply(LINES[0], "SEQUENCE:2", LINES[2], ATTENDEE))
    found = read(mail(ANSWER.headers, multipart("mixed", first, first, later)))
    assert isinstance(found, Reply)
    assert found.sequence == 2


@pytest.mark.parametrize(
    "other",
    [
        reply(*LINES[:3], ATTENDEE.replace("ACCEPTED", "DECLINED")),
        reply("UID:another@exempelkommun.example", *LINES[1:]),
        reply(*LINES, method="METHOD:REQUEST"),
    ],
)
def test_B2_two_calendars_that_say_different_things_say_nothing(other: str) -> None:
    both = [part("text/calendar", text) for text in (reply(*LINES), other)]
    assert said(read(mail(ANSWER.headers, multipart("mixed", *both)))) == "contradiction"


def test_B2_one_of_two_calendars_may_be_damaged() -> None:
    texts = ("BEGIN:VCALENDAR\r\n", reply(*LINES))
    both = [part("text/calendar", text) for text in texts]
    assert said(read(mail(ANSWER.headers, multipart("mixed", *both)))) == "accepted"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((*LINES, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bo@post.example"), "two-attendees"),
        ((LINES[0], ATTENDEE.replace("ACCEPTED", "DELEGATED")), "delegated"),
        ((LINES[0], ATTENDEE.replace(":", ';DELEGATED-TO="mailto:bo@x.example":', 1)), "delegated"),
        ((*LINES, ATTENDEE.replace("ACCEPTED", "DECLINED")), "contradiction"),
        ((*LINES, "UID:another@exempelkommun.example"), "contradiction"),
        ((LINES[0],), "no-attendee"),
        ((LINES[0], "ATTENDEE;PARTSTAT=ACCEPTED:invalid:nomail"), "no-attendee"),
        ((ATTENDEE,), "no-uid"),
        (("UID:", ATTENDEE), "no-uid"),
        (("UID:" + "x" * 300, ATTENDEE), "no-uid"),
        ((LINES[0], f"ATTENDEE:mailto:{ANSWER.attendee}"), "no-answer"),
        ((LINES[0], ATTENDEE.replace("ACCEPTED", "NEEDS-ACTION")), "no-answer"),
        ((*LINES, "RECURRENCE-ID:20270302T080000Z"), "recurring"),
        ((*LINES, "RRULE:FREQ=SECONDLY"), "recurring"),
        ((*LINES[:1], "DTSTAMP:yesterday", ATTENDEE), "broken"),
        ((*LINES[:1], "SEQUENCE:one", ATTENDEE), "broken"),
        ((*LINES, "DTSTART:20270230T080000Z"), "broken"),
        ((*LINES, "DTSTART;TZID=Europe/Stockholm:x"), "broken"),
        ((LINES[0], f'ATTENDEE;CN="Åsa:mailto:{ANSWER.attendee}'), "broken"),
    ],
)
def test_B4_an_answer_that_is_not_quite_one_waits_for_a_person(
    lines: tuple[str, ...], reason: str
) -> None:
    assert said(sent(reply(*lines))) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not-a-calendar"),
        ("<html>", "not-a-calendar"),
        (reply(*LINES).replace("END:VCALENDAR\r\n", ""), "truncated"),
        (reply(*LINES).replace("END:VEVENT\r\n", ""), "broken"),
        ("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n", "no-event"),
        (reply(*LINES, "SUMMARY:\0"), "broken"),
        (reply(*LINES, method="METHOD:REPLY\r\nMETHOD:CANCEL"), "contradiction"),
        ("BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 20_001, "too-much"),
    ],
    ids=[
        "nothing",
        "a page",
        "no end",
        "no end of the event",
        "no event",
        "NUL",
        "two methods",
        "many",
    ],
)
def test_B10_a_calendar_that_is_damaged_waits_for_a_person(text: str, reason: str) -> None:
    assert said(sent(text)) == reason


def test_B10_a_charset_that_is_not_true_waits_for_a_person() -> None:
    text = reply(*LINES, "COMMENT:på").encode("latin-1")
    assert said(sent(text, "text/calendar; charset=utf-8")) == "broken"


@EVERY_CLIENT
def test_B5_another_time_is_a_proposal_and_no_answer(client: Client) -> None:
    starts = datetime(2027, 3, 29, 13, 0, tzinfo=STOCKHOLM)
    ends = datetime(2027, 3, 29, 14, 30, tzinfo=STOCKHOLM)
    proposed = replace(ANSWER, method="COUNTER", starts_at=starts, ends_at=ends)
    found = read(client(proposed))
    assert isinstance(found, Counter)
    assert (found.starts_at, found.ends_at) == (starts.astimezone(UTC), ends.astimezone(UTC))
    assert found.starts_at.tzinfo is UTC
    assert (found.uid, found.attendee, found.comment) == (
        ANSWER.uid, ANSWER.attendee, ANSWER.comment,
    )  # fmt: skip


OWN_ZONE = WINDOWS_ZONE.replace("W. Europe Standard Time", "Our own").split("\n")
DATED_ZONE = (
    "BEGIN:VTIMEZONE", "TZID:Our own",
    "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100",
    "END:STANDARD",
    "BEGIN:DAYLIGHT", "DTSTART:20270328T020000", "RDATE:20280326T020000", "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200", "END:DAYLIGHT",
    "BEGIN:STANDARD", "DTSTART:20271031T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
    "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip


def proposed(start: str, end: str, *zone: str) -> Incoming:
    event = ("BEGIN:VEVENT", *LINES, start, end, "END:VEVENT")
    text = calendar("BEGIN:VCALENDAR", "METHOD:COUNTER", *zone, *event, "END:VCALENDAR")
    return sent(text, "text/calendar; method=COUNTER")


@pytest.mark.parametrize(
    ("start", "zone", "at"),
    [
        ("DTSTART:20270302T080000Z", (), "2027-03-02T08:00"),
        ("DTSTART:20270302T090000", (), "2027-03-02T08:00"),  # no zone: Stockholm
        ("DTSTART;TZID=Europe/Helsinki:20270302T100000", (), "2027-03-02T08:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20270702T100000", (), "2027-07-02T08:00"),
        ("DTSTART;TZID=FLE Standard Time:20270702T110000", (), "2027-07-02T08:00"),
        (
            'DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Wien":20270302T090000',
            (), "2027-03-02T08:00",
        ),
        ("DTSTART;TZID=/mozilla.org/20050126_1/Europe/Stockholm:20270302T090000", (),
         "2027-03-02T08:00"),
        *(
            (f"DTSTART;TZID=Our own:{wall}", zone, at)
            for zone in (OWN_ZONE, DATED_ZONE)
            for wall, at in (
                ("20270302T090000", "2027-03-02T08:00"),
                ("20270328T015900", "2027-03-28T00:59"),
                ("20270328T023000", "2027-03-28T01:30"),  # never comes: as if it were winter still
                ("20270328T030000", "2027-03-28T01:00"),
                ("20270702T100000", "2027-07-02T08:00"),
                ("20271031T023000", "2027-10-31T00:30"),  # comes twice: the first
                ("20271031T030000", "2027-10-31T02:00"),
            )
        ),
    ],
)  # fmt: skip
def test_B5_a_proposed_time_is_read_by_the_zones_of_its_file_else_by_those_that_are_known(
    start: str, zone: tuple[str, ...], at: str
) -> None:
    found = proposed(start, "DURATION:PT1H", *zone)
    assert isinstance(found, Counter)
    assert found.starts_at == datetime.fromisoformat(at).replace(tzinfo=UTC)


def own_zone(every: str) -> list[str]:
    return [line.replace("FREQ=YEARLY;INTERVAL=1", every) for line in OWN_ZONE]


AT_NINE = "DTSTART;TZID=Our own:20270302T090000"


@pytest.mark.parametrize(
    ("start", "end", "zone", "reason"),
    [
        ("DTSTART;TZID=Nowhere:20270302T090000", "DURATION:PT1H", (), "unknown-zone"),
        (AT_NINE, "DURATION:PT1H", own_zone("FREQ=YEARLY;COUNT=999999"), "too-much"),
        (AT_NINE, "DURATION:PT1H", own_zone("FREQ=DAILY"), "broken"),
        (AT_NINE, "DURATION:PT1H", own_zone("FREQ=SECONDLY"), "too-much"),
        (AT_NINE, "DURATION:PT1H", own_zone("FREQ=YEARLY;BYMINUTE=1,2"), "broken"),
        ("DTSTART;VALUE=DATE:20270302", "DTEND;VALUE=DATE:20270303", (), "no-time"),
        ("DTSTART:20270302T090000Z", "SUMMARY:x", (), "no-time"),
        ("SUMMARY:x", "DTEND:20270302T090000Z", (), "no-time"),
        ("DTSTART:20270302T090000Z", "DTEND:20270302T090000Z", (), "no-time"),
        ("DTSTART:99991231T235959", "DURATION:P99999W", (), "broken"),
        ("DTSTART;TZID=Our own:00010101T000000", "DURATION:PT1H", OWN_ZONE, "broken"),
    ],
)
def test_B5_a_proposal_without_two_instants_waits_for_a_person(
    start: str, end: str, zone: list[str], reason: str
) -> None:
    assert said(proposed(start, end, *zone)) == reason


def test_B5_somebody_asks_for_the_invitation_again() -> None:
    found = sent(reply(LINES[0], ATTENDEE, method="METHOD:REFRESH"), "text/calendar")
    assert isinstance(found, Refresh)
    assert (found.uid, found.attendee) == (ANSWER.uid, ANSWER.attendee)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "ADD", "PUBLISH", "DECLINECOUNTER"])
@pytest.mark.parametrize("kind", ["text/calendar", "text/calendar; method=REPLY"])
def test_B6_what_only_an_organizer_sends_changes_nothing(method: str, kind: str) -> None:
    found = sent(reply(*LINES, method=f"METHOD:{method}"), kind)
    assert isinstance(found, Foreign)
    assert found.method == method


@pytest.mark.parametrize("method", ["REQUEST", "request"])
def test_B6_a_request_by_its_part_alone_changes_nothing(method: str) -> None:
    found = sent(reply(*LINES, method=""), f"text/calendar; method={method}")
    assert isinstance(found, Foreign)
    assert found.method == "REQUEST"


def test_B6_a_calendar_without_method_that_answers_nothing_changes_nothing() -> None:
    asked = re.sub("ACCEPTED", "NEEDS-ACTION", ATTENDEE)
    assert said(sent(reply(LINES[0], asked, method=""), "text/calendar")) == "Foreign"


# --- a method that no standard knows


ODD = pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("METHOD:X-REPLY", "X-REPLY"),
        ("METHOD:RESPONSE", "RESPONSE"),
        ("METHOD:42", "42"),
        ("METHOD:RESPONSE", ""),
        ("", "RESPONSE"),
    ],
)


@ODD
@pytest.mark.parametrize("partstat", ["ACCEPTED", "DECLINED", "TENTATIVE"])
def test_B2_an_answer_with_an_odd_method_is_one(inside: str, outside: str, partstat: str) -> None:
    answer = ATTENDEE.replace("ACCEPTED", partstat)
    kind = f"text/calendar; method={outside}" if outside else "text/calendar"
    assert said(sent(reply(*LINES[:3], answer, method=inside), kind)) == partstat.lower()


@ODD
@pytest.mark.parametrize(
    "lines",
    [
        LINES[:3],
        (*LINES[:3], ATTENDEE.replace("ACCEPTED", "NEEDS-ACTION")),
        (*LINES, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bo@post.example"),
    ],
)
def test_B2_an_odd_method_on_what_is_no_answer_waits_for_a_person(
    inside: str, outside: str, lines: tuple[str, ...]
) -> None:
    kind = f"text/calendar; method={outside}" if outside else "text/calendar"
    assert said(sent(reply(*lines, method=inside), kind)) == "unknown-method"


@pytest.mark.parametrize("domain", ["bücher.example", "BÜCHER.example", "XN--bcher-kva.example"])
def test_B2_a_domain_in_its_own_letters_is_the_one_that_was_invited(domain: str) -> None:
    line = f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:Asa@{domain}"
    text = part("text/calendar; method=REPLY; charset=utf-8", reply(*LINES[:3], line))
    found = read(mail(ANSWER.headers | {"From": f"Åsa <asa@{domain}>"}, text))
    assert isinstance(found, Reply)
    assert found.attendee == found.sender == "asa@xn--bcher-kva.example"


# --- B6 and B8: words beside an invitation that comes back

INVITATION = reply(*LINES, "SUMMARY:Möte\\, första", method="METHOD:REQUEST")
INVITE = part(
    "application/ics; name=invite.ics\r\nContent-Disposition: attachment", INVITATION
)  # fmt: skip
INLINE = part("text/calendar; method=REQUEST; charset=utf-8", INVITATION)
WORDS = part("text/plain; charset=utf-8", "Hej! Vi kan inte komma, kan ni ringa mig?")
QUOTED = part(
    "text/plain; charset=utf-8",
    "Den tis 2 mars 2027 kl 09:00 skrev Exempelkommun <moten@exempelkommun.example>:\r\n> Hej!\r\n",
)
PAGE = part("text/html; charset=utf-8", "<p>Vi kan inte komma.</p>")
NEW = {"Subject": "Kan inte komma"}


@pytest.mark.parametrize(
    "content",
    [
        multipart("mixed", WORDS, INVITE),
        multipart("mixed", INVITE, WORDS),
        multipart("mixed", WORDS, INLINE),
        multipart("mixed", PAGE, INVITE),
        multipart("mixed", multipart("alternative", WORDS, PAGE), INVITE),
        # Apple's: what is attached stands beside the page, inside the alternatives
        multipart("alternative", WORDS, multipart("mixed", PAGE, INVITE)),
    ],
)
@pytest.mark.parametrize("subject", ["Sv: Möte", "Frånvaro"])
def test_B6_B8_what_somebody_writes_beside_our_invitation_is_to_be_read(
    content: bytes, subject: str
) -> None:
    found = read(mail(ANSWER.headers | {"Subject": subject}, content))
    assert isinstance(found, Plain)
    assert "kan inte komma" in found.text
    assert "BEGIN:VCALENDAR" not in found.text
    assert found.beside_foreign


@pytest.mark.parametrize("how", [{"Subject": "VB: Möte"}, {"In-Reply-To": "<a@k.example>"}])
def test_B6_B8_who_passes_an_invitation_on_writes_among_its_alternatives(
    how: dict[str, str],
) -> None:
    found = read(mail(ANSWER.headers | how, multipart("alternative", WORDS, INLINE)))
    assert isinstance(found, Plain)
    assert found.beside_foreign


def test_B6_B8_who_says_all_in_the_subject_is_read_too() -> None:
    found = read(mail(ANSWER.headers | NEW, multipart("mixed", INVITE)))
    assert isinstance(found, Plain)
    assert (found.subject, found.text) == ("Kan inte komma", "")


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (multipart("mixed", QUOTED, INVITE), {}),
        (multipart("mixed", INVITE), {}),
        (multipart("mixed", INVITE), {"Subject": "Möte, första"}),
        (multipart("mixed", INVITE), {"Subject": ""}),
        (multipart("alternative", WORDS, INLINE), {"Subject": "Inbjudan: Möte"}),
        (multipart("mixed", WORDS, INVITE), {"Auto-Submitted": "auto-generated"}),
    ],
)
def test_B6_an_invitation_that_nobody_has_written_anything_beside_is_noted_alone(
    content: bytes, headers: dict[str, str]
) -> None:
    assert isinstance(read(mail(ANSWER.headers | headers, content)), Foreign)


def test_B6_B10_words_that_are_cut_off_beside_an_invitation_wait_for_a_person() -> None:
    raw = mail(ANSWER.headers, multipart("mixed", INVITE, WORDS))
    assert said(read(raw[: raw.rindex(b"\r\n--") - 2])) == "truncated"
