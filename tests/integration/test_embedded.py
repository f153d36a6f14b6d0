"""The embedded servers: real, private, restartable, and gone with whoever started them."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis

from samspel.embedded import EmbeddedPostgres, EmbeddedValkey
from samspel.embedded import ground as ground_module
from samspel.embedded.ground import Ground, unprivileged_user
from samspel.process import popen_options

PROJECT = Path(__file__).parents[2]
DEADLINE = 20.0
only_as_root = pytest.mark.skipif(os.geteuid() != 0, reason="changing the user takes root")


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that any user can reach; pytest's own folder is closed to others than its user."""
    folder = Path(tempfile.mkdtemp(prefix="samspel-test-"))
    folder.chmod(0o711)
    yield folder / "home"
    Ground.of(folder / "home").discard()
    shutil.rmtree(folder)


def test_postgres_speaks_utf_8_knows_swedish_letters_and_time_zones(home: Path) -> None:
    with EmbeddedPostgres(home, fast=True) as server, psycopg.connect(server.url) as connection:
        row = connection.execute(
            "SELECT upper('åäö'), '2026-07-01T12:00Z'::timestamptz AT TIME ZONE 'Europe/Stockholm',"
            " current_setting('server_encoding'), current_setting('TimeZone')"
        ).fetchone()
        connection.execute("CREATE EXTENSION btree_gist")

    assert row is not None
    assert (row[0], row[1].hour, *row[2:]) == ("ÅÄÖ", 14, "UTF8", "UTC")


def test_postgres_lets_nobody_in_without_the_password(home: Path) -> None:
    with EmbeddedPostgres(home, fast=True) as server:
        for url in (
            server.url.replace(server.password, "guess"),
            server.url.replace(f":{server.password}@", "@"),
        ):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(url)


def test_postgres_listens_on_loopback_only(home: Path) -> None:
    with EmbeddedPostgres(home, fast=True) as server, psycopg.connect(server.url) as connection:
        row = connection.execute(
            "SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')"
        ).fetchone()

    assert row == ("127.0.0.1", "")


def test_valkey_lets_nobody_in_without_the_password(home: Path) -> None:
    with EmbeddedValkey(home) as server:
        for password in (None, "guess"):
            with (
                redis.Redis(port=server.port, password=password) as stranger,
                pytest.raises(redis.AuthenticationError),
            ):
                stranger.get("key")


def test_valkey_keeps_nothing_forgets_nothing_and_listens_on_loopback_only(home: Path) -> None:
    with EmbeddedValkey(home) as server, redis.Redis.from_url(server.url) as client:
        settings = client.config_get("*")
        client.set("key", "value")
        server.stop()
        server.start()
        kept = client.get("key")

    assert (settings["save"], settings["appendonly"], settings["bind"]) == ("", "no", "127.0.0.1")
    assert settings["maxmemory-policy"] == "noeviction"
    assert kept is None


