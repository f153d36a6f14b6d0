"""What is written and looked at the short way, against the long way that says what is meant."""

import base64
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain import last_filter, opened_mail
from services.notifier.domain.mail import mail_bytes, words_told
from services.notifier.domain.messages import MeetingWords, Said
from services.notifier.domain.mime import encoded_lines
from services.notifier.domain.safe_text import UnsafeText, visible
from services.notifier.domain.unspeakable import Unspeakable, own_words, says_one_of
from services.notifier.domain.words import words_for
from shared.domain import telling_words
from tests.support.mailing import HOUSE, MEETING, NOW, PLACE, POST, message

EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]
LEADS = re.compile(
    r"""://|url\(|@import|http-equiv"""
    r"""|\b(?:href|src\w*|action|background|cite|data|poster|ping|on\w+)\s*=\s*(?!"")""",
    re.IGNORECASE,
)
MARKUP = st.lists(
    st.sampled_from(
        ["href", "HREF", "data-href", "xhref", "src", "srcset", "\u017frc", "onload", "on", "ONx",
         "ping", "content", "style", "=", "=", '""', '"', "'", " ", "\n", "\u00a0", "-", "_", "x",
         "://", "URL(", "url (", "@import", "@IMPORT", "http-equiv", "HTTP-EQU\u0130V", "("]
    )
).map("".join)  # fmt: skip
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
SAID = st.lists(
    st.sampled_from(
        ["Alva", "ALVA", "alva-li", "Li", "Maj", "maj", "Lind", "lindes", "Öst", "Exempel", "och",
         " ", " ", "\n", "-", "7", "_", ".", "s", "STRASSE", "straße", "Björkskolan", "3"]
    )
).map("".join)  # fmt: skip


def about(place: str | None, reference: str | None = None, **more: object) -> MeetingWords:
    said = Said(MEETING.starts_at, MEETING.ends_at, place)
    return MeetingWords(said, "abc", reference, **more)  # type: ignore[arg-type]


def test_X3_no_letter_hides_the_beginning_of_a_word_that_tells() -> None:
    """What a letter is taken for in either case, it is in a folded text as well."""
    for letter in set("".join(telling_words._BEGINNINGS)):
        taken_for = re.compile(letter, re.IGNORECASE)
        for character in EVERY_CHARACTER:
            if taken_for.fullmatch(character):
                assert character.casefold() == letter, hex(ord(character))


@pytest.mark.parametrize(
    "text", ["BARNET", "El\u0117ven: ELEVEN", "\u017famtycke", "Soc\u0131altjänst"]
)
def test_X3_a_word_that_tells_is_found_in_either_case(text: str) -> None:
    assert telling_words.says_forbidden_word(text)


@given(MARKUP)
def test_X13_what_leads_elsewhere_is_found_wherever_it_stands(text: str) -> None:
    assert opened_mail._leads_elsewhere(text) == (LEADS.search(text) is not None)


@given(SAID, st.frozensets(SAID, max_size=3), st.frozensets(SAID, max_size=2))
def test_X3_a_name_or_phrase_is_found_as_if_every_word_was_looked_at(
    text: str, names: frozenset[str], phrases: frozenset[str]
) -> None:
    def words(said: str) -> set[str]:
        return set(WORD.findall(said.casefold()))

    def says(phrase: str) -> bool:
        whole = re.escape(" ".join(phrase.casefold().split()))
        stands = re.search(rf"(?<!\w){whole}(?!\w)", text.casefold())
        return words(phrase) <= words(text) and stands is not None

    parts = {part for name in names for part in words(name) if len(part) >= 3}
    told = (parts & words(text)) - own_words() - words("Exempelkommun")
    expected = bool(told) or any(map(says, names | phrases))
    assert says_one_of(Unspeakable(names, phrases), text, ("Exempelkommun",)) == expected


def test_what_is_refused_in_a_text_is_never_printable() -> None:
    unsafe = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
    for character in filter(unsafe.match, EVERY_CHARACTER):
        with pytest.raises(UnsafeText):
            visible(f"a{character}b")


@given(st.binary(max_size=400))
def test_base64_comes_in_lines_of_76(content: bytes) -> None:
    encoded = base64.b64encode(content)
    lines = [encoded[at : at + 76] for at in range(0, len(encoded), 76)]
    assert encoded_lines(content) == b"\r\n".join(lines) + b"\r\n"


@given(st.text(max_size=8))
def test_an_address_is_quoted_in_a_uri_as_the_standard_library_does(local: str) -> None:
    quoted = quote(local.encode(errors="replace").decode(), safe=last_filter._PLAIN_IN_MAILTO)
    address = f"{local.encode(errors='replace').decode()}@hem.example"
    assert last_filter._in_mailto(address) == f"{quoted}@hem.example"


def test_the_same_instant_elsewhere_has_the_date_of_its_own_clock() -> None:
    summer = datetime(2027, 7, 1, 12, tzinfo=UTC)
    for leaves_at in (summer, summer.astimezone(NOW.tzinfo), summer):
        head = mail_bytes(message(), POST, leaves_at=leaves_at).partition(b"\r\n\r\n")[0].decode()
        hour = "12:00:00 +0000" if leaves_at.utcoffset() == timedelta(0) else "14:00:00 +0200"
        assert f"Date: Thu, 01 Jul 2027 {hour}\r\n" in head


def test_what_is_written_once_for_many_meetings_says_of_each_what_is_its_own() -> None:
    days = [timedelta(days=number) for number in range(3)]
    for place in (PLACE, 'Rum <3> & "4"', "  i gaveln ", "– Rum 1", None):
        for later in days:
            words = about(place, "7KQ2")
            said = replace(words.said, starts_at=words.said.starts_at + later)
            told = words_for(message(words=replace(words, said=said)), HOUSE)
            assert f"{9 + later.days} mars 2027" in told.subject
            assert told.html.count(told.subject) == 2
            assert "7KQ2" in told.summary
            assert (f"Plats: {place}".strip() + "\n" in told.text) == (place is not None)
            assert not set(map(chr, range(0x7F, 0xA0))) & set(f"{told}{told.text}{told.html}")


@pytest.mark.parametrize(
    "place", ["Rum \x90", "Rum 1\n", "\x95", "Rum\x85", "=?utf-8?q?a=0D=0Ab?="]
)
def test_no_value_can_stand_for_another_or_end_a_line(place: str) -> None:
    words_for(message(words=about(PLACE, "7KQ2")), HOUSE)
    with pytest.raises(UnsafeText):
        words_for(message(words=about(place, "7KQ2")), HOUSE)
    with pytest.raises(UnsafeText):
        words_for(message(words=about(PLACE, place)), HOUSE)


def test_X13_what_is_kept_of_a_mail_is_its_own_text_without_the_link() -> None:
    told = message(words=about(PLACE))
    link = "http://samspel.example/r/abc"
    subject, text = words_told(told, HOUSE, link, ())
    words = words_for(told, HOUSE, link)
    assert (subject, text) == (words.subject, words.text.replace(link, "[personlig länk]"))
    assert "[personlig länk]" in text
    with pytest.raises(UnsafeText):
        words_told(message(words=about("Rum\x00")), HOUSE, link, ())
