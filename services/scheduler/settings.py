"""What the scheduler is told by its environment."""

import ssl
from pathlib import Path

from pydantic import field_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where calendars may be read besides on the public internet, and whose certificates count.

    `calendar_hosts`: names of hosts on the municipality's own network, with commas between them.
    `calendar_ca`: the authority of their certificates, beside the public ones.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True)  # SAMSPEL_CALENDAR_CA= says: none

    calendar_hosts: str = ""
    calendar_ca: Path | None = None

    @property
    def own_calendar_hosts(self) -> frozenset[str]:
        hosts = (host.strip().lower() for host in self.calendar_hosts.split(","))
        return frozenset(host for host in hosts if host)

    @field_validator("calendar_ca")
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
