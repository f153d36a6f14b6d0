"""Answers that are kept, so that a request that is sent again has its effect once."""

from dataclasses import dataclass
from typing import Any, Protocol

from services.cases.domain.refused import Refused, Words


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered before, and to what request (its SHA-256)."""

    request: bytes
    status: int
    body: Any


class Answers(Protocol):
    """The kept answers of one caller; `find` makes others with the same key wait."""

    def find(self, key: str) -> Kept | None: ...
    def keep(self, key: str, kept: Kept) -> None: ...


class KeyUsedOtherwise(Refused):
    """The same Idempotency-Key came with another request."""

    code = "idempotency-key-reused"
    title = Words("Nyckeln är redan använd", "The key has been used")
    detail = Words(
        "Samma Idempotency-Key har kommit med ett annat innehåll. Använd en ny nyckel.",
        "The same Idempotency-Key came with other content. Use a new key.",
    )
    on_page = Words(
        "Formuläret är redan skickat, med annat innehåll. Läs in sidan på nytt och gör om det du"
        " vill ändra.",
        "The form has been sent already, with other content. Reload the page and do again what you"
        " want to change.",
    )
