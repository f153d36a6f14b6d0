"""Mail that is fetched: stored first, marked after, once, from a mailbox that may fail anywhere."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest

from services.notifier.adapters import imap
from services.notifier.adapters.imap import Mailbox, MailboxAway
from services.notifier.adapters.intake import ours_of
from services.notifier.domain.arriving import Arrival
from services.notifier.domain.imapserver import ImapServer, ImapServerError
from services.notifier.inbound import taking_in
from services.notifier.inbound.receiver import Door
from services.notifier.inbound.taking_in import Looks, TakingIn, look_into
from tests.support.imap import PASSWORD, SWEDISH_PASSWORD, USER
from tests.support.imap import ImapServer as Server
from tests.support.mailing import POST

REPLY = "moten+abc234@exempelkommun.example"
OURS = ours_of(POST)


@dataclass
class Kept:
    arrivals: list[Arrival] = field(default_factory=list)
    fault: Exception | None = None

    def __call__(self, arrivals: Sequence[Arrival]) -> None:
        if self.fault is not None:
            raise self.fault
        self.arrivals += arrivals


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def mailbox(server: Server, kept: Kept, moved_to: str | None = None) -> Mailbox:
    url = f"imap://{USER}:{quote(PASSWORD)}@127.0.0.1:{server.port}/INBOX"
    return Mailbox(ImapServer.from_url(url), OURS, kept, moved_to=moved_to, seconds=20)


def letter(to: str, *more: str) -> bytes:
    return "\r\n".join([*more, f"To: {to}", "Subject: Svar", "", "Hej"]).encode()


def test_unread_mail_is_stored_and_then_marked_and_moved_and_not_fetched_again(
    server: Server,
) -> None:
    kept = Kept()
    server.bring(letter(REPLY), letter("Möten <moten@exempelkommun.example>"))
    assert mailbox(server, kept, "Hanterat").fetch() == 2
    assert mailbox(server, kept, "Hanterat").fetch() == 0
    assert [one.recipient for one in kept.arrivals] == [REPLY, POST.from_address]
    assert kept.arrivals[0].raw == server.items[0].raw
    assert {(one.seen, one.folder) for one in server.items} == {(True, "Hanterat")}
    assert all(one.sender is None for one in kept.arrivals)


@pytest.mark.parametrize(
    "headers",
    [
        ("To: rektor@exempelkommun.example", f"Delivered-To: {REPLY.upper()}"),
        (f"X-Original-To: <{REPLY}>", "To: moten@exempelkommun.example"),
        ("To: moten@exempelkommun.example,", f"  {REPLY}"),
    ],
)
def test_whom_it_came_to_is_found_in_its_headers(server: Server, headers: tuple[str, ...]) -> None:
    kept = Kept()
    server.bring("\r\n".join([*headers, "", "To: x@y.example"]).encode())
    mailbox(server, kept).fetch()
    assert kept.arrivals[0].recipient == REPLY


def test_what_cannot_be_stored_stays_unread(server: Server) -> None:
    kept = Kept(fault=RuntimeError())
    server.bring(letter(REPLY))
    with pytest.raises(RuntimeError):
        mailbox(server, kept).fetch()
    assert not server.items[0].seen
    kept.fault = None
    assert mailbox(server, kept).fetch() == 1


@pytest.mark.parametrize("where", ["LOGIN", "SELECT", "SEARCH", "SIZE", "BODY", "STORE"])
def test_a_connection_that_breaks_anywhere_loses_nothing(server: Server, where: str) -> None:
    kept = Kept()
    server.bring(letter(REPLY))
    server.drop_before = where
    with pytest.raises(MailboxAway) as away:
        mailbox(server, kept).fetch()
    assert away.value.code in ("dropped", "connection")
    mailbox(server, kept).fetch()
    assert {one.raw for one in kept.arrivals} == {server.items[0].raw}
    assert server.items[0].seen


def test_of_what_is_too_big_only_the_headers_are_kept(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept()
    monkeypatch.setattr(imap, "LARGEST_MAIL", 50)
    server.bring(letter(REPLY) + b"x" * 100)
    mailbox(server, kept).fetch()
    (one,) = kept.arrivals
    assert (one.recipient, one.size) == (REPLY, len(server.items[0].raw))
    assert one.raw.endswith(b"Subject: Svar\r\n\r\n")


def test_a_wrong_password_is_a_code_without_it(server: Server) -> None:
    url = f"imap://{USER}:fel@127.0.0.1:{server.port}"
    with pytest.raises(MailboxAway) as away:
        Mailbox(ImapServer.from_url(url), OURS, Kept(), seconds=20).fetch()
    assert (away.value.code, str(away.value)) == ("login-refused", "login-refused")


def test_a_password_with_Swedish_letters_is_sent_as_it_is(server: Server) -> None:
    url = f"imap://{USER}:{quote(SWEDISH_PASSWORD)}@127.0.0.1:{server.port}"
    assert Mailbox(ImapServer.from_url(url), OURS, Kept(), seconds=20).fetch() == 0


@dataclass
class GivenTokens:
    """Stands for adapters.oauth.Tokens."""

    token: str
    forgotten: bool = False

    def get(self) -> str:
        return self.token

    def forget(self) -> None:
        self.forgotten = True


@pytest.mark.parametrize(("token", "taken"), [("t1", True), ("t0", False)])
def test_a_token_is_taken_instead_of_a_password_and_forgotten_when_refused(
    server: Server, token: str, taken: bool
) -> None:
    server.token = "t1"
    server.bring(letter(REPLY))
    kept, tokens = Kept(), GivenTokens(token)
    url = f"imap://{USER}@127.0.0.1:{server.port}"
    box = Mailbox(ImapServer.from_url(url), OURS, kept, tokens=tokens, seconds=20)  # type: ignore[arg-type]
    if taken:
        assert box.fetch() == 1
    else:
        with pytest.raises(MailboxAway, match="login-refused"):
            box.fetch()
    assert tokens.forgotten is not taken


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("imaps://a:hemligt@mail.example", "implicit", 993),
        ("imap://a:b@mail.example", "starttls", 143),
        ("imap://a:b@localhost:1143", "none", 1143),
    ],
)
def test_nothing_is_fetched_unencrypted_but_from_loopback(url: str, tls: str, port: int) -> None:
    server = ImapServer.from_url(url)
    assert (server.tls, server.port) == (tls, port)
    assert "hemligt" not in repr(server)


@pytest.mark.parametrize(
    "url",
    ["pop://a:b@c", "imaps://mail.example", "imaps://a:hemligt@c:x", "imaps://a:hemligt@c/%22x"],
)
def test_a_wrong_address_of_a_mailbox_is_said_without_the_password(url: str) -> None:
    with pytest.raises(ImapServerError) as error:
        ImapServer.from_url(url)
    assert "hemligt" not in str(error.value)


@dataclass
class Fickle:
    """A mailbox that can't be read at these looks, counted from one."""

    away_at: Sequence[int]
    looks: int = 0

    def fetch(self) -> int:
        self.looks += 1
        if self.looks in self.away_at:
            raise MailboxAway("login-refused")
        return 0


