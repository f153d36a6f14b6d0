"""What the notifier is told by its environment."""

import ssl
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from services.notifier.domain.imapserver import ImapServer
from services.notifier.domain.mailserver import MailServer, is_loopback
from services.notifier.domain.oauth import OAuthClient
from services.notifier.domain.pacing import Pacing
from shared.settings import ServiceSettings


def _certificates(value: Path) -> Path:
    if not value.is_file():
        raise ValueError("the file doesn't exist")
    try:
        ssl.create_default_context(cafile=str(value))
    except OSError:
        raise ValueError("the file holds no certificate in PEM format") from None
    return value


Certificates = Annotated[Path, AfterValidator(_certificates)]


class MailSettings(ServiceSettings):
    """What sending and receiving share: how long words are kept of mails that came in, and of those
    that were sent (days), and the tokens of a mail server that takes no password."""

    model_config = SettingsConfigDict(env_ignore_empty=True)  # SAMSPEL_SMTP_CA= says: none

    inbound_days: int = Field(default=30, ge=1, le=365)
    sent_words_days: int = Field(default=90, ge=1, le=730)
    oauth_token_url: str | None = None
    oauth_client_id: str | None = None
    oauth_client_secret: SecretStr | None = None
    oauth_scope: str | None = None

    @model_validator(mode="after")
    def _whole_oauth(self) -> Self:
        parts = (self.oauth_token_url, self.oauth_client_id, self.oauth_client_secret)
        if any(parts) and not all(parts):
            raise ValueError(
                "SAMSPEL_OAUTH_TOKEN_URL, SAMSPEL_OAUTH_CLIENT_ID and SAMSPEL_OAUTH_CLIENT_SECRET"
                " belong together: set all three or none"
            )
        return self

    @field_validator("oauth_token_url")
    @classmethod
    def _encrypted(cls, value: str | None) -> str | None:
        if value is not None:
            OAuthClient(value, "", "")
        return value

    @property
    def inbound_keep(self) -> timedelta:
        return timedelta(days=self.inbound_days)

    @property
    def sent_words_keep(self) -> timedelta:
        return timedelta(days=self.sent_words_days)

    @property
    def oauth(self) -> OAuthClient | None:
        if not (self.oauth_token_url and self.oauth_client_id and self.oauth_client_secret):
            return None
        secret = self.oauth_client_secret.get_secret_value()
        return OAuthClient(self.oauth_token_url, self.oauth_client_id, secret, self.oauth_scope)


class InboundSettings(MailSettings):
    """Where mail comes in: delivered to us, or fetched from a mailbox.

    `inbound_port` 0: nothing is delivered. `imap_folder`: where a mail is put once it's taken; left
    out, it's only marked as read. Seconds are real time.
    """

    inbound_host: str = "127.0.0.1"
    inbound_port: int = Field(default=2525, ge=0, le=65535)
    inbound_connections: int = Field(default=50, ge=1, le=1000)
    inbound_timeout: float = Field(default=120.0, gt=0)
    inbound_tls_cert: Certificates | None = None
    inbound_tls_key: Path | None = None
    imap_url: SecretStr | None = None
    imap_ca: Certificates | None = None
    imap_folder: Annotated[str, Field(pattern=r'^[^"\\\x00-\x1f]{1,200}$')] | None = None
    imap_seconds: float = Field(default=30.0, ge=1)

    @field_validator("imap_url")
    @classmethod
    def _mailbox(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            ImapServer.from_url(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.inbound_tls_cert is None) != (self.inbound_tls_key is None):
            raise ValueError("SAMSPEL_INBOUND_TLS_CERT and SAMSPEL_INBOUND_TLS_KEY belong together")
        try:
            self.tls  # noqa: B018 - made, so that a wrong key is said at the start
        except OSError:
            raise ValueError(
                "SAMSPEL_INBOUND_TLS_KEY isn't the key of SAMSPEL_INBOUND_TLS_CERT"
            ) from None
        server = self.imap_server
        if server is not None and server.password is None and self.oauth is None:
            raise ValueError("SAMSPEL_IMAP_URL has no password, and SAMSPEL_OAUTH_... isn't set")
        if server is None and not self.inbound_port:
            raise ValueError("SAMSPEL_INBOUND_PORT is 0 and SAMSPEL_IMAP_URL isn't set: no way in")
        return self

    @property
    def imap_server(self) -> ImapServer | None:
        if self.imap_url is None:
            return None
        return ImapServer.from_url(self.imap_url.get_secret_value(), self.imap_ca)

    @property
    def tls(self) -> ssl.SSLContext | None:
        """What STARTTLS is offered with."""
        if self.inbound_tls_cert is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.inbound_tls_cert, self.inbound_tls_key)
        return context


class Settings(MailSettings):
    """Where mail is handed over, how many at a time, and how patiently (real seconds).

    `smtp_failures`: in a row, after which sending is paused; `smtp_pause`: the longest time between
    tries then. `smtp_domain_...`: how much goes to one recipient domain, for each worker; 0 is no
    limit, and so is nothing where the server is this machine's own.
    `keep`: a folder outside the database for the mark that a restore is noticed by.
    `trusted_authserv`: the name our own mail server signs its Authentication-Results with (B11).
    """

    smtp_url: str
    smtp_ca: Certificates | None = None
    trusted_authserv: str | None = None
    smtp_connections: int = Field(default=10, ge=1, le=100)
    smtp_timeout: float = Field(default=600.0, gt=0)
    smtp_command_timeout: float = Field(default=300.0, gt=0)
    smtp_unknown_wait: float = Field(default=15.0, ge=0)
    smtp_failures: int = Field(default=5, ge=1, le=1000)
    smtp_pause: float = Field(default=60.0, ge=1, le=300)
    smtp_domain_at_once: int = Field(default=4, ge=1, le=100)
    smtp_domain_per_minute: int | None = Field(default=None, ge=0, le=100_000)
    lease_seconds: float = Field(default=20.0, ge=0.2)
    keep: Path | None = None

    @field_validator("smtp_url")
    @classmethod
    def _usable(cls, value: str) -> str:
        MailServer.from_url(value)
        return value

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        server = self.mail_server
        if server.username is not None and server.password is None and self.oauth is None:
            raise ValueError("SAMSPEL_SMTP_URL has no password, and SAMSPEL_OAUTH_... isn't set")
        return self

    @property
    def mail_server(self) -> MailServer:
        return MailServer.from_url(self.smtp_url, self.smtp_ca)

    def pacing(self, own: Collection[str]) -> Pacing:
        """`own`: the municipality's domains."""
        a_minute = self.smtp_domain_per_minute
        if a_minute is None:
            a_minute = 0 if is_loopback(self.mail_server.host) else 120
        return Pacing(self.smtp_domain_at_once, a_minute, frozenset(own))
