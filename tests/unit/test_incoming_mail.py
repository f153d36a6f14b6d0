"""B7-B9, B11: what comes in that is no answer in a calendar."""

from email import message_from_bytes
from email.message import Message

import pytest

from services.notifier.domain.incoming.kinds import (
    AutoReply,
    Bounce,
    Incoming,
    Plain,
    Reply,
    Report,
    Unclear,
)
from services.notifier.domain.incoming.opening import opened
from services.notifier.domain.incoming.reading import read_mail
from services.notifier.domain.incoming.texts import text_of_html
from tests.support.replies.answering import Answering
from tests.support.replies.clients import CLIENTS, Client
from tests.support.replies.parts import mail, multipart, part
from tests.support.replies.servers import (
    MAILBOX,
    OURS,
    QMAIL,
    absence,
    delivery_report,
    enclosed,
    old_bounce,
)

ANSWER = Answering()
OUR_SERVER = "mx.exempelkommun.example"
TEXT = "text/plain; charset=utf-8"
PAGE = "text/html; charset=utf-8"


def read(raw: bytes, trusted: str | None = None) -> Incoming:
    return read_mail(raw, recipient=ANSWER.organizer, trusted_authserv=trusted)


def written(*parts: bytes, subject: str = "Sv: Möte", kind: str = "mixed") -> Incoming:
    headers = ANSWER.headers | {"Subject": subject}
    return read(mail(headers, parts[0] if len(parts) == 1 else multipart(kind, *parts)))


def bounce(found: Incoming) -> tuple[bool, str | None, str | None, str | None]:
    assert isinstance(found, Bounce)
    return found.final, found.status, found.recipient, found.original_id


# --- B7


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "Auto-Replied (vacation)"},
        {"Auto_Submitted": "auto-generated; owner-email=x"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "Möte"},
        {"Precedence": "auto_reply"},
        {"Precedence": "Bulk"},
        {"Precedence": "junk"},
        {"Return_Path": "<>"},
    ],
)
def test_B7_an_automatic_answer_is_known_by_its_headers(headers: dict[str, str]) -> None:
    assert isinstance(read(absence("Sv: Möte", **headers)), AutoReply)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatiskt svar: Möte", "Automatic reply: Möte", "Autosvar: Möte", "Autosvar",
        "Out of Office: Möte", "Frånvaroassistent: Möte",
        "=?utf-8?Q?Fr=C3=A5nvaromeddelande=3A?= Möte",
    ],
)  # fmt: skip
def test_B7_an_automatic_answer_is_known_by_its_subject_at_last(subject: str) -> None:
    assert isinstance(read(absence(subject)), AutoReply)


@pytest.mark.parametrize(
    "subject",
    ["Frånvaro på mötet", "Sv: Möte", "Out of office next week, can we move it", "Autosvarar du?"],
)
def test_B7_a_person_who_writes_of_absence_is_read(subject: str) -> None:
    headers = {"X_Auto_Response_Suppress": "All", "Auto_Submitted": "no", "X_Autoreply": "no"}
    assert isinstance(read(absence(subject, **headers)), Plain)


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (b"Auto-Submitted: auto-generated", Reply),
        (b"Precedence: bulk", Reply),
        (b"Return-Path: <>", Reply),
        (b"Auto-Submitted: auto-replied", AutoReply),
        (b"X-Autoreply: yes", AutoReply),
    ],
)
def test_B7_a_program_may_carry_an_answer_but_not_give_one(
    client: Client, header: bytes, kind: type
) -> None:
    assert isinstance(read(header + b"\r\n" + client(ANSWER)), kind)


# --- B8


