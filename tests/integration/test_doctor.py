"""`samspel doctor` against real servers: what it says of them, and that it changes nothing."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from typer.testing import CliRunner

from samspel.cli import app
from samspel.doctor.broker import check_broker
from samspel.doctor.command import examine
from samspel.doctor.database import ROLES, check_database
from samspel.doctor.findings import Finding, Verdict, shown
from samspel.doctor.mail_in import check_mail_in
from samspel.doctor.mail_out import check_mail_out
from samspel.doctor.rights import as_lines, given_by_migrations, rights_in
from samspel.doctor.running import check_running
from samspel.doctor.website import check_website
from shared.municipality import load_municipality
from tests.conftest import EXAMPLE, Servers
from tests.support.smtp import ScriptedServer
from tests.unit.test_doctor import Zone

NOBODY = "127.0.0.1:9"  # where nobody listens
PASSWORD = "ett-hemligt-losenord"


def words(findings: Iterable[Finding]) -> str:
    return "\n".join(shown("", findings))


def failing(findings: Iterable[Finding]) -> list[str]:
    return [one.what for one in findings if one.verdict is Verdict.FAIL]


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


# PostgreSQL


def test_a_database_that_is_as_it_should_be(database_url: str) -> None:
    found = list(check_database(database_url))
    assert {one.verdict for one in found} == {Verdict.OK}, words(found)


@pytest.mark.parametrize(
    ("statement", "verdict", "said"),
    [
        ("UPDATE public.alembic_version SET version_num = '0001'", Verdict.FAIL, "revision 0001"),
        ("UPDATE public.alembic_version SET version_num = '9999'", Verdict.WARN, "är nyare än"),
        ("DROP TABLE public.alembic_version", Verdict.FAIL, "Databasen är tom."),
        (
            "REVOKE USAGE ON SCHEMA notifier FROM samspel_notifier",
            Verdict.FAIL,
            "samspel_notifier saknar rättigheter (1).",
        ),
        (
            (
                "REVOKE UPDATE ON notifier.messages FROM samspel_notifier;"
                "REVOKE DELETE ON notifier.attempts FROM samspel_notifier;"
                "REVOKE EXECUTE ON FUNCTION cases_api.held FROM samspel_notifier"
            ),
            Verdict.FAIL,
            "samspel_notifier saknar rättigheter (3).",
        ),
        (
            "GRANT UPDATE ON cases.audit TO samspel_cases",
            Verdict.WARN,
            "samspel_cases har rättigheter som ingen har gett i Samspel (1).",
        ),
        (
            "GRANT UPDATE (at) ON cases.audit TO samspel_cases",
            Verdict.WARN,
            "samspel_cases har rättigheter som ingen har gett i Samspel (1).",
        ),
        (
            "GRANT EXECUTE ON FUNCTION cases_api.facts TO PUBLIC",
            Verdict.WARN,
            "Alla roller har rättigheter som ingen har gett i Samspel (1).",
        ),
    ],
)
def test_a_database_that_is_not_is_said_with_what_to_do(
    database_url: str, statement: str, verdict: Verdict, said: str
) -> None:
    execute(database_url, statement)
    (found,) = [one for one in check_database(database_url) if one.verdict is not Verdict.OK]
    assert found.verdict is verdict
    assert said in found.what
    assert found.do
    if "rättigheter" in said:
        execute(database_url, found.do.partition("\n")[2])
        assert {one.verdict for one in check_database(database_url)} == {Verdict.OK}


def test_the_rights_it_knows_are_those_that_the_migrations_give(database_url: str) -> None:
    """After a migration that gives others: write these lines to samspel/doctor/rights.txt."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        found = rights_in(connection, ROLES)
    assert as_lines(found) == as_lines(given_by_migrations())


def test_what_is_given_again_is_what_was_missing(database_url: str) -> None:
    execute(database_url, "REVOKE SELECT, UPDATE ON cases.holds FROM samspel_cases")
    (found,) = [one for one in check_database(database_url) if one.verdict is not Verdict.OK]
    assert "GRANT SELECT, UPDATE ON TABLE cases.holds TO samspel_cases;" in (found.do or "")
    execute(database_url, (found.do or "").partition("\n")[2])
    assert {one.verdict for one in check_database(database_url)} == {Verdict.OK}


@pytest.fixture
def powerless(servers: Servers, worker_number: int) -> Iterator[str]:
    """A login that may create no roles and has none."""
    name = sql.Identifier(f"doctor_{worker_number}")
    with psycopg.connect(servers.postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(name))
        yield f"doctor_{worker_number}"
        connection.execute(sql.SQL("DROP ROLE {}").format(name))


def test_who_may_not_create_roles_is_given_the_statements_for_who_may(
    empty_url: str, powerless: str
) -> None:
    server = empty_url.rpartition("@")[2]
    found = words(check_database(f"postgresql://{powerless}:x@{server}"))
    assert "Roller saknas: samspel_cases, samspel_scheduler, samspel_notifier." in found
    assert f'→ GRANT "samspel_cases" TO "{powerless}";' in found
    assert "→ CREATE EXTENSION btree_gist;" in found


def test_a_server_that_can_not_be_reached_is_said_without_who_logs_in() -> None:
    found = words(check_database(f"postgresql://kim:{PASSWORD}@{NOBODY}/samspel"))
    assert "127.0.0.1/samspel går inte att nå (OperationalError)." in found
    assert "kim" not in found
    assert PASSWORD not in found


