"""From an event's type to its class."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.bus.events import Event

_classes: dict[str, "type[Event]"] = {}


class UnknownEvent(Exception):
    """An event of a type that this version doesn't know; it is set aside, visibly."""


def register(name: str, cls: "type[Event]") -> None:
    if name in _classes:
        raise TypeError(f"two events are called {name}")
    _classes[name] = cls


def event_class(name: str) -> "type[Event]":
    """The class of the events called `name`. Raises UnknownEvent."""
    try:
        return _classes[name]
    except KeyError:
        raise UnknownEvent(name) from None
