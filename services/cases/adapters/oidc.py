"""Sign-in by the municipality's identity service: authorization code with PKCE (OpenID Connect).

Nothing that the service says is logged or repeated; what goes wrong is a code.
"""

import base64
import binascii
import hashlib
import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, GuestProtocol, RSAKey
from joserfc.jws import JWSRegistry

from services.cases.domain.identity import (
    Identity,
    NotSignedIn,
    OidcClient,
    check_address,
    identity_of,
)

ALGORITHMS = ("RS256", "PS256", "ES256")
_KINDS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}
_SCOPES = {"email": "openid email", "preferred_username": "openid profile"}
_SECONDS = 8.0  # for one answer, all of it
_LARGEST_ANSWER = 256 * 1024
_KEPT_SECONDS = 3600.0
_AGAIN_SECONDS = 60.0  # so often at most are the keys fetched for a token with an unknown one

for _name in ("httpx2", "httpcore2"):  # they would write addresses down, with codes in them
    logging.getLogger(_name).setLevel(logging.WARNING)

Json = Mapping[str, Any]


class _Registry(JWSRegistry):
    max_header_length = 4096  # with a chain of certificates in it


@dataclass(frozen=True, slots=True)
class _Known:
    """What has been fetched of the service, and when (seconds of a steady clock)."""

    about: Json
    keys: tuple[Json, ...]
    at: float


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


@dataclass(slots=True)
class IdentityService:
    """The service as we know it; from any thread. Its keys are fetched anew when they change."""

    client: OidcClient
    clock: Callable[[], float] = time.monotonic
    _known: _Known | None = field(default=None, repr=False)

    def address(self, state: str, nonce: str, verifier: str, redirect_uri: str) -> str:
        """Where to send the browser. Raises NotSignedIn while the service can't be reached."""
        endpoint = str(self._looked_up().about["authorization_endpoint"])
        challenge = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": redirect_uri,
            "scope": _SCOPES.get(self.client.claim, "openid profile email"),
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def check_sender(self, issuer: str | None) -> None:
        """RFC 9207: an answer that says whose it is, is this service's. Raises NotSignedIn."""
        says = self._looked_up().about.get("authorization_response_iss_parameter_supported")
        if issuer != self.client.issuer and (issuer is not None or says is True):
            raise NotSignedIn("wrong-issuer")

    def who(
        self, code: str, nonce: str, verifier: str, redirect_uri: str, now: datetime
    ) -> Identity:
        """Who has signed in there; `now` is real time. Raises NotSignedIn."""
        token = self._exchanged(code, verifier, redirect_uri)
        return identity_of(self._claims(token), self.client, nonce, now)

    def _exchanged(self, code: str, verifier: str, redirect_uri: str) -> str:
        """The token that the code stands for."""
        about = self._looked_up().about
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        ways = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in ways or "client_secret_post" not in ways:
            headers["Authorization"] = f"Basic {_basic(self.client)}"
        else:
            secret = {"client_secret": self.client.client_secret}
            form |= {"client_id": self.client.client_id} | secret
        answer = self._asked("POST", str(about["token_endpoint"]), data=form, headers=headers)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotSignedIn("no-token")
        return token

    def _claims(self, token: str) -> Json:
        """What a token says, if one of the service's keys has signed it."""

        def key(of: GuestProtocol) -> RSAKey | ECKey:
            return self._key(of.headers())

        registry = _Registry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            return jwt.decode(token, key, registry=registry).claims
        except (JoseError, ValueError, TypeError, KeyError, binascii.Error):
            raise NotSignedIn("bad-token") from None

    def _key(self, header: Json) -> RSAKey | ECKey:
        """The key that a token names; one that is new is looked for once a minute at most."""
        kind, named = _KINDS[header["alg"]], header.get("kid")
        found = _fitting(self._looked_up().keys, kind, named)
        if found is None and self.clock() - self._looked_up().at >= _AGAIN_SECONDS:
            found = _fitting(self._look_up().keys, kind, named)
        if found is None:
            raise NotSignedIn("unknown-key")
        return RSAKey.import_key(dict(found)) if kind == "RSA" else ECKey.import_key(dict(found))

    def _looked_up(self) -> _Known:
        known = self._known
        if known is None or self.clock() - known.at >= _KEPT_SECONDS:
            return self._look_up()
        return known

    def _look_up(self) -> _Known:
        issuer = self.client.issuer
        about = self._asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != issuer:
            raise NotSignedIn("wrong-issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            try:
                check_address(str(about.get(name)), loopback=self.client.loopback)
            except ValueError:
                raise NotSignedIn("wrong-address") from None
        keys = self._asked("GET", str(about["jwks_uri"])).get("keys")
        if not isinstance(keys, list):
            raise NotSignedIn("no-keys")
        fit = tuple(
            one for one in keys if isinstance(one, dict) and one.get("kty") in ("RSA", "EC")
        )
        self._known = _Known(about, fit, self.clock())
        return self._known

    def _asked(self, method: str, url: str, **more: Any) -> Json:
        """One answer in JSON, within bounds of time and size; no redirect is followed."""
        ends = time.monotonic() + _SECONDS
        data = bytearray()
        try:
            with (
                httpx2.Client(timeout=_SECONDS / 2, verify=_certificates()) as http,
                http.stream(method, url, follow_redirects=False, **more) as answer,
            ):
                for piece in answer.iter_bytes():
                    data += piece
                    if len(data) > _LARGEST_ANSWER or time.monotonic() > ends:
                        raise NotSignedIn("too-much")
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise NotSignedIn("service-away") from None
        if answer.status_code != httpx2.codes.OK:
            raise NotSignedIn(f"service-{answer.status_code}")
        return _read(bytes(data))


def _read(data: bytes) -> Json:
    try:
        read = json.loads(data)
    except (ValueError, RecursionError):
        raise NotSignedIn("unreadable") from None
    if not isinstance(read, dict):
        raise NotSignedIn("unreadable")
    return read


def _fitting(keys: tuple[Json, ...], kind: str, named: Any) -> Json | None:
    """The key of a kind with this name; one that isn't named only if there is no other."""
    fit = [one for one in keys if one["kty"] == kind and one.get("use", "sig") == "sig"]
    if named is None:
        return fit[0] if len(fit) == 1 else None
    return next((one for one in fit if one.get("kid") == named), None)


def _basic(client: OidcClient) -> str:
    """RFC 6749, 2.3.1: each part as in a form, before base64."""
    parts = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    return base64.b64encode(parts.encode()).decode()
