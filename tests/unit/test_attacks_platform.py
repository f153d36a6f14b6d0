"""Bad input that needs no server: personal numbers, hidden signs, disguised addresses."""

from datetime import date, timedelta
from pathlib import Path

import httpcore2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.scheduler.adapters.calendars import CalendarFetcher, Version
from services.scheduler.domain.addresses import is_public
from services.scheduler.domain.freebusy import UnreadableCalendar
from shared.domain.plain_text import holds_personal_number
from shared.municipality import WebAddress
from shared.register import MunicipalityError, read_people


@pytest.mark.parametrize(
    "text",
    [
        "121212-1212", "1212121212", "19121212-1212", "191212121212",
        "121212+1212",                              # over a hundred years
        "Alva 121212-1212", "Alva (121212-1212)", "BUN/121212-1212", "1912-12-12-1212",
        "19 121212-1212", "121212 - 1212", "121212\u20131212",
        "701063-2391", "19701063-2391",             # a samordningsnummer: the day and sixty
        "000101-2384", "20000101-2384",             # the century turns
        "991231-2395", "19991231-2395",
        "000229-2399", "20000229-2399",             # 2000 was a leap year
        "121212:1212", "BUN/121212_1212", "BUN/121212/1212", "BUN.121212.1212", "121212 (1212)",
        "121212\u00a01212", "121212\u20111212", "121212\u20141212", "121212\u22121212",
        "121212\u200d1212", "12\u200c1212-1212", "1212\ufe0f12-1212",
        "2012/12/12-1212", "2012.12.12\u20141212", "12-12-12+1212", "12 12 12-1212",
        "2012-12-12 2384",                          # no hour of any day
        "121212-1212 den 2027-01-10", "2027-01-10 121212-1212",
        "19121212-1212@hem.example", "kim.121212-1212@hem.example",
        "070401-2392", "20070401-2392",             # born in 2007; see the mobile numbers below
        "\uff11\uff12\uff11\uff12\uff11\uff12-\uff11\uff12\uff11\uff12",
        "\u0661\u0662\u0661\u0662\u0661\u0662-\u0661\u0662\u0661\u0662",  # in Arabic digits
    ],
)  # fmt: skip
def test_a_personal_number_is_known_however_it_is_written(text: str) -> None:
    assert holds_personal_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "Alva Exempel", "BUN/2027:14", "SN 2027/0301", "2027-03-01", "070-174 06 05",
        "121212-1213",                              # the check digit is another
        "121312-1211", "121232-1218",               # no such month, no such day
        "19000229-2399",                            # 1900 was no leap year
        "19121212-12123", "5121212-12124",          # longer numbers
        "123456789012345678901234567890",
        "30121212-1212", "0709832091", "+46709832091", "212000-0142",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_personal_number_may_be_written(text: str) -> None:
    assert not holds_personal_number(text)


DAYS = st.dates(date(1920, 1, 1), date(2099, 12, 31))
HOURS = st.times().map(lambda hour: hour.strftime("%H%M"))
PARTS = st.sampled_from("-./")


@given(DAYS, st.integers(0, 400), st.sampled_from([" - ", " \u2013 ", "-", "\u2013", "/", "--"]),
       PARTS, st.booleans())  # fmt: skip
def test_no_days_from_one_to_another_are_a_personal_number(
    first: date, days: int, between: str, parts: str, short: bool
) -> None:
    form = f"%{'y' if short else 'Y'}{parts}%m{parts}%d"
    last = min(first, date(2098, 1, 1)) + timedelta(days=days)
    assert not holds_personal_number(f"{first.strftime(form)}{between}{last.strftime(form)}")
    assert not holds_personal_number(f"{first.strftime(form)} - {last:%Y}")


@given(DAYS, HOURS, st.sampled_from([" ", ", ", " - ", "/", "_", " ("]), PARTS)
def test_no_day_with_its_hour_is_a_personal_number(
    day: date, hour: str, between: str, parts: str
) -> None:
    assert not holds_personal_number(day.strftime(f"%Y{parts}%m{parts}%d") + between + hour)


@given(st.sampled_from(["70", "72", "73", "76", "79"]), st.integers(0, 9_999_999))
def test_no_mobile_number_is_a_personal_number(operator: str, number: int) -> None:
    digits = f"{number:07}"
    for written in (
        f"0{operator}{digits}", f"0{operator}-{digits}", f"+46{operator}{digits}",
        f"+46 {operator} {digits}", f"0{operator} {digits[:3]} {digits[3:5]} {digits[5:]}",
        f"0{operator}-{digits[:3]} {digits[3:5]} {digits[5:]}",
        f"0{operator}{digits[0]}-{digits[1:3]} {digits[3:5]} {digits[5:]}",
    ):  # fmt: skip
        assert not holds_personal_number(written), written


