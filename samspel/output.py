"""What `samspel run` shows: its own lines and its processes', each with a name in front."""

import asyncio
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

_CHUNK = 65_536
OWN_NAME = "samspel"


class Output:
    """A stream that several processes' lines go to, whole and with names in one column."""

    def __init__(self, names: Iterable[str], stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._width = max(map(len, [*names, OWN_NAME]))

    def say(self, line: str) -> None:
        self._write(OWN_NAME, line)

    async def pass_on(self, name: str, descriptor: int) -> None:
        """Show what comes out of the pipe, line by line, until its other end is closed."""
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", 0)
        )
        try:
            rest = b""
            while chunk := await reader.read(_CHUNK):
                *lines, rest = (rest + chunk).split(b"\n")
                if len(rest) > _CHUNK:  # a line without an end must not fill the memory
                    lines, rest = [*lines, rest], b""
                for line in lines:
                    self._write(name, line.decode(errors="replace").rstrip())
            if rest:
                self._write(name, rest.decode(errors="replace").rstrip())
        finally:
            transport.close()

    def _write(self, name: str, line: str) -> None:
        try:
            self._stream.write(f"{name:<{self._width}} | {line}\n")
            self._stream.flush()
        except OSError:
            # Nobody reads any more (`make run | head`). The processes go on all the same.
            self._stream = Path(os.devnull).open("w")  # noqa: SIM115 - for good
            if sys.stdout is not self._stream:
                os.dup2(self._stream.fileno(), sys.stdout.fileno())
