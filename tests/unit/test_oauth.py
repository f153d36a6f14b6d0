"""Tokens for a mail server: fetched once, used until they run out, and in no log."""

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from services.notifier.adapters.oauth import TokenRefused, Tokens
from services.notifier.domain.oauth import OAuthClient, OAuthError, xoauth2

SECRET = "hemligheten"


@dataclass
class TokenServer:
    """Answers as it is told to, and notes what it was asked."""

    url: str = ""
    status: int = 200
    answer: Any = field(default_factory=dict)
    asked: list[dict[str, list[str]]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[TokenServer]:
    told = TokenServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            told.asked.append(parse_qs(self.rfile.read(length).decode()))
            body = (
                told.answer if isinstance(told.answer, bytes) else json.dumps(told.answer).encode()
            )
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        told.url = f"http://127.0.0.1:{http.server_port}/token"
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        yield told
        http.shutdown()
        thread.join()


def tokens(server: TokenServer, clock: list[float]) -> Tokens:
    client = OAuthClient(server.url, "samspel", SECRET, "https://outlook.office365.com/.default")
    return Tokens(client, clock=lambda: clock[0])


def test_a_token_is_fetched_once_until_shortly_before_it_runs_out(server: TokenServer) -> None:
    clock = [0.0]
    made = tokens(server, clock)
    server.answer = {"access_token": "t1", "expires_in": 3600, "token_type": "Bearer"}
    assert [made.get(), made.get()] == ["t1", "t1"]
    (asked,) = server.asked
    assert asked["grant_type"] == ["client_credentials"]
    assert (asked["client_id"], asked["client_secret"]) == (["samspel"], [SECRET])
    clock[0] = 3479.0
    assert made.get() == "t1"
    clock[0] = 3481.0
    server.answer = {"access_token": "t2"}
    assert made.get() == "t2"
    made.forget()
    server.answer = {"access_token": "t3"}
    assert made.get() == "t3"
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("status", "answer", "code"),
    [
        (401, {"error": "invalid_client"}, "token-refused-401"),
        (400, {"error_description": SECRET}, "token-refused-400"),
        (503, {}, "token-server-503"),
        (302, {}, "token-server-302"),
        (200, b"<html>", "token-unreadable"),
        (200, {"access_token": "t\r\nX: y"}, "token-unreadable"),
        (200, {"access_token": "t", "token_type": "mac"}, "token-unreadable"),
        (200, {"access_token": "x" * 100_000}, "token-unreadable"),
    ],
)
def test_no_token_is_a_code_that_repeats_nothing(
    server: TokenServer,
    status: int,
    answer: Any,
    code: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="services")
    server.status, server.answer = status, answer
    with pytest.raises(TokenRefused) as refused:
        tokens(server, [0.0]).get()
    assert (refused.value.code, str(refused.value)) == (code, code)
    assert SECRET not in caplog.text


def test_a_server_that_is_away_is_said_so() -> None:
    client = OAuthClient("http://127.0.0.1:9/token", "samspel", SECRET)
    with pytest.raises(TokenRefused, match="token-server-away"):
        Tokens(client).get()
    assert SECRET not in repr(client)
    assert SECRET not in repr(Tokens(client))


@pytest.mark.parametrize("url", ["http://token.example/t", "ftp://x", "token", "https://"])
def test_tokens_come_over_an_encrypted_connection_alone(url: str) -> None:
    with pytest.raises(OAuthError, match="https"):
        OAuthClient(url, "samspel", SECRET)


def test_what_is_said_to_the_server_is_as_it_is_written_down() -> None:
    assert xoauth2("a@b.example", "t") == b"user=a@b.example\x01auth=Bearer t\x01\x01"
