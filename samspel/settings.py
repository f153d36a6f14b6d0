"""The settings of `samspel run`, read from the environment and checked before anything starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
PROJECT = Path(__file__).resolve().parent.parent
_EXAMPLE_MUNICIPALITY = PROJECT / "examples" / "exempelkommun"


class BadSetting(Exception):
    """A setting can't be used; the message is one line in Swedish that names it."""


@dataclass(frozen=True)
class Port:
    """A port to listen on, with the setting that chooses it and what it is for."""

    setting: str
    purpose: str
    number: int


@dataclass(frozen=True)
class RunSettings:
    """What `samspel run` can be told; everything has a default."""

    home: Path
    municipality: Path
    web: Port
    mailbox: Port
    smtp: Port
    inbound: Port  # where answers are received
    smtp_url: str | None  # another mail server instead of the mailbox
    demo_token: str | None
    demo_password: str | None
    clock: datetime | None
    example: bool

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "RunSettings":
        """The settings from the environment. Raises BadSetting."""
        given = {key: value.strip() for key, value in environment.items() if value.strip()}
        settings = cls(
            home=_home(given),
            municipality=municipality_folder(given),
            web=_port(given, "SAMSPEL_WEB_PORT", "webben", 8000),
            mailbox=_port(given, "SAMSPEL_MAILBOX_PORT", "brevlådans sida", 8025),
            smtp=_port(given, "SAMSPEL_SMTP_PORT", "brevlådans SMTP", 1025),
            inbound=_port(given, "SAMSPEL_INBOUND_PORT", "inkommande svar", 2525),
            smtp_url=_smtp_url(given),
            demo_token=_token(given),
            demo_password=_password(given),
            clock=_clock(given),
            example=_example(given) and municipality_folder(given) == _EXAMPLE_MUNICIPALITY,
        )
        _all_different(settings.ports)
        return settings

    @property
    def ports(self) -> tuple[Port, ...]:
        """The ports that will be listened on."""
        ours = (self.web, self.inbound)
        return ours if self.smtp_url else (*ours, self.mailbox, self.smtp)


def _home(given: Mapping[str, str]) -> Path:
    home = Path(given.get("SAMSPEL_HOME", ".samspel")).expanduser().absolute()
    if home.exists() and not home.is_dir():
        raise BadSetting(f"SAMSPEL_HOME: {home} är inte en mapp.")
    return home


def municipality_folder(given: Mapping[str, str]) -> Path:
    """The municipality's folder; the example's if none is given. Raises BadSetting."""
    folder = Path(given.get("SAMSPEL_MUNICIPALITY", _EXAMPLE_MUNICIPALITY)).expanduser().absolute()
    if not folder.is_dir():
        raise BadSetting(f"SAMSPEL_MUNICIPALITY: mappen {folder} finns inte.")
    return folder


def _port(given: Mapping[str, str], setting: str, purpose: str, default: int) -> Port:
    text = given.get(setting, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65_535):
        raise BadSetting(f"{setting}: «{text}» är inte ett portnummer (1-65535).")
    return Port(setting, purpose, int(text))


def _all_different(ports: tuple[Port, ...]) -> None:
    taken: dict[int, Port] = {}
    for port in ports:
        other = taken.setdefault(port.number, port)
        if other is not port:
            raise BadSetting(f"{other.setting} och {port.setting} är samma port: {port.number}.")


def _smtp_url(given: Mapping[str, str]) -> str | None:
    url = given.get("SAMSPEL_SMTP_URL")
    if url is None:
        return None
    example = "SAMSPEL_SMTP_URL: skriv som smtp://värd:587 eller smtps://värd:465."
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
    except ValueError:
        raise BadSetting(example) from None
    if not right:
        raise BadSetting(example)
    return url


def _token(given: Mapping[str, str]) -> str | None:
    token = given.get("SAMSPEL_DEMO_TOKEN")
    if token is not None and not (token.isascii() and token.isprintable() and " " not in token):
        raise BadSetting("SAMSPEL_DEMO_TOKEN: bara ASCII-tecken utan mellanslag.")
    return token


def _password(given: Mapping[str, str]) -> str | None:
    password = given.get("SAMSPEL_DEMO_PASSWORD")
    if password is not None and not password.isprintable():
        raise BadSetting("SAMSPEL_DEMO_PASSWORD: inga styrtecken eller radbrytningar.")
    return password


def _clock(given: Mapping[str, str]) -> datetime | None:
    text = given.get("SAMSPEL_CLOCK")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        example = "2027-03-01T08:00:00+01:00"
        raise BadSetting(f"SAMSPEL_CLOCK: «{text}» är inte en tid som {example}.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=STOCKHOLM)


def _example(given: Mapping[str, str]) -> bool:
    text = given.get("SAMSPEL_EXAMPLE", "1")
    if text not in ("0", "1"):
        raise BadSetting(f"SAMSPEL_EXAMPLE: «{text}» är varken 0 eller 1.")
    return text == "1"
