"""The way in for answers: our own port greets, or the mailbox can be logged in to."""

import socket
from collections.abc import Iterator

from samspel.doctor.findings import Finding, fail, ok, warn
from services.notifier.adapters.imap import Mailbox, MailboxAway
from services.notifier.adapters.oauth import Tokens
from services.notifier.domain.imapserver import ImapServer
from services.notifier.domain.ours import OurAddresses
from services.notifier.settings import InboundSettings
from shared.settings import SettingsError

_SECONDS = 8.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - to be asked, not listened on


def check_mail_in() -> Iterator[Finding]:
    """Nothing is fetched or taken in."""
    try:
        settings = InboundSettings.read()
    except SettingsError:
        yield warn("Inställningarna går inte att läsa.", "Se ovan under Inställningar.")
        return
    if settings.imap_server is not None:
        yield _mailbox(settings, settings.imap_server)
    if settings.inbound_port:
        host = _EVERYWHERE.get(settings.inbound_host, settings.inbound_host)
        yield _door(host, settings.inbound_port)


def _mailbox(settings: InboundSettings, server: ImapServer) -> Finding:
    tokens = None if settings.oauth is None else Tokens(settings.oauth)
    nobodys = OurAddresses("", "", "")  # nothing is read, so nothing is ours
    mailbox = Mailbox(server, nobodys, lambda _: None, tokens=tokens, seconds=_SECONDS)
    try:
        unread = mailbox.look()
    except MailboxAway as error:
        return fail(
            f"Brevlådan på {server.host} går inte att läsa ({error.code}).",
            "Rätta SAMSPEL_IMAP_URL, eller kontot. Svaren väntar i brevlådan.",
        )
    return ok(f"Brevlådan på {server.host} går att läsa ({unread} olästa).")


def _door(host: str, port: int) -> Finding:
    try:
        with socket.create_connection((host, port), timeout=_SECONDS) as connection:
            greeting = connection.recv(3)
    except OSError:
        return warn(
            f"Ingen svarar på {host}:{port}.",
            "Starta inbound, eller kör samspel doctor där den körs.",
        )
    if greeting != b"220":
        return fail(f"På {host}:{port} svarar något annat än inbound.", "Se vad som lyssnar där.")
    return ok(f"{host}:{port} tar emot mejl.")
