"""Attacks by what stands in a mail, an invitation or an answer to one."""

import email
import re
import time
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from html import unescape

import pytest

from services.notifier.domain.calendar import calendar_bytes
from services.notifier.domain.incoming.kinds import Counter, Reply
from services.notifier.domain.incoming.reading import read_mail
from services.notifier.domain.mail import mail_bytes
from services.notifier.domain.messages import CalendarPart, MeetingWords, Said
from services.notifier.domain.samples import samples
from shared.mailaddress import mail_address
from tests.support.mailing import MEETING, NOW, POST, message
from tests.support.replies.answering import Answering
from tests.support.replies.clients import thunderbird
from tests.support.replies.parts import mail, part
from tests.unit.test_notifier_calendar import only_event, personal, shared

INJECTED = [
    "{{ 7*7 }}", "{% raw %}", "{{ house.name }}", "${7*7}", "%(place)s", "%s", "{0}", "{place}",
    "<script>x</script>", "<b>Rum</b> & 'Sal' \"B\"", "</p><a href=https://evil.example>",
    "&lt;b&gt;", "]]>", "<!--", "a;b,c:d\\ne\\,f", "BEGIN:VALARM", ".", "--", "From anna",
    "=?utf-8?q?Rum?=", "\u02bc\u2019 O'Brien",
]  # fmt: skip


def parts_of(raw: bytes) -> tuple[str, str, str]:
    """The text, the HTML and the calendar of a mail."""
    read = email.message_from_bytes(raw, policy=default)
    found = []
    for kind in ("text/plain", "text/html", "text/calendar"):
        (leaf,) = [one for one in read.walk() if one.get_content_type() == kind]
        assert isinstance(leaf, EmailMessage)
        content = leaf.get_content()
        found.append(content if isinstance(content, str) else content.decode())
    return found[0], found[1], found[2]


def about(place: str) -> tuple[str, str, str]:
    """The parts of an invitation to a place."""
    calendar = CalendarPart("abc", 0, NOW, NOW, of_all=True, new_time=True, asks_anew=True)
    said = Said(MEETING.starts_at, MEETING.ends_at, place)
    return parts_of(mail_bytes(message(words=MeetingWords(said, "abc", None, calendar)), POST))


@pytest.mark.parametrize("place", INJECTED)
def test_what_a_place_is_called_is_text_in_every_part_of_a_mail(place: str) -> None:
    """No template, no markup, no line of a calendar: the same signs as were entered."""
    (text, html, ics), (_, usual, _) = about(place), about("Rum 1")
    assert place in text
    assert place in unescape(html)
    assert re.findall("<[^>]*>", html) == re.findall("<[^>]*>", usual)
    _, event = only_event(ics.replace("\r\n", "\n").replace("\n", "\r\n").encode())
    assert str(event["LOCATION"]) == place
    assert len(event.subcomponents) == 1  # our own alarm


@pytest.mark.parametrize(
    "name",
    [
        'Kommun"', '"Kommun"', 'K";X=1:mailto:x@evil.example', "Kommun;ROLE=CHAIR", "K:mailto:x",
        "Kommun, Norra", "Kommun\\", "^n^'", "K^", "\u00c5m\u00e5l <x@evil.example>", "K=1",
    ],
)  # fmt: skip
def test_the_name_of_who_invites_makes_no_parameter_of_its_own(name: str) -> None:
    """A CN with quotes, colons and semicolons: one value, one address (RFC 6868)."""
    raw = calendar_bytes(shared(), personal(organizer_name=name))
    _, event = only_event(raw)
    organizer = event["ORGANIZER"]
    assert str(organizer) == "mailto:moten+abc@exempelkommun.example"
    assert set(organizer.params) == {"CN"}
    line = next(one for one in unfolded(raw) if one.startswith("ORGANIZER"))
    assert line.count('"') in (0, 2)
    said = str(organizer.params["CN"])
    plain = re.sub(r"\^(['^n])", lambda one: {"'": '"', "^": "^", "n": "\n"}[one[1]], said)
    assert name in (said, plain)
    post = replace(POST, house=replace(POST.house, name=name))
    read = email.message_from_bytes(mail_bytes(message(), post), policy=default)
    assert [one.addr_spec for one in read["From"].addresses] == [POST.from_address]
    assert [one.display_name for one in read["From"].addresses] == [name]
    assert read["Bcc"] is None


def unfolded(raw: bytes) -> list[str]:
    return raw.decode().replace("\r\n ", "").split("\r\n")


def test_no_mail_of_ours_has_a_line_that_is_only_a_dot() -> None:
    """Nor one that begins with «From »: nothing on the way has to change a line."""
    for sample in samples(POST):
        lines = mail_bytes(sample.message, POST).split(b"\r\n")
        assert not [one for one in lines if one == b"." or one.startswith(b"From ")]


