"""Bad input that needs no server: personal numbers, hidden signs, disguised addresses."""

from pathlib import Path

import httpcore2
import pytest
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
    ],
)  # fmt: skip
def test_what_only_looks_like_a_personal_number_may_be_written(text: str) -> None:
    assert not holds_personal_number(text)


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
