"""What every service is told by its environment (`SAMSPEL_…`), checked once at the start."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.broker_address import BrokerAddress

_PUBLIC_URL = re.compile(r"https?://[\w.:\[\]-]+(/[\w.~-]+)*/?", re.ASCII)


class SettingsError(Exception):
    """Settings are missing or wrong; the message is one line that names them and says what to do.

    `wrong`: each with its name (none, if it is about several) and the reason (none: it's missing).
    """

    def __init__(self, message: str, wrong: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.wrong = wrong


class FromEnvironment(BaseSettings):
    """Settings that are read together; `SAMSPEL_…`."""

    model_config = SettingsConfigDict(
        env_prefix="SAMSPEL_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    @classmethod
    def read(cls) -> Self:
        """The settings from the environment. Raises SettingsError: one line for all of it."""
        try:
            return cls()
        except ValidationError as error:
            wrong = [
                (f"SAMSPEL_{str(e['loc'][0]).upper()}" if e["loc"] else "", _reason(e))
                for e in error.errors()
            ]
            said = "; ".join(
                f"{name}: {why or 'is missing'}" if name else why for name, why in wrong
            )
            raise SettingsError(f"Settings: {said}. See docs/settings.md.", wrong) from None


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "missing":
        return ""
    return str(error["ctx"]["error"]) if error["type"] == "value_error" else error["msg"]


class WatchSettings(FromEnvironment):
    """How a process is watched: the form of its log (none said: text in a terminal, else JSON), and
    where its traces go, if anywhere."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    log: Literal["json", "text"] | None = None
    otlp_url: str | None = None


class BrokerSettings(FromEnvironment):
    """Where the bells are."""

    broker_url: str

    @field_validator("broker_url")
    @classmethod
    def _spoken(cls, value: str) -> str:
        BrokerAddress.read(value)
        return value


class ServiceSettings(BrokerSettings):
    """The settings that the three services share."""

    database_url: str
    public_url: str
    secret_key: SecretStr
    municipality: Path
    demo: bool = False

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not _PUBLIC_URL.fullmatch(value):
            raise ValueError(
                "must be an address such as https://samspel.kommunen.example, or below a path:"
                " https://kommunen.example/samspel"
            )
        return value.rstrip("/")

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            raise ValueError("must be at least 32 characters (openssl rand -hex 32)")
        return value

    @property
    def secret(self) -> bytes:
        return self.secret_key.get_secret_value().encode()
