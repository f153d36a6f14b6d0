"""The last filter: it lets every mail of ours through, and none that says or goes too far."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.last_filter import Subject, objection
from services.notifier.domain.mail import Post, mail_bytes
from services.notifier.domain.mailing import Contact, Digest, Duty
from services.notifier.domain.messages import (
    AlertWords,
    CalendarPart,
    DutyWords,
    MeetingWords,
    Message,
    OfYear,
    Said,
)
from services.notifier.domain.opened_mail import Unopenable, opened
from services.notifier.domain.samples import MEETING as OF_SAMPLES
from services.notifier.domain.samples import Sample, samples
from services.notifier.domain.unspeakable import Unspeakable
from services.notifier.domain.words import Page as WrittenPage
from shared.domain.telling_words import says_forbidden_word
from shared.ids import keyed_token
from tests.support.cases import CHILD, FATHER, MOTHER, REKTOR
from tests.support.mailing import (
    CONTACTS,
    HOUSE,
    MEETING,
    NOW,
    PLACE,
    POST,
    contact,
    mailing,
    message,
)

TODAY = date(2027, 3, 2)
FAMILY = Unspeakable(
    names=frozenset({"Alva Exempel", "Maj Lind", "Bo Åkerström-Öst"}),
    phrases=frozenset({"Björkskolan", "Samverkansmöte", "samverkansmote"}),
)
CASE = Subject(mailing(), FAMILY, TODAY)
YEAR = replace(CASE, unspeakable=Unspeakable(frozenset(), frozenset({"Årshjul", "arshjul"})))
SAID = Said(MEETING.starts_at, MEETING.ends_at, PLACE)


def about_meeting(kind: str, *, staff: bool = False, **changes: Any) -> Message:
    """A message of a kind to the mother or the rektor, about the meeting on 9 March."""
    mailbox, person = ("rektor@skola.example", REKTOR) if staff else ("mor@hem.example", MOTHER)
    token = POST.invitation_token(MEETING.id, mailbox)
    calendar = None if kind == "reminder" else CalendarPart(token, 0, NOW, NOW, new_time=True)
    words = MeetingWords(SAID, token, "7KQ2" if staff else None, calendar)
    ground = "object" if kind == "cancel" else "consent"
    party = "staff" if staff else "guardian"
    return message(mailbox, person, kind=kind, ground=ground, party=party, words=words, **changes)


def alert(**changes: Any) -> Message:
    words = AlertWords("process_owner", "limit-near", date(2027, 3, 15))
    return message(
        "rektor@skola.example", REKTOR, kind="alert", ground="duty", party="staff", words=words,
        **changes,
    )  # fmt: skip


OURS = [about_meeting(kind, staff=staff, language=language)
        for kind in ("call", "change", "reminder", "cancel")
        for staff in (False, True)
        for language in ("sv", "en")]  # fmt: skip
OURS += [alert(language=language) for language in ("sv", "en")]


@pytest.mark.parametrize("ours", OURS, ids=lambda one: f"{one.kind}-{one.party}-{one.language}")
def test_every_mail_of_ours_passes(ours: Message) -> None:
    assert objection(ours, mail_bytes(ours, POST), CASE, POST) is None


@pytest.mark.parametrize("name", ["Åmål", 'Kommunen "Å, Ö"', "Kommun \\ Ett", "K" * 90])
def test_a_municipality_of_any_name_can_write(name: str) -> None:
    post = replace(POST, house=replace(HOUSE, name=name))
    for ours in OURS:
        assert objection(ours, mail_bytes(ours, post), CASE, post) is None


@pytest.mark.parametrize("address", ["alva.exempel@hem.example", "O'Brien+x=y/z@hem.example"])
def test_an_address_may_hold_its_own_name(address: str) -> None:
    box = address.lower()
    contacts = {MOTHER: contact(address)}
    case = replace(CASE, known=mailing(contacts=contacts))
    call = about_meeting("call", address=address)
    call = replace(call, mailbox=box)
    assert objection(call, mail_bytes(call, POST), case, POST) is None


SAMPLES = list(samples(POST))
LINK_ID = UUID(int=7)
LINKED = replace(CASE, known=replace(mailing(), links={MEETING.id: {MOTHER: LINK_ID}}))
OWN_LINK = POST.link(LINK_ID)


@pytest.mark.parametrize("kind", ["call", "change", "cancel", "reminder", "nudge"])
def test_the_recipients_own_link_may_stand_there(kind: str) -> None:
    ours = about_meeting(kind)
    assert objection(ours, mail_bytes(ours, POST, OWN_LINK), LINKED, POST) is None


def test_X13_no_other_link_may_stand_there() -> None:
    """Neither somebody else's, nor one's own where there is none, nor one in a CANCEL."""
    for kind in ("call", "nudge"):
        ours = about_meeting(kind)
        other = mail_bytes(ours, POST, POST.link(UUID(int=8)))
        assert objection(ours, other, LINKED, POST) == "X13"
        assert objection(ours, mail_bytes(ours, POST, OWN_LINK), CASE, POST) == "X13"
    cancel = about_meeting("cancel")
    raw = leaves(mail_bytes(cancel, POST), lambda part: part.replace("längre", f"{OWN_LINK}"))
    assert objection(cancel, raw, LINKED, POST) == "X13"


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="//andra.example/x">x</a>',
        "<a href=x>x</a>",
        '<p style="background:url(x)">x</p>',
        "<p onclick='x'>x</p>",
        "https://andra.example/",
    ],
)
def test_X13_nothing_leads_elsewhere_or_is_fetched(markup: str) -> None:
    assert objection(about_meeting("call"), in_html(markup), CASE, POST) == "X13"


@pytest.mark.parametrize(
    "element", ["img", "script", "iframe", "link", "form", "svg", "object", "base", "input"]
)
def test_X13_only_the_elements_of_our_frame_may_stand_there(element: str) -> None:
    assert objection(about_meeting("call"), in_html(f"<{element}>"), CASE, POST) == "X3"


def in_html(markup: str) -> bytes:
    """A call with markup of somebody else's in its HTML part."""
    raw = mail_bytes(about_meeting("call"), POST)
    return leaves(raw, lambda part: part.replace("</h1>", f"</h1>{markup}"))