def test_B8_a_persons_words_are_read_from_the_plain_text() -> None:
    found = written(
        part(TEXT, "Vi kan inte komma på måndag.\r\n\r\n\r\n\r\nHälsningar\x07\u202e Åsa\x00"[:-1]),
        part(PAGE, "<p>Något annat</p>"),
        kind="alternative",
    )
    assert isinstance(found, Plain)
    assert found.text == "Vi kan inte komma på måndag.\n\nHälsningar Åsa"
    assert (found.subject, found.sender) == ("Sv: Möte", ANSWER.attendee)


def test_B8_a_mail_without_plain_text_is_read_from_its_page() -> None:
    page = (
        "<html><head><title>Mejl</title><style>p > a {color: red}</style></head>"
        "<body><!-- <p>dolt</p> --><p>Hej,<br>vi  kommer\r\n senare &lt;kl. 9&gt;</p>"
        '<script>alert("x")</script><div>Mvh&nbsp;Åsa</div></body></html>'
    )
    found = written(part(TEXT, " \r\n"), part(PAGE, page, "quoted-printable"), kind="alternative")
    assert isinstance(found, Plain)
    assert found.text == "Hej,\nvi kommer senare <kl. 9>\n\nMvh\xa0Åsa"


@pytest.mark.parametrize(
    "page",
    ["<!--", "<" * 90_000, "<a" * 90_000, "<script>", "&#" + "9" * 9_000, "<a" + "b" * 90_000],
    ids=["a comment", "brackets", "tags", "a script", "a number", "a name"],
)
def test_B8_a_page_that_is_no_page_is_read_at_once(page: str) -> None:
    assert "<script" not in text_of_html(page)


@pytest.mark.parametrize(
    ("charset", "said"),
    [
        ("iso-8859-1", "Vi ses på fredag"),
        ("windows-1252", "Vi ses på fredag"),
        ("nobody-knows", "Vi ses på fredag"),
        ("utf-8", "Vi ses på fredag"),  # which it isn't
    ],
)
def test_B8_words_are_read_whatever_they_say_of_their_charset(charset: str, said: str) -> None:
    raw = part(f"text/plain; charset={charset}", said, "8bit", "latin-1")
    found = written(raw)
    assert isinstance(found, Plain)
    assert found.text == said


def test_B8_long_words_are_cut_and_files_are_not_read() -> None:
    attached = part(TEXT + "\r\nContent-Disposition: attachment; filename=a.txt", "i en fil")
    found = written(part(TEXT, "å" * 30_000), attached, part("image/jpeg", b"\xff\xd8"))
    assert isinstance(found, Plain)
    assert found.text == "å" * 20_000


def test_B8_a_mail_may_say_all_in_its_subject() -> None:
    found = written(part(TEXT, ""), subject="=?iso-8859-1?Q?Vi_kan_inte_p=E5_m=E5ndag?=")
    assert isinstance(found, Plain)
    assert (found.subject, found.text) == ("Vi kan inte på måndag", "")


@pytest.mark.parametrize(
    ("sender", "known"),
    [
        ('"Lind, Åsa <x@y.example>" <Asa.Lind@Post.Example>', "asa.lind@post.example"),
        ("asa@post.example (Åsa, bo@post.example)", "asa@post.example"),
        ("a@post.example, b@post.example", None),
        ("Åsa", None),
        ("a@post.example\r\nFrom: b@post.example", None),
    ],
)
def test_B8_the_sender_is_one_address_or_nobody(sender: str, known: str | None) -> None:
    assert read(mail({"From": sender}, part(TEXT, "Hej"))).sender == known


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ('application/ms-tnef; name="winmail.dat"', "tnef"),
        ("application/octet-stream; name=WINMAIL.DAT", "tnef"),
        ("application/pkcs7-mime; name=smime.p7m", "encrypted"),
        ("application/pdf", None),
    ],
)
def test_B10_what_only_one_program_can_read_waits_for_a_person(
    kind: str, reason: str | None
) -> None:
    found = written(part(TEXT, "Hej"), part(kind, b"\x78\x9f\x3e\x22"))
    assert (found.reason if isinstance(found, Unclear) else None) == reason


