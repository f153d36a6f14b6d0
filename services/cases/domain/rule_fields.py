"""What an administrator can change in a routine: which values, what they mean, and their bounds."""

from dataclasses import dataclass
from typing import Literal

from services.cases.domain.refused import Words

# How a value is written and said. `times`: whole numbers; `lines`: one text a line.
Shape = Literal[
    "days", "working_days", "minutes", "weeks", "years", "age", "grade", "times",
    "clock", "year_day", "weekday", "nth", "yes_no", "booking", "numbers", "lines",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuleField:
    """One value by its path, where `*` stands for any name; `low` and `high` bound a number."""

    pattern: str
    words: Words
    shape: Shape
    low: int = 0
    high: int = 366
    optional: bool = False

    def matches(self, path: str) -> bool:
        ours, theirs = self.pattern.split("."), path.split(".")
        return len(ours) == len(theirs) and all(
            part in ("*", name) for part, name in zip(ours, theirs, strict=True)
        )


def _field(
    pattern: str, sv: str, en: str, shape: Shape, low: int = 0, high: int = 366
) -> RuleField:
    return RuleField(pattern, Words(sv, en), shape, low, high)


# In the order in which people read them. What stands here can be changed on a page; who opens,
# leads, is called and consents can't: that is the routine itself, and is changed in its file.
FIELDS: tuple[RuleField, ...] = (
    _field("steps.*.within.days", "Mötet hålls inom", "The meeting is held within", "days", 1),
    _field("steps.*.target.days", "Målet är att hålla det inom", "The aim is within", "days", 1),
    _field("steps.*.in_month.nth", "Vilken i månaden", "Which one of the month", "nth", 1, 4),
    _field("steps.*.in_month.weekday", "Veckodag", "Weekday", "weekday"),
    _field("steps.*.in_month.at", "Börjar", "Begins", "clock"),
    _field(
        "steps.*.in_month.call_weeks_before", "Alla kallas före mötet", "All are called before it",
        "weeks", 1, 26,
    ),
    _field("steps.*.minutes", "Mötet tar", "The meeting takes", "minutes", 15, 480),
    _field(
        "steps.*.notice_working_days", "Kallas minst före mötet", "Called before it, at least",
        "working_days", 0, 30,
    ),
    _field("steps.*.booking", "När en tid hittas", "When a time is found", "booking"),
    _field(
        "steps.*.seeks", "Samspel söker tid självt",
        "Samspel looks for a time itself", "yes_no",
    ),
    _field("eligibility.age_from", "Yngst", "Youngest", "age", 0, 25),
    _field("eligibility.age_to", "Äldst", "Oldest", "age", 0, 25),
    _field("eligibility.grade_from", "Från årskurs", "From year", "grade", 0, 13),
    _field("eligibility.grade_to", "Till årskurs", "To year", "grade", 0, 13),
    _field("eligibility.residents_only", "Bara folkbokförda", "Residents only", "yes_no"),
    _field("eligibility.reason_needed", "Anledning måste väljas", "A reason is needed", "yes_no"),
    _field(
        "consent.child_asked_from_age", "Barnet frågas från",
        "The child is asked from", "age", 1, 25,
    ),
    _field(
        "consent.child_needed_from_age", "Barnets samtycke krävs från",
        "The child's consent is needed from", "age", 1, 25,
    ),
    _field("consent.own_mail_from_age", "Egen e-post från", "Own mail from", "age", 15, 25),
    _field(
        "consent.ask_ahead_days", "Fråga före en födelsedag",
        "Ask before a birthday", "days", 1, 180
    ),
    _field(
        "answers.by_working_days_before", "Svar önskas före mötet",
        "Answers are hoped for before it",
        "working_days", 1, 30,
    ),
    _field(
        "answers.nudge_working_days_before", "Den som inte svarat frågas före mötet",
        "Who hasn't answered is asked before it", "working_days", 1, 30,
    ),
    _field(
        "answers.nudge_working_days_after_call", "Men tidigast efter kallelsen",
        "But after the call at the soonest", "working_days", 2, 30,
    ),
    _field("answers.at", "Skickas", "Sent at", "clock"),
    _field(
        "reminders.*.working_days_before", "Före mötet",
        "Before the meeting", "working_days", 1, 30,
    ),
    _field("reminders.*.at", "Skickas", "Sent at", "clock"),
    _field("alerts.*.working_days", "Från gränsen", "From the limit", "working_days", 0, 60),
    _field("alerts.*.at", "Skickas", "Sent at", "clock"),
    _field("chores.*.working_days", "Från mötet", "From the meeting", "working_days", 0, 60),
    _field("chores.*.every_days", "Kommer igen var", "Comes again every", "days", 1),
    _field(
        "chores.*.late_working_days", "Chefen får veta efter", "The manager is told after",
        "working_days", 1, 60,
    ),
    _field(
        "inquiries.answer_working_days", "Förfrågan besvaras inom",
        "An inquiry is answered within", "working_days", 1, 60,
    ),
    _field("year.ahead", "Planera framåt (år)", "Plan ahead (years)", "years", 0, 10),
    _field(
        "year.vacancy_days_ahead", "Tom tjänst: larma före kallelsen",
        "An empty post is told before the call", "days", 0, 365,
    ),
    _field(
        "year.evaluation.opens", "Svar samlas in från",
        "Answers are collected from", "year_day",
    ),
    _field("year.evaluation.due", "Klar senast", "Done by", "year_day"),
    _field(
        "year.evaluation.working_days_before_summer", "Svar senast före skolans slut",
        "Answers before the school ends", "working_days", 1, 60,
    ),
    _field(
        "year.evaluation.remind_working_days_before", "Påminn om svar (arbetsdagar före)",
        "Remind of answers (working days before)", "numbers", 1, 60,
    ),
    _field(
        "year.evaluation.owners_days_before", "Påminn de ansvariga (dagar före)",
        "Remind the owners (days before)", "numbers", 1, 180,
    ),
    _field(
        "year.evaluation.overdue_every_days", "För sent: påminn var", "Late: remind every",
        "days", 1, 60,
    ),
    _field("year.dispatches.*.starts", "Börjar", "Begins", "year_day"),
    _field("year.dispatches.*.due", "Skickas senast", "Sent by", "year_day"),
    _field(
        "year.dispatches.*.confirm_working_days", "Bekräftas inom", "Confirmed within",
        "working_days", 1, 120,
    ),
    _field(
        "year.dispatches.*.remind_working_days_before", "Påminn (arbetsdagar före)",
        "Remind (working days before)", "numbers", 1, 60,
    ),
    _field(
        "year.parent_meetings.starts", "Läsårets omgång börjar",
        "Each year's round begins", "year_day",
    ),
    _field(
        "year.parent_meetings.remind_days_before", "Påminn rektorn (dagar före)",
        "Remind the principal (days before)", "numbers", 1, 365,
    ),
    _field(
        "reports.written_working_days", "Skriftlig anmälan inom", "The written report within",
        "working_days", 1, 30,
    ),
    _field(
        "reports.feedback_after_days", "Anmälaren kan fråga efter",
        "The reporter can ask after", "days", 14, 60,
    ),
    _field(
        "reports.answer_working_days", "Frågan besvaras inom", "The question is answered within",
        "working_days", 1, 30,
    ),
    _field("agenda", "Dagordning", "Agenda", "lines"),
    _field("agenda_en", "Dagordning på engelska", "Agenda in English", "lines"),
)  # fmt: skip


def field_of(path: str) -> RuleField | None:
    """What can be changed at that path; None for what can't."""
    return next((field for field in FIELDS if field.matches(path)), None)
