"""The port to what comes before a case (inquiries, considerations), and what is done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.cases.domain.inquiries import Consideration, Inquiry, PointedTo, Source


class Inquiries(Protocol):
    """Inquiries and considerations, in one transaction."""

    def add(self, inquiry: Inquiry) -> None: ...
    def take(self, inquiry_id: UUID) -> Inquiry | None:
        """Locked until the transaction ends."""
        ...

    def settle(self, inquiry: Inquiry, by: str) -> None:
        """As it stands now; how somebody could be reached is forgotten."""

    def consider(self, consideration: Consideration) -> None: ...
    def is_coordinator(self, person: UUID, on: date) -> bool: ...


class InquiryViews(Protocol):
    """What is shown of them."""

    def inquiries(self, state: str | None, after: UUID | None, limit: int) -> Sequence[Inquiry]: ...
    def considerations(self, unit: str | None, limit: int) -> Sequence[Consideration]: ...
    def is_coordinator(self, person: UUID, on: date) -> bool: ...


@dataclass(frozen=True, slots=True)
class Inquire:
    """Somebody asks (P3); nameless if they wish (P13)."""

    procedure: str
    source: Source
    by: UUID | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    unit: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PointElsewhere:
    """Somebody else can help better (P2, P13)."""

    inquiry_id: UUID
    to: PointedTo


@dataclass(frozen=True, slots=True)
class Consider:
    """R18: whether a joint meeting would help was considered; without a day it is today."""

    unit: str
    by: UUID
    wanted: bool
    on: date | None = None
