"""What the case service is told by its environment."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.cases.domain.identity import OidcClient
from services.cases.handlers.sessions import Terms
from shared.settings import ServiceSettings

# Set to nothing is as not set; else it would be the folder that the program was started in.
MaybeFolder = Annotated[Path | None, BeforeValidator(lambda said: said or None)]


class SignInSettings(ServiceSettings):
    """How staff sign in: how long a session lasts, and the municipality's identity service.

    `oidc_claim` names the person, by their address in the register or their login; an address
    counts only once the service has checked it, unless `oidc_verified` is off.
    """

    session_idle_minutes: Annotated[int, Field(ge=5, le=24 * 60)] = 60
    session_hours: Annotated[int, Field(ge=1, le=24)] = 10
    demo_password: SecretStr | None = None
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_claim: str = "email"
    oidc_verified: bool = True

    @model_validator(mode="after")
    def _whole_oidc(self) -> Self:
        secret = self.oidc_client_secret.get_secret_value()
        parts = (self.oidc_issuer, self.oidc_client_id, secret)
        if any(parts) and not all(parts):
            raise ValueError(
                "SAMSPEL_OIDC_ISSUER, SAMSPEL_OIDC_CLIENT_ID and SAMSPEL_OIDC_CLIENT_SECRET"
                " belong together: set all three or none"
            )
        try:
            _ = self.oidc
        except ValueError as error:
            raise ValueError(f"SAMSPEL_OIDC_ISSUER: {error}") from None
        return self

    @property
    def oidc(self) -> OidcClient | None:
        if not self.oidc_issuer:
            return None
        return OidcClient(
            self.oidc_issuer,
            self.oidc_client_id,
            self.oidc_client_secret.get_secret_value(),
            self.oidc_claim or "email",
            self.oidc_verified,
            self.demo,
        )

    @property
    def terms(self) -> Terms:
        return Terms(
            timedelta(minutes=self.session_idle_minutes), timedelta(hours=self.session_hours)
        )


class Settings(SignInSettings):
    """The API's token, Prometheus's (none: there are no metrics), and in demo mode where the
    mailbox can be read.

    A personal link works until `link_days` after its meeting; the code of its second step, read out
    on the phone, for `link_code_days` (X13). `archive`: the folder for what goes; without it
    nothing does.
    """

    api_token: SecretStr
    metrics_token: SecretStr | None = None
    mailbox_url: str | None = None
    link_days: Annotated[int, Field(ge=1, le=365)] = 30
    link_code_days: Annotated[int, Field(ge=1, le=90)] = 14
    archive: MaybeFolder = None

    @field_validator("api_token")
    @classmethod
    def _not_guessable(cls, value: SecretStr, others: ValidationInfo) -> SecretStr:
        """In demo mode any token will do: the person who tries it out has chosen it."""
        shortest = 1 if others.data.get("demo") else 16
        if len(value.get_secret_value()) < shortest:
            raise ValueError("must be at least 16 characters (openssl rand -hex 16)")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _long(cls, value: SecretStr | None) -> SecretStr | None:
        """Set to nothing is as not set."""
        if value is None or not value.get_secret_value():
            return None
        if len(value.get_secret_value()) < 16:
            raise ValueError("must be at least 16 characters (openssl rand -hex 16)")
        return value


class Addresses(BaseSettings):
    """What is needed before, or without, everything else."""

    model_config = SettingsConfigDict(env_prefix="SAMSPEL_", extra="ignore", frozen=True)

    database_url: str = ""
    broker_url: str = "redis://127.0.0.1:6379/0"
    demo: bool = False
    municipality: Path | None = None
    archive: MaybeFolder = None
