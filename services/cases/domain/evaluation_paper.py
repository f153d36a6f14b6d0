"""The evaluation as a report to read: what stands in it, in Swedish, for the two who evaluate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.cases.domain.evaluating import AskedPost
from services.cases.domain.evaluation_summary import Represented, Result, Summary
from services.cases.domain.figures import TOO_FEW, Table, figures, number
from services.cases.domain.papers import Fact, House, Section, Sheet, capitalised, sheet
from shared.domain.codes import ROLES
from shared.domain.procedure import Group, Procedure
from shared.domain.swedish import long_date, the_day

NOTE = (
    f"Tal om {TOO_FEW} ärenden visas inte: så små tal skulle kunna peka ut ett barn."
    " Siffrorna gäller ärenden som blev kända under läsåret, och är räknade {day}."
    " Vilken grupp en text kommer från visas bara om minst tre i gruppen har fått frågan."
)
_NOTHING = "Ingen har svarat på frågan."
_NOT_NOTED = "inte noterat"


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered to a question: in numbers, a row of them, or in people's own words.

    Each quote has the group it comes from as its heading, if that is shown, and a paragraph for
    each line.
    """

    question: str
    said: str
    head: tuple[str, ...]
    counts: tuple[str, ...]
    quotes: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class EvaluationPaper:
    """Everything that is known about a year, on a few pages."""

    sheet: Sheet
    heading: str
    facts: tuple[Fact, ...]
    answers: tuple[Answers, ...]
    tables: tuple[Table, ...]
    note: str


def evaluation_paper(
    summary: Summary, procedure: Procedure, *, house: House, today: date
) -> EvaluationPaper:
    year = summary.evaluation.year
    return EvaluationPaper(
        sheet=sheet("evaluation", "sv", house, str(year), today),
        heading=f"Utvärdering av samverkan {year}",
        facts=_facts(summary, procedure),
        answers=tuple(_answers(result) for result in summary.results),
        tables=(
            _meetings(summary.meetings),
            *figures(summary.cases),
        ),
        note=NOTE.format(day=the_day(today)),
    )


def _facts(summary: Summary, procedure: Procedure) -> tuple[Fact, ...]:
    evaluation, asked = summary.evaluation, len(summary.asked)
    done = evaluation.done_on
    filed = (evaluation.reference,) if evaluation.reference else ()
    answered = asked - len(summary.waiting)
    facts = [
        Fact("Rutinen säger", (f"«{procedure.rules['R24']}»",) if "R24" in procedure.rules else ()),
        Fact("Läsår", (f"{summary.first.year}/{summary.last.year}, juli till juni",)),
        Fact("Klar senast", (long_date(evaluation.due_on),)),
        Fact("Läget", ("Pågår" if done is None else f"Klar {the_day(done)}",)),
        Fact("Har svarat", (f"{answered} av {asked}",)),
        Fact("Har inte svarat", tuple(map(_post, summary.waiting)) or ("ingen",)),
    ]
    return tuple(facts) if done is None else (*facts, Fact("Sparad i", filed))


def _post(post: AskedPost) -> str:
    """«Rektor, Björkskolan»."""
    return f"{capitalised(ROLES.get(post.role, post.role))}, {post.unit}"


def _answers(result: Result) -> Answers:
    count = f"{result.count} svar"
    if not result.count:
        return Answers(result.question.text, _NOTHING, (), (), ())
    counts = tuple(map(str, result.distribution.values()))
    if result.question.kind == "text":
        quotes = tuple(
            Section(
                "" if quote.group is None else capitalised(quote.group.sv),
                tuple(filter(str.strip, quote.text.splitlines())),
            )
            for quote in result.quotes
        )
        return Answers(result.question.text, count, (), (), quotes)
    if result.question.kind == "yes-no":
        return Answers(result.question.text, count, ("Ja", "Nej"), counts, ())
    said = f"{count}, medelvärde {number(result.mean)} av 5"
    head = tuple(result.distribution)
    return Answers(result.question.text, said, head, counts, ())


def _meetings(meetings: Sequence[Represented]) -> Table:
    rows = (
        (one.title, long_date(one.meeting.on), *_came(one))
        if one.meeting.state == "held"
        else (one.title, long_date(one.meeting.on), "inte markerat som hållet", "")
        for one in meetings
    )
    return Table(
        "Mötena i april och oktober",
        ("Möte", "Dag", "Grupper som var med", "Grupper som saknades"),
        tuple(rows),
        "Inget av årets möten står i kalendern för läsåret.",
    )


def _came(one: Represented) -> tuple[str, str]:
    if one.meeting.roles is None:
        return _NOT_NOTED, _NOT_NOTED
    return _titles(one.present), _titles(one.absent)


def _titles(groups: Iterable[Group]) -> str:
    return ", ".join(group.title for group in groups) or "ingen"
