"""`samspel run` before anything starts: its settings, its ports and its home."""

import os
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from samspel.ports import free_port
from samspel.settings import STOCKHOLM, BadSetting, RunSettings

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("setting", "value", "line"),
    [
        ("SAMSPEL_WEB_PORT", "http", "SAMSPEL_WEB_PORT: «http» är inte ett portnummer (1-65535)."),
        ("SAMSPEL_WEB_PORT", "0", "SAMSPEL_WEB_PORT: «0» är inte ett portnummer (1-65535)."),
        ("SAMSPEL_SMTP_PORT", "65536", "SAMSPEL_SMTP_PORT: «65536» är inte ett portnummer"),
        ("SAMSPEL_INBOUND_PORT", "²", "SAMSPEL_INBOUND_PORT: «²» är inte ett portnummer"),
        ("SAMSPEL_WEB_PORT", "8025", "SAMSPEL_WEB_PORT och SAMSPEL_MAILBOX_PORT är samma port"),
        ("SAMSPEL_HOME", __file__, "är inte en mapp."),
        ("SAMSPEL_MUNICIPALITY", "/no/such/folder", "mappen /no/such/folder finns inte."),
        ("SAMSPEL_SMTP_URL", "mail.example", "SAMSPEL_SMTP_URL: skriv som smtp://värd:587"),
        ("SAMSPEL_SMTP_URL", "smtp://", "SAMSPEL_SMTP_URL: skriv som smtp://värd:587"),
        ("SAMSPEL_SMTP_URL", "smtp://host:port", "SAMSPEL_SMTP_URL: skriv som smtp://värd:587"),
        ("SAMSPEL_DEMO_TOKEN", "två ord", "SAMSPEL_DEMO_TOKEN: bara ASCII-tecken"),
        ("SAMSPEL_CLOCK", "i morgon", "SAMSPEL_CLOCK: «i morgon» är inte en tid som 2027-03-01T"),
        ("SAMSPEL_EXAMPLE", "nej", "SAMSPEL_EXAMPLE: «nej» är varken 0 eller 1."),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_in_one_line(
    setting: str, value: str, line: str
) -> None:
    with pytest.raises(BadSetting) as refused:
        RunSettings.read({setting: value})

    assert line in str(refused.value)
    assert "\n" not in str(refused.value)


def test_everything_has_a_default_and_an_empty_setting_is_none() -> None:
    settings = RunSettings.read({"SAMSPEL_WEB_PORT": " ", "SAMSPEL_SMTP_URL": ""})

    assert settings.home == Path.cwd() / ".samspel"
    assert [port.number for port in settings.ports] == [8000, 2525, 8025, 1025]
    assert settings.inbound.number == 2525
    assert settings.example is True


def test_with_another_mail_server_the_mailbox_takes_no_ports() -> None:
    settings = RunSettings.read({"SAMSPEL_SMTP_URL": "smtp://127.0.0.1:1025"})

    assert [port.number for port in settings.ports] == [8000, 2525]


def test_a_clock_without_an_offset_is_swedish_time() -> None:
    settings = RunSettings.read({"SAMSPEL_CLOCK": "2027-07-01T08:00"})

    assert settings.clock == datetime(2027, 7, 1, 8, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("setting", "purpose"),
    [
        ("SAMSPEL_WEB_PORT", "webben"),
        ("SAMSPEL_MAILBOX_PORT", "brevlådans sida"),
        ("SAMSPEL_SMTP_PORT", "brevlådans SMTP"),
        ("SAMSPEL_INBOUND_PORT", "inkommande svar"),
    ],
)
def test_a_taken_port_is_one_clear_line_and_nothing_starts(
    tmp_path: Path, setting: str, purpose: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        done = run(tmp_path, {setting: str(taken)})

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        f"samspel: Port {taken} ({purpose}) är upptagen: välj en annan med {setting}"
    )
    assert done.stdout == ""
    assert not (tmp_path / "home" / "postgres").exists()


def test_a_second_run_on_the_same_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    script = "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], 66), 2); print(1); input()"
    with subprocess.Popen(
        [sys.executable, "-uc", script, tmp_path / "home" / "lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        done = run(tmp_path, {})
        other.communicate(b"\n")

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"samspel: Samspel körs redan i {tmp_path / 'home'}:")


def run(folder: Path, settings: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    inherited = {n: v for n, v in os.environ.items() if not n.startswith("SAMSPEL_")}
    names = (
        "SAMSPEL_WEB_PORT",
        "SAMSPEL_MAILBOX_PORT",
        "SAMSPEL_SMTP_PORT",
        "SAMSPEL_INBOUND_PORT",
    )
    ports = {name: str(free_port()) for name in names}
    home = {"SAMSPEL_HOME": str(folder / "home")}
    return subprocess.run(
        [sys.executable, "-m", "samspel", "run"],
        env=inherited | ports | home | settings,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
