"""What happened once and must have one effect: each mail of a kind, each call that was answered
(2, 5)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from shared.domain.days import STOCKHOLM
from tests.faults.families import Family, Json
from tests.faults.letters import Letter
from tests.faults.register import Register

_OBJECTS = ("call", "change", "cancel", "counter-declined")  # by their SEQUENCE, in `checks`
_ONCE = ("case.open", "case.close", "consent.", "meeting.", "family.", "answer.")


def told_twice(
    letters: Sequence[Letter], by_id: dict[str, Json], asked: Sequence[tuple[str, datetime]] = ()
) -> Iterator[str]:
    """What isn't a calendar object is said once to a mailbox: by what it is about, by its rule, by
    what it says and on which day; besides what was `asked` for. A repeat is one mail."""
    wanted = Counter((meeting, _day(at)) for meeting, at in asked)
    rows = [by_id[ident] for ident in {one.message_id for one in letters} & by_id.keys()]
    said = Counter(_occurrence(row) for row in rows if row["kind"] not in _OBJECTS)
    for (kind, meeting, day, *_), count in said.items():
        if count > 1 + wanted[meeting, day]:
            yield f"{count} mails are one {kind} to one mailbox"


def _occurrence(row: Json) -> tuple[str, ...]:
    """Of a meeting as it stood: one nudge and one reminder a day. Of a duty: each thing once."""
    says = sorted((str(key), str(value)) for key, value in row["payload"].items())
    what = says if row["meeting_id"] is None else ()
    about = (row["case_id"], row["task_id"], row["digest_id"], row["told"], row["rule"], what)
    first = (row["kind"], row["meeting_id"], _day(row["due_at"]), row["mailbox"])
    return tuple(map(str, (*first, *about)))


def _day(at: datetime) -> str:
    return at.astimezone(STOCKHOLM).date().isoformat()


def done_twice(families: Sequence[Family], own: set[str], register: Register) -> Iterator[str]:
    """A call that was answered well has taken effect once, and one that was refused not at all;
    there is no case that nobody opened. `own`: those that faults opened for themselves."""
    calls = {(one["case_id"], one["action"]): one["n"] for one in register.calls}
    owned = own | {family.case for family in families}
    for family in families:
        done = {action: n for (case, action), n in calls.items() if case == family.case}
        for action in sorted({*done, *family.effects}):
            once, found = family.effects[action], done.get(action, 0)
            if action.startswith(_ONCE) and found != once:
                yield f"{family.name}: {action} was answered well {once} times, and done {found}"
    for case in register.cases:
        if case["id"] not in owned and case["about"] == "child":
            yield f"case {case['id']} is nobody's"
