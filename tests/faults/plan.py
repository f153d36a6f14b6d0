"""What a world starts: the processes of `samspel run`, with servers of their own."""

import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from samspel.embedded.ground import Ground
from samspel.house import House
from samspel.ports import free_port
from samspel.settings import RunSettings

TOKEN = "token-of-a-world-that-lives-for-its-faults"


class PlannedHouse(House):
    """The plan of `samspel run`, which a world carries out in its own way."""

    def discard(self) -> None:
        """As root, the servers' data lies outside the home."""
        self._postgres.ground.discard()


def planned(
    home: Path, municipality: Path, *, clock: str, smtp_url: str, inbound_port: int
) -> PlannedHouse:
    """Its data folders made, its ports chosen; nothing is started."""
    given = {
        "SAMSPEL_HOME": str(home),
        "SAMSPEL_WEB_PORT": str(free_port()),
        "SAMSPEL_INBOUND_PORT": str(inbound_port),
        "SAMSPEL_SMTP_URL": smtp_url,
        "SAMSPEL_DEMO_TOKEN": TOKEN,
        "SAMSPEL_CLOCK": clock,
        "SAMSPEL_EXAMPLE": "0",
        "SAMSPEL_MUNICIPALITY": str(municipality),
    }
    ours = {key: value for key, value in os.environ.items() if not key.startswith("SAMSPEL_")}
    house = PlannedHouse(RunSettings.read(given), Ground.of(home), ours)
    house.prepare()
    return house


def port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


def through(url: str, port: int) -> str:
    """The same URL by way of a proxy at this port."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}"))
