"""What the start page shows: open cases by their reference with limits, and what is to be done."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.cases.domain.quotes import quote
from services.cases.handlers.reading import Row, Views
from services.cases.web import words
from shared.domain.consent import shown_state
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Procedure
from shared.domain.swedish import long_date
from shared.domain.windows import Window, windows
from shared.procedures import Procedures

CASES_A_PAGE = 30
TASKS_SHOWN = 40
_CYCLE = "arshjul"
_ANSWERS = (
    ("accepted", "ja"),
    ("declined", "nej"),
    ("tentative", "kanske"),
    ("needs-action", "har inte svarat"),
)
_LIMIT = {
    "waiting": "Hålls senast",
    "open": "Hålls senast",
    "met": "Gränsen var",
    "missed": "Skulle ha hållits senast",
    "cancelled": "Gränsen var",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """One step's limit in words, with a sign and a word for its state."""

    step: str
    state: str
    sign: str
    word: str
    text: str
    rule: str
    quote: str


@dataclass(frozen=True, slots=True)
class Card:
    """One open case, without a name of the family."""

    reference: str
    title: str
    known: str
    owner: str
    limits: tuple[Limit, ...]
    meeting: str | None
    proposed: bool
    answers: tuple[str, ...]
    signed: int
    asked: int


@dataclass(frozen=True, slots=True)
class ToDo:
    """One open task in words, or several alike: one for each person it is about.

    Without a reference it belongs to no case.
    """

    reference: str | None
    text: str
    owner: str
    due: str | None
    late: bool
    rule: str
    quote: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Start:
    """The whole page. `year`: of the year wheel, where the municipality has one."""

    now: str
    cases: int
    cards: tuple[Card, ...]
    page: int
    pages: int
    tasks: int
    tasks_shown: int
    to_do: tuple[ToDo, ...]
    late: int
    year: int | None


