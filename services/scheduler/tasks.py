"""One round of the scheduler's work: hear events, look at cases, let fall due what is due."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from functools import partial
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from pydantic import ValidationError

from services.scheduler.handlers import Municipal, Store, look
from shared.bus import events as e
from shared.bus.delivery import Deliveries, Handlers
from shared.bus.publishing import publish
from shared.bus.registry import UnknownEvent, event_class
from shared.bus.subscribers import SCHEDULER, SUBSCRIBERS
from shared.db import Database, Unit
from shared.domain.days import STOCKHOLM, WorkingDays, local_date
from shared.domain.facts import facts_from_json
from shared.municipality import Municipality
from shared.procedures import Procedures

log = logging.getLogger(__name__)

LOOKS = 50
DUES = 500
SWEPT = 200
ATTEMPTS = 8
SWEEP_FROM = time(3, 0)

StoreOf = Callable[[Unit], Store]


def handlers(store_of: StoreOf) -> Handlers:
    """Every event says the same: look at this case again.

    A refusal also says which time is out, and somebody who asks for a reminder, of which meeting.
    Rules that have changed concern every open case.
    """

    def look_again(event: e.CaseEvent, unit: Unit) -> None:
        store_of(unit).look_at(event.case_id)

    def refused(event: e.ProposalRefused, unit: Unit) -> None:
        store_of(unit).refuse(event.case_id, event.proposal)
        look_again(event, unit)

    def asked(event: e.ReminderAsked, unit: Unit) -> None:
        store_of(unit).ask_to_remind(event.case_id, event.meeting_id, event.sequence)
        look_again(event, unit)

    heard = {event: look_again for event, who in SUBSCRIBERS.items() if SCHEDULER in who}

    def rules_changed(_: e.RulesChanged, unit: Unit) -> None:
        store_of(unit).sweep_anew(local_date(unit.now))

    return {
        **heard,
        e.ProposalRefused: refused,
        e.ReminderAsked: asked,
        e.RulesChanged: rules_changed,
    }


@dataclass(frozen=True, slots=True)
class Rules:
    """What a municipality has decided: its routines, and its hours, days and breaks."""

    procedures: Procedures
    municipal: Municipal


RulesAt = Callable[[Connection[DictRow]], Rules]


def rules_of(municipality: Municipality, days: WorkingDays) -> Rules:
    """What the scheduler goes by of all that."""
    booking = municipality.booking
    municipal = Municipal(
        days=days,
        hours=booking.hours,
        breaks=municipality.school_years,
        mode=booking.mode,
        gap=booking.gap,
        fresh=booking.fresh,
        quiet=municipality.mail.quiet,
    )
    return Rules(municipality.procedures, municipal)


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker of the scheduler works with; `rules_at` gives the rules as a unit sees them."""

    database: Database
    store_of: StoreOf
    deliveries: Deliveries
    rules_at: RulesAt

    def a_round(self) -> int:
        """How much there was to do; 0 when all is quiet."""
        heard = self.deliveries.drain_batch()
        looked = self._look_at_cases()
        return heard + looked + fall_due(self.database, self.store_of) + self._sweep()

    def _look_at_cases(self) -> int:
        """Look at a batch of cases, each in a savepoint of its own."""
        with self.database.unit() as unit:
            store = self.store_of(unit)
            claimed = store.claim_looks(LOOKS)
            facts = store.facts(claimed)
            rules = self.rules_at(unit.connection)
            for case_id in claimed:
                self._look_at(case_id, facts.get(case_id), rules, store, unit)
            return len(claimed)

    def _look_at(
        self,
        case_id: UUID,
        found: dict[str, Any] | None,
        rules: Rules,
        store: Store,
        unit: Unit,
    ) -> None:
        if found is None:
            store.forget(case_id)
            return
        try:
            with unit.connection.transaction():
                facts = facts_from_json(found)
                procedure = rules.procedures.get(facts.procedure, facts.procedure_on)
                tell = partial(publish, unit)
                look(facts, procedure, rules.municipal, store, tell, unit.now)
        except Exception as error:  # one case must not stop the others
            if unit.connection.closed or self.database.was_in_the_way(error):
                raise  # the whole batch is looked at again
            store.note_failed_look(case_id, type(error).__name__, ATTEMPTS)
            log.warning("looking at case %s failed with %s", case_id, type(error).__name__)

    def _sweep(self) -> int:
        """Once a night every open case is looked at, should an event ever have been lost; and when
        the rules have changed."""
        with self.database.unit() as unit:
            local = unit.now.astimezone(STOCKHOLM)
            return self.store_of(unit).sweep(local.date(), SWEPT, begin=local.time() >= SWEEP_FROM)


def fall_due(database: Database, store_of: StoreOf) -> int:
    """Publish the events of what is due; what comes too late to be useful is only noted."""
    with database.unit() as unit:
        rows = store_of(unit).fall_due(DUES)
        for row in rows:
            if row["state"] == "fired":
                _fire(row, unit)
            else:
                log.warning("%s was missed: too late to be useful", row["key"])
        return len(rows)


def _fire(row: dict[str, Any], unit: Unit) -> None:
    """One that a newer version has planned, and this one can't read, doesn't hold up the rest."""
    try:
        event = event_class(row["event_type"]).model_validate(row["event"])
    except (UnknownEvent, ValidationError) as error:
        log.warning("%s can't be fired: %s", row["key"], type(error).__name__)
    else:
        publish(unit, event)
