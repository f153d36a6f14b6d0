"""What the faults are made with does what it says: the proxy, the mail server, their own cases."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from tests.faults.canary import Canaries
from tests.faults.collector import Collector
from tests.faults.mailserver import (
    HOST,
    Answer,
    HangUp,
    MailServer,
    Rule,
    Say,
    Taken,
    Wait,
    make_certificates,
)
from tests.faults.proxy import Proxy
from tests.faults.wires_canary import _wrong
from tests.faults.wires_own import OwnCase, after_missed
from tests.faults.wires_withdrawal import InContent
from tests.faults.world import World
from tests.support.smtp import Moment


class Echo:
    """Answers each piece with the same bytes."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while piece := connection.recv(1024):
                connection.sendall(piece)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    echo = Echo()
    with Proxy(echo.port) as made:
        yield made
    echo.listening.close()


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def says(connection: socket.socket, piece: bytes) -> bytes:
    connection.sendall(piece)
    return connection.recv(1024)


def test_the_proxy_passes_on_refuses_and_lets_in_again(proxy: Proxy) -> None:
    with connect(proxy) as stays:
        assert says(stays, b"hello") == b"hello"
        assert (proxy.connections, proxy.accepted) == (1, 1)
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            connect(proxy)
        assert says(stays, b"still") == b"still"
        proxy.allow()
        with connect(proxy) as again:
            assert says(again, b"back") == b"back"


def test_the_proxy_resets_all_that_is_open(proxy: Proxy) -> None:
    with connect(proxy) as first, connect(proxy) as second:
        assert says(first, b"1") + says(second, b"2") == b"12"
        assert proxy.reset_all() == 2
        for one in (first, second):
            with pytest.raises(ConnectionResetError):
                one.recv(1)


def test_a_half_open_connection_is_silent_for_good_and_a_new_one_works(proxy: Proxy) -> None:
    with connect(proxy) as one:
        assert says(one, b"1") == b"1"
        proxy.half_open()
        one.settimeout(0.1)
        with pytest.raises(TimeoutError):
            says(one, b"nobody hears")
        proxy.allow()
        with connect(proxy) as other:
            assert says(other, b"2") == b"2"
        with pytest.raises(TimeoutError):
            one.recv(1)


def test_a_stall_holds_what_passes_and_then_lets_it_go(proxy: Proxy) -> None:
    with connect(proxy) as one:
        assert says(one, b"1") == b"1"
        proxy.stall(0.3)
        one.settimeout(0.1)
        with pytest.raises(TimeoutError):
            says(one, b"2")
        one.settimeout(5)
        assert one.recv(1) == b"2"


def test_a_cut_ends_the_connection_its_bytes_pass_on_and_no_other(proxy: Proxy) -> None:
    with connect(proxy) as one, connect(proxy) as other:
        assert says(one, b"1") == b"1"
        cut = proxy.cut_after(b"COMMIT", "down")
        assert says(one, b"COM") == b"COM", "a pattern may lie over two pieces"
        with pytest.raises(ConnectionResetError):
            says(one, b"MIT")
        assert cut.done.is_set()
        assert says(other, b"COMMIT") == b"COMMIT", "once alone"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server(certificates: Path) -> Iterator[MailServer]:
    with MailServer(certificates=certificates) as made:
        yield made


MAIL = b"Subject: hej\r\n\r\nhej\r\n"


def send(server: MailServer, to: str = "a@hem.example", *, tls: bool = False) -> str:
    """The server's answer, or what went wrong."""
    try:
        with smtplib.SMTP(HOST, server.port, timeout=5) as client:
            if tls:
                client.starttls(context=ssl.create_default_context(cafile=str(server.authority)))
            client.sendmail("s@kommun.example", [to], MAIL)
    except (smtplib.SMTPException, OSError) as error:
        return type(error).__name__
    return "taken"


def at(step: str, answer: Answer) -> Rule:
    return lambda moment: answer if moment.step == step else None


def test_the_mail_server_remembers_when_what_came(server: MailServer) -> None:
    seen: list[Moment] = []
    hooks = [server.on(step, seen.append) for step in ("connect", "mail", "rcpt", "data", "dot")]
    assert send(server, tls=True) == "taken"
    (mail,) = server.taken
    assert (mail.recipient, mail.content, mail.answered) == ("a@hem.example", MAIL, True)
    assert server.began == [(mail.began, seen[3])]
    assert mail.began < mail.at
    assert [one.step for one in seen] == ["connect", "mail", "rcpt", "data", "dot"]
    server.off(hooks[0])
    assert send(server) == "taken", "who doesn't ask for it goes on in clear"


