"""What the scheduler does: look at a case and write the difference; let fall due what is due."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Literal, Protocol
from uuid import UUID

from services.scheduler.domain.due import Due, asked_for
from services.scheduler.domain.plan import Plan, desired_plan
from services.scheduler.domain.seeking import Search, Wanting, nothing_free, tomorrow_morning
from shared.bus.events import Event, MeetingProposed, SlotMissing, WindowSet
from shared.domain.busy import with_gap
from shared.domain.days import SchoolYears, WorkingDays, at, local_date
from shared.domain.facts import CaseFacts
from shared.domain.hours import OfficeHours
from shared.domain.procedure import Procedure
from shared.domain.quiet import USUAL_HOURS, QuietHours
from shared.domain.slots import Slot, ranked_slots
from shared.domain.windows import Window

_CANDIDATES = 120
_TO_VOTE_ABOUT = 3

# "auto" books where the calendars of all the staff are known, and else proposes.
Mode = Literal["book", "propose", "auto"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A time that cases has been asked to book and hasn't answered about yet."""

    key: str
    step: str
    starts_at: datetime
    ends_at: datetime
    person_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for a case: as last announced, planned and proposed."""

    windows: tuple[Window, ...]
    due_keys: frozenset[str]
    planned_keys: frozenset[str]
    proposal: Proposal | None
    proposals: int
    refused: frozenset[datetime]
    refused_for: str | None  # the search that these times were refused for
    wanting: Wanting | None


class Store(Protocol):
    """The scheduler's own rows and what cases publishes, in one transaction at one time."""

    def look_at(self, case_id: UUID) -> None:
        """Have a case looked at now, once, however many ask for it."""

    def refuse(self, case_id: UUID, key: str) -> None:
        """The proposal with this key can't be booked: not that time again for this step."""

    def claim_looks(self, limit: int) -> list[UUID]:
        """Lock the plans that are to be looked at, in the order of their case ids."""
        ...

    def note_failed_look(self, case_id: UUID, error: str, attempts: int) -> None:
        """Look again a little later; after so many attempts set the case aside, visibly."""

    def facts(self, case_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        """The facts of cases whose plans are locked, as JSON; read after the lock: the newest."""
        ...

    def forget(self, case_id: UUID) -> None:
        """The case is gone: nothing of it falls due any more."""

    def standing(self, case_id: UUID) -> Standing: ...

    def plan_dues(self, dues: Iterable[Due]) -> None: ...

    def withdraw_dues(self, keys: Iterable[str]) -> None:
        """Only what is still planned: what has fallen due stays as history."""

    def ask_to_remind(self, case_id: UUID, meeting_id: UUID, sequence: int) -> None:
        """A person wants this meeting, as it is now, to be reminded of."""

    def take_asked(self, case_id: UUID) -> list[tuple[UUID, int]]:
        """What people have asked to be reminded of: meetings with their sequences, each once."""
        ...

    def save(self, case_id: UUID, standing: Standing, look_at: datetime | None) -> None: ...

    def taken(
        self, person_ids: Iterable[UUID], since: datetime, until: datetime, *, apart_from: UUID
    ) -> Sequence[tuple[datetime, datetime]]:
        """When people are taken: by booked meetings, by proposals still in question, elsewhere."""
        ...

    def calendars_known(
        self, person_ids: Collection[UUID], until: datetime, fresh: timedelta
    ) -> bool:
        """Whether everybody's calendar was read lately (real time), and reaches to `until`."""
        ...

    def fall_due(self, limit: int) -> list[dict[str, Any]]:
        """Settle what is due, as fired or (past its latest useful instant) as missed."""
        ...

    def sweep(self, day: date, limit: int) -> int:
        """Have the next open cases looked at, as part of this night's sweep. How many it were."""
        ...


Publish = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Municipal:
    """What a municipality decides about time: its days, hours and breaks."""

    days: WorkingDays
    hours: OfficeHours
    breaks: SchoolYears
    mode: Mode  # whatever the procedure says, where it isn't "book"
    gap: timedelta = timedelta(0)  # between two meetings of a person
    fresh: timedelta = timedelta(hours=24)  # how old a calendar may be that counts as known
    quiet: QuietHours = USUAL_HOURS


def look(
    facts: CaseFacts,
    procedure: Procedure,
    municipal: Municipal,
    store: Store,
    publish: Publish,
    now: datetime,
) -> None:
    """Bring what stands for a case into line with what should; twice in a row changes nothing."""
    standing = store.standing(facts.id)
    plan = desired_plan(facts, procedure, municipal.days, now, municipal.quiet)
    store.withdraw_dues(standing.planned_keys - plan.dues.keys())
    store.plan_dues(_new_dues(plan, standing, now))
    _remind_as_asked(facts, procedure, store, publish, now)
    _announce_windows(facts, plan, standing, publish)
    after = _seek_time(facts, plan, standing, municipal, store, publish)
    _announce_wanting(facts, after.wanting, standing.wanting, publish)
    store.save(facts.id, after, _look_again_at(plan, after, now))


def _new_dues(plan: Plan, standing: Standing, now: datetime) -> list[Due]:
    """What is useless already isn't planned: a case registered late begins without a burst."""
    return [
        due
        for key, due in plan.dues.items()
        if key not in standing.due_keys and due.useful_until > now
    ]


def _remind_as_asked(
    facts: CaseFacts, procedure: Procedure, store: Store, publish: Publish, now: datetime
) -> None:
    """What a person asks for comes besides what is planned: whom it reaches isn't known here, and
    the others are still to be told. Who has been told lately is left out when that falls due.
    """
    rule = procedure.roles.leader_rule if procedure.answers is None else procedure.answers.rule
    booked = {(one.id, one.sequence): one for one in facts.meetings if one.state == "booked"}
    for asked in store.take_asked(facts.id):
        meeting = booked.get(asked)
        if meeting is not None and meeting.starts_at > now and facts.state != "closed":
            publish(asked_for(facts, meeting, rule, now).event)


def _announce_windows(facts: CaseFacts, plan: Plan, standing: Standing, publish: Publish) -> None:
    for window in plan.windows:
        if window not in standing.windows:
            publish(WindowSet(case_id=facts.id, **asdict(window)))


def _announce_wanting(
    facts: CaseFacts, wanting: Wanting | None, before: Wanting | None, publish: Publish
) -> None:
    if wanting is None or wanting == before:
        return
    publish(SlotMissing.model_validate({"case_id": facts.id, **asdict(wanting)}))


def _seek_time(
    facts: CaseFacts,
    plan: Plan,
    standing: Standing,
    municipal: Municipal,
    store: Store,
    publish: Publish,
) -> Standing:
    """What stands afterwards: a proposal that still fits is waited for, else the next is made."""
    after = replace(standing, windows=plan.windows, wanting=plan.wanting)
    search = plan.search
    if search is None:
        return replace(after, proposal=None, refused=frozenset(), refused_for=None)
    if standing.refused_for != (asked := _asked(search)):
        after = replace(after, refused=frozenset(), refused_for=asked)
    proposed = standing.proposal
    if proposed is not None and any(_still_fits(proposed, one) for one in search.in_turn()):
        return after
    found = next(
        (
            (one, slots)
            for one in search.in_turn()
            if (slots := _best_slots(facts, one, after.refused, municipal, store))
        ),
        None,
    )
    if found is None:
        return replace(after, proposal=None, wanting=nothing_free(search))
    search, (slot, *others) = found
    proposal = Proposal(
        key=f"{facts.id}/{search.step}/{standing.proposals + 1}",
        step=search.step,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        person_ids=search.person_ids,
    )
    mode = _mode(facts, search, proposal, municipal, store)
    alternatives = tuple(one.starts_at for one in others) if mode == "propose" else ()
    publish(_proposed(facts, search, proposal, mode, alternatives))
    return replace(after, proposal=proposal, proposals=standing.proposals + 1)


def _asked(search: Search) -> str:
    """What is searched for, in short: who, on which days, on which consents."""
    whom = [(one.days, sorted(map(str, one.person_ids))) for one in search.in_turn()]
    text = repr((search.step, whom, search.grounds))
    return sha256(text.encode()).hexdigest()[:16]


def _still_fits(proposal: Proposal, search: Search) -> bool:
    return (
        proposal.step == search.step
        and proposal.person_ids == search.person_ids
        and local_date(proposal.starts_at) in search.days
    )


def _best_slots(
    facts: CaseFacts,
    search: Search,
    refused: frozenset[datetime],
    municipal: Municipal,
    store: Store,
) -> list[Slot]:
    """The best of each day, the best day first: one to book, or some to vote about."""
    until = at(search.days[-1] + timedelta(days=1), time(0, 0))
    slots = ranked_slots(
        earliest=search.earliest,
        last_day=search.days[-1],
        minutes=search.minutes,
        busy=with_gap(
            store.taken(search.person_ids, search.earliest, until, apart_from=facts.id),
            municipal.gap,
        ),
        hours=municipal.hours,
        days=municipal.days,
        breaks=municipal.breaks,
        unit=facts.unit,
        limit=_CANDIDATES + len(refused),
    )
    best_of_day: dict[date, Slot] = {}
    for slot in slots:
        day = local_date(slot.starts_at)
        if slot.starts_at not in refused and day in search.days:
            best_of_day.setdefault(day, slot)
    return list(best_of_day.values())[:_TO_VOTE_ABOUT]


def _mode(
    facts: CaseFacts, search: Search, proposal: Proposal, municipal: Municipal, store: Store
) -> Literal["book", "propose"]:
    """Where it isn't known who is free a time is only proposed, unless it's to be booked anyhow."""
    if "propose" in (search.mode, municipal.mode):
        return "propose"
    if municipal.mode == "book":
        return "book"
    staff = {who.person_id for who in facts.participants if who.party == "staff"}
    called = staff & proposal.person_ids
    known = store.calendars_known(called, proposal.ends_at, municipal.fresh)
    return "book" if known else "propose"


def _proposed(
    facts: CaseFacts,
    search: Search,
    proposal: Proposal,
    mode: Literal["book", "propose"],
    alternatives: tuple[datetime, ...],
) -> MeetingProposed:
    fields: dict[str, Any] = {
        "case_id": facts.id,
        "proposal": proposal.key,
        "step": proposal.step,
        "starts_at": proposal.starts_at,
        "minutes": search.minutes,
        "mode": mode,
        "alternatives": alternatives,
    }
    return MeetingProposed.model_validate(fields)


def _look_again_at(plan: Plan, after: Standing, now: datetime) -> datetime | None:
    hopeful = after.wanting is not None and after.wanting.reason == "no-free-time"
    instants = [plan.look_at, tomorrow_morning(now) if hopeful else None]
    return min((instant for instant in instants if instant is not None), default=None)
