"""What there is to do, in words, and where it is done."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.cases.domain.done_by_itself import CONDITIONS
from services.cases.domain.duties import is_ticked_off
from services.cases.domain.glass import SEE
from services.cases.domain.refused import Language, Words
from services.cases.domain.today import MEETING, OpenTask, Thing, Urgency
from services.cases.web.staff.words import Speech
from services.cases.web.words import task_words

OPEN, BOOK = Words("Öppna", "Open"), Words("Boka", "Book")
TICK_OFF = Words("Markera som klar", "Mark as done")
GROUPS: dict[Urgency, Words] = {
    "late": Words("Försenat", "Late"),
    "now": Words("I dag och i morgon", "Today and tomorrow"),
    "week": Words("Den här veckan", "This week"),
    "later": Words("Senare", "Later"),
}
MATTERS = {
    "child": Words("Möte i ett ärende", "Meeting of a case"),
    "year": Words("Samverkansmöte", "Collaboration meeting"),
    "parents": Words("Föräldramöte", "Parent meeting"),
    "report": Words("Möte efter en orosanmälan", "Meeting after a report of concern"),
    "consultation": Words("Rådfrågning", "Consultation"),
}
# A sign and a word for how it stands; the colour is the style sheet's.
SIGNS: dict[Urgency, tuple[str, Words]] = {
    "late": ("▲", Words("Försenad", "Late")),
    "now": ("●", Words("Gör nu", "Do it now")),
    "week": ("◐", Words("Den här veckan", "This week")),
    "later": ("○", Words("Senare", "Later")),
}
_PASSED = Words("Gränsen har passerat", "The limit has passed")
_TODAY, _TOMORROW = Words("I dag", "Today"), Words("I morgon", "Tomorrow")
_CONSENTS = ("get-consent", "first-contact", "inform", "renew-consent", "ask-about-guardians")
_MAILS = ("read-mail", "decide-mail")
_TIMES = ("no-slot", "book-anew", "arrange-separately")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Act:
    """Where a thing is done: a page to open, or here (`ticks`: the task is marked as done)."""

    to: str
    words: Words
    ticks: bool = False


def what(thing: Thing) -> Words:
    """What to do, beginning with the verb."""
    if thing.kind == MEETING:
        sv, en = ("Boka tid", "Book a time") if thing.state != "passed" else ("Boka", "Book")
        assert thing.title is not None
        return Words(f"{sv}: {thing.title.sv}", f"{en}: {thing.title.en}")
    assert thing.task is not None
    starts_at = thing.task.meeting_starts_at
    meeting = None if starts_at is None else {"starts_at": starts_at}
    return task_words(thing.kind, thing.task.details, thing.procedure, meeting)


def state(thing: Thing, today: date) -> tuple[str, Words]:
    """Its sign and its word."""
    urgency = thing.urgency(today)
    sign, word = SIGNS[urgency]
    if thing.kind == MEETING and thing.state == "passed":
        return sign, _PASSED
    if thing.day == today:
        return sign, _TODAY
    return (sign, _TOMORROW) if thing.day == today + _DAY else (sign, word)


def by_when(thing: Thing) -> Words:
    """The day in words, with its week."""
    if thing.last_day is None:
        return Words("så snart som möjligt", "as soon as possible")
    day = thing.last_day
    if thing.kind != MEETING:
        return Words(f"senast {_week(day)}", f"by {_week(day, 'en')}")
    if thing.state == "passed":
        return Words(
            f"skulle ha hållits senast {_week(day)}",
            f"was to be held by {_week(day, 'en')}",
        )
    return Words(f"hålls senast {_week(day)}", f"to be held by {_week(day, 'en')}")


def _week(day: date, language: Language = "sv") -> str:
    return Speech(language).week(day)


def act(thing: Thing) -> Act:
    """One button for each thing."""
    if thing.case_id is not None and thing.kind in (MEETING, *_TIMES) and thing.step:
        return Act(f"/arenden/{thing.case_id}/moten/boka?steg={thing.step}", BOOK)
    assert thing.task is not None
    if thing.kind in _MAILS:
        return Act("/inkommet", OPEN)
    if thing.case_id is None:
        return _of_duty(thing.task)
    return Act(_on_the_case(thing, thing.task), OPEN)


def _on_the_case(thing: Thing, task: OpenTask) -> str:
    if thing.reference is None:  # a matter of the staff's own has a page for its meeting alone
        year = task.procedure_on.year
        return f"/moten/{task.meeting_id}" if task.meeting_id else f"/arshjul/{year}"
    if thing.kind in _CONSENTS:
        return f"/arenden/{thing.case_id}#samtycken"
    if task.meeting_id is not None and thing.kind in CONDITIONS:
        return f"/moten/{task.meeting_id}"
    return f"/arenden/{thing.case_id}#att-gora"


def _of_duty(task: OpenTask) -> Act:
    """Its own page, where there is one; else it's ticked off here, if it is by hand at all."""
    pages = {
        f"/nodlage/{task.id}": task.kind == SEE,  # who opened a case in an emergency, and why
        "/forfragningar": task.inquiry_id is not None,
        f"/orosanmalningar/{task.report_id}": task.report_id is not None,
        f"/arshjul/uppgift/{task.id}": task.has_page,
    }
    page = next((to for to, is_there in pages.items() if is_there), None)
    if page is None and is_ticked_off(task.kind):
        return Act(f"/att-gora/{task.id}/klart", TICK_OFF, ticks=True)
    return Act(page or f"/arshjul/{task.year or task.procedure_on.year}", OPEN)
