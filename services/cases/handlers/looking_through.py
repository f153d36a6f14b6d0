"""Shows that something has gone: every table is read for ids, a portion in each transaction."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import partial
from uuid import UUID

from services.cases.handlers.retention import Portion, RetentionDesk

# Does something, said in a word or two, with a desk in a transaction of its own.
Do = Callable[[str, Callable[[RetentionDesk], object]], object]


def look_through(
    ids: Collection[UUID],
    do: Do,
    between: Callable[[], object],
    but: Collection[str] = (),
) -> Mapping[str, int]:
    """In how many rows any of the ids stands, by table. `but`: these aren't read.

    `between` two portions others have their turn.
    """
    portions: list[Portion] = []
    left: Counter[str] = Counter()

    def begin(desk: RetentionDesk) -> None:
        portions.extend(one for one in desk.keeping.portions() if one.place not in but)

    def read(portion: Portion, desk: RetentionDesk) -> None:
        left[portion.place] += desk.keeping.traces(ids, portion)

    if ids:
        do("the look for what is left", begin)
    for portion in portions:
        do(f"the look into {portion.place}", partial(read, portion))
        between()
    return +left
