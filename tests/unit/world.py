"""One case with the services around it, in memory: what people do is followed by what they do."""

from dataclasses import dataclass, field
from datetime import date, datetime

from services.cases.domain.refused import Refused
from services.scheduler.handlers import Municipal, look
from shared.bus.events import Event, MeetingProposed, SlotMissing
from shared.domain.days import Break, SchoolYears, WorkingDays
from shared.domain.facts import CaseFacts
from shared.domain.hours import OfficeHours
from tests.support.casework import Casework
from tests.support.mailroom import Mailroom
from tests.support.store import FakeStore

DAYS, HOURS = WorkingDays(), OfficeHours()
BREAKS = SchoolYears((Break("sportlov", date(2027, 3, 1), date(2027, 3, 7)),))
MUNICIPAL = Municipal(DAYS, HOURS, BREAKS, mode="book")
_MOST_ROUNDS = 100


@dataclass(slots=True)
class World:
    """A case, the scheduler that looks at it, and the notifier, all at one time.

    `prompt`: the notifier works whenever something has happened; else only when it is told to.
    """

    case: Casework
    store: FakeStore
    mail: Mailroom | None
    prompt: bool
    told: list[Event] = field(default_factory=list)
    looks: list[tuple[CaseFacts, datetime]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.case.now

    def look(self) -> list[Event]:
        """The scheduler looks at the case; what it published."""
        published: list[Event] = []
        facts, procedure = self.case.facts, self.case.procedure
        self.looks.append((facts, self.now))
        look(facts, procedure, MUNICIPAL, self.store, published.append, self.now)
        self.told += published
        return published

    def settle(self) -> None:
        """The scheduler looks and the case service answers, until nothing more comes of it."""
        for _ in range(_MOST_ROUNDS):
            answers = [self._hear(event) for event in self.look()]
            if not any(answers):
                break
        else:
            raise AssertionError("they never come to rest")
        if self.prompt:
            self.post()

    def post(self) -> None:
        """The notifier looks at the case, and what may go is sent."""
        self.write()
        self.send()

    def write(self) -> None:
        if (mail := self._mail()) is not None:
            mail.look()

    def send(self) -> None:
        if (mail := self._mail()) is not None:
            mail.send()

    def pass_to(self, instant: datetime) -> None:
        """Time passes, from one instant at which something is due to the next."""
        while (coming := self.store.next_instant()) is not None and coming <= instant:
            self._stand_at(max(coming, self.now))
        self._stand_at(max(instant, self.now))

    def _stand_at(self, instant: datetime) -> None:
        self.case.now = self.store.now = instant
        self.case.lapse()
        events = self.store.fallen_due()
        if (mail := self._mail()) is not None:
            for event in events:
                mail.hear(event)
        self.settle()

    def _mail(self) -> Mailroom | None:
        """The notifier, as it reads the case now."""
        if (mail := self.mail) is not None:
            mail.facts, mail.now, mail.turn = self.case.facts, self.now, self.case.turn
        return mail

    def _hear(self, event: Event) -> bool:
        """What the case service does; whether the scheduler has to look again."""
        match event:
            case MeetingProposed():
                self._put(event)
                return True
            case SlotMissing(reason="consent-missing"):
                return self.case.ask_the_unasked(event.due_on or self.case.today)
        return False

    def _put(self, event: MeetingProposed) -> None:
        try:
            if event.mode == "book":
                self.case.book(event.step, event.starts_at, "scheduler")
            else:
                self.case.propose(event.step, event.starts_at)
        except Refused:
            self.store.refuse(event.case_id, event.proposal)
