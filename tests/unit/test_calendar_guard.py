"""Calendars are only read from where they may be: every address that is connected to is checked."""

from threading import Event

import pytest

from services.scheduler.adapters.calendars import CalendarFetcher, Version
from services.scheduler.adapters.guarded import LOOKUPS, resolve
from services.scheduler.domain.addresses import is_public
from services.scheduler.domain.freebusy import UnreadableCalendar
from services.scheduler.settings import Settings
from shared.calendaraddress import calendar_address

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",  # noqa: S104
    "169.254.169.254",                                  # a cloud's metadata
    "168.63.129.16", "100.100.100.200",                 # and others'
    "100.64.0.1", "192.0.0.8", "198.18.0.1", "192.0.2.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254",       # IPv4 in disguise
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::",
    "2001:0:53aa:64c:0:fffe:80ff:fffe",                 # Teredo
]  # fmt: skip
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_an_own_network_is_not_public_in_any_disguise(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


def code(url: str, *answers: str) -> str:
    """What fetching is refused with; without `answers`, the machine resolves the name itself."""
    fetcher = CalendarFetcher(
        resolve=(lambda *_: list(answers)) if answers else resolve, seconds=0.5
    )
    with pytest.raises(UnreadableCalendar) as refused:
        fetcher.fetch(url, Version())
    return refused.value.code


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0", "127.1", "2130706433",
     "0x7f.0.0.1", "169.254.169.254"],
)  # fmt: skip
def test_a_private_address_is_refused_however_it_is_written(host: str) -> None:
    assert code(f"https://{host}/calendar.ics") == "address-refused"


def test_what_is_neither_name_nor_address_is_asked_of_nobody() -> None:
    assert code("https://0177.0.0.1/calendar.ics") == "no-address"


@pytest.mark.parametrize(
    "answers",
    [("10.0.0.1",), ("93.184.215.14", "10.0.0.1"), ("10.0.0.1", "93.184.215.14"), ("::1",)],
)
def test_one_private_address_among_a_hosts_is_enough_to_refuse_it(answers: tuple[str, ...]) -> None:
    assert code("https://kalender.example/a.ics", *answers) == "address-refused"


@pytest.mark.parametrize("url", ["http://kalender.example/a.ics", "ftp://kalender.example/"])
def test_only_https_is_spoken(url: str) -> None:
    assert code(url, "93.184.215.14") == "not-https"


def test_a_host_that_is_not_there_is_said_to_be_so() -> None:
    assert code("https://finns-inte.invalid/a.ics") == "no-such-host"
    assert code(f"https://{'a' * 70}.example/a.ics") in ("no-such-host", "no-address")


def test_a_lookup_that_hangs_is_left_behind_when_the_time_is_up() -> None:
    go_on, came_back = Event(), Event()

    def hangs(host: str, port: int) -> list[str]:
        go_on.wait(60)
        came_back.set()
        return ["93.184.215.14"]

    with pytest.raises(UnreadableCalendar) as refused:
        CalendarFetcher(resolve=hangs, seconds=0.2).fetch("https://kalender.example/", Version())
    assert refused.value.code == "no-answer"
    assert not came_back.is_set()
    go_on.set()
    assert came_back.wait(60)


def test_lookups_that_hang_never_use_up_the_workers_threads() -> None:
    go_on = Event()
    asked: list[str] = []

    def hangs(host: str, port: int) -> list[str]:
        asked.append(host)
        go_on.wait(60)
        return []

    try:
        for number in range(LOOKUPS + 5):
            with pytest.raises(UnreadableCalendar, match="no-answer"):
                CalendarFetcher(resolve=hangs, seconds=0.02).fetch(
                    f"https://kalender{number}.example/", Version()
                )
        assert len(asked) <= LOOKUPS
    finally:
        go_on.set()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://outlook.example/owa/x/reachcalendar.ics", None),
        (
            " webcal://p1-caldav.example/published/2/abc ",
            "https://p1-caldav.example/published/2/abc",
        ),
        ("WEBCALS://kalender.example/a", "https://kalender.example/a"),
        ("https://kalender.example:8443/a?token=b", None),
    ],
)
def test_a_calendars_address_is_taken_as_it_is_copied(written: str, read: str | None) -> None:
    assert calendar_address(written) == (read or written)


@pytest.mark.parametrize(
    "written",
    ["http://kalender.example/a", "kalender.example/a", "https://", "file:///etc/passwd",
     "https://kalender.example/a b", "https://kalender.example:port/", "https://[::1/a",
     "https://kalender.example/\x07", "https://kalender.example/" + "a" * 2000],
)  # fmt: skip
def test_what_is_no_calendars_address_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(ValueError, match="ska vara kalenderns webbadress") as refused:
        calendar_address(written)
    assert "kalender.example" not in str(refused.value)


def test_the_municipalitys_own_hosts_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needed = {
        "DATABASE_URL": "x",
        "BROKER_URL": "redis://nobody.example",
        "PUBLIC_URL": "http://samspel.example",
        "MUNICIPALITY": ".",
    }
    for name, value in (needed | {"SECRET_KEY": "s" * 32, "CALENDAR_CA": ""}).items():
        monkeypatch.setenv(f"SAMSPEL_{name}", value)
    monkeypatch.setenv("SAMSPEL_CALENDAR_HOSTS", "Post.Kommun.example, kalender.kommun.example,")
    settings = Settings.read()
    assert settings.own_calendar_hosts == {"post.kommun.example", "kalender.kommun.example"}
    assert settings.calendar_ca is None
