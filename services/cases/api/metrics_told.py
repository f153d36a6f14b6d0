"""The state of the machinery as metrics: numbers, with labels that are codes of our own (X3)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from math import inf

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from services.cases.domain.operations import Kept, Operations
from shared.bus.heartbeat import INBOUND
from shared.domain.days import STOCKHOLM
from shared.queue import SERVICES
from shared.version import VERSION

STATES = (
    "due", "claimed", "data", "retry", "unknown", "accepted", "failed", "suppressed", "held",
)  # fmt: skip


def told(seen: Operations, kept: Sequence[Kept], kept_too_long: int) -> Iterator[Metric]:
    """Ages are seconds, and 0 where nothing waits; of what has never been, infinite."""
    yield _gauge(
        "build_info",
        "The version and the database's revision; always 1.",
        (1, VERSION, seen.revision or "none"),
        labels=("version", "revision"),
    )
    yield from _of_services(seen)
    yield from _of_time(seen)
    yield from _of_mail(seen)
    yield from _of_keeping(seen, kept_too_long)
    yield _gauge(
        "windows_kept_ratio",
        "Share, in twentieths, of a rule's decided limits that were met; of five or more (S10).",
        *((one.share, one.rule) for one in kept if one.share is not None),
        labels=("rule",),
    )
    yield _one("sessions", "Browsers that are signed in.", seen.sessions)
    yield _one("database_bytes", "Size of the database.", seen.database_octets)


def _of_services(seen: Operations) -> Iterator[Metric]:
    givers = (*SERVICES, INBOUND)
    yield _gauge(
        "heartbeat_age_seconds",
        "Since a service last looked for work; of inbound, since mail could come in.",
        *((_age(seen.heartbeats.get(one), seen.clock, inf), one) for one in givers),
        labels=("service",),
    )
    waiting = {one: seen.undelivered.get(one, (0, None)) for one in SERVICES}
    yield _gauge(
        "events_waiting",
        "Events that a service hasn't taken in yet.",
        *((count, one) for one, (count, _) in waiting.items()),
        labels=("service",),
    )
    yield _gauge(
        "event_oldest_age_seconds",
        "How long the oldest of them has waited.",
        *((_age(since, seen.now), one) for one, (_, since) in waiting.items()),
        labels=("service",),
    )
    yield _gauge(
        "events_set_aside",
        "Events that a service couldn't take in, however often it tried.",
        *((sum(a.count for a in seen.set_aside if a.service == one), one) for one in SERVICES),
        labels=("service",),
    )
    published = CounterMetricFamily("samspel_events_published", "Events since the installation.")
    published.add_metric((), seen.published)
    yield published


def _of_time(seen: Operations) -> Iterator[Metric]:
    yield _one(
        "due_oldest_age_seconds", "How late the oldest due row is.", _age(seen.oldest_due, seen.now)
    )
    yield _one(
        "due_missed",
        "Reminders and alerts of seven days that came too late to be of use.",
        seen.missed,
    )
    yield _one(
        "plans_set_aside",
        "Cases that couldn't be looked at, however often it was tried.",
        seen.plans_set_aside,
    )
    yield _one(
        "sweep_age_seconds",
        "Since the day that every open case was last looked at.",
        _age(_midnight(seen.swept_on), seen.now, inf),
    )
    yield _one("letters_waiting", "Letters of the week that are to be counted.", seen.letters)
    yield _one(
        "letter_oldest_age_seconds",
        "How long the oldest of them has waited.",
        _age(seen.oldest_letter, seen.now),
    )


def _of_mail(seen: Operations) -> Iterator[Metric]:
    yield _gauge(
        "messages",
        "Messages made in the last seven days, by their state.",
        *((seen.messages.get(state, 0), state) for state in STATES),
        labels=("state",),
    )
    yield _one(
        "messages_repeated",
        "Those of the last day that were sent again: nobody knew whether they had arrived.",
        seen.repeated,
    )
    yield _one(
        "mail_oldest_age_seconds",
        "How late the oldest message is.",
        _age(seen.oldest_mail, seen.now),
    )
    yield _one(
        "mail_paused_seconds",
        "For how long the mail server has taken no mail.",
        _age(seen.paused_since, seen.clock),
    )
    yield _one(
        "mail_held_seconds",
        "For how long nothing is sent, after a restore.",
        _age(seen.held_since, seen.clock),
    )
    yield _one(
        "mail_resting_domains",
        "Recipient domains that want less for a while.",
        seen.resting_domains,
    )
    yield _one(
        "inbound_waiting", "Mails that came in and haven't been read yet.", seen.inbound_waiting
    )
    yield _one("inbound_quarantined", "Mails that came in and wait for a person.", seen.quarantined)
    yield _one(
        "inbound_quarantined_oldest_age_seconds",
        "How long the oldest of them has.",
        _age(seen.oldest_quarantined, seen.now),
    )


def _of_keeping(seen: Operations, kept_too_long: int) -> Iterator[Metric]:
    yield _one(
        "backup_age_seconds",
        "Since what the newest backup holds.",
        _age(seen.backed_up_at, seen.clock, inf),
    )
    yield _one(
        "retention_age_seconds",
        "Since the day that it was last looked for what is to go.",
        _age(_midnight(seen.let_go_on), seen.now, inf),
    )
    yield _one(
        "retention_overdue",
        "Cases and matters that were to go a week ago by the plan; a hundred at the most.",
        kept_too_long,
    )


def _one(name: str, help_: str, value: float) -> Metric:
    return _gauge(name, help_, (value,))


def _gauge(
    name: str, help_: str, *samples: tuple[float | str, ...], labels: tuple[str, ...] = ()
) -> Metric:
    """Each sample: its value, and then what its labels say."""
    family = GaugeMetricFamily(f"samspel_{name}", help_, labels=labels)
    for value, *said in samples:
        family.add_metric([str(one) for one in said], float(value))
    return family


def _age(since: datetime | None, now: datetime, never: float = 0) -> float:
    return never if since is None else max(timedelta(), now - since).total_seconds()


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), STOCKHOLM)
