"""Generated histories of a case: any procedure, around any turn of the year, anybody in any order.

A history is plain data, so that one that breaks a law can be read and told again.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from hypothesis import strategies as st

from services.cases.domain.refused import Refused
from services.notifier.domain.mailing import Contact
from shared.domain.days import at
from shared.domain.facts import CaseFacts, Participant
from shared.domain.procedure import Procedure
from shared.domain.slots import Interval
from shared.procedures import load_procedures
from tests.support.casework import Casework
from tests.support.mailroom import Mailroom
from tests.support.store import FakeStore
from tests.unit.acts import VERBS, Act, act
from tests.unit.world import DAYS, HOURS, World

PROCEDURES = load_procedures(None)
NAMES = PROCEDURES.names(date(2026, 1, 1))

CHILD, MOTHER, FATHER, OWNER = (UUID(int=number) for number in (11, 12, 13, 21))
_ROLE_OF = {
    "school": "rektor",
    "social_services": "familjebehandlare",
    "police": "ungdomspolis",
    "leisure": "fritidsledare",
}
_ORGANISATION_OF = {role: one for one, role in _ROLE_OF.items()} | {"koordinator": "leisure"}

# Days a case can become known: Easter, Ascension, midsummer, the clock changes, All Saints', the
# end of the year and 29 February lie within the weeks that follow.
_KNOWN_ON = (
    "2027-03-01", "2026-03-23", "2026-05-04", "2026-06-08", "2026-10-16", "2026-12-14",
    "2027-03-15", "2027-06-14", "2028-02-15", "2028-12-18", "2029-10-22", "2032-02-17",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class History:
    """`full`: days, counted from the one it became known, on which nobody has time; `hidden`: days
    with a morning that is taken, which only the case service knows. `left_out`: which of those who
    are always called isn't on the case from the start. `protected`: the second guardian.
    `prompt`: the notifier works whenever something has happened. `proposes`: times wait for a yes.
    `wanted`: once of age, the youth wants the first guardian to be there."""

    procedure: str
    known_on: date
    age: int  # in days
    acts: tuple[Act, ...]
    custodians: int = 2
    left_out: int | None = None
    full: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()
    prompt: bool = True
    protected: bool = False
    never_together: bool = False
    proposes: bool = False
    wanted: bool = False


def live(history: History, watch: Callable[[World], None], *, with_mail: bool = False) -> World:
    """Live a history; `watch` looks after each act."""
    world = begin(history, with_mail=with_mail)
    world.settle()
    watch(world)
    for what in history.acts:
        with suppress(Refused):  # a rule that says no is an answer
            act(world, what)
        world.settle()
        watch(world)
    return world


def begin(history: History, *, with_mail: bool = False) -> World:
    procedure = PROCEDURES.get(history.procedure, date(2026, 1, 1))
    now = at(history.known_on, time(8, 0))
    full = _times(history.known_on, history.full, time(0, 0), time(23, 0))
    hidden = _times(history.known_on, history.hidden, time(9, 0), time(10, 0))
    case = Casework(
        _facts(history, procedure, now),
        procedure,
        now,
        days=DAYS,
        hours=HOURS,
        is_taken=lambda starts, ends: any(a < ends and starts < b for a, b in (*full, *hidden)),
    )
    if procedure.consent.asked_after_step is None:
        case.ask_who_decides()
    store = FakeStore(now, busy=lambda *_: full, knows_calendars=not history.proposes)
    contacts = _contacts(case, history)
    mail = Mailroom(PROCEDURES, contacts, case.facts, now) if with_mail else None
    return World(case, store, mail, prompt=history.prompt)


def histories(*, ages: tuple[int, ...] = (10, 14, 15, 17, 18)) -> st.SearchStrategy[History]:
    """Children who are about `ages` (years) old: around those at which something changes."""
    in_days = [365 * years + years // 4 for years in ages]
    number = st.integers(0, 11)
    verbs = st.sampled_from((*VERBS, *_OFTEN))
    return st.builds(
        History,
        procedure=st.sampled_from(NAMES),
        known_on=st.sampled_from([date.fromisoformat(day) for day in _KNOWN_ON]),
        age=st.one_of(*(st.integers(age - 60, age + 30) for age in in_days)),
        acts=st.tuples(
            st.sampled_from(_PRELUDES), st.lists(st.builds(Act, verbs, number, number), max_size=14)
        ).map(lambda parts: (*parts[0], *parts[1])),
        custodians=st.sampled_from((2, 1)),
        left_out=st.sampled_from((None, None, None, 0, 1, 2, 3)),
        full=st.frozensets(st.integers(0, 30), max_size=12) | st.just(frozenset(range(16))),
        hidden=st.frozensets(st.integers(0, 30), max_size=3),
        prompt=st.sampled_from((False, False, True)),
        protected=st.booleans(),
        never_together=st.sampled_from((False, False, False, True)),
        proposes=st.sampled_from((False, False, False, True)),
        wanted=st.booleans(),
    )


_OFTEN = (
    "sign-all",
    "hold",
    "days-pass",
    "withdraw",
    "book",
    "move",
    "cancel",
    "add",
    "hear",
    "send",
)
_PRELUDES = (
    (),
    (Act("sign"),),
    (Act("add"), Act("sign-all")),
    (Act("sign-all"),),
    (Act("sign-all"), Act("hold")),
    (Act("hold"), Act("sign-all"), Act("hold"), Act("sign-all")),
    (Act("sign-all"), Act("hold"), Act("file-plan"), Act("hold"), Act("sign-all"), Act("hold")),
)


def _facts(history: History, procedure: Procedure, now: datetime) -> CaseFacts:
    """The case as it is opened, on the day it became known."""
    participants = tuple(_participants(procedure, history))
    coordinators = [who.person_id for who in participants if who.role == "koordinator"]
    return CaseFacts(
        id=UUID(int=1),
        reference="7KQ2",
        procedure=procedure.name,
        procedure_on=history.known_on,
        state="open",
        known_on=history.known_on,
        opened_at=now,
        birth_date=history.known_on - timedelta(days=history.age),
        process_owner=OWNER,
        unit="bjorkskolan",
        participants=participants,
        consents=(),
        meetings=(),
        initiator=OWNER,
        coordinator=coordinators[0] if coordinators else None,
        never_together=history.never_together,
    )


def _participants(procedure: Procedure, history: History) -> Iterator[Participant]:
    """The family, the process owner, and one for each of the others who are always called."""
    yield Participant(CHILD, "child", None, None, custody=False)
    for number, guardian in enumerate((MOTHER, FATHER), start=1):
        custody = number <= history.custodians
        wanted = history.wanted and guardian == MOTHER
        yield Participant(guardian, "guardian", None, None, custody, wanted_by_youth=wanted)
    yield Participant(OWNER, "staff", "rektor", "school", custody=False)
    staff = [needed for needed in procedure.always_called if needed.party == "staff"]
    for number, needed in enumerate(staff):
        role = needed.role or _ROLE_OF[needed.organisation or ""]
        if role != "rektor" and number != history.left_out:
            person = UUID(int=30 + number)
            yield Participant(person, "staff", role, _ORGANISATION_OF[role], custody=False)


def _contacts(case: Casework, history: History) -> dict[UUID, Contact]:
    """Everybody who is or may come to be on the case, with an address of their own."""
    parties = {who.person_id: who.party for who in case.facts.participants}
    parties |= {UUID(int=number): "staff" for number in range(500, 560)}
    parties |= {UUID(int=number): "external" for number in range(700, 712)}
    return {
        person: Contact(
            party=party,
            email=f"p{person.int}@hem.example",
            language="sv",
            protected=history.protected and person == FATHER,
            no_mail=False,
            birth_date=case.facts.birth_date if party == "child" else None,
        )
        for person, party in parties.items()
    }


def _times(known_on: date, offsets: frozenset[int], since: time, until: time) -> list[Interval]:
    days = [known_on + timedelta(days=offset) for offset in sorted(offsets)]
    return [(at(day, since), at(day, until)) for day in days]