@pytest.mark.parametrize("kind", ["call", "nudge"])
def test_O12_only_the_right_way_to_unsubscribe_and_only_where_it_is_optional(kind: str) -> None:
    ours = about_meeting(kind)
    raw = mail_bytes(ours, POST, OWN_LINK)
    changed = re.sub(rb"List-Unsubscribe: <[^>]*>\r\n", b"", raw)
    more = b"List-Unsubscribe: <https://andra.example/>\r\nSubject:"
    assert (objection(ours, changed, LINKED, POST) is None) == (kind == "call")
    assert objection(ours, changed.replace(b"Subject:", more, 1), LINKED, POST) == "X13"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one.name)
def test_every_sample_of_ours_passes(sample: Sample) -> None:
    told = sample.message
    who = contact(told.address, told.party)
    links = {} if sample.link_id is None else {OF_SAMPLES: {told.person_id: sample.link_id}}
    case = mailing(contacts={told.person_id: who})
    facts = replace(case.facts, about="year") if "year" in sample.variant else case.facts
    known = replace(case, facts=facts, links=links, callers=("Karin Bergqvist", "Jonas Ekdahl"))
    subject = replace(YEAR if "year" in sample.variant else CASE, known=known)
    tasks = [
        replace(CASE, known=a_duty(told.person_id, who, page, day)) for page, day in sample.tasks
    ]
    if told.task_id is not None:
        subject, *tasks = tasks or [replace(CASE, known=a_duty(told.person_id, who))]
    if told.digest_id is not None:
        people = {told.person_id: who}
        week = Digest(told.digest_id, told.person_id, TODAY, True, None, people)
        subject = replace(CASE, known=week)
    carried = [(told, task) for task in tasks]
    assert objection(told, sample.content, subject, sample.post, carried) is None


