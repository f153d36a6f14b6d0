"""Every kind of mail as bytes, row by row of what calendars and mail servers ask (O1-O14)."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from functools import cache
from typing import Any

from icalendar import Calendar

from services.notifier.domain.mail import method_of
from services.notifier.domain.messages import CALENDAR_KINDS, DUTY_KINDS, KINDS, Kind
from services.notifier.domain.samples import Sample, samples
from services.notifier.domain.writing import LANGUAGES
from shared.domain.telling_words import says_forbidden_word
from tests.support.mailing import HOUSE, POST
from tests.support.oracles import read

WITH_CALENDAR = {*CALENDAR_KINDS, Kind.COUNTER_DECLINED}
LAST_DAY = "last-day"
SAMPLES = list(samples(POST))
BY_NAME = {sample.name: sample for sample in SAMPLES}


@cache
def mail_of(name: str) -> EmailMessage:
    return email.message_from_bytes(BY_NAME[name].content, policy=email.policy.default)


def leaves(sample: Sample) -> list[EmailMessage]:
    return [part for part in mail_of(sample.name).walk() if not part.is_multipart()]


def octets(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def calendar_of(sample: Sample) -> bytes:
    return next(octets(p) for p in leaves(sample) if p.get_content_type() == "text/calendar")


def has_calendar(sample: Sample) -> bool:
    return sample.kind in WITH_CALENDAR or sample.variant.startswith(LAST_DAY)


def with_calendar() -> Iterator[Sample]:
    return (sample for sample in SAMPLES if has_calendar(sample))


def with_meeting() -> Iterator[Sample]:
    return (sample for sample in SAMPLES if sample.kind in WITH_CALENDAR)


def with_last_day() -> Iterator[Sample]:
    return (sample for sample in SAMPLES if sample.variant.startswith(LAST_DAY))


def event_of(sample: Sample) -> tuple[str, dict[str, str]]:
    """The lines of the VEVENT alone, unfolded: whole, and by their names."""
    text = calendar_of(sample).decode().replace("\r\n ", "")
    inside = text.partition("BEGIN:VEVENT\r\n")[2].partition("BEGIN:VALARM")[0]
    lines = [line for line in inside.split("\r\n") if line and not line.startswith("END:")]
    return text, {re.split("[;:]", line)[0]: line for line in lines}


def test_there_is_a_sample_of_every_kind_in_every_language() -> None:
    assert {(one.kind, one.language) for one in SAMPLES} == {
        (kind, language) for kind in KINDS for language in LANGUAGES
    }
    assert len(BY_NAME) == len(SAMPLES)


def test_O1_crlf_seven_bits_short_lines_each_header_once_one_recipient() -> None:
    for sample in SAMPLES:
        raw = sample.content
        assert raw.isascii(), sample.name
        assert b"\n" not in raw.replace(b"\r\n", b""), sample.name
        assert b"\r" not in raw.replace(b"\r\n", b""), sample.name
        assert max(map(len, raw.split(b"\r\n"))) <= 998, sample.name
        mail = mail_of(sample.name)
        assert mail.defects == [], sample.name
        names = [name.lower() for name in mail]
        assert len(names) == len(set(names)), sample.name
        assert not {"cc", "bcc"} & set(names), sample.name
        assert [to.addr_spec for to in mail["To"].addresses] == [sample.message.address]


def test_O2_the_calendar_inline_in_the_first_child_and_the_same_bytes_as_a_file() -> None:
    for sample in SAMPLES:
        types = [part.get_content_type() for part in mail_of(sample.name).walk()]
        texts = ["multipart/alternative", "text/plain", "text/html"]
        if has_calendar(sample):
            assert types == ["multipart/mixed", *texts, "text/calendar", "application/ics"]
            inline, attached = leaves(sample)[2:]
            assert inline.get_content_disposition() == "inline"
            assert inline.get_param("method") == method_of(sample.message)
            assert inline.get_content_charset() == "utf-8"
            assert attached.get_content_disposition() == "attachment"
            assert attached.get_filename() == "invite.ics"
            assert octets(inline) == octets(attached)
        else:
            assert types == texts, sample.name
        for part in leaves(sample):
            assert part["Content-Transfer-Encoding"] == "base64"


def test_O3_one_calendar_with_one_component_and_the_method_of_the_part() -> None:
    for sample in with_calendar():
        text, _ = event_of(sample)
        method = method_of(sample.message)
        for line in ("BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT"):
            assert text.count(f"{line}\r\n") == 1, (sample.name, line)
        assert len(re.findall(r"\r\nPRODID:", text)) == 1
        assert len(re.findall(r"\r\nUID:", text)) == 1


def test_O4_utf8_without_bom_folded_at_75_octets_never_inside_a_character() -> None:
    for sample in with_calendar():
        raw = calendar_of(sample)
        assert not raw.startswith(b"\xef\xbb\xbf")
        assert raw.endswith(b"END:VCALENDAR\r\n")
        for line in raw.split(b"\r\n"):
            assert len(line) <= 75, sample.name
            assert not re.search(r"[\x00-\x1f\x7f\x85\u2028]", line.decode()), sample.name


def test_O5_an_opaque_uid_a_sequence_and_stamps_in_utc() -> None:
    uids: dict[bool, set[str]] = {True: set(), False: set()}
    for sample in with_calendar():
        _, event = event_of(sample)
        uids[sample.kind in WITH_CALENDAR].add(event["UID"])
        assert re.fullmatch(r"SEQUENCE:\d+", event["SEQUENCE"])
        for name in ("DTSTAMP", "CREATED", "LAST-MODIFIED"):
            assert re.fullmatch(rf"{name}:\d{{8}}T\d{{6}}Z", event[name]), sample.name
    assert len(uids[True]) == 1  # X4: the same for all mailboxes
    assert len(uids[False]) == 1  # of the day and the mailbox, in every language
    for uid in uids[True] | uids[False]:
        assert re.fullmatch(r"UID:[a-z2-7]{24}@exempelkommun\.example", uid)


def test_O6_stockholms_wall_clock_with_one_zone_in_rrule_form() -> None:
    for sample in with_meeting():
        text, event = event_of(sample)
        for name in ("DTSTART", "DTEND"):
            assert re.fullmatch(rf"{name};TZID=Europe/Stockholm:\d{{8}}T\d{{6}}", event[name])
        assert text.count("BEGIN:VTIMEZONE") == 1
        assert text.count("RRULE:FREQ=YEARLY") == 2
        assert "RDATE" not in text


def test_O6_O14_the_limit_is_a_whole_day_on_which_nobody_is_busy() -> None:
    for sample in with_last_day():
        text, event = event_of(sample)
        assert event["DTSTART"] == "DTSTART;VALUE=DATE:20270315"
        assert event["DTEND"] == "DTEND;VALUE=DATE:20270316"  # the first day that isn't meant
        asks = method_of(sample.message) == "REQUEST"
        assert event.get("TRANSP") == ("TRANSP:TRANSPARENT" if asks else None)
        assert "VTIMEZONE" not in text
        assert "måndagen den 15 mars 2027" in sample.words.text or sample.language == "en"


def test_O7_the_organizer_is_the_reply_address_of_this_mailbox_over_all_revisions() -> None:
    organizers: dict[tuple[str, bool], set[str]] = {}
    for sample in with_calendar():
        _, event = event_of(sample)
        address = event["ORGANIZER"].rpartition("mailto:")[2]
        assert re.fullmatch(r"moten\+[a-z2-7]+@exempelkommun\.example", address)
        assert address != sample.message.address
        assert mail_of(sample.name)["Reply-To"].addresses[0].addr_spec == address
        assert f'CN="{sample.post.house.name}"' in event["ORGANIZER"]
        about = (sample.message.mailbox, sample.kind in WITH_CALENDAR)
        organizers.setdefault(about, set()).add(address)
    assert all(len(addresses) == 1 for addresses in organizers.values())
    assert len({frozenset(addresses) for addresses in organizers.values()}) == 3


def test_O8_the_recipient_is_the_only_attendee() -> None:
    for sample in with_calendar():
        text, event = event_of(sample)
        assert text.count("\r\nATTENDEE") == 1
        assert event["ATTENDEE"].endswith(f":mailto:{sample.message.address}")
        asks = "PARTSTAT=NEEDS-ACTION;RSVP=TRUE" in event["ATTENDEE"]
        assert asks == (method_of(sample.message) == "REQUEST"), sample.name
        assert "ROLE=REQ-PARTICIPANT" in event["ATTENDEE"]
        assert "SCHEDULE-" not in text


def test_O9_neutral_summary_private_and_a_description_with_what_to_do() -> None:
    for sample in with_calendar():
        _, event = event_of(sample)
        summary = {"sv": "Möte", "en": "Meeting"}[sample.language]
        staff = " 7KQ2" if sample.message.party == "staff" else ""
        if sample.variant.startswith(LAST_DAY):
            summary, staff = (
                {"sv": "Sista dag för en uppgift", "en": "Last day of a task"}[sample.language],
                "",
            )
        assert event["SUMMARY"] == f"SUMMARY:{summary}{staff}"
        assert event["CLASS"] == "CLASS:PRIVATE"
        asks = method_of(sample.message) == "REQUEST"
        assert ("DESCRIPTION" in event) == asks, sample.name
        if asks and sample.link:
            assert sample.link in event["DESCRIPTION"]
        said = sample.message.words
        place = getattr(getattr(said, "said", None), "place", None)
        assert ("LOCATION" in event) == (asks and place is not None), sample.name


def test_O10_one_alarm_before_the_meeting_in_a_request_and_none_else() -> None:
    for sample in with_calendar():
        alarms: list[Any] = list(Calendar.from_ical(calendar_of(sample)).walk("VALARM"))
        if method_of(sample.message) == "REQUEST":
            (alarm,) = alarms
            assert alarm["ACTION"] == "DISPLAY"
            assert alarm["TRIGGER"].dt < timedelta(0)
        else:
            assert alarms == []


def test_O11_a_cancel_of_all_says_so_and_one_of_an_invitation_says_nothing_of_the_meeting() -> None:
    for sample in with_calendar():
        _, event = event_of(sample)
        of_all = "of-all" in sample.variant or sample.variant == f"{LAST_DAY}-over"
        expected = {"CANCEL": "STATUS:CANCELLED" if of_all else None}
        status = expected.get(method_of(sample.message))
        if method_of(sample.message) == "REQUEST":
            status = "STATUS:CONFIRMED"
        assert event.get("STATUS") == status, sample.name
        if sample.kind == Kind.CANCEL:
            assert event["SEQUENCE"] == "SEQUENCE:2"


def test_O12_made_by_a_machine_with_a_stable_id_and_small() -> None:
    again = {sample.name: sample.content for sample in samples(POST)}
    ids = set()
    for sample in SAMPLES:
        mail = mail_of(sample.name)
        assert mail["Auto-Submitted"] == "auto-generated"
        assert re.fullmatch(r"<[a-z2-7]{24}@exempelkommun\.example>", mail["Message-ID"])
        ids.add(mail["Message-ID"])
        assert len(sample.content) < 100_000
        assert again[sample.name] == sample.content
    assert len(ids) == len(SAMPLES)


def test_O12_only_what_is_optional_can_be_unsubscribed() -> None:
    for sample in SAMPLES:
        header = mail_of(sample.name)["List-Unsubscribe"]
        if sample.kind == Kind.DIGEST:
            assert header == "<http://samspel.example/veckobrev>"
        elif sample.kind != Kind.NUDGE:
            assert header is None, sample.name
        elif sample.link:
            assert header == f"<{sample.link}>"
        else:
            assert re.fullmatch(
                r"<mailto:moten\+[a-z2-7]+@exempelkommun\.example\?subject=stop>", header
            )


def test_O13_the_text_says_when_and_where_without_the_calendar() -> None:
    for sample in SAMPLES:
        if sample.kind in DUTY_KINDS:
            continue
        moved = "moved" in sample.variant
        day = {
            "sv": "onsdagen den 17 mars 2027 kl. 13.00" if moved else
                  "tisdagen den 16 mars 2027 kl. 13.00",
            "en": "Wednesday 17 March 2027, 13:00" if moved else "Tuesday 16 March 2027, 13:00",
        }[sample.language]  # fmt: skip
        assert day in sample.words.text, sample.name
        place = getattr(getattr(sample.message.words, "said", None), "place", None)
        if place is not None and sample.kind not in (Kind.CANCEL, Kind.NUDGE):
            assert place in sample.words.text, sample.name


def test_every_calendar_part_means_the_same_to_others_programs() -> None:
    for sample in with_calendar():
        event = read(calendar_of(sample)).event
        words = sample.words
        assert event.summary == words.summary
        assert (event.description or "") == words.description
        assert event.organizer is not None
        assert event.organizer.name == sample.post.house.name


def test_P18_families_are_told_where_to_ring_and_go_and_staff_to_log_in() -> None:
    for sample in SAMPLES:
        family = sample.message.party != "staff"
        assert (HOUSE.phone in sample.words.text) == family, sample.name
        assert (HOUSE.address in sample.words.text) == family, sample.name
        assert not (family and ("Logga in" in sample.words.text or "Log in" in sample.words.text))
        assert not (family and "7KQ2" in sample.content.decode() + sample.words.text)
        assert not (family and re.search("kalla[dt]|kallelse", sample.words.text)), sample.name


def test_X3_X13_no_mail_says_what_it_is_about() -> None:
    for sample in SAMPLES:
        words = sample.words
        everything = (
            f"{words.subject} {words.text} {words.html} {words.summary} {words.description}"
        )
        assert not says_forbidden_word(everything), sample.name


def test_a_cancel_holds_no_link() -> None:
    for sample in SAMPLES:
        linked = (sample.link is not None and sample.kind != Kind.CANCEL) or bool(sample.pages)
        words = sample.words
        assert ("http" in words.text + words.description) == linked, sample.name
        assert ("<a " in words.html) == linked, sample.name


def test_a_page_is_the_recipients_own_and_stands_in_text_and_html() -> None:
    for sample in SAMPLES:
        for page in sample.pages:
            assert sample.words.text.count(page.link) == 1, sample.name
            assert sample.words.html.count(page.link) == 3, sample.name  # a button, and bare


def test_R21_R22_R23_a_years_meeting_says_who_calls_and_about_what() -> None:
    for name in ("call-staff-year-sv", "change-staff-year-moved-sv"):
        words = BY_NAME[name].words
        assert "Karin Bergqvist och Jonas Ekdahl bjuder in till" in words.text
        assert "senast onsdagen den 10 mars" in words.text
        for said in (words.text, words.description):
            assert "– Uppföljning av föregående möte\n– Behovsanalys\n– Syfte och mål" in said
            assert "Karin Bergqvist och Jonas Ekdahl" in said
        assert "<li>Behovsanalys</li>" in words.html
        assert words.summary == "Möte 7KQ2"  # X13
        assert words.subject.endswith("2027 kl. 13.00")
    reminder = BY_NAME["reminder-staff-year-sv"].words.text
    assert "Det är ett samverkansmöte." in reminder
    assert "Bergqvist" not in reminder
    english = BY_NAME["call-staff-year-en"].words.text
    assert "Invitation from Karin Bergqvist and Jonas Ekdahl to collaboration meeting" in english
    assert "– Analysis of needs" in english


def test_R43_a_receipt_names_nothing() -> None:
    text = BY_NAME["receipt-new-sv"].words.text
    assert "Det du har lämnat är mottaget. Logga in för att se vem som har tagit emot det." in text


def test_every_link_leads_below_the_path_that_samspel_stands_under() -> None:
    """Of a host that has other things too."""
    post = replace(POST, public_url="https://kommunen.example/samspel")
    addresses = {
        address
        for sample in samples(post)
        for part in email.message_from_bytes(sample.content, policy=email.policy.default).walk()
        if not part.is_multipart()
        for address in re.findall(rb"https://kommunen.example[^\s\"'<>]*", octets(part))
    }
    assert len(addresses) > 3
    assert all(one.startswith(b"https://kommunen.example/samspel/") for one in addresses)
