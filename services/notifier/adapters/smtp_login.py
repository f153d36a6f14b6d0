"""A connection to the mail server that is encrypted and logged in, or why there is none."""

import asyncio
import logging
import socket
import ssl

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException, SMTPHeloError, SMTPResponseException

from services.notifier.adapters.oauth import TokenRefused, Tokens
from services.notifier.domain.mailserver import MailServer
from services.notifier.domain.outcomes import NotBegun
from services.notifier.domain.replies import Fault, read_reply

log = logging.getLogger(__name__)

_CONNECT_SECONDS = 30.0
_LOGIN_SECONDS = 60.0


async def connected(
    server: MailServer,
    hello: str,
    tls: ssl.SSLContext | None,
    tokens: Tokens | None,
    *,
    seconds: float,
) -> SMTP | NotBegun:
    """`seconds` (real time): how patiently a command is waited for. Nothing is sent in clear."""
    client = SMTP(
        hostname=server.host,
        port=server.port,
        local_hostname=hello,
        use_tls=server.tls == "implicit",
        start_tls=server.tls == "starttls",
        tls_context=tls,
        timeout=seconds,
    )
    try:
        await asyncio.wait_for(_greeted(client), _CONNECT_SECONDS)
    except (SMTPException, OSError, ValueError) as error:
        client.close()
        return NotBegun(_why_not_connected(error), Fault.AWAY)
    try:
        failure = await asyncio.wait_for(_logged_in(client, server, tokens), _LOGIN_SECONDS)
    except SMTPResponseException as error:
        reading = read_reply("login", error.code, error.message)
        failure = NotBegun(reading.reason, reading.fault)
    except TimeoutError:
        failure = NotBegun("login-timeout", Fault.AWAY)
    except OSError:
        failure = NotBegun("login-dropped", Fault.AWAY)
    except SMTPException:
        failure = NotBegun("login-no-method", Fault.OURS)
    if failure is None and not client.is_connected:
        failure = NotBegun("connect-dropped", Fault.AWAY)
    if failure is not None:
        client.close()
        return failure
    return client


async def _greeted(client: SMTP) -> None:
    """What the server offers is known then (after STARTTLS it is asked anew)."""
    await client.connect()
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


async def _logged_in(client: SMTP, server: MailServer, tokens: Tokens | None) -> NotBegun | None:
    """None once it is, or where nobody logs in. Raises SMTPException and OSError."""
    if server.username is None:
        return None
    if server.password is not None or tokens is None:
        await client.login(server.username, server.password or "")
        return None
    if "xoauth2" not in client.server_auth_methods:
        return NotBegun("login-no-method", Fault.OURS)
    try:
        await _with_token(client, server.username, tokens)
    except TokenRefused as error:
        log.error("No token for the mail server: %s.", error.code)  # noqa: TRY400
        code = error.code.partition(" ")[0]
        away = code.startswith("token-server")
        return NotBegun(f"login-{code}", Fault.AWAY if away else Fault.OURS)
    return None


async def _with_token(client: SMTP, username: str, tokens: Tokens) -> None:
    """A token that isn't taken any more is fetched anew, once. Fetching blocks, so in a thread."""
    try:
        await client.auth_xoauth2(username, await asyncio.to_thread(tokens.get))
    except SMTPResponseException as error:
        if error.code != 535:
            raise
        tokens.forget()
        await client.auth_xoauth2(username, await asyncio.to_thread(tokens.get))


def _why_not_connected(error: Exception) -> str:
    """A code; `connect` at its start, so that all who wait for the server can be found."""
    cause = error.__cause__ or error
    if isinstance(cause, ssl.SSLError):
        return "connect-certificate" if "CERTIFICATE" in str(cause.reason) else "connect-tls"
    if isinstance(error, SMTPResponseException):
        return f"connect-{error.code}"
    if isinstance(error, TimeoutError):
        return "connect-timeout"
    if isinstance(cause, socket.gaierror):
        return "connect-no-such-host"
    if isinstance(error, OSError):
        return "connect-refused"
    return "connect-no-starttls"