def a_duty(owner: UUID, who: Contact, page: UUID | None = None, day: date | None = None) -> Duty:
    task, contacts = UUID(int=77), {owner: who}
    return Duty(task, True, owner, day, manager=None, contacts=contacts, page=page)


PAGE_ID = UUID(int=9)
AT_WORK = contact("rektor@skola.example", "staff")


def a_task(**changes: Any) -> Message:
    about = {"kind": "task", "ground": "duty", "party": "staff", "words": DutyWords()}
    of_no_case = {"case_id": None, "meeting_id": None, "task_id": UUID(int=77)}
    return message("rektor@skola.example", REKTOR, **(about | of_no_case | changes))


@pytest.mark.parametrize(
    ("known", "passes"),
    [
        (a_duty(REKTOR, AT_WORK, PAGE_ID), True),
        (a_duty(REKTOR, AT_WORK, UUID(int=10)), False),  # another page
        (replace(a_duty(REKTOR, AT_WORK, PAGE_ID), owner=MOTHER), False),  # whose it isn't
        (a_duty(REKTOR, AT_WORK), False),
    ],
)
def test_X13_the_page_of_a_task_may_stand_there_for_whoever_has_it(
    known: Duty, passes: bool
) -> None:
    told = a_task()
    content = mail_bytes(told, POST, None, [WrittenPage(POST.page(PAGE_ID))])
    answer = objection(told, content, replace(CASE, known=known), POST)
    assert answer == (None if passes else "X13")


def test_R41_nothing_of_a_report_goes_to_an_address_of_a_family() -> None:
    told = a_task()
    known = a_duty(REKTOR, replace(AT_WORK, of_a_family=True))
    assert objection(told, mail_bytes(told, POST), replace(CASE, known=known), POST) == "R41"


@pytest.mark.parametrize("about", ["year", "parents", "report", "consultation"])
def test_R41_a_matter_of_the_staff_is_told_to_no_family(about: Any) -> None:
    case = mailing()
    matter = replace(CASE, known=replace(case, facts=replace(case.facts, about=about)))
    told = about_meeting("call")
    assert objection(told, mail_bytes(told, POST), matter, POST) == "R41"
    staff = about_meeting("call", staff=True)
    assert objection(staff, mail_bytes(staff, POST), matter, POST) is None


@pytest.mark.parametrize(
    ("about", "callers", "rule"),
    [
        ("year", ("Karin Bergqvist", "Jonas Ekdahl"), None),
        ("year", ("Jonas Ekdahl",), "X3"),
        ("child", ("Karin Bergqvist", "Jonas Ekdahl"), "X3"),
        ("report", ("Karin Bergqvist", "Jonas Ekdahl"), "X3"),
    ],
)
def test_R21_R23_who_calls_and_the_agenda_stand_in_the_mail_of_a_years_meeting_alone(
    about: Any, callers: tuple[str, ...], rule: str | None
) -> None:
    told = about_meeting("call", staff=True)
    assert isinstance(told.words, MeetingWords)
    of_year = OfYear(("Behovsanalys",), ("Karin Bergqvist", "Jonas Ekdahl"))
    told = replace(told, words=replace(told.words, of_year=of_year))
    case = mailing()
    known = replace(case, facts=replace(case.facts, about=about), callers=callers)
    assert objection(told, mail_bytes(told, POST), replace(YEAR, known=known), POST) == rule


# what it says