def signs_of(box: Fickle | None) -> list[int]:
    """After how many looks the first sign of life was given."""
    signs: list[int] = []

    async def run() -> None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()

        def sign() -> None:
            signs.append(box.looks if box else 0)
            loop.call_soon_threadsafe(ended.set)

        door = Door(hostname="localhost", connections=1, seconds=1, tls=None)
        process = TakingIn(door, None, OURS, lambda *_: None, box, 0.001, sign)
        await asyncio.wait_for(process.run(ended), 30)

    asyncio.run(run())
    return signs


def test_signs_of_life_are_given_only_while_the_mailbox_can_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(taking_in, "_SIGN_EVERY", 0.001)
    assert signs_of(None)[0] == 0
    assert signs_of(Fickle(away_at=range(1, 5)))[0] >= 5


def test_a_mailbox_that_begins_to_refuse_us_ends_the_signs() -> None:
    async def looked() -> bool:
        ended, looks, loop = asyncio.Event(), Looks(went_well=True), asyncio.get_running_loop()

        class Refuses:
            def fetch(self) -> int:
                loop.call_soon_threadsafe(ended.set)
                raise MailboxAway("login-refused")

        await look_into(Refuses(), 0.001, ended, looks)
        return looks.went_well

    assert not asyncio.run(looked())
