"""Tokens for a mail server (OAuth 2, client credentials): fetched once, used until they run out."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import BaseModel, SecretStr, ValidationError

from services.notifier.domain.oauth import OAuthClient

log = logging.getLogger(__name__)

_SECONDS_BEFORE_THE_END = 120.0
_USUAL_LIFE = 300.0
_PATIENCE_SECONDS = 20.0
_LARGEST_ANSWER = 64 * 1024


class TokenRefused(Exception):
    """No token was given; `code` says why, and repeats nothing of the answer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Granted(BaseModel):
    access_token: SecretStr
    token_type: str = "Bearer"  # noqa: S105 - the kind of token, not one
    expires_in: float = _USUAL_LIFE


@dataclass(slots=True)
class Tokens:
    """Gives a token that is valid for a while yet; from any thread. Nothing of it is logged."""

    client: OAuthClient
    clock: Callable[[], float] = time.monotonic
    verify: Any = True
    _token: str | None = field(default=None, repr=False)
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self) -> str:
        """Fetched at most once at a time (some seconds, at most twenty). Raises TokenRefused."""
        with self._lock:
            if self._token is None or self.clock() >= self._until:
                granted = self._fetch()
                self._token = granted.access_token.get_secret_value()
                life = max(granted.expires_in - _SECONDS_BEFORE_THE_END, granted.expires_in / 2)
                self._until = self.clock() + life
            return self._token

    def forget(self) -> None:
        """The server didn't take it: the next one is fetched anew."""
        with self._lock:
            self._token = None

    def _fetch(self) -> _Granted:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client.client_id,
            "client_secret": self.client.client_secret,
        }
        if self.client.scope is not None:
            form["scope"] = self.client.scope
        try:
            with httpx2.Client(
                timeout=_PATIENCE_SECONDS, follow_redirects=False, verify=self.verify
            ) as http:
                answer = http.post(self.client.token_url, data=form)
        except httpx2.HTTPError as error:
            raise TokenRefused(f"token-server-away ({type(error).__name__})") from None
        return _granted(answer)


def _granted(answer: httpx2.Response) -> _Granted:
    if answer.status_code in (400, 401, 403):
        raise TokenRefused(f"token-refused-{answer.status_code}")
    if answer.status_code != 200:
        raise TokenRefused(f"token-server-{answer.status_code}")
    if len(answer.content) > _LARGEST_ANSWER:
        raise TokenRefused("token-unreadable")
    try:
        granted = _Granted.model_validate_json(answer.content)
    except ValidationError:
        raise TokenRefused("token-unreadable") from None
    token = granted.access_token.get_secret_value()
    if granted.token_type.lower() != "bearer" or not token.isascii() or not token.isprintable():
        raise TokenRefused("token-unreadable")
    return granted
