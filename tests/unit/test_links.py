"""Personal links: when one is good for something, who shares one, and the cookie's seal (X13)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.cases.domain.feeds import Entry, feed, one_meeting
from services.cases.domain.links import told_apart
from services.cases.web.link_page import clock_times
from services.cases.web.link_session import Session, form_token, opened, same, sealed
from services.cases.web.link_words import WORDS
from shared.domain.hours import OfficeHours
from shared.ids import FEED, LINK, read_signed_token, signed_token

SECRET, OTHER = b"s" * 32, b"t" * 32
NOW = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)
IDS = [UUID(int=number) for number in range(1, 4)]
ENTRY = Entry(
    uid="x@exempelkommun.example",
    starts_at=NOW,
    ends_at=NOW + timedelta(hours=1),
    sequence=2,
    changed_at=NOW,
    cancelled=False,
    place="Mötesrum Eken, plan 2; väster\r\nATTENDEE:mailto:x@y.example",
)


def test_a_link_is_sealed_and_no_other_kind_of_token_passes_for_it() -> None:
    token = signed_token(SECRET, LINK, IDS[0])
    assert read_signed_token(SECRET, LINK, token) == IDS[0]
    for wrong in (token.upper(), token + "a", token[:-1], "", "å" * 42, signed_token(
        SECRET, FEED, IDS[0]), signed_token(OTHER, LINK, IDS[0])):  # fmt: skip
        assert read_signed_token(SECRET, LINK, wrong) is None


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Kim Exempel", "Robin Exempel"], ["K…", "R…"]),
        (["Kim Exempel", "Karin Exempel"], ["Ka…", "Ki…"]),
        (["Kim Exempel", "Kim Provsson"], ["K… E…", "K… P…"]),
        (["Eva Ek", "Evert Berg"], ["E… B…", "E… E…"]),
        (["Kim Ersson", "Kim Ernst"], ["K… Ern…", "K… Ers…"]),
    ],
)
def test_X12_who_shares_a_mailbox_is_told_apart_by_few_letters(
    names: list[str], said: list[str]
) -> None:
    shown = told_apart(dict(zip(IDS, names, strict=False)))
    assert shown is not None
    assert [name for _, name in shown] == said
    assert {person for person, _ in shown} == set(IDS[: len(names)])


@pytest.mark.parametrize(
    "names",
    [
        ["Eva Ek", "Evert Ek"],
        ["Li Ek", "Lisa Ek"],
        ["Anna Berg", "anna berg"],
        ["A Ek", "A Berg"],
        ["Kim", "Kim"],
        ["", "Kim Exempel"],
    ],
)
def test_X12_no_whole_name_is_shown_to_tell_somebody_apart(names: list[str]) -> None:
    assert told_apart(dict(zip(IDS, names, strict=False))) is None


def test_X13_the_cookie_is_good_for_its_link_and_its_time_alone() -> None:
    session = Session(IDS[0], IDS[1], "generation")
    value = sealed(session, NOW + timedelta(minutes=30), SECRET)
    assert opened(value, IDS[0], NOW, SECRET) == session
    assert opened(value, IDS[0], NOW + timedelta(minutes=30), SECRET) is None
    assert opened(value, IDS[2], NOW, SECRET) is None
    assert opened(value, IDS[0], NOW, OTHER) is None
    longer = value.replace(value.split(".")[3], str(int(value.split(".")[3]) + 9))
    assert opened(longer, IDS[0], NOW, SECRET) is None
    for junk in ("", "....", "a.b.c.d.e", "å.b.c.d.e", value + ".x"):
        assert opened(junk, IDS[0], NOW, SECRET) is None


def test_a_form_s_token_is_another_before_and_after_the_second_step() -> None:
    before = form_token(IDS[0], None, SECRET)
    after = form_token(IDS[0], Session(IDS[0], IDS[1], "generation"), SECRET)
    assert len({before, after, form_token(IDS[1], None, SECRET)}) == 3
    assert same(before, before)
    assert not same("\ud800", before)


def test_both_languages_say_the_same_things() -> None:
    assert WORDS["sv"].keys() == WORDS["en"].keys()
    for key, words in WORDS["sv"].items():
        assert words.count("{") == WORDS["en"][key].count("{"), key


def test_the_times_to_choose_from_lie_within_the_office_hours_and_outside_lunch() -> None:
    times = clock_times(OfficeHours(), timedelta(hours=1))
    assert (times[0], times[-1]) == ("08:00", "15:30")
    assert "11:00" in times
    assert {"11:30", "12:00", "12:30"}.isdisjoint(times)


def test_a_feed_is_the_same_to_the_byte_in_whatever_order_its_meetings_come() -> None:
    later = Entry(
        "y@exempelkommun.example", NOW + timedelta(days=1), NOW + timedelta(days=2), 0, NOW,
        cancelled=True, reference="7KQ2", place="Eken",
    )  # fmt: skip
    content = feed([ENTRY, later], "Exempelkommun", "sv")
    assert feed([later, ENTRY], "Exempelkommun", "sv") == content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.count(b"BEGIN:VTIMEZONE") == 1
    assert "SUMMARY:Möte 7KQ2\r\nCLASS:PRIVATE\r\nSTATUS:CANCELLED" in content.decode()
    assert content.count(b"LOCATION") == 1


def test_nothing_in_a_place_becomes_a_line_of_its_own() -> None:
    lines = one_meeting(ENTRY, "en").replace(b"\r\n ", b"").split(b"\r\n")
    assert not any(line.startswith((b"ATTENDEE", b"METHOD", b"NAME")) for line in lines)
    assert b"SUMMARY:Meeting" in lines