def leaves(raw: bytes, change: Callable[[str], str]) -> bytes:
    """The mail with another text in each of its parts."""

    def changed(leaf: re.Match[bytes]) -> bytes:
        text = change(base64.b64decode(leaf[1]).decode())
        encoded = base64.b64encode(text.encode())
        lines = [encoded[at : at + 76] for at in range(0, len(encoded), 76)]
        return b"\r\n\r\n" + b"\r\n".join(lines) + b"\r\n--"

    return re.sub(rb"\r\n\r\n((?:[A-Za-z0-9+/=]+\r\n)+)--", changed, raw)


def saying(text: str, ours: Message | None = None) -> bytes:
    """A call with a text beside the word «Möte»."""
    call = ours or about_meeting("call")
    return leaves(mail_bytes(call, POST), lambda part: part.replace("inbjuden", f"{text} inbjuden"))


@pytest.mark.parametrize(
    "text",
    [
        "Alva Exempel", "alva exempel", "ALVA", "Alva\r\nExempel", "Åkerström-Öst",
        "Björkskolan", "björkskolan", "samverkansmöte", "Maj Lind", "Lind",
        "ärendet", "samtycke", "samtycket", "vårdnadshavare", "vårdnadshavarna", "barn", "barnet",
        "elev", "eleverna", "elevhälsan", "oro", "oron", "orosanmälan", "socialtjänsten",
    ],
)  # fmt: skip
def test_X3_no_name_no_school_and_no_word_that_tells(text: str) -> None:
    assert objection(about_meeting("call"), saying(text), CASE, POST) == "X3"


@pytest.mark.parametrize(
    "text",
    ["maj", "Exempelkommun", "Barnhusgatan 3", "Toronto", "Elvan", "Alvastra", "moroten", "7KQ2x"],
)
def test_what_only_looks_like_it_may_be_said(text: str) -> None:
    assert objection(about_meeting("call"), saying(text), CASE, POST) is None


def test_X3_the_place_is_looked_at_too() -> None:
    said = replace(SAID, place="Björkskolan, rum B14")
    call = about_meeting("call")
    assert isinstance(call.words, MeetingWords)
    call = replace(call, words=replace(call.words, said=said))
    assert objection(call, mail_bytes(call, POST), CASE, POST) == "X3"


def test_X3_a_family_never_reads_the_reference() -> None:
    call = about_meeting("call")
    assert objection(call, saying("7KQ2"), CASE, POST) == "X3"
    assert isinstance(call.words, MeetingWords)
    told = replace(call, words=replace(call.words, reference="7KQ2"))
    assert objection(told, mail_bytes(told, POST), CASE, POST) is not None


@pytest.mark.parametrize(
    "word", ["oro", "Barnets", "ärenden", "Elever", "samtyckt", "socialtjänst"]
)
def test_the_words_are_known_as_they_are_inflected(word: str) -> None:
    assert says_forbidden_word(f"Detta är {word}.")


# to whom