def start(
    views: Views, procedures: Procedures, days: WorkingDays, now: datetime, page: int
) -> Start:
    """Logged as a look at the list; then what is shown, and no more, is read in the transaction."""
    views.log("demo", None, "page.start")
    today = local_date(now)
    counts = views.counts(today)
    pages = max(1, -(-counts["cases"] // CASES_A_PAGE))
    page = min(max(page, 1), pages)
    shown = views.most_pressing(CASES_A_PAGE, (page - 1) * CASES_A_PAGE)
    tasks = views.most_pressing_tasks(TASKS_SHOWN)
    known = {one.id: one for one in views.facts({*shown, *_cases_of(tasks)})}
    names = views.names({*(one.process_owner for one in known.values()), *_owners_of(tasks)})
    answers = _answers(views.attendance(shown))
    cases = (_with_limits(known[case], procedures, days, today) for case in shown)
    alike = Counter(
        _to_do(task, known.get(task["case_id"]), procedures, names, today) for task in tasks
    )
    return Start(
        now=words.when(now),
        cases=counts["cases"],
        cards=tuple(_card(one, names, answers, now) for one in cases),
        page=page,
        pages=pages,
        tasks=counts["tasks"],
        to_do=tuple(replace(task, times=times) for task, times in alike.items()),
        tasks_shown=len(tasks),
        late=counts["late"],
        year=today.year if _CYCLE in procedures.versions else None,
    )


def _owners_of(tasks: Sequence[Row]) -> set[UUID]:
    return {task["owner"] for task in tasks if task["owner"] is not None}


def _cases_of(tasks: Sequence[Row]) -> set[UUID]:
    return {task["case_id"] for task in tasks if task["case_id"] is not None}


@dataclass(frozen=True, slots=True)
class _Open:
    """An open case with its limits, before it is put into words."""

    facts: CaseFacts
    procedure: Procedure
    windows: tuple[Window, ...]


def _with_limits(facts: CaseFacts, procedures: Procedures, days: WorkingDays, today: date) -> _Open:
    procedure = _procedure(facts, procedures)
    return _Open(facts, procedure, windows(facts, procedure, days, today))


def _procedure(facts: CaseFacts, procedures: Procedures) -> Procedure:
    return procedures.get(facts.procedure, facts.procedure_on)


def _card(
    one: _Open,
    names: Mapping[UUID, str],
    answers: Mapping[UUID, tuple[str, ...]],
    now: datetime,
) -> Card:
    facts = one.facts
    meeting = _next_meeting(facts, now)
    today = local_date(now)
    states = [
        (form.person_id, shown_state(facts, one.procedure, form, today)) for form in facts.consents
    ]
    asked = {person for person, state in states if state != "lapsed"}
    signed = {person for person, state in states if state == "signed"}
    return Card(
        reference=facts.reference,
        title=one.procedure.title,
        known=long_date(facts.known_on),
        owner=names.get(facts.process_owner, "?"),
        limits=tuple(_limit(window, facts, one.procedure) for window in one.windows),
        meeting=words.when(meeting.starts_at, meeting.ends_at) if meeting else None,
        proposed=meeting is not None and meeting.state == "proposed",
        answers=answers.get(meeting.id, ()) if meeting and meeting.state == "booked" else (),
        signed=len(signed),
        asked=len(asked),
    )


def _limit(window: Window, facts: CaseFacts, procedure: Procedure) -> Limit:
    sign, word = words.WINDOW_STATES[window.state]
    booked = any(one.state == "booked" for one in facts.meetings_of(window.step))
    if window.state == "open" and booked:
        sign, word = "●", "bokat"
    return Limit(
        step=words.step_title(procedure, window.step),
        state="booked" if word == "bokat" else window.state,
        sign=sign,
        word=word,
        text=_limit_text(window),
        rule=window.rule,
        quote=quote(procedure, window.rule),
    )


def _limit_text(window: Window) -> str:
    if window.closes_on is None:
        return "Gränsen räknas från det förra mötet"
    text = f"{_LIMIT[window.state]} {words.in_week(window.closes_on)}"
    if window.state == "open" and window.last_bookable_on not in (None, window.closes_on):
        assert window.last_bookable_on is not None
        return f"{text}; sista dag att boka är {long_date(window.last_bookable_on)}"
    return text


def _next_meeting(facts: CaseFacts, now: datetime) -> Meeting | None:
    coming = [
        one for one in facts.meetings if one.state in ("booked", "proposed") and one.ends_at > now
    ]
    return min(coming, key=lambda one: one.starts_at, default=None)


def _answers(attendance: Sequence[Row]) -> dict[UUID, tuple[str, ...]]:
    """Per meeting «3 ja», «1 har inte svarat»: numbers, never who (X12)."""
    counted: dict[UUID, Counter[str]] = {}
    for row in attendance:
        counted.setdefault(row["meeting_id"], Counter())[row["answer"]] += 1
    return {
        meeting: tuple(f"{count[code]} {word}" for code, word in _ANSWERS if count[code])
        for meeting, count in counted.items()
    }


def _to_do(
    task: Row,
    facts: CaseFacts | None,
    procedures: Procedures,
    names: Mapping[UUID, str],
    today: date,
) -> ToDo:
    """What belongs to no case goes by the procedure that was asked about."""
    if facts is None:
        procedure = procedures.get(task["procedure"], task["procedure_on"])
    else:
        procedure = _procedure(facts, procedures)
    due: date | None = task["due_on"]
    starts_at: datetime | None = task["meeting_starts_at"]
    meeting = None if starts_at is None else {"starts_at": starts_at}
    return ToDo(
        reference=None if facts is None else facts.reference,
        text=words.task_words(task["kind"], task["details"], procedure, meeting),
        owner=names.get(task["owner"], "ingen på posten"),
        due=long_date(due) if due else None,
        late=due is not None and due < today,
        rule=task["rule"],
        quote=quote(procedure, task["rule"]),
    )
