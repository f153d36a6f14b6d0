"""What the case service is told by its environment."""

from pydantic import SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The API's token, and in demo mode where the mailbox can be read."""

    api_token: SecretStr
    mailbox_url: str | None = None

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
