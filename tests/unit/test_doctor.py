"""What `samspel doctor` says of DNS, secrets, certificates and folders; and that it always ends."""

import os
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from samspel.doctor.certificates import lasts
from samspel.doctor.examining import examined
from samspel.doctor.findings import Check, Finding, Verdict, ok, shown
from samspel.doctor.machine import check_machine
from samspel.doctor.municipality import check_municipality, read
from samspel.doctor.names import NoAnswer, check_names
from samspel.doctor.settings import check_secrets, check_settings
from samspel.doctor.spf import BrokenSpf, passes
from samspel.doctor.website import check_website
from shared.municipality import Mail, load_municipality
from tests.conftest import EXAMPLE

DOMAIN = "kommunen.example"


@dataclass
class Zone:
    """DNS as a test has it. `away`: nobody answers."""

    txt: dict[str, list[str]] = field(default_factory=dict)
    mx: dict[str, list[str]] = field(default_factory=dict)
    a: dict[str, list[str]] = field(default_factory=dict)
    away: bool = False

    def texts(self, name: str) -> list[str]:
        if self.away:
            raise NoAnswer
        return self.txt.get(name, [])

    def mail_hosts(self, name: str) -> list[str]:
        return self.mx.get(name, [])

    def addresses(self, name: str) -> list[str]:
        return self.a.get(name, [])


def mail() -> Mail:
    return load_municipality(EXAMPLE).mail.model_copy(
        update={
            "from_address": f"samspel@{DOMAIN}",
            "reply_pattern": f"moten+{{token}}@{DOMAIN}",
            "bounce_pattern": f"studs+{{token}}@{DOMAIN}",
        }
    )


def words(findings: Iterable[Finding]) -> str:
    return "\n".join(shown("", findings))


def verdicts(findings: Iterable[Finding]) -> list[Verdict]:
    return [one.verdict for one in findings]


GOOD = Zone(
    txt={
        DOMAIN: ["google-site-verification=x", "v=spf1 include:spf.relay.example -all"],
        "spf.relay.example": ["v=spf1 ip4:192.0.2.0/24 ~all"],
        f"_dmarc.{DOMAIN}": ["v=DMARC1; p=quarantine; rua=mailto:x@kommunen.example"],
        f"s1._domainkey.{DOMAIN}": ["v=DKIM1; k=rsa; p=MIIBIjANBg"],
    },
    mx={DOMAIN: ["mx.kommunen.example"]},
    a={"relay.example": ["192.0.2.7"]},
)


