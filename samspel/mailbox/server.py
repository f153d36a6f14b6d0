"""Starts the mailbox: two ports, one process, one event loop."""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import Generator, Sequence
from pathlib import Path

import uvicorn
import uvloop

from samspel.mailbox.receiver import Receiver
from samspel.mailbox.site import create_site
from samspel.mailbox.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        store = Store.open(options.store)
    except (OSError, sqlite3.Error) as error:
        return _refuse(f"the folder {options.store} can't be used: {error}")
    with contextlib.closing(store):
        try:
            smtp = _listen(options.host, options.smtp_port)
            http = _listen(options.host, options.http_port)
        except OSError as error:
            return _refuse(str(error))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(store, smtp, http))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m samspel.mailbox", description=__doc__)
    parser.add_argument("--smtp-port", type=int, default=1025, help="where mail is received")
    parser.add_argument("--http-port", type=int, default=8025, help="where it's read: page and API")
    parser.add_argument("--store", type=Path, required=True, help="folder where the mail is kept")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    return parser


def _refuse(reason: str) -> int:
    sys.stderr.write(f"mailbox: {reason}\n")
    return 1


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise OSError(f"port {port} on {host} can't be used: {reason}") from error


async def _serve(store: Store, smtp: socket.socket, http: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    receiver = Receiver(store)
    pages = _Http(
        uvicorn.Config(
            create_site(store),
            lifespan="off",
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=2,
        )
    )
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, pages.stop)
    mail = await loop.create_server(receiver.session, sock=smtp)
    pages.ready_line = f"mailbox ready: smtp {_port(smtp)}, http {_port(http)}"
    await pages.serve(sockets=[http])
    mail.close()
    receiver.close()


def _port(listening: socket.socket) -> int:
    port: int = listening.getsockname()[1]
    return port


class _Http(uvicorn.Server):
    """uvicorn without its own signal handling, which ends the process before SMTP is closed."""

    ready_line = ""

    def stop(self) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(self.ready_line + "\n")
        sys.stdout.flush()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
