"""The mail server: reached, encrypted, logged in to, and willing to send as us. Nothing is sent."""

import asyncio
from collections.abc import Iterator

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException, SMTPResponseException

from samspel.doctor.certificates import lasts
from samspel.doctor.findings import Finding, fail, ok, warn
from services.cases.domain.message_words import reason_in_words
from services.notifier.adapters.oauth import Tokens
from services.notifier.adapters.smtp import tls_context
from services.notifier.adapters.smtp_login import connected
from services.notifier.domain.outcomes import NotBegun
from services.notifier.settings import Settings
from shared.clock import system_now
from shared.municipality import Mail
from shared.settings import SettingsError

_SECONDS = 8.0
_TOKEN = "doctor"  # noqa: S105 - where an address of ours has one


def check_mail_out(mail: Mail | None) -> Iterator[Finding]:
    """As the notifier connects; `mail`: the municipality's, if its folder can be read."""
    try:
        settings = Settings.read()
    except SettingsError:
        yield warn(
            "Mejlserverns inställningar går inte att läsa här.",
            "Se ovan under Inställningar; kör samspel doctor där notifier körs.",
        )
        return
    yield from asyncio.run(_spoken_to(settings, mail))


async def _spoken_to(settings: Settings, mail: Mail | None) -> list[Finding]:
    server = settings.mail_server
    hello = mail.domain if mail else "localhost"
    tokens = None if settings.oauth is None else Tokens(settings.oauth)
    try:
        tls = tls_context(server)
    except OSError:
        return [fail("SAMSPEL_SMTP_CA går inte att läsa.", "Ange en fil i PEM-format.")]
    client = await connected(server, hello, tls, tokens, seconds=_SECONDS)
    if isinstance(client, NotBegun):
        why = reason_in_words(client.reason) or client.reason
        return [
            fail(
                f"{server.host}:{server.port}: {why} ({client.reason}).",
                "Rätta SAMSPEL_SMTP_URL, eller mejlservern. Mejlen väntar under tiden.",
            )
        ]
    found = [ok(f"{server.host}:{server.port} svarar" + _logged_in(server.username))]
    if tls is None:
        found.append(ok("Utan kryptering, eftersom servern är på den här maskinen."))
    else:
        found.append(lasts(client.get_transport_info("peercert"), system_now()))
    if mail is not None:
        found.append(await _takes(client, mail))
    await _leave(client)
    return found


def _logged_in(username: str | None) -> str:
    return "." if username is None else " och inloggningen går."


async def _takes(client: SMTP, mail: Mail) -> Finding:
    """Whether it lets us be the sender that all our mails have; taken back at once."""
    try:
        await client.mail(mail.bounce_address(_TOKEN), timeout=_SECONDS)
        await client.rset(timeout=_SECONDS)
    except SMTPResponseException as error:
        return fail(
            f"Servern låter oss inte skicka från {mail.bounce_pattern} (svar {error.code}).",
            "Ge Samspels konto rätt att skicka från adresserna under [mail] i municipality.toml.",
        )
    except (SMTPException, OSError):
        return fail("Förbindelsen bröts.", "Se mejlserverns logg.")
    return ok(f"Servern låter oss skicka från {mail.bounce_pattern}.")


async def _leave(client: SMTP) -> None:
    try:
        await client.quit(timeout=_SECONDS)
    except (SMTPException, OSError):
        client.close()
