"""Who on a case is asked by mail and link, and so is waited for (X6, X7, X11)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.cases.domain.links import has_link
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure


def not_mailed(
    facts: CaseFacts, procedure: Procedure, unmailable: Collection[UUID], now: datetime
) -> frozenset[UUID]:
    """Those who can't or mustn't be mailed at all, and the child that is too young for it."""
    if facts.about != "child":
        return frozenset(unmailable)
    young = (one for one in facts.participants if not has_link(facts, procedure, one, now))
    return frozenset(unmailable) | {one.person_id for one in young}
