"""An embedded Valkey, which speaks the protocol of Redis: Celery's broker, and nothing to keep."""

import asyncio
import json
import socket
from pathlib import Path

from samspel.embedded.ground import write_private
from samspel.embedded.server import EmbeddedServer
from samspel.ports import LOOPBACK
from samspel.process import Process


class EmbeddedValkey(EmbeddedServer):
    """Valkey on loopback, in memory only."""

    name = "valkey"

    @property
    def url(self) -> str:
        return self.url_of(0)

    def url_of(self, database: int) -> str:
        """The URL of one of its 64 numbered databases."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def process(self) -> Process:
        return Process(
            name=self.name,
            command=(str(self.ground.valkey), str(self._configuration)),
            env={"LC_ALL": "C", "TZ": "UTC"},
            cwd=Path("/"),
            owner=self.ground.owner,
            ready=lambda: asyncio.to_thread(self.answers),
        )

    def prepare(self) -> None:
        super().prepare()
        folder = self.ground.data_folder(self.name)
        # A file, because a password on the command line is there for every user to read.
        settings = (
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f"dir {json.dumps(str(folder), ensure_ascii=False)}",
            "databases 64",
            'save ""',
            "appendonly no",
            "maxmemory 256mb",
            "maxmemory-policy noeviction",  # a queue refuses, it doesn't forget
            "tcp-backlog 128",
            "loglevel warning",
            'logfile "valkey.log"',  # in its folder: it warns about the machine at every start
            "always-show-logo no",
        )
        write_private(self._configuration, "\n".join(settings) + "\n", self.ground.owner)

    def answers(self) -> bool:
        hello = f"AUTH {self.password}\r\nPING\r\n".encode()
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=2) as connection:
                connection.sendall(hello)
                with connection.makefile("rb") as answer:
                    return answer.readline() + answer.readline() == b"+OK\r\n+PONG\r\n"
        except OSError:
            return False

    @property
    def _configuration(self) -> Path:
        return self.ground.folder / self.name / "valkey.conf"
