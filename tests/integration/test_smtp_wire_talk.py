"""F5: what a server says unasked, the gate, STARTTLS, and servers of other kinds."""

import asyncio
import socket
import time
from dataclasses import replace

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.notifier.adapters.smtp import Line, Reach
from services.notifier.domain.mailserver import MailServer
from services.notifier.domain.messages import Sending
from services.notifier.domain.outcomes import Accepted, NotBegun, Refused, Stopped
from services.notifier.domain.replies import Fault
from tests.support.smtp import ScriptedServer
from tests.support.smtp_line import (
    CONTENT,
    LOOPS,
    SENDER,
    SENT,
    WAYS,
    Post,
    Trust,
    a_post,
    a_sending,
    cleared,
    run,
    trust_for_localhost,
)  # fmt: skip
from tests.support.smtp_raw import CLOSE, RawServer


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return trust_for_localhost(tmp_path_factory.mktemp("mail"))


async def it_has_ended(post: Post) -> None:
    """The connection of the mail before."""
    wire = post.line._wire
    async with asyncio.timeout(5):
        while wire is not None and wire.is_open:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("adds", [CLOSE, b"250 taken\r\n", b"421 bye\r\n" + CLOSE, b"25"])
def test_F5_what_a_server_says_while_the_gate_is_asked_ends_the_connection_and_nothing_leaves(
    adds: bytes, trusting: Trust
) -> None:
    async def met(server: RawServer, tls: Trust | None) -> None:
        async with a_post(server, tls) as post:

            async def clear(_: Sending) -> bytes:
                server.adds(adds)
                await it_has_ended(post)
                return CONTENT

            assert await post.send(clear) == NotBegun("data-dropped")
            assert await post.send() == Accepted()
        assert server.contents == [SENT]

    for over_tls, pipelining, loop in WAYS:
        run(loop, met(RawServer(pipelining), trusting if over_tls else None))


@pytest.mark.parametrize("adds", [CLOSE, b"250 taken\r\n", b"421 bye\r\n" + CLOSE])
def test_F5_what_a_server_says_between_two_mails_is_no_answer_to_the_next(adds: bytes) -> None:
    async def met(server: RawServer) -> None:
        async with a_post(server) as post:
            assert await post.send() == Accepted()
            server.adds(adds)
            await it_has_ended(post)
            server.script |= {"RCPT": b"550 5.1.1 nobody\r\n", "DATA": b"554 nobody\r\n"}
            assert await post.send() == Refused("rcpt-550-5.1.1", Fault.RECIPIENT)
            assert server.connections == 2

    run("uvloop", met(RawServer()))


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("pipelining", [True, False])
def test_nothing_of_a_mail_leaves_before_the_gate_has_said_yes_and_after_a_no_no_dot_either(
    loop: str, pipelining: bool
) -> None:
    async def no(_: Sending) -> None:
        return None

    async def broken(_: Sending) -> bytes:
        raise ConnectionError("the database is away")

    async def met(server: RawServer) -> None:
        async with a_post(server) as post:
            assert await post.send(no) == Stopped()
            assert await post.send(broken) == NotBegun("gate")
            assert await post.send(is_ours=False) == NotBegun("lease-lost")
            assert (server.contents, bytes(server.begun), server.connections) == ([], b"", 3)
            assert await post.send() == Accepted()
            server.begun.clear()
            assert await post.send() == Accepted()
            assert server.contents == [SENT] * 2
            assert post.seen_at_the_gate == [b"", b"", b""]
        assert server.commands[-1] == "QUIT"

    run(loop, met(RawServer(pipelining)))


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("pipelining", [True, False])
def test_after_starttls_the_wire_goes_on_encrypted(
    trusting: Trust, loop: str, pipelining: bool
) -> None:
    async def met(server: ScriptedServer) -> None:
        where = MailServer("localhost", server.port, "starttls")
        line = Line(where, "x.example", Reach(), 5.0, 5.0, trusting[1])
        try:
            for _ in range(2):
                assert await line.send(a_sending(), SENDER, cleared, lambda: True) == Accepted()
        finally:
            await line.hang_up()

    with ScriptedServer(tls=trusting[0], pipelining=pipelining) as server:
        run(loop, met(server))
    assert [one.content for one in server.accepted] == [CONTENT] * 2
    assert server.connections == 1


