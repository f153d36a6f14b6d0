"""What somebody has on their table: the cases they have something to do in, and their tasks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.cases.domain.limits import limits
from services.cases.domain.quotes import quote
from services.cases.domain.spoken import step_words
from services.cases.domain.today import (
    OpenTask,
    Thing,
    Waiting,
    of_limit,
    own_limits,
    things,
    waiting,
)
from services.cases.handlers.digest_ports import DigestDesk
from services.cases.handlers.overviews import led_by, with_limits
from services.cases.handlers.sight import Sight
from shared.domain.calling import in_charge
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure


@dataclass(frozen=True, slots=True)
class OwnWork:
    """Of what is seen alone: cases and matters by id, and the open tasks of them or of none."""

    sight: Sight
    known: Mapping[UUID, CaseFacts]
    tasks: tuple[OpenTask, ...]


def own_work(person: UUID, desk: DigestDesk) -> OwnWork:
    """The open cases that somebody leads something in, and those in which they have a task.

    Of those that they lead, only where something is to be done or waited for is looked into.
    """
    sight = Sight(person, desk.sights, desk.procedures, local_date(desk.now))
    on = set(sight.on() or ())
    tasks = desk.digests.open_tasks(person, on)
    led = on.intersection(desk.overviews.open_cases([person], led_by(desk.procedures)))
    asking = desk.overviews.asking(person, led, with_limits(desk.procedures), desk.now)
    cases = on & {*asking, *(task.case_id for task in tasks if task.case_id is not None)}
    known = {one.id: one for one in desk.overviews.facts(sorted(cases)) if sight.shows(one)}
    seen = (task for task in tasks if task.case_id is None or task.case_id in known)
    return OwnWork(sight, known, tuple(seen))


def things_of(person: UUID, work: OwnWork, desk: DigestDesk) -> list[Thing]:
    """All that somebody has to do, each thing once."""
    return things(
        [thing for facts in work.known.values() for thing in _limits(facts, person, desk)],
        [_of_task(task, work.known, desk) for task in work.tasks],
    )


def waited_for(person: UUID, work: OwnWork, desk: DigestDesk) -> Iterator[Waiting]:
    """What somebody waits for in the cases that they own or lead (R8, S5, P5)."""
    own = [
        one
        for one in work.known.values()
        if _is_open_case(one)
        and person in (one.process_owner, in_charge(one, procedure_of(one, desk)))
    ]
    people = {who.person_id for facts in own for who in facts.participants}
    unmailable = desk.overviews.unmailable(people)
    for facts in own:
        yield from waiting(facts, procedure_of(facts, desk), unmailable, desk.now)


def procedure_of(facts: CaseFacts, desk: DigestDesk) -> Procedure:
    return desk.procedures.get(facts.procedure, facts.procedure_on)


def _of_no_case(task: OpenTask, desk: DigestDesk) -> Procedure:
    """By which its rule is told; any, where the municipality doesn't work by its own."""
    versions = desk.procedures.versions
    name = task.procedure if task.procedure in versions else next(iter(versions))
    assert name is not None
    return desk.procedures.get(name, task.procedure_on)


def _is_open_case(facts: CaseFacts) -> bool:
    return facts.about == "child" and facts.state == "open"


def _limits(facts: CaseFacts, person: UUID, desk: DigestDesk) -> Iterator[Thing]:
    if not _is_open_case(facts):
        return
    procedure = procedure_of(facts, desk)
    for limit in own_limits(limits(facts, procedure, (), desk.days, local_date(desk.now)), person):
        yield of_limit(limit, procedure)


def _of_task(task: OpenTask, known: Mapping[UUID, CaseFacts], desk: DigestDesk) -> Thing:
    facts = None if task.case_id is None else known[task.case_id]
    procedure = _of_no_case(task, desk) if facts is None else procedure_of(facts, desk)
    title = step_words(procedure, task.step)
    return Thing(
        kind=task.kind,
        rule=task.rule,
        quote=quote(procedure, task.rule),
        procedure=procedure,
        day=task.due_on,
        reference=None if facts is None or facts.about != "child" else facts.reference,
        case_id=task.case_id,
        step=task.step,
        title=title,
        task=task,
    )