def test_how_it_runs_is_said_as_on_the_page_for_it(registered_url: str) -> None:
    found = words(check_running(registered_url, demo=False))
    assert "Tjänsten scheduler ger inget livstecken." in found
    assert "Inga svar tas in: inbound ger inget livstecken." in found
    assert "Tjänster utan både innehavare och ersättare: 1 (" in found
    execute(registered_url, "UPDATE cases.holders SET last_day = first_day")
    many = words(check_running(registered_url, demo=False))
    assert "…)." in many.partition("Tjänster utan")[2].splitlines()[0]
    execute(
        registered_url,
        "INSERT INTO bus.heartbeats"
        " SELECT unnest(ARRAY['cases', 'scheduler', 'notifier', 'inbound']), clock_timestamp()",
    )
    assert not failing(check_running(registered_url, demo=False))
    execute(registered_url, "UPDATE bus.heartbeats SET at = at + interval '2 hours'")
    assert words(check_running(registered_url, demo=False)).count("ger inget livstecken.") == 4


# Valkey


def test_the_broker_answers_and_can_be_written_to(broker_url: str) -> None:
    found = list(check_broker(broker_url))
    assert not failing(found)
    assert "svarar." in words(found)
    assert "Det går att skriva." in words(found)


def test_a_broker_that_is_away_costs_no_message_and_is_said() -> None:
    found = words(check_broker(f"redis://:{PASSWORD}@{NOBODY}/0"))
    assert "svarar inte som den ska (ConnectionError)" in found
    assert PASSWORD not in found


# mail


def settings(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    given = {
        "DATABASE_URL": "postgresql://x",
        "BROKER_URL": "redis://x",
        "PUBLIC_URL": "https://samspel.example",
        "SECRET_KEY": "0123456789abcdef" * 2,
        "MUNICIPALITY": str(EXAMPLE),
    }
    for name, value in (given | more).items():
        monkeypatch.setenv(f"SAMSPEL_{name}", value)


def test_the_mail_server_is_asked_whether_it_takes_our_sender_and_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mail = load_municipality(EXAMPLE).mail
    with ScriptedServer() as server:
        settings(monkeypatch, SMTP_URL=server.url)
        found = list(check_mail_out(mail))
        assert not failing(found), words(found)
        assert "Servern låter oss skicka" in words(found)
        server.at_mail = "550 not you"
        assert "(svar 550)" in words(check_mail_out(mail))
        assert not server.recipients
        assert not server.accepted


def test_a_mail_server_that_is_away_is_said_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings(monkeypatch, SMTP_URL=f"smtp://kim:{PASSWORD}@{NOBODY}")
    found = words(check_mail_out(None))
    assert "(connect-refused)" in found
    assert PASSWORD not in found


def test_the_way_in_is_the_port_or_the_mailbox(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer() as server:
        settings(monkeypatch, INBOUND_PORT=str(server.port))
        assert "tar emot mejl" in words(check_mail_in())
    settings(monkeypatch, INBOUND_PORT="0", IMAP_URL=f"imap://kim:{PASSWORD}@{NOBODY}/INBOX")
    found = words(check_mail_in())
    assert "går inte att läsa (connection)" in found
    assert PASSWORD not in found


# the web


@contextmanager
def a_page(content: bytes) -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_address_that_people_use_leads_here_and_is_encrypted() -> None:
    with a_page(b'{"status": "ok"}') as url:
        assert not failing(check_website(url))
    with a_page(b"<h1>It works!</h1>") as url:
        assert "Något annat än Samspel svarar" in words(check_website(url))
    found = words(check_website("http://samspel.invalid"))
    assert "utan kryptering" in found
    assert "går inte att nå" in found


# all of it


def test_all_is_said_and_no_secret(
    registered_url: str, broker_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "SAMSPEL_DATABASE_URL": registered_url,
        "SAMSPEL_BROKER_URL": broker_url,
        "SAMSPEL_PUBLIC_URL": f"http://{NOBODY}",
        "SAMSPEL_SECRET_KEY": "hemlig-nyckel-som-ingen-ska-se-1",
        "SAMSPEL_API_TOKEN": "hemlig-token-som-ingen-ska-se",
        "SAMSPEL_MUNICIPALITY": str(EXAMPLE),
        "SAMSPEL_SMTP_URL": f"smtp://kimexempel:{PASSWORD}@{NOBODY}",
        "SAMSPEL_KEEP": str(tmp_path),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    lines = list(examine(given, names=Zone()))
    text = "\n".join(line for line, _ in lines)
    headings = [line for line, _ in lines if not line.startswith(" ")]
    assert headings == [
        "Inställningar", "Hemligheter", "Maskinen", "PostgreSQL", "Valkey", "Kommunens mapp",
        "Mejl ut", "DNS", "Mejl in", "Webben", "Driften",
    ]  # fmt: skip
    assert "gick inte att göra" not in text
    for secret in ("hemlig-", PASSWORD, "kimexempel", "Anna", "Lindqvist"):
        assert secret not in text


def test_the_command_ends_with_1_when_something_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, DATABASE_URL="", BROKER_URL="", PUBLIC_URL="")
    monkeypatch.setattr("samspel.doctor.command.Resolver", lambda: Zone(away=True))
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert "fel     SAMSPEL_DATABASE_URL saknas." in done.output
