"""F5: whatever a mail server says, and however, each mail ends as what is true of it.

Each row of the table is met over TLS and without, by uvloop and by asyncio, with envelopes in one
write (RFC 2920) and command by command. The mail after it arrives whole.
"""

from dataclasses import dataclass

import pytest

from services.notifier.domain.outcomes import Accepted, NotBegun, Outcome, Refused, Unanswered
from services.notifier.domain.replies import Fault
from tests.support.smtp_line import SENT, WAYS, Trust, a_post, run, trust_for_localhost
from tests.support.smtp_raw import CLOSE, STALL, RawServer


@dataclass(frozen=True, slots=True)
class Row:
    """What the server says, once; what becomes of the mail; whether its connection is kept.

    `lone`: with pipelining, the content that arrives is only the dot that takes the envelope back.
    `…_seconds`: how long an answer is waited for. `used`: the connection has taken a mail before.
    """

    says: dict[str, bytes]
    outcome: Outcome
    kept: bool = False
    kept_if_one_at_a_time: bool | None = None
    lone: bool = False
    command_seconds: float = 5.0
    answer_seconds: float = 5.0
    used: bool = False


BUSY = Fault.BUSY
NOBODY = Refused("rcpt-550-5.1.1", Fault.RECIPIENT)
UNKNOWN = b"550 5.1.1 nobody here\r\n"
TABLE = {
    "all-well": Row({}, Accepted(), kept=True),
    "forwarded": Row({"RCPT": b"251 elsewhere\r\n"}, Accepted(), kept=True),
    "many-lines": Row(
        {"MAIL": b"250-a\r\n250-b\r\n250 c\r\n", ".": b"250-a\r\n250 b\r\n"}, Accepted(), kept=True
    ),
    "code-alone": Row({"MAIL": b"250\r\n", ".": b"250\r\n"}, Accepted(), kept=True),
    "bare-line-feeds": Row({"RCPT": b"250 ok\n", ".": b"250-a\n250 b\n"}, Accepted(), kept=True),
    "a-line-of-600": Row({"RCPT": b"250 " + b"x" * 600 + b"\r\n"}, Accepted(), kept=True),
    # A no, and the same connection goes on.
    "mail-451-and-all-refused": Row(
        {"MAIL": b"451 later\r\n", "RCPT": b"503 no\r\n", "DATA": b"503 no\r\n"},
        Refused("mail-451", BUSY), kept=True,
    ),
    "mail-550": Row(
        {"MAIL": b"550 5.7.60 not you\r\n", "RCPT": b"503 no\r\n", "DATA": b"503 no\r\n"},
        Refused("mail-550-5.7.60", Fault.OURS), kept=True,
    ),
    "rcpt-550": Row({"RCPT": UNKNOWN, "DATA": b"554 nobody\r\n"}, NOBODY, kept=True),
    "rcpt-550-in-many-lines": Row(
        {"RCPT": b"550-5.1.1 nobody\r\n550 5.1.1 here\r\n", "DATA": b"554 nobody\r\n"},
        NOBODY, kept=True,
    ),
    "rcpt-550-not-utf-8": Row(
        {"RCPT": b"550 5.1.1 \xe5\xff\x00\r\n", "DATA": b"554 nobody\r\n"}, NOBODY, kept=True
    ),
    "rcpt-greylisted": Row(
        {"RCPT": b"451 greylisted\r\n", "DATA": b"554 nobody\r\n"},
        Refused("rcpt-451", Fault.GREYLISTED), kept=True,
    ),
    "data-451": Row({"DATA": b"451 later\r\n"}, Refused("data-451", BUSY), kept=True),
    "content-554": Row(
        {".": b"554 5.6.0 no\r\n"}, Refused("content-554-5.6.0", Fault.CONTENT), kept=True
    ),
    "content-451": Row({".": b"451 later\r\n"}, Refused("content-451", BUSY), kept=True),
    # A no, and a 354 all the same.
    "rcpt-550-and-354": Row(
        {"RCPT": UNKNOWN, "DATA": b"354 go\r\n", ".": b"554 nobody\r\n"}, NOBODY, kept=True,
        lone=True,
    ),
    "rcpt-550-and-an-empty-mail-taken": Row(
        {"RCPT": UNKNOWN, "DATA": b"354 go\r\n", ".": b"250 thanks\r\n"}, NOBODY,
        kept_if_one_at_a_time=True, lone=True,
    ),
    "rcpt-550-and-closed-at-the-lone-dot": Row(
        {"RCPT": UNKNOWN, "DATA": b"354 go\r\n", ".": CLOSE}, NOBODY,
        kept_if_one_at_a_time=True, lone=True,
    ),
    "rcpt-550-and-421-at-the-lone-dot": Row(
        {"RCPT": UNKNOWN, "DATA": b"354 go\r\n", ".": b"421 bye\r\n"}, NOBODY,
        kept_if_one_at_a_time=True, lone=True,
    ),
    "mail-451-and-all-else-taken": Row(
        {"MAIL": b"451 later\r\n", "RCPT": b"250 ok\r\n", "DATA": b"354 go\r\n"},
        Refused("mail-451", BUSY), kept_if_one_at_a_time=True,
    ),
    "rcpt-252-and-354": Row({"RCPT": b"252 maybe\r\n"}, Refused("rcpt-252", BUSY)),
    "data-250": Row({"DATA": b"250 what\r\n"}, Refused("data-250", BUSY)),
    "reset-refused": Row(
        {"RCPT": UNKNOWN, "DATA": b"554 nobody\r\n", "RSET": b"500 no\r\n"}, NOBODY
    ),
    "reset-dropped": Row({"RCPT": UNKNOWN, "DATA": b"554 nobody\r\n", "RSET": CLOSE}, NOBODY),
    # It says that it closes.
    "mail-421": Row({"MAIL": b"421 bye\r\n"}, NotBegun("mail-dropped")),
    "mail-421-and-closed": Row({"MAIL": b"421 bye\r\n" + CLOSE}, NotBegun("mail-dropped")),
    "rcpt-421": Row({"RCPT": b"421 bye\r\n"}, Refused("rcpt-421", Fault.THROTTLED)),
    "data-421": Row({"DATA": b"421 bye\r\n"}, Refused("data-421", BUSY)),
    "content-421": Row({".": b"421 bye\r\n"}, Refused("content-421", BUSY)),
    # It closes.
    "mail-closed": Row({"MAIL": CLOSE}, NotBegun("mail-dropped")),
    "mail-half": Row({"MAIL": b"250 o" + CLOSE}, NotBegun("mail-dropped")),
    "mail-half-of-many-lines": Row({"MAIL": b"250-ok\r\n" + CLOSE}, NotBegun("mail-dropped")),
    "rcpt-closed": Row({"RCPT": CLOSE}, NotBegun("rcpt-dropped")),
    "rcpt-half": Row({"RCPT": b"25" + CLOSE}, NotBegun("rcpt-dropped")),
    "data-closed": Row({"DATA": CLOSE}, NotBegun("data-dropped")),
    "content-closed": Row({".": CLOSE}, Unanswered("answer-dropped")),
    "content-half": Row({".": b"250 o" + CLOSE}, Unanswered("answer-dropped")),
    "closed-after-250": Row({".": b"250 ok\r\n" + CLOSE}, Accepted()),
    "rcpt-550-and-closed": Row({"RCPT": UNKNOWN + CLOSE}, NOBODY),
    # It says nothing.
    "mail-stalls": Row(
        {"MAIL": STALL}, NotBegun("mail-timeout"), command_seconds=0.03, used=True
    ),
    "content-stalls": Row({".": STALL}, Unanswered("answer-timeout"), answer_seconds=0.03),
    # What it says isn't SMTP.
    "mail-words": Row({"MAIL": b"hello there\r\n"}, NotBegun("mail-unreadable")),
    "rcpt-not-digits": Row({"RCPT": b"2x0 ok\r\n"}, NotBegun("rcpt-unreadable")),
    "rcpt-superscripts": Row({"RCPT": "²50 ok\r\n".encode()}, NotBegun("rcpt-unreadable")),
    "rcpt-empty-line": Row({"RCPT": b"\r\n"}, NotBegun("rcpt-unreadable")),
    "data-endless-line": Row({"DATA": b"354 " + b"x" * 9000}, NotBegun("data-unreadable")),
    "data-endless-lines": Row({"DATA": b"354-go\r\n" * 200}, NotBegun("data-unreadable")),
    "content-words": Row({".": b"thanks!\r\n"}, Unanswered("answer-unreadable")),
    "content-two-codes": Row({".": b"250-ok\r\n554 no\r\n"}, Unanswered("answer-unreadable")),
    "content-354": Row({".": b"354 more\r\n"}, Unanswered("answer-unreadable")),
    # It says more than it was asked.
    "two-after-data": Row({"DATA": b"354 go\r\n250 taken\r\n"}, NotBegun("data-dropped")),
    "half-more-after-data": Row({"DATA": b"354 go\r\n25"}, NotBegun("data-dropped")),
    "two-after-content": Row({".": b"250 ok\r\n250 ok\r\n"}, Accepted()),
    "words-after-content": Row({".": b"250 ok\r\nthanks"}, Accepted()),
    # The connection has stood since the mail before; a goodbye of the server's counts as none.
    "stale-closed": Row({"MAIL": CLOSE}, Accepted(), used=True),
    "stale-421": Row({"MAIL": b"421 idle\r\n" + CLOSE}, Accepted(), used=True),
}  # fmt: skip


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return trust_for_localhost(tmp_path_factory.mktemp("mail"))


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_F5_each_mail_ends_as_what_is_true_of_it_and_the_next_arrives_whole(
    row: Row, trusting: Trust
) -> None:
    for over_tls, pipelining, loop in WAYS:
        run(loop, meets(row, RawServer(pipelining), trusting if over_tls else None))


