"""What the case service is told by its environment."""

from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The API's token, and in demo mode where the mailbox can be read.

    A personal link works until `link_days` after its meeting; the code of its second step, read out
    on the phone, for `link_code_days` (X13).
    """

    api_token: SecretStr
    mailbox_url: str | None = None
    link_days: Annotated[int, Field(ge=1, le=365)] = 30
    link_code_days: Annotated[int, Field(ge=1, le=90)] = 14

    @field_validator("api_token")
    @classmethod
    def _not_guessable(cls, value: SecretStr, others: ValidationInfo) -> SecretStr:
        """In demo mode any token will do: the person who tries it out has chosen it."""
        shortest = 1 if others.data.get("demo") else 16
        if len(value.get_secret_value()) < shortest:
            raise ValueError("must be at least 16 characters (openssl rand -hex 16)")
        return value


class Addresses(BaseSettings):
    """What is needed before, or without, everything else."""

    model_config = SettingsConfigDict(env_prefix="SAMSPEL_", extra="ignore", frozen=True)

    database_url: str = ""
    broker_url: str = "redis://127.0.0.1:6379/0"
    demo: bool = False
