"""One mail as bytes (O1, O2, O12, O13) and its words, with the standard library as the oracle."""

import email
import email.policy
import html
import re
from dataclasses import replace
from datetime import UTC, date, timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.clearance import Stop, decide
from services.notifier.domain.drafts import Drafts
from services.notifier.domain.mail import mail_bytes
from services.notifier.domain.mailing import Mailing
from services.notifier.domain.messages import AlertWords, CalendarPart, MeetingWords, Said
from services.notifier.domain.messages import Message as Told
from services.notifier.domain.safe_text import UnsafeText, one_line
from services.notifier.domain.words import House, words_for
from shared.bus.events import AlertedFunction, ReminderDue
from tests.support.cases import FATHER, MOTHER
from tests.support.mailing import (
    HOUSE,
    MEETING,
    NOW,
    PLACE,
    POST,
    PROCEDURE,
    contact,
    mailing,
    message,
)

FORBIDDEN = [
    "ärende",
    "samtycke",
    "vårdnadshavare",
    "barn",
    "elev",
    "oro",
    "orosanmälan",
    "socialtjänst",
]
HEADERS = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted",
           "MIME-Version", "Content-Type"]  # fmt: skip
KINDS = ("call", "change", "cancel", "reminder")


def about_meeting(kind: str, reference: str | None = None, language: str = "sv") -> Told:
    calendar = CalendarPart("abc", 0, NOW, NOW, of_all=True, new_time=True, asks_anew=True)
    part = None if kind == "reminder" else calendar
    said = Said(MEETING.starts_at, MEETING.ends_at, PLACE)
    words = MeetingWords(said, "abc", reference, part)
    return message(kind=kind, language=language, words=words, key=f"{kind}/{reference}/{language}")


def alert(
    language: str = "sv",
    about: str = "limit-near",
    to: AlertedFunction = "manager",
) -> Told:
    words = AlertWords(to, about, date(2027, 3, 15))
    return message(kind="alert", ground="duty", party="staff", language=language, words=words)


def parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def parts(mail: Message) -> list[Message]:
    return [part for part in mail.walk() if not part.is_multipart()]


def test_the_same_message_is_the_same_bytes() -> None:
    assert mail_bytes(message(), POST) == mail_bytes(message(), POST)


def test_X2_what_has_waited_has_the_date_on_which_it_leaves() -> None:
    leaves_at = NOW + timedelta(days=2)
    mail = parsed(mail_bytes(message(), POST, leaves_at=leaves_at))
    assert mail["Date"].datetime == leaves_at.astimezone(UTC)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_is_what_mail_servers_and_old_outlooks_take(kind: str) -> None:
    raw = mail_bytes(about_meeting(kind), POST)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert len(raw) < 100_000
    mail = parsed(raw)
    assert mail.defects == []
    headers = [name for name, _ in mail.items()]
    assert len(headers) == len(set(headers))
    assert not {"Cc", "Bcc"} & set(headers)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["To"].addresses[0].addr_spec == "mor@hem.example"
    assert mail["From"].addresses[0].display_name == "Exempelkommun"
    assert mail["Date"].datetime == NOW.astimezone(UTC)
    for part in parts(mail):
        assert part["Content-Transfer-Encoding"] == "base64"


def test_the_calendar_stands_inline_in_the_first_child_and_again_as_a_file() -> None:
    mail = parsed(mail_bytes(message(), POST))
    assert mail.get_content_type() == "multipart/mixed"
    alternative, attached = mail.iter_parts()
    types = [part.get_content_type() for part in alternative.iter_parts()]
    assert types == ["text/plain", "text/html", "text/calendar"]
    inline = parts(alternative)[2]
    assert inline.get_param("method") == "REQUEST"
    assert inline.get_content_disposition() == "inline"
    assert (attached.get_content_type(), attached.get_filename()) == (
        "application/ics",
        "invite.ics",
    )
    assert attached.get_payload(decode=True) == inline.get_payload(decode=True)
    reply_to = mail["Reply-To"].addresses[0].addr_spec
    assert f"mailto:{reply_to}".encode() in inline.get_payload(decode=True).replace(b"\r\n ", b"")  # type: ignore[union-attr]


def test_no_boundary_begins_with_another() -> None:
    """A parser that goes by RFC 2046 alone compares the beginning of a line only (5.1.1)."""
    mail = parsed(mail_bytes(message(), POST))
    boundaries = [part.get_boundary() for part in mail.walk() if part.is_multipart()]
    assert len(boundaries) == 2
    outer, inner = map(str, boundaries)
    assert not inner.startswith(outer)
    assert not outer.startswith(inner)


