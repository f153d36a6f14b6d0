"""How the machinery is, as numbers and codes; and which of them want somebody's attention."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.cases.domain.refused import Words
from shared.domain.lead_times import FEWEST

_SILENT = timedelta(seconds=15)
_SLOW = timedelta(minutes=5)
_INBOUND = "inbound"


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
    many events there have been since the installation. `sessions`: who is signed in. `repeated`:
    how many messages of the last day were sent again, since nobody knew whether they had arrived.
    `backed_up_at`: in real time, None if not in the last week. `let_go_on`: the last day on which
    it was looked for what is to go.
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
    let_go_on: date | None
    backed_up_at: datetime | None
    messages: Mapping[str, int]
    repeated: int
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
    def decided(self) -> int:
        return self.met + self.missed

    @property
    def share(self) -> float | None:
        """From 0 to 1, by the whole twentieth below; None about fewer than five (S10), of whom one
        child could be told."""
        return None if self.decided < FEWEST else self.met * 20 // self.decided / 20


def told_of(before: Mapping[str, Kept], counted: Sequence[Kept]) -> dict[str, Kept]:
    """What is told of each rule now. `before`: what was told until now.

    The same as before, until at least five more (or fewer) have been decided: the difference of two
    shares would else be what became of one child (S10).
    """
    now = {}
    for one in counted:
        last = before.get(one.rule, one)
        kept = one if abs(one.decided - last.decided) >= FEWEST else last
        if kept.share is not None:
            now[one.rule] = kept
    return now


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
        (_no_mail_comes_in(seen), _NO_WAY_IN),
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


def _no_mail_comes_in(seen: Operations) -> bool:
    """Mail waits where it is meanwhile, so one look that fails is no alarm."""
    beat = seen.heartbeats.get(_INBOUND)
    return beat is None or seen.clock - beat > _SLOW


def _waits(since: datetime | None, now: datetime) -> bool:
    return since is not None and now - since > _SLOW


def _silent(name: str) -> Alarm:
    return Alarm(
        "silent",
        Words(
            f"Tjänsten {name} ger inget livstecken.", f"The service {name} gives no sign of life."
        ),
        Words(
            "Se efter att dess arbetare och beat är igång, och att Valkey svarar.",
            "See that its workers and beat are running, and that Valkey answers.",
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


_NO_WAY_IN = Alarm(
    "no-way-in",
    Words(
        "Inga svar tas in: inbound ger inget livstecken.",
        "No answers are taken in: inbound gives no sign of life.",
    ),
    Words(
        "Se efter att inbound är igång och, om svar hämtas från en brevlåda, att inloggningen till"
        " den går (samspel doctor). Mejlen väntar under tiden.",
        "See that inbound is running and, if answers are fetched from a mailbox, that it can be"
        " logged in to (samspel doctor). The mails wait meanwhile.",
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
