"""Look at a case, and write the difference between what stands for it and what should."""

from dataclasses import asdict, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from services.scheduler.domain.due import Due, asked_for
from services.scheduler.domain.plan import Plan, desired_plan
from services.scheduler.domain.seeking import Search, Wanting, nothing_free, tomorrow_morning
from services.scheduler.handlers.finding import best_slots, mode_of
from services.scheduler.handlers.ports import Municipal, Proposal, Publish, Standing, Store
from shared.bus.events import MeetingProposed, SlotMissing, WindowSet
from shared.domain.call_time import is_called
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure


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
    plan = desired_plan(facts, procedure, municipal.days, now, municipal.quiet, municipal.breaks)
    store.withdraw_dues(standing.planned_keys - plan.dues.keys())
    store.plan_dues(_new_dues(plan, standing, now))
    _remind_as_asked(facts, procedure, municipal, store, publish, now)
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
    facts: CaseFacts,
    procedure: Procedure,
    municipal: Municipal,
    store: Store,
    publish: Publish,
    now: datetime,
) -> None:
    """What a person asks for comes besides what is planned: whom it reaches isn't known here, and
    the others are still to be told. Who has been told lately is left out when that falls due.
    """
    rule = procedure.roles.leader_rule if procedure.answers is None else procedure.answers.rule
    booked = {(one.id, one.sequence): one for one in facts.meetings if one.state == "booked"}
    for asked in store.take_asked(facts.id):
        meeting = booked.get(asked)
        if meeting is None or meeting.starts_at <= now or facts.state == "closed":
            continue
        if is_called(procedure.step(meeting.step), meeting, municipal.days, now):
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
            if (slots := best_slots(facts, one, after.refused, municipal, store))
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
        moves=search.moves,
    )
    mode = mode_of(facts, search, proposal, municipal, store)
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
        (proposal.step, proposal.moves) == (search.step, search.moves)
        and proposal.person_ids == search.person_ids
        and local_date(proposal.starts_at) in search.days
    )


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
        "moves": proposal.moves,
    }
    return MeetingProposed.model_validate(fields)


def _look_again_at(plan: Plan, after: Standing, now: datetime) -> datetime | None:
    hopeful = after.wanting is not None and after.wanting.reason == "no-free-time"
    instants = [plan.look_at, tomorrow_morning(now) if hopeful else None]
    return min((instant for instant in instants if instant is not None), default=None)