def test_the_standard_library_would_write_the_same_parts() -> None:
    """EmailMessage takes milliseconds a mail; it says what ours must hold."""
    ours = parsed(mail_bytes(message(), POST))
    words = words_for(message(), HOUSE)
    theirs = EmailMessage(policy=email.policy.SMTP)
    theirs["Subject"] = words.subject
    theirs.set_content(words.text, cte="base64")
    theirs.add_alternative(words.html, subtype="html", cte="base64")
    calendar = parts(ours)[2].get_payload(decode=True)
    assert isinstance(calendar, bytes)
    theirs.add_attachment(calendar, "application", "ics", filename="invite.ics", cte="base64")
    again = parsed(theirs.as_bytes())
    plain, html, _, attached = (part.get_payload(decode=True) for part in parts(ours))
    assert str(ours["Subject"]) == str(again["Subject"])
    assert [plain.rstrip(), html.rstrip(), attached] == [  # type: ignore[union-attr]
        part.get_payload(decode=True).rstrip() if i < 2 else part.get_payload(decode=True)  # type: ignore[union-attr]
        for i, part in enumerate(parts(again))
    ]


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf")), min_size=1))
def test_any_name_of_a_municipality_comes_back_as_it_was(name: str) -> None:
    raw = mail_bytes(message(), replace(POST, house=replace(HOUSE, name=name)))
    head = raw.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert [name for name, _ in parsed(raw).items()] == HEADERS
    shown, address = parseaddr(email.message_from_bytes(raw)["From"].replace("\r\n", ""))
    assert address == "moten@exempelkommun.example"
    assert str(make_header(decode_header(shown))) == name


@pytest.mark.parametrize(
    "text",
    [
        "a\r\nBcc: x@y.example",
        "=?utf-8?q?a=0D=0ABcc:_x@y.example?=",
        "=?utf-8?b?YQ0KQmNjOiB4QHkuZXhhbXBsZQ==?=",
        "a\x00b",
        "a\rb",
        "a\u0085b",
        "a\u2028b",
        "a\u202eb",
        "a\ud800b",
    ],
)
def test_what_hides_a_line_break_is_refused(text: str) -> None:
    with pytest.raises(UnsafeText):
        one_line(text)
    with pytest.raises(UnsafeText):
        House(text, "0980-31 92 99", "Torggatan 3")
    with pytest.raises(UnsafeText):
        House("Exempelkommun", "0980-31 92 99", text)
    with pytest.raises(UnsafeText):
        mail_bytes(message(), POST, f"https://samspel.example/r/{text}")
    with pytest.raises(UnsafeText):
        mail_bytes(message(address=f"mor{text}@hem.example"), POST)
    said = Said(MEETING.starts_at, MEETING.ends_at, text)
    with pytest.raises(UnsafeText):
        mail_bytes(message(words=MeetingWords(said, "abc")), POST)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reference", [None, "7KQ2"])
def test_no_mail_says_what_it_is_about(kind: str, reference: str | None, language: str) -> None:
    words = words_for(about_meeting(kind, reference, language), HOUSE)
    all_words = f"{words.subject} {words.text} {words.html} {words.summary} {words.description}"
    for forbidden in FORBIDDEN:
        assert not re.search(rf"\b{forbidden}", all_words.lower()), forbidden
    assert "http" not in words.text
    assert ("0980-31 92 99" in words.text) == (reference is None)
    assert "Exempelkommun" in words.text


@pytest.mark.parametrize(
    ("kind", "subject", "sentence"),
    [
        ("call", "Möte tisdag 9 mars 2027 kl. 12.00",
         "Du är inbjuden till ett möte tisdagen den 9 mars 2027 kl. 12.00–13.00."),
        ("change", "Ändrad tid: möte tisdag 9 mars 2027 kl. 12.00",
         "Mötet har fått en ny tid: tisdagen den 9 mars 2027 kl. 12.00–13.00."),
        ("cancel", "Inställt: möte tisdag 9 mars 2027 kl. 12.00",
         "Mötet tisdagen den 9 mars 2027 kl. 12.00 är inställt. Du behöver inte göra något."),
        ("reminder", "Påminnelse: möte tisdag 9 mars 2027 kl. 12.00",
         "Påminnelse: mötet är tisdagen den 9 mars 2027 kl. 12.00."),
    ],
)  # fmt: skip
def test_it_sounds_as_it_should(kind: str, subject: str, sentence: str) -> None:
    words = words_for(about_meeting(kind), HOUSE)
    assert words.subject == subject
    assert sentence in words.text