@pytest.mark.parametrize(
    ("step", "answer", "said", "taken"),
    [
        ("connect", Say("421 busy"), "SMTPConnectError", 0),
        ("mail", Say("451 4.3.0 later"), "SMTPSenderRefused", 0),
        ("rcpt", Say("550 5.1.1 nobody"), "SMTPRecipientsRefused", 0),
        ("rcpt", HangUp(), "SMTPServerDisconnected", 0),
        ("data", Say("421 4.3.2 going down"), "SMTPDataError", 0),
        ("dot", Say("554 5.7.1 no"), "SMTPDataError", 0),
        ("dot", HangUp(), "SMTPServerDisconnected", 0),
        ("dot", HangUp(taken=True), "SMTPServerDisconnected", 1),
        ("dot", Wait(0.05), "taken", 1),
    ],
)
def test_a_rule_answers_so_many_times_and_says_whether_the_mail_was_taken(
    server: MailServer, step: str, answer: Answer, said: str, taken: int
) -> None:
    scripted = server.script(at(step, answer), times=1)
    assert send(server) == said
    assert len(server.taken) == taken
    assert (scripted.first.is_set(), len(scripted.struck)) == (True, 1)
    assert send(server) == "taken"


def test_the_certificate_can_expire_and_encryption_can_be_withheld(server: MailServer) -> None:
    server.encrypt("expired")
    assert send(server, tls=True) == "SSLCertVerificationError"
    server.encrypt("none")
    assert send(server, tls=True) == "SMTPNotSupportedError"
    server.calm()
    assert send(server, tls=True) == "taken"


@dataclass
class FakeWorld:
    """In which an own case has these calls."""

    states: list[str]
    closed: list[str] = field(default_factory=list)

    def rows(self, *_: object) -> list[dict[str, Any]]:
        return [{"kind": "call", "state": state} for state in self.states]

    def ask(self, _: str, path: str, __: object) -> None:
        self.closed.append(path)


def own_case(world: FakeWorld) -> OwnCase:
    return OwnCase(cast(World, world), "7", [], ("a@hemma.example", "b@hemma.example"), "x", "y")


@pytest.mark.parametrize(("states", "breaches"), [(["accepted"] * 4, 0), (["accepted"] * 3, 1)])
def test_an_instant_that_never_came_is_no_excuse_for_a_mail_that_never_came(
    states: list[str], breaches: int
) -> None:
    world, fault = FakeWorld(states), InContent()
    assert after_missed(fault) == [], "it hadn't begun"
    fault.own = own_case(world)
    assert len(after_missed(fault)) == breaches
    assert world.closed == ["cases/7/close"]


def mail(began: float, at: float) -> Taken:
    return Taken(began, at, datetime(2027, 3, 1, tzinfo=UTC), 1, "s@k.example", "a@h.example", b"")


WITHDRAWN = [  # asked at 10, answered at 11
    ({"a"}, set(), {"a": mail(9.0, 12.0)}, 0),
    (set(), set(), {"a": mail(9.0, 12.0)}, 1),  # on its way all the time, and not named
    (set(), {"a"}, {}, 1),
    ({"a"}, set(), {"a": mail(10.2, 10.8)}, 0),  # it came and went meanwhile
    ({"a"}, set(), {"a": mail(8.0, 9.0)}, 1),  # named, and taken long before
    ({"a"}, set(), {}, 1),  # named, and never begun
]


@pytest.mark.parametrize(("named", "in_content", "taken", "breaches"), WITHDRAWN)
def test_F10_the_answer_to_a_withdrawal_names_what_had_begun_and_nothing_else(
    named: set[str], in_content: set[str], taken: dict[str, Taken], breaches: int
) -> None:
    fault = InContent()
    fault.asked, fault.acknowledged = 10.0, 11.0
    fault.before, fault.after = in_content, in_content
    fault.answer = {"already_leaving": [{"id": one, "kind": "call"} for one in named]}
    assert len(fault._not_as_told(taken)) == breaches


@pytest.mark.parametrize(
    ("status", "text", "breaches"), [(422, "no", 0), (201, "yes", 1), (422, "Zeolitus!", 1)]
)
def test_X3_a_bad_call_is_refused_and_says_no_name(status: int, text: str, breaches: int) -> None:
    told = ("POST cases", httpx2.Response(status, text=text))
    assert len(_wrong(told, Canaries(("Zeolitus",)))) == breaches


def test_the_collector_keeps_what_it_is_sent() -> None:
    with Collector() as collector:
        assert httpx2.post(collector.url, content=b"a span").status_code == 200
    assert collector.bodies == [b"a span"]