def test_a_domain_that_has_all_there_is_to_have() -> None:
    found = list(check_names(mail(), "relay.example", "s1", GOOD, fetched=False))
    assert verdicts(found) == [Verdict.OK] * 4


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (Zone(), "har ingen SPF-post"),
        (Zone(txt={DOMAIN: ["v=spf1 -all", "v=spf1 mx -all"]}), "har 2 SPF-poster"),
        (Zone(txt={DOMAIN: ["v=spf1 mx -all"]}, a=GOOD.a), "nämner inte relay.example"),
        (Zone(txt={DOMAIN: ["v=spf1 ip4:nonsense"]}, a=GOOD.a), "är ogiltig"),
        (Zone(txt={f"s1._domainkey.{DOMAIN}": ["v=DKIM1; p="]}), "DKIM-nyckeln"),
        (Zone(txt={f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none"]}), "stoppar inget (p=none)"),
        (Zone(), "har ingen MX-post: svar och studsar kommer inte fram"),
        (Zone(away=True), "Ingen namnserver svarar"),
    ],
)
def test_what_is_missing_in_DNS_is_said_with_what_to_do(changed: Zone, said: str) -> None:
    found = list(check_names(mail(), "relay.example", "s1", changed, fetched=False))
    assert said in words(found)
    assert all(one.do for one in found if one.verdict is not Verdict.OK)


@pytest.mark.parametrize(
    ("texts", "is_allowed"),
    [
        ({"a.example": ["v=spf1 ip4:192.0.2.7 -all"]}, True),
        ({"a.example": ["v=spf1 -ip4:192.0.2.7 +all"]}, False),
        ({"a.example": ["v=spf1 a:relay.example/28 -all"]}, True),
        ({"a.example": ["v=spf1 mx ~all"]}, True),
        ({"a.example": ["v=spf1 ip6:2001:db8::/32 ~all"]}, False),
        ({"a.example": ["v=spf1 redirect=b.example"], "b.example": ["v=spf1 +all"]}, True),
        ({"a.example": ["v=spf1 exists:%{i}.x.example ?all"]}, False),
    ],
)
def test_SPF_is_read_as_a_recipient_reads_it(texts: dict[str, list[str]], is_allowed: bool) -> None:
    zone = Zone(
        txt=texts,
        mx={"a.example": ["relay.example"]},
        a={"relay.example": ["192.0.2.1", "192.0.2.7"]},
    )
    assert passes("a.example", "192.0.2.7", zone) is is_allowed


def test_an_SPF_record_that_leads_to_itself_ends() -> None:
    with pytest.raises(BrokenSpf):
        passes("a.example", "192.0.2.7", Zone(txt={"a.example": ["v=spf1 include:a.example"]}))


def test_a_secret_is_judged_and_never_shown() -> None:
    given = {
        "SAMSPEL_SECRET_KEY": "hemlighet" * 5,
        "SAMSPEL_API_TOKEN": "kort-hemlig",
        "SAMSPEL_METRICS_TOKEN": "x" * 32,
    }
    found = words(check_secrets(given))
    assert "SAMSPEL_API_TOKEN är för kort: 11 tecken, minst 16" in found
    assert "SAMSPEL_METRICS_TOKEN går att gissa" in found
    assert not [value for value in given.values() if value in found]
    twice = {
        "SAMSPEL_SECRET_KEY": "0123456789abcdef" * 2,
        "SAMSPEL_API_TOKEN": "0123456789abcdef" * 2,
    }
    assert "likadana" in words(check_secrets(twice))


@pytest.mark.parametrize(
    ("until", "verdict"),
    [
        ("Jan 31 12:00:00 2027 GMT", Verdict.OK),
        ("Jan 10 12:00:00 2027 GMT", Verdict.WARN),
        ("Jan  2 12:00:00 2027 GMT", Verdict.FAIL),
        (None, Verdict.WARN),
    ],
)
def test_a_certificate_is_warned_of_weeks_before_its_end(
    until: str | None, verdict: Verdict
) -> None:
    certificate = {"notAfter": until} if until else None
    assert lasts(certificate, datetime(2027, 1, 1, tzinfo=UTC)).verdict is verdict


def test_school_years_are_to_be_known_for_the_months_ahead() -> None:
    last = max(term.last for year in load_municipality(EXAMPLE).years for term in year.terms)
    early, late = date(last.year - 2, 1, 1), date(last.year + 1, 1, 1)
    assert Verdict.WARN not in verdicts(check_municipality(str(EXAMPLE), 12, early))
    assert Verdict.WARN in verdicts(check_municipality(str(EXAMPLE), 60, early))
    assert Verdict.FAIL in verdicts(check_municipality(str(EXAMPLE), 12, late))
    assert verdicts(check_municipality("", 12, early)) == [Verdict.FAIL]


def test_a_folder_that_can_not_be_read_is_said_file_by_file(tmp_path: Path) -> None:
    found = list(check_municipality(str(tmp_path), 12, date(2027, 1, 1)))
    assert verdicts(found) == [Verdict.FAIL] * len(found)
    assert "municipality.toml" in words(found)


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder that belongs to somebody else, as whoever isn't root sees it."""
    tmp_path.chmod(0o000)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield tmp_path
    finally:
        if root:
            os.seteuid(0)
        tmp_path.chmod(0o700)


def test_a_folder_of_somebody_else_s_is_said_and_ends_no_other_check(closed: Path) -> None:
    assert read(str(closed)) is None
    (found,) = check_municipality(str(closed), 12, date(2027, 1, 1))
    assert found.verdict is Verdict.FAIL
    assert f"Mappen {closed} går inte att läsa" in found.what
    assert "chmod" in found.do


def test_settings_are_said_in_Swedish_with_the_words_of_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SAMSPEL_DATABASE_URL", raising=False)
    monkeypatch.setenv("SAMSPEL_SECRET_KEY", "kort-hemlig")
    found = words(check_settings({}))
    assert "scheduler: SAMSPEL_DATABASE_URL saknas." in found
    assert "SAMSPEL_SECRET_KEY stämmer inte («must be at least 32 characters" in found
    assert "Value error" not in found
    assert "kort-hemlig" not in found


def test_an_address_that_is_none_is_not_said_to_be_missing() -> None:
    assert "ingen webbadress" in words(check_website("samspel.example"))
    assert "SAMSPEL_PUBLIC_URL saknas" in words(check_website(""))


def test_the_mark_s_folder_is_written_to_and_left_as_it_was(tmp_path: Path) -> None:
    keep = tmp_path / "keep"
    for _ in range(2):
        assert "Det går att skriva" in words(check_machine({"SAMSPEL_KEEP": str(keep)}))
        keep.mkdir(exist_ok=True)
    assert not list(keep.iterdir())
    archive = {"SAMSPEL_KEEP": str(keep), "SAMSPEL_ARCHIVE": str(tmp_path / "archive")}
    assert "Det går att skriva i SAMSPEL_ARCHIVE" in words(check_machine(archive, planned=True))
    assert "SAMSPEL_ARCHIVE är inte satt" in words(check_machine({}, planned=True))
    assert "SAMSPEL_ARCHIVE" not in words(check_machine({}))
    (tmp_path / "file").touch()
    found = words(check_machine({"SAMSPEL_KEEP": str(tmp_path / "file")}))
    assert "Det går inte att skriva i SAMSPEL_KEEP" in found


def test_one_check_that_hangs_and_one_that_breaks_hold_back_no_other() -> None:
    released = threading.Event()

    def hangs() -> Iterable[Finding]:
        yield ok("Så långt.")
        released.wait(60)

    def breaks() -> Iterable[Finding]:
        raise ValueError("Kim Exempel")

    checks = [
        Check("Brister", breaks),
        Check("Går", lambda: [ok("Bra.")]),
        Check("Hänger", hangs),
    ]
    began = time.monotonic()
    lines = list(examined(checks, seconds=1))
    released.set()
    assert time.monotonic() - began < 10
    text = "\n".join(line for line, _ in lines)
    assert "Så långt." in text
    assert "inte klar i tid" in text
    assert "gick inte att göra (ValueError)" in text
    assert "Kim" not in text
    assert [fails for line, fails in lines if not line.startswith(" ")] == [
        True, False, True,
    ]  # fmt: skip
