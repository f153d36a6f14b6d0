"""A small identity service on this machine, which says what a test tells it to."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from shared.clock import system_now

CLIENT_ID, CLIENT_SECRET = "samspel", "hemlig + svår"
_RSA = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
_EC = ECKey.generate_key("P-256", {"kid": "curve", "use": "sig"})
_OTHER = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
_NEW = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
KEYS: dict[str, RSAKey | ECKey] = {"rsa": _RSA, "ec": _EC, "other": _OTHER, "new": _NEW}


@dataclass
class IdentityProvider:
    """What it says of itself and of whoever signs in, and what it was asked.

    `claims` are put over the right ones; a claim that is None is left out.
    """

    url: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "first"})
    key: str = "rsa"
    shown: list[str] = field(default_factory=lambda: ["rsa", "ec"])
    status: int = 200
    token: str | None = None
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)  # by code: how it was asked for

    def sign_in(self, address: str) -> dict[str, str]:
        """Somebody signs in there: the query that their browser brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def answer(self, path: str, form: dict[str, str], login: str) -> tuple[int, Any]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return self.status, self._about()
        if path == "/keys":
            return 200, {"keys": [KEYS[name].as_dict(private=False) for name in self.shown]}
        asked = self.codes.pop(form.get("code", ""), None)  # a code is good for one time
        if path != "/token" or asked is None or login != _login() or not _proves(form, asked):
            return 400, {"error": "invalid_grant"}
        return 200, {"token_type": "Bearer", "id_token": self.token or self._token(asked)}

    def _about(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        } | self.about

    def _token(self, asked: dict[str, str]) -> str:
        now = int(system_now().timestamp())
        claims = {
            "iss": self.url,
            "sub": "4711",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": "anna.lindqvist@exempelkommun.example",
            "email_verified": True,
        } | self.claims
        said = {name: value for name, value in claims.items() if value is not None}
        if self.header["alg"] in ("none", "HS256"):
            return _by_hand(self.header, said)
        return jwt.encode(self.header, said, KEYS[self.key], algorithms=[self.header["alg"]])


def _by_hand(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token without a signature, or with one by what everybody knows: the public key."""
    begins = ".".join(_packed(json.dumps(one).encode()) for one in (header, claims))
    if header["alg"] == "none":
        return f"{begins}."
    seal = hmac.new(_RSA.as_pem(private=False), begins.encode(), hashlib.sha256).digest()
    return f"{begins}.{_packed(seal)}"


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _login() -> str:
    return "Basic " + base64.b64encode(b"samspel:hemlig+%2B+sv%C3%A5r").decode()


def _proves(form: dict[str, str], asked: dict[str, str]) -> bool:
    """RFC 7636: whoever brings the code is who asked for it."""
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = _packed(digest)
    same_place = form.get("redirect_uri") == asked["redirect_uri"]
    return challenge == asked["code_challenge"] and same_place


@contextmanager
def an_identity_provider() -> Iterator[IdentityProvider]:
    provider = IdentityProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(*provider.answer(urlsplit(self.path).path, {}, ""))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*provider.answer(self.path, form, self.headers.get("Authorization", "")))

        def _say(self, status: int, answer: Any) -> None:
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{provider.url}/elsewhere")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        provider.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, args=[0.01])
        thread.start()
        yield provider
        http.shutdown()
        thread.join()