@given(
    DAYS, st.integers(0, 999), st.sampled_from([0, 60]),
    st.sampled_from(["", "-", "+", " ", " - ", "/", "_", ":", ".", "\u2013", "\u2212", "\u00a0"]),
    st.sampled_from(["", "Alva ", "BUN/", "kim."]), st.sampled_from(["", "@hem.example", ", Alva"]),
)  # fmt: skip
def test_every_personal_number_is_known_in_every_form(
    born: date, serial: int, more: int, between: str, before: str, after: str
) -> None:
    """Whatever the day, the last four, the century, what stands between, before and after."""
    day = f"{born:%y%m}{born.day + more:02}"
    digits = f"{day}{serial:03}"
    doubled = "".join(str(int(one) * (2 - place % 2)) for place, one in enumerate(digits))
    four = f"{serial:03}{-sum(map(int, doubled)) % 10}"
    whole = f"{born:%Y}"[:2] + day
    assert holds_personal_number(f"{before}{whole}{between}{four}{after}")
    assert holds_personal_number(f"{before}{day[:2]}-{day[2:4]}-{day[4:]}-{four}{after}")
    if between or not day.startswith("070"):
        assert holds_personal_number(f"{before}{day}{between}{four}{after}")


@pytest.mark.parametrize(
    "address",
    [
        "::127.0.0.1", "::a9fe:a9fe",               # IPv4 in IPv6, the oldest way
        "::ffff:0:7f00:1",                          # translated (RFC 2765)
        "fec0::1",                                  # site-local
        "100::1", "5f00::1", "4000::1", "3fff::1",  # nobody's, for documents, for routers
        "::2",
    ],
)  # fmt: skip
def test_an_address_on_ground_that_nobody_was_given_is_not_public(address: str) -> None:
    assert not is_public(address)


def test_a_name_is_looked_up_once_and_asked_where_it_was_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: what the name leads to a moment later doesn't count."""
    answers = iter([["93.184.215.14"], ["169.254.169.254"], ["127.0.0.1"]])
    asked: list[str] = []

    def connect(_: object, host: str, *__: object, **___: object) -> None:
        asked.append(host)
        raise httpcore2.ConnectError

    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", connect)
    fetcher = CalendarFetcher(resolve=lambda *_: next(answers), seconds=5)
    with pytest.raises(UnreadableCalendar, match="no-answer"):
        fetcher.fetch("https://kalender.example/a.ics", Version())
    assert asked == ["93.184.215.14"]
    assert next(answers) == ["169.254.169.254"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "http://e.example/", "https:/e.example",
        "https://anna:hemligt@e.example/", "https://e.example/\r\nX: y", "https://e.example/ x",
        'https://e.example/"onclick=', "https://e.example/<b>", "//e.example/",
        "https://\u00e5.example/",
    ],
)  # fmt: skip
def test_the_e_service_is_a_link_over_https_and_nothing_else(url: str) -> None:
    """It is never fetched by us."""
    with pytest.raises(ValidationError):
        TypeAdapter(WebAddress).validate_python(url)


COLUMNS = "code,name,email,phone,calendar"


def people(folder: Path, *rows: str) -> list[str]:
    """What is wrong with these rows of people.csv."""
    (folder / "people.csv").write_text("\n".join([COLUMNS, *rows]), encoding="utf-8")
    try:
        read_people(folder)
    except MunicipalityError as error:
        return list(error.problems)
    return []


@pytest.mark.parametrize(
    "name",
    ["Anna\nBcc: x@y.example", "Anna\rX", "Anna\0X", "Anna\x85X", "Anna\u2028X", "Anna\u202eX",
     "Anna\u200bX", "Anna\ufeffX", "Anna\ue000"],
)  # fmt: skip
def test_a_name_with_hidden_signs_is_not_imported(tmp_path: Path, name: str) -> None:
    (problem,) = people(tmp_path, f'anna,"{name}",anna@kommun.example,,')
    assert "kolumn name: innehåller tecken som inte syns" in problem
    assert "Anna" not in problem


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Anna 121212-1212", "personnummer"),
        ("=?utf-8?q?Anna=0D=0ABcc:?=", "=?"),
        ("A" * 201, "för långt"),
        ("A" * 10_000_000, ""),
    ],
)
def test_a_name_with_a_personal_number_an_encoded_word_or_no_end_is_not_imported(
    tmp_path: Path, name: str, reason: str
) -> None:
    (problem,) = people(tmp_path, f"anna,{name},anna@kommun.example,,")
    assert reason in problem
    assert len(problem) < 200
    assert "121212" not in problem


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("anna,Anna,anna.121212-1212@kommun.example,,", "email"),
        ("anna,Anna,anna@kommun.example,121212-1212,", "phone"),
        ("anna,Anna,anna@kommun.example,191212121212,", "phone"),
        ("kim-121212-1212,Anna,anna@kommun.example,,", "code"),
    ],
)
def test_X3_no_column_of_a_file_takes_a_personal_number(
    tmp_path: Path, row: str, column: str
) -> None:
    (problem,) = people(tmp_path, row)
    assert f"kolumn {column}: ser ut att innehålla ett personnummer" in problem
    assert "1212" not in problem


def test_a_name_from_a_mac_is_the_same_name(tmp_path: Path) -> None:
    assert people(tmp_path, "asa,A\u030asa O\u0308berg,asa@kommun.example,,") == []
    (row,) = read_people(tmp_path)
    assert row.name == "\u00c5sa \u00d6berg"


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "gopher://127.0.0.1:6379/_x",
     "https://kalender.example/a\u2028b", "javascript:alert(1)"],
)  # fmt: skip
def test_a_calendar_that_is_none_is_not_imported(tmp_path: Path, url: str) -> None:
    (problem,) = people(tmp_path, f"anna,Anna,anna@kommun.example,,{url}")
    assert "kolumn calendar" in problem
    assert url not in problem
