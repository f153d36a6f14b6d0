"""A mailbox on a server that speaks as much IMAP as is asked of it, and fails as it's told to."""

import base64
import re
import socketserver
import threading
from dataclasses import dataclass, field
from typing import Self

USER, PASSWORD, SWEDISH_PASSWORD = "moten", "losen 1", "lösen"


@dataclass
class Item:
    raw: bytes
    seen: bool = False
    folder: str = "INBOX"


@dataclass
class ImapServer:
    """Listens on loopback in a thread. `token`: what XOAUTH2 takes, if anything.

    `drop_before`: the connection breaks before this command is answered, once.
    """

    items: list[Item] = field(default_factory=list)
    token: str | None = None
    drop_before: str | None = None
    commands: list[str] = field(default_factory=list)
    port: int = 0
    _server: socketserver.ThreadingTCPServer | None = None

    def __enter__(self) -> Self:
        ours = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _Talk(ours, self).talk()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def bring(self, *raws: bytes) -> None:
        self.items += [Item(raw) for raw in raws]


class _Talk:
    def __init__(self, server: ImapServer, session: socketserver.StreamRequestHandler) -> None:
        self._server, self._session = server, session

    def talk(self) -> None:
        self._say(b"* OK ready")
        while line := self._session.rfile.readline():
            tag, _, rest = line.strip().partition(b" ")
            verb = rest.decode("utf-8", "replace")
            self._server.commands.append(verb)
            if self._server.drop_before is not None and self._server.drop_before in verb:
                self._server.drop_before = None
                return
            status = self._do(verb)
            self._say(tag + b" " + status)
            if verb == "LOGOUT":
                return

    def _do(self, verb: str) -> bytes:
        server = self._server
        if verb == "CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1 MOVE AUTH=XOAUTH2")
        elif verb.startswith("LOGIN"):
            right = server.token is None and verb == f'LOGIN {USER} "{PASSWORD}"'
            return b"OK in" if right else b"NO wrong"
        elif verb.startswith("AUTHENTICATE"):
            self._say(b"+ ")
            said = base64.b64decode(self._session.rfile.readline())
            if said == f"\0{USER}\0{SWEDISH_PASSWORD}".encode() and "PLAIN" in verb:
                return b"OK in"
            if said == f"user={USER}\x01auth=Bearer {server.token}\x01\x01".encode():
                return b"OK in"
            self._say(b"+ " + base64.b64encode(b'{"status":"400"}'))
            self._session.rfile.readline()
            return b"NO wrong"
        elif verb.startswith("SELECT"):
            self._say(f"* {len(server.items)} EXISTS".encode())
        elif verb == "UID SEARCH UNSEEN":
            unseen = (n for n, one in self._inbox() if not one.seen)
            self._say(b"* SEARCH " + " ".join(map(str, unseen)).encode())
        elif found := re.fullmatch(r"UID (FETCH|STORE|MOVE) (\d+) (.*)", verb):
            self._with(found[1], int(found[2]), found[3])
        elif verb == "LOGOUT":
            self._say(b"* BYE")
        return b"OK done"

    def _with(self, what: str, uid: int, rest: str) -> None:
        one = self._server.items[uid - 1]
        if what == "MOVE":
            one.folder = rest.strip('"')
        elif what == "STORE":
            one.seen = one.seen or "Seen" in rest
        elif "SIZE" in rest:
            self._say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(one.raw)})".encode())
        else:
            raw = one.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if "HEADER" in rest else one.raw
            self._say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}".encode())
            self._session.wfile.write(raw + b")\r\n")

    def _inbox(self) -> list[tuple[int, Item]]:
        numbered = enumerate(self._server.items, 1)
        return [(n, one) for n, one in numbered if one.folder == "INBOX"]

    def _say(self, line: bytes) -> None:
        self._session.wfile.write(line + b"\r\n")
