"""F5: how a server's answers are cut into pieces on their way changes nothing."""

import asyncio
import re
from contextlib import suppress
from dataclasses import fields
from typing import Any, cast

import pytest
from aiosmtplib.protocol import PERIOD_REGEX
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.adapters.smtp import Line, Reach
from services.notifier.adapters.smtp_replies import Replies, Unreadable
from services.notifier.adapters.smtp_wire import Wire
from services.notifier.domain.mailserver import MailServer
from services.notifier.domain.messages import Sending
from services.notifier.domain.outcomes import Accepted, NotBegun, Outcome, Unanswered
from tests.support.mailing import message

CONTENT = b"Subject: x\r\n\r\nend\r\n"
ANSWERS = [
    b"250 ok\r\n", b"250-one\r\n250-two\r\n250 three\r\n", b"251 elsewhere\r\n", b"354 go\r\n",
    b"421 bye\r\n", b"450 4.7.1 gr\xe5listed\r\n", b"550-5.1.1 no\r\n550 5.1.1 body\r\n",
    b"503 5.5.1 what?\r\n", b"250\n", b"hello\r\n", b"250-one\r\n550 two\r\n", b"250 o", b"2",
    b"\r\n", b"", b"252 maybe\r\n", b"554 no\r\n" * 2,
]  # fmt: skip
GOOD = [b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 taken\r\n"]


class Pipe(asyncio.Transport):
    """A server behind it answers each thing said with the next answers, in pieces; at last EOF.

    `stalls`: nothing at all instead of the EOF.
    """

    def __init__(
        self, answers: list[bytes], cuts: list[int], *, together: bool, stalls: bool = False
    ) -> None:
        super().__init__()
        self.said: list[bytes] = []
        self._answers = [b"".join(answers[:3]), *answers[3:]] if together else answers
        self._cuts = cuts
        self._stalls = stalls
        self._closing = False
        self._wire: asyncio.Protocol | None = None

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._wire = cast("asyncio.Protocol", protocol)

    def is_closing(self) -> bool:
        return self._closing

    def abort(self) -> None:
        self._closing = True

    close = abort

    def write(self, data: Any) -> None:
        assert not self._closing, "said to nobody"
        assert self._wire is not None
        self.said.append(data)
        loop = asyncio.get_running_loop()
        answer = self._answers.pop(0) if self._answers else b""
        ends = sorted({one % (len(answer) + 1) for one in self._cuts} | {len(answer)})
        for begin, end in zip([0, *ends], ends, strict=False):
            if begin < end:
                loop.call_soon(self._wire.data_received, answer[begin:end])
        wanted = 1 if CONTENT in data else data.count(b"\r\n")
        if len(codes(answer)) < wanted and not self._stalls:
            loop.call_soon(self._wire.eof_received)


async def sent(
    answers: list[bytes], cuts: list[int], *, pipelining: bool, seconds: float | None = None
) -> tuple[Outcome, list[bytes], bool]:
    """What became of a mail, what was said, and whether the connection is kept.

    `seconds`: the server stalls where it has no more answers, and is waited for so long.
    """
    pipe = Pipe(answers, cuts, together=pipelining, stalls=seconds is not None)
    wait = seconds or 60.0
    server = MailServer("mail.example", 25, "none")
    reach = Reach(_pause_until=float("inf"))  # there is no other server
    line = Line(server, "x.example", reach, wait, wait, None)
    wire = line._wire = Wire(pipe, pipelining=pipelining)
    made = message()
    sending = Sending(**{one.name: getattr(made, one.name) for one in fields(made)})

    async def clear(_: Sending) -> bytes:
        return CONTENT

    outcome = await line.send(sending, "studs@x.example", clear, lambda: True)
    return outcome, pipe.said, wire.is_open


@given(
    st.lists(st.sampled_from(ANSWERS), min_size=0, max_size=6)
    | st.tuples(*[st.just(one) | st.sampled_from(ANSWERS) for one in GOOD]).map(list),
    st.lists(st.integers(0, 60), max_size=12),
    st.booleans(),
)
@settings(deadline=None, max_examples=300)
def test_F5_any_cutting_of_the_answers_gives_the_same_end(
    answers: list[bytes], cuts: list[int], pipelining: bool
) -> None:
    async def both() -> None:
        whole = await sent(list(answers), [], pipelining=pipelining)
        cut = await sent(list(answers), cuts, pipelining=pipelining)
        assert cut == whole
        outcome, said, _ = whole
        left = [one for one in said if CONTENT in one]
        if isinstance(outcome, Accepted | Unanswered):
            assert left == [CONTENT + b".\r\n"], "nothing counts as taken that hasn't left"
        if isinstance(outcome, NotBegun):
            assert left == [], "nothing that may have been taken is said not to have begun"
        if left:
            assert codes(b"".join(answers[:3])) in ([250, 250, 354], [250, 251, 354])

    asyncio.run(both())


def codes(data: bytes) -> list[int]:
    """As far as it is SMTP."""
    found = []
    with suppress(Unreadable):
        for reply in Replies().feed(data):
            found.append(reply.code)  # noqa: PERF401 - those before what isn't
    return found


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        (0, NotBegun("mail-timeout")),
        (1, NotBegun("rcpt-timeout")),
        (2, NotBegun("data-timeout")),
        (3, Unanswered("answer-timeout")),
        (4, Accepted()),
    ],
)
def test_F5_a_server_that_says_nothing_more_is_waited_for_and_no_longer(
    answers: int, outcome: Outcome, pipelining: bool
) -> None:
    ended = asyncio.run(sent(GOOD[:answers], [], pipelining=pipelining, seconds=0.03))
    assert (ended[0], ended[2]) == (outcome, outcome == Accepted())


@given(st.text(alphabet=". \r\nab", max_size=40))
def test_a_content_arrives_as_it_is_whatever_its_lines_begin_with(text: str) -> None:
    content = re.sub(r"\r(?!\n)", "", text).encode() + b"\r\n"

    async def said() -> bytes:
        pipe = Pipe([], [], together=False)
        await Wire(pipe, pipelining=True).content(content, 60.0)
        return pipe.said[0]

    written = asyncio.run(said())
    assert written == PERIOD_REGEX.sub(b"..", content) + b".\r\n"
    if b"\n" not in content.replace(b"\r\n", b""):
        assert written.index(b"\r\n.\r\n") == len(written) - 5, "no dot ends it early"
