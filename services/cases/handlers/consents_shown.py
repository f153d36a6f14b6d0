"""The ledger as it is shown: every consent with what has become of it by now (X8)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.cases.domain.refused import NotFound
from shared.domain.consent import shown_state
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure
from shared.procedures import Procedures

Row = Mapping[str, Any]


class ConsentViews(Protocol):
    """What is read to show consents."""

    def facts(self, case_ids: Collection[UUID]) -> Sequence[CaseFacts]: ...
    def consents(self, case_ids: Collection[UUID]) -> Sequence[Row]: ...


def with_states(
    facts: CaseFacts, procedure: Procedure, consents: Iterable[Row], today: date
) -> list[Row]:
    """The same rows: what has lapsed or was taken back with another form says so."""
    states = {form.id: shown_state(facts, procedure, form, today) for form in facts.consents}
    return [{**consent, "state": states[consent["id"]]} for consent in consents]


def show_consent(
    case_id: UUID, consent_id: UUID, views: ConsentViews, procedures: Procedures, today: date
) -> Row:
    """One consent of a case. Raises NotFound."""
    consents = views.consents([case_id])
    found = views.facts([case_id])  # read last: they know of each consent that was read before
    if not found:
        raise NotFound
    facts = found[0]
    procedure = procedures.get(facts.procedure, facts.procedure_on)
    for consent in with_states(facts, procedure, consents, today):
        if consent["id"] == consent_id:
            return consent
    raise NotFound