@pytest.mark.parametrize(
    "address",
    [
        "mor@hem.example,far@hem.example", "mor@hem.example;far@hem.example",
        "mor@hem.example far@hem.example", "<mor@hem.example>", "Mor <mor@hem.example>",
        "mor@hem.example>,<far@hem.example", '"mor"@hem.example', '"mor, far"@hem.example',
        '"mor@evil.example>"@hem.example', "mor(x)@hem.example", "@a,@b:mor@hem.example",
        "mor@evil.example@hem.example", "\u00e5sa@hem.example", "mor\u0430@hem.example",
        "mor@[127.0.0.1]", "mor@[IPv6:::1]", "mor@localhost", "mor@hem", "mor@hem..example",
        "mor@-hem.example", "mor@hem.example.", ".mor@hem.example", "mor.@hem.example",
        "mor@hem.example\r\nRCPT TO:<far@hem.example>", "mor\r@hem.example", "mor\n@hem.example",
        "mor\x85@hem.example", "mor@hem.example\u2028", "mor\0@hem.example",
        "mor\u200b@hem.example", "=?utf-8?q?mor=0D=0A?=@hem.example", "mor@\ud800.example",
        "m" * 65 + "@hem.example", "mor@" + "h" * 64 + ".example", "m" * 10_000_000,
        "mor@" + "h." * 500_000 + "example",
    ],
)  # fmt: skip
def test_an_address_is_one_address_or_none(address: str) -> None:
    began = time.process_time()
    with pytest.raises(ValueError, match="not a mail address") as refused:
        mail_address(address)
    assert len(str(refused.value)) < 100
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("entered", "used"),
    [
        ("mor@\u00e5ker.example", "mor@xn--ker-tla.example"),
        ("mor@A\u030aKER.example", "mor@xn--ker-tla.example"),  # in two signs, in capitals
        ("mor@hem\u3002example", "mor@hem.example"),
        ("mor@\uff48\uff45\uff4d.example", "mor@hem.example"),
    ],
)
def test_a_domain_in_any_script_is_the_ascii_one_that_mail_goes_to(entered: str, used: str) -> None:
    assert mail_address(entered) == used


BOMBS = [
    "RRULE:FREQ=SECONDLY", "RRULE:FREQ=SECONDLY;COUNT=999999999", "RRULE:FREQ=DAILY;INTERVAL=0",
    "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "EXRULE:FREQ=SECONDLY",
    "RRULE:FREQ=MINUTELY;BYSECOND=" + ",".join(map(str, range(60))),
    "RDATE:" + ",".join(["20270302T080000Z"] * 5_000),
    "\r\n".join(["RRULE:FREQ=SECONDLY;UNTIL=99991231T235959Z"] * 500),
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("where", ["event", "zone"])
@pytest.mark.parametrize("method", ["REPLY", "COUNTER"])
def test_a_rule_that_repeats_for_ever_in_an_answer_costs_nothing(
    bomb: str, where: str, method: str
) -> None:
    """An answer is about the meeting that it names: no rule in it is ever worked out."""
    raw = thunderbird(Answering(method=method)).decode()
    before = "DTSTART" if where == "event" else "TZOFFSETFROM"
    began = time.process_time()
    found = read_mail(
        armed(raw, before, bomb), recipient=Answering().organizer, trusted_authserv=""
    )
    assert time.process_time() - began < 2
    if isinstance(found, Reply | Counter):
        assert found.uid == Answering().uid


def armed(raw: str, before: str, bomb: str) -> bytes:
    """The same mail with a calendar in the clear, and the bomb in it."""
    read = email.message_from_string(raw, policy=default)
    (leaf,) = [one for one in read.walk() if one.get_content_type() == "text/calendar"][:1]
    assert isinstance(leaf, EmailMessage)
    lines = str(leaf.get_content()).replace("\r\n", "\n").replace("\n", "\r\n")
    at = lines.find(before)
    calendar = lines if at < 0 else f"{lines[:at]}{bomb}\r\n{lines[at:]}"
    method = leaf.get_param("method") or "REPLY"
    kind = f"text/calendar; charset=utf-8; method={method}"
    return mail(Answering().headers, part(kind, calendar, "8bit"))


TEN_MEGABYTES = 10_000_000
ENDLESS: dict[str, Callable[[], bytes]] = {
    "a sender's name": lambda: mail(
        {"From": f'"{"A" * TEN_MEGABYTES}" <mor@hem.example>'}, part("text/plain", "Hej")
    ),
    "a subject": lambda: mail({"Subject": "A" * TEN_MEGABYTES}, part("text/plain", "Hej")),
    "an encoded subject": lambda: mail(
        {"Subject": "=?utf-8?b?" + "QUFB" * (TEN_MEGABYTES // 4) + "?="}, part("text/plain", "Hej")
    ),
    "a file's name": lambda: mail(
        Answering().headers, part(f'text/plain; name="{"A" * TEN_MEGABYTES}"', "Hej")
    ),
    "an attendee's name": lambda: thunderbird(Answering(name="A" * TEN_MEGABYTES)),
    "a comment": lambda: thunderbird(Answering(comment="A" * TEN_MEGABYTES)),
}


@pytest.mark.parametrize("made", ENDLESS.values(), ids=ENDLESS)
def test_B10_a_name_of_ten_megabytes_is_put_aside_at_once(made: Callable[[], bytes]) -> None:
    raw = made()
    began = time.process_time()
    found = read_mail(raw, recipient=Answering().organizer, trusted_authserv="")
    assert time.process_time() - began < 2
    assert len(repr(found)) < 100_000
