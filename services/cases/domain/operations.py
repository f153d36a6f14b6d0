"""How the machinery is, as numbers and codes; and which of them want somebody's attention."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.cases.domain.refused import Words
from shared.domain.lead_times import FEWEST

_SILENT = timedelta(seconds=15)
_SLOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SetAside:
    """Events that a service couldn't take in, however often it tried, by their kind."""

    service: str
    type: str
    error: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Operations:
    """Everything at one instant. `now` is the domain's; heartbeats are in real time, as `clock`.

    `undelivered`: per service, since when its oldest event waits. `messages`: of the last seven
    days, how many are in which state. `letters`: of the week, how many are to be counted, and since
    when the oldest is. `quarantined`: mails that came in and wait for a person. `published`: how
    many events there have been since the installation. `sessions`: who is signed in.
    """

    now: datetime
    clock: datetime
    heartbeats: Mapping[str, datetime]
    undelivered: Mapping[str, tuple[int, datetime]]
    set_aside: Sequence[SetAside]
    oldest_mail: datetime | None
    oldest_due: datetime | None
    missed: int
    plans_set_aside: int
    swept_on: date | None
    messages: Mapping[str, int]
    inbound_waiting: int
    quarantined: int
    oldest_quarantined: datetime | None
    letters: int
    oldest_letter: datetime | None
    held_since: datetime | None
    held_because: str | None
    paused_since: datetime | None
    paused_because: str | None
    next_try: datetime | None
    resting_domains: int
    published: int
    sessions: int
    revision: str | None
    database_octets: int


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of a rule's limits were met, and how many missed or passed without a booking."""

    rule: str
    met: int
    missed: int

    @property
    def share(self) -> float | None:
        """From 0 to 1, by the hundredth; None about fewer than five (S10), of whom one child could
        be told."""
        decided = self.met + self.missed
        return None if decided < FEWEST else round(self.met / decided, 2)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that somebody has to see to, and what they do."""

    code: str
    what: Words
    do: Words


def alarms(seen: Operations, services: Sequence[str]) -> list[Alarm]:
    """The worst first."""
    silent = [_silent(name) for name in services if _is_silent(name, seen)]
    events_wait = any(_waits(since, seen.now) for _, since in seen.undelivered.values())
    others = (
        (seen.held_since is not None, _HELD),
        (seen.paused_since is not None, _PAUSED),
        (_waits(seen.oldest_mail, seen.now), _MAIL_WAITS),
        (events_wait, _EVENTS_WAIT),
        (_waits(seen.oldest_due, seen.now), _DUE_WAITS),
        (bool(seen.set_aside or seen.plans_set_aside), _SET_ASIDE),
        (_waits(seen.oldest_letter, seen.now), _letters(seen.letters)),
        (seen.missed > 0, _missed(seen.missed)),
    )
    return silent + [alarm for rings, alarm in others if rings]


def _is_silent(name: str, seen: Operations) -> bool:
    beat = seen.heartbeats.get(name)
    return beat is None or seen.clock - beat > _SILENT


def _waits(since: datetime | None, now: datetime) -> bool:
    return since is not None and now - since > _SLOW


def _silent(name: str) -> Alarm:
    return Alarm(
        "silent",
        Words(
            f"Tjänsten {name} ger inget livstecken.", f"The service {name} gives no sign of life."
        ),
        Words(
            "Se efter att dess arbetare och beat är igång, och att Redis svarar.",
            "See that its workers and beat are running, and that Redis answers.",
        ),
    )


def _letters(count: int) -> Alarm:
    return Alarm(
        "letters",
        Words(
            f"Veckobrev som inte är räknade: {count}.",
            f"Letters of the week that aren't counted: {count}.",
        ),
        Words(
            "Det som inte går att räkna prövas igen var tionde minut. Se efter felet i loggen för"
            " cases.",
            "What can't be counted is tried again every ten minutes. Look the error up in the log"
            " of cases.",
        ),
    )


def _missed(count: int) -> Alarm:
    return Alarm(
        "missed",
        Words(
            f"{count} påminnelser eller varningar kom för sent den senaste veckan.",
            f"{count} reminders or alerts came too late in the last week.",
        ),
        Words(
            "Något stod still när de skulle gå. Se när tjänsterna senast var nere.",
            "Something stood still when they were due. See when the services were down.",
        ),
    )


_HELD = Alarm(
    "held",
    Words(
        "Inget skickas: databasen ser ut att vara återställd eller flyttad.",
        "Nothing is sent: the database seems to have been restored or moved.",
    ),
    Words(
        "Bestäm om posten ska gå: samspel held show, release eller drop.",
        "Decide whether the mail shall go: samspel held show, release or drop.",
    ),
)
_PAUSED = Alarm(
    "paused",
    Words("Mejlservern tar inte emot mejl.", "The mail server takes no mail."),
    Words(
        "Se efter att den svarar och att lösenord och certifikat gäller. Mejlen väntar, inget går"
        " förlorat.",
        "See that it answers and that password and certificate hold. The mails wait, none is lost.",
    ),
)
_MAIL_WAITS = Alarm(
    "mail-waits",
    Words("Ett mejl har väntat mer än fem minuter.", "A mail has waited for over five minutes."),
    Words("Starta fler arbetare för notifier.", "Start more workers of the notifier."),
)
_EVENTS_WAIT = Alarm(
    "events-wait",
    Words(
        "En händelse har väntat mer än fem minuter.", "An event has waited for over five minutes."
    ),
    Words(
        "Se vilken tjänst det gäller nedan, och starta fler arbetare för den.",
        "See below which service it is, and start more workers of it.",
    ),
)
_DUE_WAITS = Alarm(
    "due-waits",
    Words(
        "Något som skulle ha hänt har väntat mer än fem minuter.",
        "Something that was due has waited for over five minutes.",
    ),
    Words("Starta fler arbetare för scheduler.", "Start more workers of the scheduler."),
)
_SET_ASIDE = Alarm(
    "set-aside",
    Words(
        "Det finns händelser som ingen tjänst klarade.", "There are events that no service managed."
    ),
    Words(
        "Se efter vilket fel det är i loggen, rätta det och försök igen nedan.",
        "Look the error up in the log, mend it, and try again below.",
    ),
)
