"""The ports to the ledger of consents and to the family on a case, and what can be said of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

from services.cases.domain.asking import Asked
from services.cases.domain.consents import Terms
from services.cases.handlers.commands import NewGuardian
from shared.domain.facts import ConsentParty

KEPT = timedelta(hours=1)


class Ledger(Protocol):
    """Who was asked for a consent and what they said; every answer takes the case's next turn."""

    def ask(self, case_id: UUID, asked: Sequence[Asked]) -> list[UUID]: ...
    def sign(self, consent_id: UUID, on: date, terms: Terms) -> None: ...
    def refuse(self, consent_id: UUID, on: date) -> None: ...
    def withdraw(self, consent_id: UUID, on: date) -> None: ...
    def lapse(self, consent_id: UUID) -> None: ...
    def waive(self, consent_id: UUID, on: date, reason: str) -> None: ...
    def signed_terms(self, consent_id: UUID) -> Terms: ...


class Family(Protocol):
    """The child, the guardians and those whom they wished for, as one case knows them."""

    def add_guardian(self, case_id: UUID, guardian: NewGuardian) -> UUID: ...
    def change(self, person: UUID, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What had another value before: which, by field."""

    def keep_former(self, person: UUID, by: UUID, particulars: Mapping[str, Any]) -> UUID:
        """For whoever has changed them, for `KEPT`; instead of what was kept before. The id of
        the change."""

    def former(self, person: UUID, by: UUID, change: UUID) -> Mapping[str, Any] | None:
        """None also if the change isn't the last one."""

    def drop_former(self, person: UUID) -> None: ...
    def set_custody(self, case_id: UUID, person: UUID, *, custody: bool) -> None: ...
    def set_wanted(self, case_id: UUID, guardians: Collection[UUID]) -> None: ...
    def set_never_together(self, case_id: UUID, *, never: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class SignConsent:
    """A form was signed; without a day it is today."""

    case_id: UUID
    consent_id: UUID
    on: date | None = None
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class AnswerConsent:
    """Refused or withdrawn; without a day it is today."""

    case_id: UUID
    consent_id: UUID
    on: date | None = None


@dataclass(frozen=True, slots=True)
class WaiveConsent:
    """On without the child's own word, for a coded reason (P6); without a day it is today."""

    case_id: UUID
    consent_id: UUID
    reason: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class AskConsent:
    """Ask a person anew; without organisations for those of the procedure, without an end.

    `party` says as what, where a child near its coming of age can be asked in two capacities.
    """

    case_id: UUID
    person: UUID
    organisations: frozenset[str] | None = None
    until: date | None = None
    party: ConsentParty | None = None


@dataclass(frozen=True, slots=True)
class ChangeFamily:
    """Fields of somebody of the family by name; what is left out stays."""

    case_id: UUID
    person: UUID
    values: Mapping[str, Any]
    custody: bool | None = None


@dataclass(frozen=True, slots=True)
class FamilyChanged:
    """Which fields were changed, and the id by which that is taken back. None: it can't be."""

    fields: Collection[str]
    taken_back_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class AddGuardian:
    """A guardian who appears when the case has been opened."""

    case_id: UUID
    guardian: NewGuardian
