"""How days and times read, in Swedish and in English."""

from datetime import date, datetime

import pytest

from shared.domain.swedish import clock_time, day_and_time, long_date, the_day, with_week


@pytest.mark.parametrize(
    ("start", "end", "language", "words"),
    [
        (
            "2027-03-16T12:00:00+00:00",
            "2027-03-16T13:00:00+00:00",
            "sv",
            "tisdagen den 16 mars 2027 kl. 13.00–14.00",
        ),
        (
            "2027-03-16T12:00:00+00:00",
            "2027-03-16T13:00:00+00:00",
            "en",
            "Tuesday 16 March 2027, 13:00–14:00",
        ),
        ("2027-03-31T07:00:00+00:00", None, "sv", "onsdagen den 31 mars 2027 kl. 09.00"),
        ("2028-02-29T08:00:00+00:00", None, "sv", "tisdagen den 29 februari 2028 kl. 09.00"),
        # after midnight in Stockholm, still the day before in UTC
        ("2026-12-31T23:15:00+00:00", None, "sv", "fredagen den 1 januari 2027 kl. 00.15"),
        (
            "2027-03-16T22:00:00+00:00",
            "2027-03-17T00:00:00+00:00",
            "sv",
            "tisdagen den 16 mars 2027 kl. 23.00 – onsdagen den 17 mars 2027 kl. 01.00",
        ),
    ],
)
def test_o13_a_time_is_said_in_words_of_stockholm(
    start: str, end: str | None, language: str, words: str
) -> None:
    ends = datetime.fromisoformat(end) if end else None
    assert day_and_time(datetime.fromisoformat(start), ends, language) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [("sv", "tisdagen den 16 mars kl. 13.00"), ("en", "Tuesday 16 March, 13:00")],
)
def test_o13_the_year_may_be_left_out(language: str, words: str) -> None:
    start = datetime.fromisoformat("2027-03-16T13:00:00+01:00")
    assert day_and_time(start, None, language, year=False) == words


@pytest.mark.parametrize(
    ("day", "sentence", "alone", "week"),
    [
        ("2026-12-01", "tisdagen den 1", "tisdag 1 december 2026", "vecka 49"),
        ("2027-01-01", "fredagen den 1", "fredag 1 januari 2027", "vecka 53"),  # of 2026
        ("2027-01-04", "måndagen den 4", "måndag 4 januari 2027", "vecka 1"),
        ("2027-05-05", "onsdagen den 5", "onsdag 5 maj 2027", "vecka 18"),
        ("2027-05-06", "torsdagen den 6", "torsdag 6 maj 2027", "vecka 18"),
        ("2027-05-08", "lördagen den 8", "lördag 8 maj 2027", "vecka 18"),
        ("2027-05-09", "söndagen den 9", "söndag 9 maj 2027", "vecka 18"),
    ],
)
def test_a_day_is_said_in_a_sentence_alone_and_with_its_week(
    day: str, sentence: str, alone: str, week: str
) -> None:
    on = date.fromisoformat(day)
    assert the_day(on).startswith(sentence)
    assert long_date(on) == alone
    assert with_week(on) == f"{alone} ({week})"


def test_a_day_with_its_week_in_english() -> None:
    assert with_week(date(2026, 12, 1), "en") == "Tuesday 1 December 2026 (week 49)"


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="no words"):
        long_date(date(2026, 12, 1), "fi")
    with pytest.raises(ValueError, match="no words"):
        clock_time(datetime.fromisoformat("2027-03-16T13:00:00+01:00"), "fi")
