"""What the notifier is told by its environment."""

import ssl
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from services.notifier.domain.mailserver import MailServer
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where mail is handed over, how many at a time, and how patiently (real seconds).

    `keep`: a folder outside the database for the mark that a restore is noticed by.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True)  # SAMSPEL_SMTP_CA= says: none

    smtp_url: str
    smtp_ca: Path | None = None
    smtp_connections: int = Field(default=10, ge=1, le=100)
    smtp_timeout: float = Field(default=600.0, gt=0)
    smtp_command_timeout: float = Field(default=300.0, gt=0)
    smtp_unknown_wait: float = Field(default=15.0, ge=0)
    lease_seconds: float = Field(default=20.0, ge=0.2)
    keep: Path | None = None

    @field_validator("smtp_url")
    @classmethod
    def _usable(cls, value: str) -> str:
        MailServer.from_url(value)
        return value

    @field_validator("smtp_ca")
    @classmethod
    def _trusted(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        if not value.is_file():
            raise ValueError("the file doesn't exist")
        try:
            ssl.create_default_context(cafile=str(value))
        except OSError:
            raise ValueError("the file holds no certificate in PEM format") from None
        return value

    @property
    def mail_server(self) -> MailServer:
        return MailServer.from_url(self.smtp_url, self.smtp_ca)
