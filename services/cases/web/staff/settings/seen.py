"""What whoever changes the rules had seen: the newest change, as their page said."""

from uuid import UUID

from services.cases.domain.refused import NotFound
from services.cases.web.staff.visits import Visit


def seen_change(visit: Visit) -> UUID | None:
    """None: there was no change yet. What is no id, nobody has seen: raises NotFound."""
    said = visit.form.get("seen")
    try:
        return UUID(said) if said else None
    except ValueError:
        raise NotFound from None