def test_B8_a_calendar_in_a_mail_that_is_passed_on_whole_is_not_read() -> None:
    passed_on = part("message/rfc822", CLIENTS["gmail"](ANSWER), "")
    assert isinstance(written(part(TEXT, "Titta!"), passed_on), Plain)
    assert isinstance(written(part(TEXT, "Titta!"), passed_on, kind="digest"), Plain)


# --- B9


@pytest.mark.parametrize("kind", ["delivery-status", "global-delivery-status"])
@pytest.mark.parametrize(
    ("action", "status", "final"),
    [
        ("failed", "5.1.1", True),
        ("Failed (no such user)", "5.1.1", True),
        ("failed", "4.4.7", True),
        ("delayed", "4.2.2", False),
        ("", "5.7.1", True),
        ("", "4.2.2", False),
    ],
)
def test_B9_a_report_names_the_mail_that_was_not_delivered(
    kind: str, action: str, status: str, final: bool
) -> None:
    found = read(delivery_report(action, status, kind=kind))
    assert bounce(found) == (final, status, MAILBOX, OURS)
    assert (found.sender, found.message_id) == (
        "mailer-daemon@mx.post.example", "<rapport.1@mx.post.example>",
    )  # fmt: skip


@pytest.mark.parametrize(
    "returned",
    [
        part("text/rfc822-headers", enclosed().partition(b"\r\n\r\n")[0], ""),
        part("message/global-headers", enclosed().partition(b"\r\n\r\n")[0], ""),
        part("message/rfc822", enclosed()),
        part("text/plain", f"Message-Id: {OURS}", "7bit"),
    ],
    ids=["headers", "global headers", "base64", "text"],
)
def test_B9_the_mail_is_named_however_it_is_returned(returned: bytes) -> None:
    assert bounce(read(delivery_report(returned=returned)))[3] == OURS


@pytest.mark.parametrize(
    ("recipient", "known"),
    [
        (f"rfc822;{MAILBOX.upper()}", MAILBOX),
        (f"utf-8; <{MAILBOX}>", MAILBOX),
        (f"rfc822; annan@x.example\r\nOriginal-Recipient: rfc822;{MAILBOX}", MAILBOX),
        ("unknown", None),
    ],
)
def test_B9_the_mailbox_is_the_one_that_we_wrote_to(recipient: str, known: str | None) -> None:
    assert bounce(read(delivery_report(recipient=recipient)))[2] == known


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_B9_a_report_of_success_asks_for_nothing(action: str) -> None:
    assert isinstance(read(delivery_report(action, "2.0.0")), Report)


@pytest.mark.parametrize("kind", ["disposition-notification", "feedback-report"])
def test_B9_a_receipt_or_a_complaint_asks_for_nothing(kind: str) -> None:
    content = multipart(
        f"report; report-type={kind}", part(TEXT, "Läst"), part(f"message/{kind}", "x")
    )
    found = read(mail(ANSWER.headers, content))
    assert isinstance(found, Report)
    assert found.about == kind


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        (old_bounce(QMAIL), (True, "5.1.1", MAILBOX, OURS)),
        (old_bounce("550 5.2.2 Mailbox full, user unknown", In_Reply_To=OURS),
         (True, "5.2.2", None, OURS)),
        (old_bounce("Meddelandet", "=?utf-8?q?Det_gick_inte_att_leverera=3A_M=C3=B6te?="),
         (True, None, None, None)),
        (old_bounce("x", "Mail delivery failed", X_Failed_Recipients=MAILBOX.title()),
         (True, None, MAILBOX, None)),
        (old_bounce("It will be retried for 4 days", "Warning: could not send message for 4 hours"),
         (False, None, None, None)),
    ],
    ids=["qmail", "sendmail", "Swedish", "Exim", "Exim's warning"],
)  # fmt: skip
def test_B9_an_old_bounce_is_known_by_its_words(
    raw: bytes, known: tuple[bool, str | None, str | None, str | None]
) -> None:
    assert bounce(read(raw)) == known


