"""How the broker is spoken to: over TLS where that is asked for, by everybody who connects."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from kombu.exceptions import OperationalError

from samspel.doctor.broker import check_broker
from services.scheduler.settings import Settings
from shared.broker_address import BrokerAddress
from shared.bus.subscribers import SCHEDULER
from shared.queue import Doorbell, celery_app, task_of
from shared.settings import SettingsError
from tests.support.calendars import certificate

HOST = "localhost"
PASSWORD = "hemligt"
CLIENT_HELLO = b"\x16\x03"
Connect = Callable[[str], object]


def as_a_worker(url: str) -> None:
    with (
        suppress(OperationalError),
        celery_app("worker", url, patience=2).connection_for_read() as connection,
    ):
        connection.ensure_connection(max_retries=1, interval_start=0)
        connection.channel()


def as_the_doorbell(url: str) -> None:
    Doorbell(url).ring({SCHEDULER})


def as_beat(url: str) -> None:
    with suppress(OperationalError), celery_app("beat", url, patience=2) as app:
        app.send_task(task_of(SCHEDULER), retry=False)


def as_the_doctor(url: str) -> None:
    list(check_broker(url))


@pytest.mark.parametrize("connect", [as_a_worker, as_the_doorbell, as_the_doctor])
def test_over_tls_the_first_thing_said_is_a_client_hello_and_never_the_password(
    connect: Connect,
) -> None:
    with hearing() as (port, heard):
        connect(f"rediss://:{PASSWORD}@{HOST}:{port}/0")
    assert heard
    for said in heard:
        assert said.startswith(CLIENT_HELLO)
        assert PASSWORD.encode() not in said


def test_looks_go_over_tls_to_a_server_whose_certificate_is_good(
    broker_url: str, tmp_path: Path
) -> None:
    pem = certificate(tmp_path, HOST)
    with tls_before(broker_url, pem) as port, redis.Redis.from_url(broker_url) as valkey:
        inside = urlsplit(broker_url)
        url = f"rediss://:{inside.password}@{HOST}:{port}{inside.path}"
        trusting = f"{url}?ssl_ca_certs={pem}"
        as_beat(trusting)
        assert valkey.llen(SCHEDULER) == 1
        as_the_doorbell(trusting)
        assert valkey.llen(SCHEDULER) == 2
        app = celery_app("worker", trusting)
        with app.connection_for_read() as connection, connection.channel() as channel:
            assert app.amqp.queues[SCHEDULER](channel).get(no_ack=True) is not None
        said = " ".join(one.what for one in check_broker(trusting))
        assert "Det går att skriva." in said
        # Nobody has vouched for it.
        with (
            pytest.raises(OperationalError, match="CERTIFICATE_VERIFY_FAILED"),
            celery_app("worker", url).connection_for_read() as connection,
        ):
            connection.ensure_connection(max_retries=1, interval_start=0)
        assert "svarar inte" in " ".join(one.what for one in check_broker(url))


@pytest.mark.parametrize(
    "url",
    ["", "redis", "redis://", "redis+socket:///run/valkey.sock", "unix:///run/valkey.sock",
     "sentinel://x:26379", "amqp://x", "REDISS://x", "redis://x:port/0", "redis://x/name",
     "redis://x/0?ssl_cert_reqs=required", "rediss://x/0?ssl_cert_reqs=none",
     "rediss://x/0?ssl_ca_certs=/nowhere.pem", "redis://:a#b@x/0", "redis://x/0;amqp://y/"],
)  # fmt: skip
def test_what_isnt_spoken_is_refused_at_the_start_in_one_line(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "DATABASE_URL": "postgresql://nobody.example/x", "PUBLIC_URL": "https://k.example",
        "SECRET_KEY": "s" * 32, "MUNICIPALITY": ".", "BROKER_URL": url,
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(f"SAMSPEL_{name}", value)
    for start in (lambda: celery_app("cases", url), lambda: Doorbell(url), Settings.read):
        with pytest.raises(SettingsError, match=r"^Settings: SAMSPEL_BROKER_URL: .+$"):
            start()
    (found,) = check_broker(url)
    assert found.what.startswith("SAMSPEL_BROKER_URL")


def test_the_address_never_shows_the_password() -> None:
    assert PASSWORD not in repr(BrokerAddress.read(f"redis://:{PASSWORD}@x:6379/0"))


@contextmanager
def hearing() -> Iterator[tuple[int, list[bytes]]]:
    """A port that listens and never answers; the first bytes of each that came."""
    heard: list[bytes] = []
    with socket.create_server((HOST, 0)) as server:

        def listen() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.settimeout(5)
                        heard.append(connection.recv(4096))

        listening = threading.Thread(target=listen, daemon=True)
        listening.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
    listening.join(5)


@contextmanager
def tls_before(broker_url: str, pem: Path) -> Iterator[int]:
    """A port that speaks TLS with this certificate, and passes all on to the broker."""
    inside = urlsplit(broker_url)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    with socket.create_server((HOST, 0)) as server:

        def listen() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=serve, args=[connection], daemon=True).start()

        def serve(plain: socket.socket) -> None:
            with (
                suppress(OSError),
                context.wrap_socket(plain, server_side=True) as outer,
                socket.create_connection((inside.hostname, inside.port)) as inner,
            ):
                back = threading.Thread(target=pump, args=[inner, outer], daemon=True)
                back.start()
                pump(outer, inner)
                inner.shutdown(socket.SHUT_RDWR)
                back.join(5)

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
