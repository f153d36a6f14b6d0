"""The agenda of a meeting (R12) and the template for its minutes and plan (R15): for the staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.cases.domain.evaluation_summary import OfProcedure
from services.cases.domain.figures import TOO_FEW, Table, figures
from services.cases.domain.papers import (
    Fact,
    House,
    PaperMeeting,
    Section,
    Sheet,
    Staff,
    capitalised,
    day_week_and_time,
    function_line,
    sheet,
    staff_line,
)
from shared.domain.procedure import Procedure
from shared.domain.swedish import long_date, the_day

_BBIC = (
    Section(
        "Barnets utveckling",
        ("Hälsa", "Utbildning", "Känslor och beteende", "Sociala relationer"),
    ),
    Section(
        "Familj och miljö",
        (
            "Nuvarande familjesituation",
            "Familjebakgrund",
            "Boende, arbete och ekonomi",
            "Socialt nätverk och integrering",
        ),
    ),
    Section(
        "Föräldrarnas förmåga",
        (
            "Grundläggande omsorg",
            "Stimulans och vägledning",
            "Känslomässig tillgänglighet",
            "Säkerhet",
        ),
    ),
)
_OF_A_CHILD = ("Samtycket är genomgånget på mötet", "Inget nytt möte: ärendet avslutas")
_NOTE = (
    "Siffrorna gäller ärenden som blev kända från och med {first}, och är räknade {day}."
    f" Tal om {TOO_FEW} ärenden visas inte: så små tal skulle kunna peka ut någon."
)
# Of the family nobody is named: who comes is for them to say, at the meeting (X12).
_OF_THE_FAMILY = {
    "child": ("Barnet/eleven",),
    "guardian": ("Vårdnadshavare", "Vårdnadshavare"),
    "external": ("Annan person",),
}


@dataclass(frozen=True, slots=True)
class Agenda:
    """The points of a meeting, to lay on the table: it names no one of the family.

    With the year's meetings: what the last one was, and what the figures since then say (R23).
    """

    sheet: Sheet
    heading: str
    facts: tuple[Fact, ...]
    points: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Since:
    """What has been since the last of the year's meetings: when that was, where its minutes are
    filed, and the cases that have become known from a day on.
    """

    first: date
    held_on: date | None
    minutes: str | None
    cases: Sequence[OfProcedure]


@dataclass(frozen=True, slots=True)
class Minutes:
    """Room to write under each point, for the plan, and for what the next step is.

    About a matter of the staff's own there are no guardians, and no child's needs.
    """

    sheet: Sheet
    heading: str
    facts: tuple[Fact, ...]
    present: tuple[Fact, ...]
    points: tuple[str, ...]
    needs: tuple[Section, ...]
    contact_person: Fact | None
    ticks: tuple[str, ...]
    filing: str | None


def agenda(
    meeting: PaperMeeting,
    *,
    procedure: Procedure,
    reference: str,
    house: House,
    today: date,
    since: Since | None = None,
) -> Agenda:
    return Agenda(
        sheet=sheet("meeting", "sv", house, reference, today),
        heading="Dagordning",
        facts=(*_facts(meeting, reference), *(() if since is None else _last_meeting(since))),
        points=procedure.agenda,
        tables=() if since is None else figures(since.cases),
        note="" if since is None else _NOTE.format(first=the_day(since.first), day=the_day(today)),
    )


def _last_meeting(since: Since) -> tuple[Fact, ...]:
    held = "inget ännu" if since.held_on is None else long_date(since.held_on)
    filed = (since.minutes,) if since.minutes else ()
    return (Fact("Föregående möte", (held,)), Fact("Dess anteckningar finns i", filed))


def minutes(
    meeting: PaperMeeting,
    *,
    secretary: Staff | None,
    contact_person: Staff | None,
    procedure: Procedure,
    reference: str,
    house: House,
    today: date,
) -> Minutes:
    """The municipality's own words say where it is filed, if the procedure cites them (R15)."""
    contact = contact_person or meeting.leader
    of_child = procedure.about == "child"
    return Minutes(
        sheet=sheet("meeting", "sv", house, reference, today),
        heading="Minnesanteckningar" + (" och gemensam handlingsplan" if of_child else ""),
        facts=(
            *_facts(meeting, reference),
            Fact("Sekreterare", _line(secretary)),
        ),
        present=(
            *map(_of_the_staff, meeting.staff),
            *(
                Fact(name)
                for party, names in _OF_THE_FAMILY.items()
                if party in meeting.step.calls
                for name in names
            ),
        ),
        points=procedure.agenda,
        needs=_BBIC if of_child and "R31" in procedure.rules else (),
        contact_person=Fact("Vårdnadshavares kontaktperson", _line(contact)) if of_child else None,
        ticks=_OF_A_CHILD if of_child else (),
        filing=procedure.rules.get("R15"),
    )


def _facts(meeting: PaperMeeting, reference: str) -> tuple[Fact, ...]:
    return (
        Fact("Möte", (f"{reference}, {meeting.step.title}",)),
        Fact("När", (day_week_and_time(meeting, "sv"),)),
        Fact("Var", (meeting.place,) if meeting.place is not None else ()),
        Fact("Leder mötet", _line(meeting.leader) + _line(meeting.second_leader)),
    )


def _line(who: Staff | None) -> tuple[str, ...]:
    return (staff_line(who, "sv"),) if who is not None else ()


def _of_the_staff(who: Staff) -> Fact:
    return Fact(capitalised(function_line(who, "sv")), (who.person.name,))