def test_passwords_are_on_no_command_line_and_in_no_file_that_others_can_read(home: Path) -> None:
    with EmbeddedPostgres(home, fast=True) as postgres, EmbeddedValkey(home) as valkey:
        commands = [*postgres.process().command, *valkey.process().command]
        open_to_others = [
            path
            for path in home.rglob("*")
            if path.is_file()
            and stat.S_IMODE(path.stat().st_mode) & 0o077
            and any(server.password in path.read_text() for server in (postgres, valkey))
        ]

    assert not any(
        password in part for part in commands for password in (postgres.password, valkey.password)
    )
    assert open_to_others == []
    for folder in (home / "postgres", home / "valkey"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_second_start_keeps_the_data_and_the_address(home: Path) -> None:
    with EmbeddedPostgres(home) as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
        first_url = server.url

    with EmbeddedPostgres(home) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT seven FROM kept").fetchone() == (7,)
        assert server.url == first_url


def test_a_start_after_kill_9_of_the_server_works(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
        kill(server.pid)

    with EmbeddedPostgres(home) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT seven FROM kept").fetchone() == (7,)


def test_a_lock_file_with_the_process_id_of_another_program_is_no_obstacle(home: Path) -> None:
    server = EmbeddedPostgres(home, fast=True)
    server.start()
    server.stop()
    owner = server.ground.owner
    options = popen_options({}, Path("/"), owner)
    with subprocess.Popen(["/bin/sleep", "60"], **options) as other:
        lock = home / "postgres" / "data" / "postmaster.pid"
        lock.write_text(f"{other.pid}\n{lock.parent}\n")
        with server:
            assert server.answers()
        other.kill()


def test_an_interrupted_first_start_is_begun_anew(home: Path) -> None:
    server = EmbeddedPostgres(home, fast=True)
    half_made = server.ground.data_folder("postgres") / "data.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")

    with server:
        assert server.answers()


@pytest.mark.parametrize("kind", [EmbeddedPostgres, EmbeddedValkey])
def test_a_port_that_somebody_else_has_taken_is_exchanged(
    home: Path, kind: type[EmbeddedPostgres | EmbeddedValkey]
) -> None:
    with kind(home, fast=True) as server:
        first = server.port
    with socket.create_server(("127.0.0.1", first)), kind(home, fast=True) as server:
        assert server.port != first
        assert server.answers()


def test_kill_9_of_the_starter_ends_the_servers_and_the_next_start_works(home: Path) -> None:
    starter = start_servers([sys.executable], home)
    pids = [int(word) for word in said(starter).split()]
    starter.kill()
    starter.wait()

    with EmbeddedPostgres(home) as server:  # at once, with the old one maybe still on its way out
        assert server.answers()
    wait_until(lambda: not any(runs(pid) for pid in pids))


@only_as_root
def test_as_root_the_servers_run_as_an_unprivileged_user(home: Path) -> None:
    with EmbeddedPostgres(home, fast=True) as postgres, EmbeddedValkey(home) as valkey:
        owners = [Path(f"/proc/{server.pid}").stat().st_uid for server in (postgres, valkey)]

        assert owners == [unprivileged_user().uid] * 2
        assert postgres.ground.note is None


@only_as_root
def test_as_root_a_home_that_the_user_cannot_reach_is_said_and_served_elsewhere(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground_module, "SYSTEM_GROUND", home.parent / "system")
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)

    with EmbeddedPostgres(closed / "home", fast=True) as server:
        folder = server.ground.folder
        assert folder.is_relative_to(home.parent / "system")
        assert server.ground.note is not None
        assert "når inte" in server.ground.note
    server.discard()

    assert not folder.exists()


@only_as_root
def test_as_root_binaries_that_the_user_cannot_run_are_copied(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground_module, "SYSTEM_GROUND", home.parent / "system")
    monkeypatch.setattr(ground_module, "_can_run", lambda _owner, _site: False)
    ground_module._copied_site.cache_clear()

    with EmbeddedPostgres(home, fast=True) as postgres, EmbeddedValkey(home) as valkey:
        sites = {postgres.ground.site, valkey.ground.site}
    ground_module._copied_site.cache_clear()

    assert {site.parent for site in sites} == {home.parent / "system"}


@only_as_root
def test_an_ordinary_user_needs_nothing_else(home: Path) -> None:
    owner = unprivileged_user()
    python = python_for(owner.name)
    os.chown(home.parent, owner.uid, owner.gid)

    starter = start_servers([python], home, user=owner.name)
    pids = [int(word) for word in said(starter).split()]
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in pids}
    starter.kill()
    starter.wait()
    wait_until(lambda: not any(runs(pid) for pid in pids))

    assert owners == {owner.uid}
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


# ---- a starter of its own


def start_servers(
    python: list[str], home: Path, user: str | None = None
) -> "subprocess.Popen[str]":
    script = (
        "import sys, time; from pathlib import Path;"
        "from samspel.embedded import EmbeddedPostgres, EmbeddedValkey;"
        "servers = [kind(Path(sys.argv[1])) for kind in (EmbeddedPostgres, EmbeddedValkey)];"
        "[server.start() for server in servers];"
        "print(*[server.pid for server in servers], flush=True); time.sleep(60)"
    )
    paths = [str(PROJECT), sysconfig.get_path("purelib")]
    return subprocess.Popen(
        [*python, "-c", script, str(home)],
        env={"PYTHONPATH": os.pathsep.join(paths), "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
        user=user,
        cwd="/",
    )


def python_for(user: str) -> str:
    """A Python of this version that the user can run; the one in use may lie in a closed folder."""
    for python in (sys.executable, "/usr/bin/python3"):
        question = f"import psycopg, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
        with suppress(OSError):
            done = subprocess.run(
                [python, "-c", question],
                env={"PYTHONPATH": sysconfig.get_path("purelib")},
                user=user,
                cwd="/",
                stderr=subprocess.DEVNULL,
                check=False,
            )
            if done.returncode == 0:
                return python
    pytest.skip(f"no Python {sys.version_info[:2]} here that {user} can run")


def said(starter: "subprocess.Popen[str]") -> str:
    assert starter.stdout is not None
    with starter.stdout as output:
        return output.readline()


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