def test_B9_a_server_that_is_not_understood_is_never_taken_for_an_absence() -> None:
    found = read(old_bounce("Üzenetét nem tudtuk.", "Értesítés"))
    assert isinstance(found, Unclear)
    assert found.reason == "unknown-report"


@pytest.mark.parametrize(
    "sender", ["<postmaster@exempelkommun.example>", "<arpostmaster@x.example>"]
)
def test_B9_a_person_who_looks_after_the_mail_is_read(sender: str) -> None:
    headers = ANSWER.headers | {"From": sender}
    assert isinstance(read(mail(headers, part(TEXT, "Kommer posten fram?"))), Plain)


def test_B9_a_person_who_passes_a_bounce_on_is_read() -> None:
    inside = part("message/rfc822", delivery_report(), "")
    assert isinstance(written(part(TEXT, "Det här kom tillbaka."), inside), Plain)


# --- B11


def checked(*results: str) -> Incoming:
    head = "".join(f"Authentication-Results: {one}\r\n" for one in results)
    return read(head.encode() + CLIENTS["gmail"](ANSWER), OUR_SERVER)


@pytest.mark.parametrize(
    "result",
    [
        f"{OUR_SERVER}; dmarc=fail header.from=post.example",
        f"{OUR_SERVER.upper()} 1; spf=pass smtp.mailfrom=x.example;\r\n\tDMARC = Fail (p=none)",
        f"{OUR_SERVER}; dkim=none (a; comment (nested)); dmarc=fail",
    ],
)
def test_B11_what_its_own_domain_disowns_waits_for_a_person(result: str) -> None:
    found = checked(result)
    assert isinstance(found, Unclear)
    assert (found.reason, found.sender) == ("dmarc", ANSWER.attendee)


@pytest.mark.parametrize(
    "results",
    [
        (f"{OUR_SERVER}; dmarc=pass", f"{OUR_SERVER}; dmarc=fail"),  # below ours: it came with it
        ("mx.another.example; dmarc=fail",),
        (f"mx.another.example; dmarc=fail ({OUR_SERVER})", f"{OUR_SERVER}; dmarc=pass"),
        ("spf=fail; dmarc=fail",),
        (f'{OUR_SERVER}; spf=pass smtp.mailfrom="; dmarc=fail"@x.example; dmarc=pass',),
        (f"{OUR_SERVER}; spf=pass (x; dmarc=fail); dmarc=pass",),
        (f"{OUR_SERVER}; dmarc=temperror",),
        (f"{OUR_SERVER}; none",),
        ("",),
    ],
)
def test_B11_what_only_looks_like_our_servers_word_says_nothing(results: tuple[str, ...]) -> None:
    assert isinstance(checked(*results), Reply)


def test_B11_without_a_server_to_trust_no_header_is_believed() -> None:
    raw = b"Authentication-Results: mx; dmarc=fail\r\n" + CLIENTS["gmail"](ANSWER)
    assert isinstance(read(raw), Reply)
    assert isinstance(read(raw, ""), Reply)


# --- and the taking apart


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_mail_is_taken_apart_as_the_standard_library_does(client: Client) -> None:
    raw = client(ANSWER)
    expected = [
        (leaf.get_content_type(), leaf.get_payload(decode=True))
        for leaf in message_from_bytes(raw).walk()
        if not leaf.is_multipart()
    ]
    assert [(leaf.kind, leaf.data()) for leaf in opened(raw).leaves] == expected


def test_a_report_is_taken_apart_as_the_standard_library_does() -> None:
    report = message_from_bytes(delivery_report())
    parts = [one for one in report.get_payload() if isinstance(one, Message)]
    leaves = opened(delivery_report()).leaves
    assert [leaf.kind for leaf in leaves] == [one.get_content_type() for one in parts]