async def meets(row: Row, server: RawServer, tls: Trust | None) -> None:
    way = f"{'TLS' if tls else 'clear'}, {'pipelining' if server.pipelining else 'one at a time'}"
    async with a_post(server, tls) as post:
        if row.used:
            assert await post.send() == Accepted()
        began, taken = len(server.begun), len(server.contents)
        server.script.update(row.says)
        post.line.command_seconds = row.command_seconds
        post.line.answer_seconds = row.answer_seconds
        outcome = await post.send()
        assert outcome == row.outcome, way
        arrived = server.contents[taken:]
        went = isinstance(row.outcome, Accepted | Unanswered) or outcome_of_content(outcome)
        lone = row.lone and server.pipelining
        assert arrived == ([SENT] if went else [b".\r\n"] if lone else []), way
        if not went and not lone:
            assert len(server.begun) == began, f"{way}: something of it has left"
        server.script.clear()
        post.line.command_seconds = post.line.answer_seconds = 5.0
        assert await post.send() == Accepted(), way
        assert server.contents[-1] == SENT
        kept = row.kept
        if row.kept_if_one_at_a_time is not None and not server.pipelining:
            kept = row.kept_if_one_at_a_time
        assert server.connections == 2 - kept, way
        assert server.together == (3 if server.pipelining else 1), way


def outcome_of_content(outcome: Outcome) -> bool:
    return isinstance(outcome, Refused) and outcome.reason.startswith("content")
