"""What a message can follow from, as the event says it."""

from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from shared.bus.events import AlertedFunction


class Due(Protocol):
    """Something that falls due, by a rule."""

    @property
    def key(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def useful_until(self) -> datetime: ...


class DueReminder(Due, Protocol):
    """A reminder that falls due. `asked`: a person wants it now."""

    @property
    def asked(self) -> bool: ...


class Unwanted(Protocol):
    """A time that somebody wished for, and that can't be had."""

    @property
    def counter_id(self) -> UUID: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class DueAlert(Due, Protocol):
    """An alert that falls due: whose duty it is, and until which day."""

    @property
    def to(self) -> AlertedFunction: ...
    @property
    def about(self) -> str: ...
    @property
    def limit_on(self) -> date: ...