def head(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(raw: bytes) -> bytes:
        assert old in raw
        return raw.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (head(b"To: <mor@hem.example>", b"To: <far@hem.example>"), "X4"),
        (head(b"To: <mor@hem.example>", b"To: <mor@hem.example>, <far@hem.example>"), "X4"),
        (head(b"Subject:", b"Cc: <far@hem.example>\r\nSubject:"), "X13"),
        (head(b"Subject:", b"Bcc: <far@hem.example>\r\nSubject:"), "X13"),
        (head(b"Subject:", b"X-Case: 7KQ2\r\nSubject:"), "X13"),
        (head(b'From: "Exempelkommun"', b'From: "Rektor Anna"'), "X13"),
        (head(b"From: ", b"From: Alva "), "X13"),
        (head(b"<moten@exempelkommun", b"<alva@exempelkommun"), "X13"),
        (head(b"<moten+", b"<alva+"), "X13"),
        (head(b"Message-ID: <", b"Message-ID: <alva."), "X13"),
        (head(b'filename="invite.ics"', b'filename="Alva.ics"'), "X3"),
        (head(b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: 8bit"), "X3"),
        (head(b"text/plain", b"image/png"), "X3"),
        (lambda raw: raw[:-20], "X3"),
        (lambda raw: raw + b"\r\nmore", "X3"),
        (lambda raw: leaves(raw, lambda text: text), None),
        (lambda raw: leaves(raw, lambda text: text.replace("mor@hem", "far@hem")), "X4"),
        (lambda raw: leaves(raw, lambda text: text.replace("CLASS:PRIVATE\r\n", "")), "X13"),
        (lambda raw: leaves(raw, lambda text: text.replace(
            "CLASS:PRIVATE", "CATEGORIES:SSPF\r\nCLASS:PRIVATE")), "X13"),
        (lambda raw: leaves(raw, lambda text: text.replace(
            "SUMMARY:Möte", "SUMMARY:Möte om Alva")), "X13"),
        (lambda raw: leaves(raw, lambda text: text.replace(
            "ATTENDEE;", "ATTENDEE:mailto:far@hem.example\r\nATTENDEE;")), "X4"),
    ],
)  # fmt: skip
def test_X4_X13_one_recipient_and_neutral_headers(
    change: Callable[[bytes], bytes], rule: str | None
) -> None:
    call = about_meeting("call")
    assert objection(call, change(mail_bytes(call, POST)), CASE, POST) == rule


@given(st.binary(max_size=400))
def test_junk_is_never_opened(junk: bytes) -> None:
    with pytest.raises(Unopenable):
        opened(junk)


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=3))
def test_a_mail_that_was_tampered_with_raises_nothing_else(place: int, junk: bytes) -> None:
    raw = mail_bytes(OURS[0], POST)
    objection(OURS[0], raw[:place] + junk + raw[place:], CASE, POST)


def forged(about: Message, **values: Any) -> Message:
    """A message whose type couldn't be made like that."""
    copy = replace(about)
    for name, value in values.items():
        object.__setattr__(copy, name, value)
    return copy


YOUNG = replace(CONTACTS[CHILD], email="jag@ungdom.example")


@pytest.mark.parametrize(
    ("about", "contacts", "rule"),
    [
        (OURS[0], {MOTHER: contact("mor@hem.example", protected=True)}, "X6"),
        (OURS[0], {FATHER: contact("MOR@hem.example", protected=True)}, "X6"),
        (OURS[0], {MOTHER: contact("mor@hem.example", "neighbour")}, "X6"),
        (OURS[0], {MOTHER: contact("mor@hem.example", no_mail=True)}, "X7"),
        (OURS[0], {MOTHER: contact("mor@hem.example", "staff")}, "R41"),
        (forged(alert(), person_id=MOTHER), {}, "R41"),
        (forged(alert(), person_id=MOTHER, party="guardian"), {}, "R41"),
        (forged(OURS[0], ground="report"), {}, "R41"),
        (forged(OURS[0], person_id=CHILD, party="child"), {CHILD: YOUNG}, "X11"),
        (forged(OURS[0], mailbox="far@hem.example"), {}, "X4"),
    ],
)
def test_R41_X6_X7_X11_who_must_not_be_mailed_isnt(
    about: Message, contacts: dict[Any, Any], rule: str
) -> None:
    case = replace(CASE, known=mailing(contacts=contacts))
    assert objection(about, mail_bytes(about, POST), case, POST) == rule


def test_somebody_unknown_counts_as_protected() -> None:
    known = mailing()
    others = {person: one for person, one in known.contacts.items() if person != MOTHER}
    case = replace(CASE, known=replace(known, contacts=others))
    assert objection(OURS[0], mail_bytes(OURS[0], POST), case, POST) == "X6"


def test_the_words_of_another_secret_are_not_ours() -> None:
    assert keyed_token(b"other", "x") not in mail_bytes(OURS[0], POST).decode()
    other: Post = replace(POST, from_address="andra@exempelkommun.example")
    assert objection(OURS[0], mail_bytes(OURS[0], other), CASE, POST) == "X13"
