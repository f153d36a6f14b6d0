"""What a year asks of those who call to its meetings, and of who declines one (R20-R22, R27)."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from services.cases.domain.duties import Duty, Subject
from services.cases.domain.tasks import Task
from services.cases.domain.year_staff import Vacancy
from shared.domain.days import at
from shared.domain.facts import Meeting

FILL_POST, GROUP_MISSING, SEND_SUBSTITUTE = "fill-post", "group-missing", "send-substitute"
LIMIT_PASSED, IS_TAKEN = "limit-passed", "is-taken"
SUBSTITUTE_RULE = "R27"
_TOLD_AT = time(9, 0)
# Denser towards the first vacant day, and again afterwards, as long as nobody is appointed (ours).
_VACANCY_DAYS = (-60, -30, -14, -7, -1, 14, 30, 60, 90)
# What two people have, and is past for both once one of them has done it.
OF_BOTH = (
    "tell-by-hand", "reach-otherwise", "read-mail", "decide-mail", IS_TAKEN, LIMIT_PASSED,
)  # fmt: skip


def duty_of_caller(task: Task, year: int, post: str, rule: str) -> Duty:
    """What a case would ask of its process owner, of one of the posts that call."""
    return Duty(
        key=f"{task.key}/{post}",
        kind=task.kind,
        rule=rule,
        subject=Subject(year=year),
        post=post,
        due_on=task.due_on,
        about=task.about,
        meeting_id=task.meeting_id,
        details=task.details,
        late_on=task.late_on,
    )


def fill_post(vacancy: Vacancy, told: str, rule: str, today: date) -> Duty:
    """R21: an empty post is an alert long before the call is due; it ends when it is held."""
    due_on = max(today, vacancy.since or today)
    since = "never" if vacancy.since is None else vacancy.since.isoformat()
    return Duty(
        key=f"{vacancy.post}/{rule}/{FILL_POST}/{since}/{told}",
        kind=FILL_POST,
        rule=rule,
        subject=Subject(year=due_on.year),
        post=told,
        due_on=due_on,
        details={"post": vacancy.post, "since": since},
        reminders=tuple(_instant(due_on, days) for days in _VACANCY_DAYS),
    )


def is_about(details: object, vacancy: Vacancy) -> bool:
    """Whether a duty to fill a post was given for this vacancy."""
    since = "never" if vacancy.since is None else vacancy.since.isoformat()
    return details == {"post": vacancy.post, "since": since}


def group_key(meeting: Meeting, group: str, rule: str) -> str:
    return f"{meeting.id}/{meeting.sequence}/{rule}/{GROUP_MISSING}/{group}"


def group_missing(meeting: Meeting, group: str, rule: str, owner: UUID, due_on: date) -> Task:
    """R22: a group that nobody comes from; a moved meeting counts anew."""
    return Task(
        key=group_key(meeting, group, rule),
        kind=GROUP_MISSING,
        owner=owner,
        rule=rule,
        due_on=due_on,
        meeting_id=meeting.id,
        details={"group": group},
    )


def substitute_key(meeting: Meeting, person: UUID) -> str:
    return f"{meeting.id}/{meeting.sequence}/{SUBSTITUTE_RULE}/{SEND_SUBSTITUTE}/{person}"


def send_substitute(
    meeting: Meeting, person: UUID, post: str | None, of: UUID, year: int, due_on: date
) -> Duty:
    """R27: who said no (`person`) says who comes instead; it is the duty of the post of `of`, whom
    they were to stand for, or of that person where they are in none."""
    return Duty(
        key=substitute_key(meeting, person),
        kind=SEND_SUBSTITUTE,
        rule=SUBSTITUTE_RULE,
        subject=Subject(year=year),
        post=post,
        person=of if post is None else None,
        due_on=due_on,
        meeting_id=meeting.id,
        details={"for": str(person)},
    )


def limit_passed(
    matter: UUID, step: str, rule: str, owner: UUID, last_day: date, today: date
) -> Task:
    """R20: a month without its meeting, since its last day; managers are told at once (X2)."""
    return Task(
        key=limit_key(matter, step, rule),
        kind=LIMIT_PASSED,
        owner=owner,
        rule=rule,
        due_on=last_day,
        details={"step": step},
        late_on=today,
    )


def limit_key(matter: UUID, step: str, rule: str) -> str:
    return f"{matter}/{step}/{rule}/{LIMIT_PASSED}"


def _instant(day: date, days: int) -> datetime:
    return at(day + timedelta(days=days), _TOLD_AT)
