"""What `samspel held` says: what is held after a restore, in Swedish."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from samspel.settings import STOCKHOLM

_REASONS = {
    "moved": "databasen är återställd från en kopia, eller flyttad",
    "rolled-back": "databasen har gått tillbaka till ett tidigare läge",
    "another-database": "databasen är en annan än den som det senast skickades från",
}
_KINDS = {
    "call": "kallelser",
    "change": "ändringar",
    "cancel": "avbokningar",
    "reminder": "påminnelser",
    "nudge": "frågor om svar",
    "proposal": "förslag på tider",
    "counter-declined": "nej till andra tider",
    "alert": "varningar till personal",
    "task": "uppgifter till personal",
    "receipt": "mottagningsbesked",
    "dispatch": "material att sprida",
    "digest": "veckobrev",
}


class Held(Protocol):
    """Since when and why sending stands still, and how much of each kind is held."""

    @property
    def since(self) -> datetime | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def kinds(self) -> dict[str, int]: ...


def shown(held: Held) -> Iterator[str]:
    """Since when, why, how many of each kind, and what a person can do."""
    if held.since is None:
        yield "Inget hålls: posten går ut som vanligt."
        return
    since = held.since.astimezone(STOCKHOLM)
    yield f"Ingen post går ut sedan {since:%Y-%m-%d %H.%M}: {_REASONS[held.reason or 'moved']}."
    doubt = " Det kan redan ha skickats före återställningen." if held.kinds else ""
    yield f"{_how_many(held)} hålls.{doubt}"
    for kind, count in held.kinds.items():
        yield f"  {count:>6}  {_KINDS.get(kind, kind)}"
    yield "samspel held release  skickar det som fortfarande behövs"
    yield "samspel held drop     skickar inget av det"


def released(held: Held) -> str:
    if held.since is None:
        return "Inget hölls: posten går ut som vanligt."
    return f"Posten går ut igen. {_how_many(held)} skickas nu, om det fortfarande behövs."


def dropped(held: Held) -> str:
    if held.since is None:
        return "Inget hölls: posten går ut som vanligt."
    return f"Posten går ut igen. {_how_many(held)} skickas inte."


def _how_many(held: Held) -> str:
    count = sum(held.kinds.values())
    return "1 meddelande" if count == 1 else f"{count} meddelanden"