def test_an_alert_says_the_day_and_nothing_else() -> None:
    words = words_for(alert(), HOUSE)
    assert words.subject == "Du har en uppgift i Samspel"
    assert words.text.startswith(
        "Du har en uppgift som ska vara klar senast måndagen den 15 mars 2027. "
        "Logga in för att se vad den gäller.\n"
    )
    assert "skulle ha varit klar" in words_for(alert(about="limit-passed"), HOUSE).text


@pytest.mark.parametrize(
    ("to", "language", "sentence"),
    [
        ("owner", "sv", "Du har en uppgift som skulle ha varit klar senast måndagen den 15"),
        ("manager", "sv", "En av dina medarbetare har en uppgift som skulle ha varit klar senast"),
        ("process_owner", "en", "You have a task that was to be done by Monday 15 March 2027."),
        ("manager", "en", "One of your staff has a task that was to be done by Monday 15 March"),
    ],
)
def test_X2_a_late_task_is_told_as_that_to_whoever_has_it_and_to_their_manager(
    to: AlertedFunction, language: str, sentence: str
) -> None:
    assert words_for(alert(language, "task-late", to), HOUSE).text.startswith(sentence)


def test_a_link_stands_in_the_mail_once_there_is_one() -> None:
    words = words_for(about_meeting("call"), HOUSE, "https://samspel.example/r/abc")
    assert "Öppna din personliga länk och svara:\nhttps://samspel.example/r/abc\n" in words.text


@pytest.mark.parametrize(
    ("reference", "language", "words"),
    [
        ("7KQ2", "sv", "Logga in för att se platsen."),
        ("7KQ2", "en", "Log in to see the place."),
        (None, "sv", "Plats: se din personliga länk."),
    ],
)
def test_X6_where_a_mail_may_not_say_the_place_it_says_where_the_place_is_shown(
    reference: str | None, language: str, words: str
) -> None:
    said = Said(MEETING.starts_at, MEETING.ends_at, None)
    about = message(words=MeetingWords(said, "abc", reference), language=language)
    text = words_for(about, HOUSE, "https://samspel.example/r/abc").text
    assert words in text
    assert ("Plats" in text) is (reference is None)


@pytest.mark.parametrize("kind", ["call", "change", "reminder"])
@pytest.mark.parametrize("reference", ["7KQ2", None])
def test_a_place_that_isnt_decided_yet_is_said_to_be_that(kind: str, reference: str | None) -> None:
    said = Said(MEETING.starts_at, MEETING.ends_at, None, undecided=True)
    for language, words in (
        ("sv", "Platsen är inte bestämd än."),
        ("en", "The place isn't decided yet."),
    ):
        about = message(kind=kind, words=MeetingWords(said, "abc", reference), language=language)
        written = words_for(about, HOUSE, "https://samspel.example/r/abc")
        assert words in written.text
        assert words in html.unescape(written.html)
        assert words in written.description
        assert ("se platsen" in written.text, "Plats:" in written.text) == (False, False)


def test_X6_a_place_that_may_not_be_said_is_not_said_to_be_undecided() -> None:
    """And what says that it is undecided stops at the gate once there is one: a move (Q1)."""
    known = mailing()
    hidden = mailing(contacts={FATHER: contact(None, protected=True)})
    for about, place, undecided in (
        (known, PLACE, False),
        (hidden, None, False),
        (replace(known, places={}), None, True),
    ):
        words = a_reminder(about).words
        assert isinstance(words, MeetingWords)
        assert (words.said.place, words.said.undecided) == (place, undecided)
    placed = mailing(replace(MEETING, sequence=1))
    told = a_reminder(replace(known, places={}))
    assert decide(told, placed, None, PROCEDURE, NOW) == Stop("meeting-moved", "X5")


def a_reminder(about: Mailing) -> Told:
    due = ReminderDue(
        case_id=about.facts.id, key="k", meeting_id=MEETING.id, sequence=0, rule="R8",
        due_at=NOW, useful_until=MEETING.starts_at,
    )  # fmt: skip
    drafts = Drafts(about, PROCEDURE, POST, NOW)
    return drafts.reminder(due, MEETING, "mor@hem.example", (MOTHER,))


def test_markup_in_a_place_is_text() -> None:
    said = Said(MEETING.starts_at, MEETING.ends_at, "<b>Rum</b> & {{ 7*7 }}")
    words = words_for(message(words=MeetingWords(said, "abc")), HOUSE)
    assert "&lt;b&gt;Rum&lt;/b&gt; &amp; {{ 7*7 }}" in words.html