def test_a_server_without_ehlo_is_spoken_to_one_command_at_a_time() -> None:
    async def met(server: RawServer) -> None:
        async with a_post(server) as post:
            server.script["EHLO"] = b"502 what?\r\n"
            assert await post.send() == Accepted()
        assert [one[:4] for one in server.commands] == [
            "EHLO", "HELO", "MAIL", "RCPT", "DATA", "QUIT",
        ]  # fmt: skip
        assert server.together == 1

    run("uvloop", met(RawServer()))


@pytest.mark.parametrize("greets", [b"421 no\r\n", b"554 not you\r\n", b"250 ok\r\n" + CLOSE])
def test_F5_a_server_that_wants_no_session_is_away(greets: bytes) -> None:
    async def met(server: RawServer) -> None:
        async with a_post(server) as post:
            server.script |= {"EHLO": greets, "HELO": greets}
            outcome = await post.send()
            assert isinstance(outcome, NotBegun)
            assert outcome.reason.startswith("connect-")
            assert outcome.fault is Fault.AWAY

    run("uvloop", met(RawServer()))


@pytest.mark.parametrize(
    "address",
    ["mor@hem.example>\r\nDATA", "mor@hem.example\n", "a b@hem.example", "a@hem.example> X=<1",
     "\u00e5sa@hem.example", "\0@hem.example", ""],
)  # fmt: skip
def test_no_address_can_say_a_command_or_a_parameter(address: str) -> None:
    async def met(server: RawServer) -> None:
        async with a_post(server) as post:
            sending = replace(a_sending(), address=address)
            outcome = await post.line.send(sending, SENDER, cleared, lambda: True)
            assert outcome == NotBegun("rcpt-dropped")
            outcome = await post.line.send(a_sending(), address, cleared, lambda: True)
            assert outcome == NotBegun("mail-dropped")
        assert {one[:4] for one in server.commands} <= {"EHLO", "QUIT"}

    run("uvloop", met(RawServer()))


class Handler:
    """What aiosmtpd calls."""

    def __init__(self) -> None:
        self.taken: list[object] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope.content)
        return "250 taken"


@pytest.mark.parametrize("loop", LOOPS)
def test_aiosmtpd_takes_what_is_sent_as_it_was(loop: str) -> None:
    async def met(handler: Handler) -> None:
        running = asyncio.get_running_loop()
        server = await running.create_server(
            lambda: SMTP(handler, loop=running, hostname="x.example"), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        line = Line(MailServer("127.0.0.1", port, "none"), "x.example", Reach(), 5.0, 5.0, None)
        for _ in range(2):
            assert await line.send(a_sending(), SENDER, cleared, lambda: True) == Accepted()
        await line.hang_up()
        server.close()

    handler = Handler()
    run(loop, met(handler))
    assert handler.taken == [CONTENT] * 2


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="Linux alone has it")
@pytest.mark.parametrize("loop", LOOPS)
def test_a_server_that_waits_for_an_acknowledgement_before_it_says_more_gets_it_at_once(
    loop: str,
) -> None:
    """Nagle's algorithm against delayed acknowledgements: 40 ms a mail. The quickest tells."""

    async def met(server: RawServer) -> None:
        async with a_post(server) as post:
            took = []
            for _ in range(10):
                began = time.perf_counter()
                assert await post.send() == Accepted()
                took.append(time.perf_counter() - began)
            assert min(took) < 0.03
            assert post.line._wire is not None
            assert post.line._wire._transport.get_extra_info("socket").getsockopt(
                socket.IPPROTO_TCP, socket.TCP_NODELAY
            )

    run(loop, met(RawServer(nagle=True)))
