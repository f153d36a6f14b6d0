"""The letter to somebody who gets no mail (X7): the invitation, a change, a cancellation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.cases.domain.papers import (
    FORWARDED,
    Fact,
    House,
    PaperMeeting,
    Person,
    Sheet,
    Staff,
    Writer,
    capitalised,
    day_week_and_time,
    language_name,
    sheet,
    somebody_from,
    staff_line,
)
from services.cases.domain.refused import Refused, Words, codes_in_words
from shared.domain.calling import called
from shared.domain.consent import consent_stands
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Procedure
from shared.domain.swedish import day_and_time, long_date

LetterKind = Literal["call", "change", "cancel"]

_HEADINGS: dict[LetterKind, Words] = {
    "call": Words("Inbjudan till möte", "Invitation to a meeting"),
    "change": Words("Mötet har ändrats", "The meeting has changed"),
    "cancel": Words("Mötet är inställt", "The meeting is cancelled"),
}
_UNCALLED_HEADING = Words("Inbjudan gäller inte längre", "The invitation no longer applies")
_GREETING = Words("Hej {name}!", "Dear {name},")
_FIRST: dict[LetterKind, Words] = {
    "call": Words(
        "Du är inbjuden till ett möte {when}.", "You are invited to a meeting on {when}."
    ),
    "change": Words(
        "Uppgifterna om mötet har ändrats. Det är nu {when}. Vad som stod i tidigare brev gäller"
        " inte längre. Har du svarat förut gäller inte heller det svaret.",
        "The details of the meeting have changed. It is now on {when}. What earlier letters said no"
        " longer holds. If you have answered before, nor does that answer.",
    ),
    "cancel": Words(
        "Mötet {starts} är inställt. Du behöver inte göra något.",
        "The meeting on {starts} is cancelled. You don't need to do anything.",
    ),
}
_UNCALLED = Words(
    "Din inbjudan till mötet {starts} gäller inte längre. Du behöver inte göra något.",
    "Your invitation to the meeting on {starts} no longer applies. You don't need to do anything.",
)
_LABELS = {
    "when": Words("När", "When"),
    "where": Words("Var", "Where"),
    "leader": Words("Bjuder in och leder", "Invites and chairs"),
    "staff": Words("Personal som är med", "Staff who take part"),
    "interpreter": Words("Tolk", "Interpreter"),
    "reference": Words("Referens", "Reference"),
}
_WHERE_UNDECIDED = Words(
    "Platsen är inte bestämd än. Ring kommunens kontaktcenter, {phone}, så får du veta den.",
    "The place isn't decided yet. Call the municipality's contact centre, {phone}, to be told.",
)
_WHERE_BY_PHONE = Words(
    "Ring kommunens kontaktcenter, {phone}, så får du veta platsen.",
    "Call the municipality's contact centre, {phone}, to be told the place.",
)
_INTERPRETER = Words("Vi ordnar tolk ({spoken}).", "We arrange an interpreter ({spoken}).")
_AGENDA = Words("Det här tar vi upp", "What we go through (in Swedish)")
_ANSWER = Words(
    "Ring kommunens kontaktcenter, {phone}, och säg om du kan komma. Säg referensen {reference}."
    " Passar inte tiden? Föreslå en annan.",
    "Call the municipality's contact centre, {phone}, and say whether you can come. Give the"
    " reference {reference}. Does the time not suit you? Suggest another.",
)
_MORE_PEOPLE = Words(
    "Du kan be om att fler personer bjuds in. Säg det när du ringer.",
    "You can ask for more people to be invited. Say so when you call.",
)
_QUESTIONS = Words(
    "Har du frågor? Ring kommunens kontaktcenter, {phone}.",
    "Do you have questions? Call the municipality's contact centre, {phone}.",
)
_REGARDS = Words("Vänliga hälsningar", "Kind regards")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter for a window envelope. `window` is all that shows through it (X12, X13)."""

    sheet: Sheet
    kind: LetterKind
    window: tuple[str, ...]
    date: str
    reference: Fact
    heading: str
    greeting: str
    first: str
    facts: tuple[Fact, ...]
    agenda_heading: str
    agenda: tuple[str, ...]
    last: tuple[str, ...]
    regards: str


class LetterUntrue(Refused):
    """A letter that says what isn't so is never printed, as a mail wouldn't go (X5)."""

    code = "letter-untrue"
    rule = "X5"
    title = Words("Brevet stämmer inte", "The letter would not be true")
    detail = Words(
        "Mötet är {state}, personen är {called}, eller mötet har redan börjat. Läs mötet på nytt"
        " och välj ett annat brev.",
        "The meeting is {state}, the person is {called}, or the meeting has begun already. Read the"
        " meeting again and choose another letter.",
    )


class LetterWithoutConsent(Refused):
    """What rests on a consent isn't printed without it (X5, X8)."""

    code = "letter-without-consent"
    rule = "X5"
    title = Words("Samtycke saknas", "The consent is missing")
    detail = Words(
        "Det finns inget samtycke som gäller för personen på mötets dag. Skriv inte till någon"
        " förrän det finns.",
        "No consent holds for this person on the day of the meeting. Write to nobody before it"
        " does.",
    )


def letter_kind(
    wanted: LetterKind | None,
    facts: CaseFacts,
    procedure: Procedure,
    meeting: Meeting,
    person: UUID,
    now: datetime,
) -> LetterKind:
    """The letter that is true now for somebody who is or was called; a wanted one if it is.

    Raises LetterUntrue, LetterWithoutConsent.
    """
    is_called = person in meeting.person_ids
    is_coming = meeting.state == "booked" and facts.state == "open" and now < meeting.starts_at
    is_off = meeting.state == "cancelled" or (is_coming and not is_called)
    usual: LetterKind = "cancel" if is_off else "change" if meeting.sequence else "call"
    kind = wanted or usual
    if not (is_off or is_coming) or (kind == "cancel") != is_off:
        said = Words("kallad", "called") if is_called else Words("inte kallad", "not called")
        raise LetterUntrue(state=codes_in_words((meeting.state,)), called=said)
    if kind != "cancel" and not _may_be_called(facts, procedure, meeting, person):
        raise LetterWithoutConsent
    return kind


def can_be_written(
    facts: CaseFacts, procedure: Procedure, meeting: Meeting, person: UUID, now: datetime
) -> bool:
    """Whether there is a letter about the meeting that is true now for somebody called to it."""
    try:
        letter_kind(None, facts, procedure, meeting, person, now)
    except (LetterUntrue, LetterWithoutConsent):
        return False
    return True


def letter(
    kind: LetterKind,
    *,
    person: Person,
    meeting: PaperMeeting,
    others: tuple[Person, ...],
    is_off: bool,
    procedure: Procedure,
    reference: str,
    house: House,
    today: date,
) -> Letter:
    """`others` are all who are called besides; `is_off`: the meeting itself, not one invitation."""
    writer = _writer(person, meeting, house, reference)
    is_told = kind != "cancel"
    is_uncalled = kind == "cancel" and not is_off
    last = (_ANSWER, *((_MORE_PEOPLE,) if "S7" in procedure.rules else ())) if is_told else ()
    return Letter(
        sheet=sheet("letter", person.language, house, reference, today),
        kind=kind,
        window=_window(person),
        date=long_date(today, person.language),
        reference=writer.fact(_LABELS["reference"], reference),
        heading=writer.said(_UNCALLED_HEADING if is_uncalled else _HEADINGS[kind]),
        greeting=writer.said(_GREETING),
        first=writer.said(_UNCALLED if is_uncalled else _FIRST[kind]),
        facts=tuple(_facts(writer, person, meeting, others)) if is_told else (),
        agenda_heading=writer.said(_AGENDA),
        agenda=procedure.agenda if is_told else (),
        last=writer.all_said((*last, _QUESTIONS)),
        regards=writer.said(_REGARDS),
    )


def _writer(person: Person, meeting: PaperMeeting, house: House, reference: str) -> Writer:
    language = person.language
    return Writer(
        language,
        {
            "name": person.name,
            "when": day_and_time(meeting.starts_at, meeting.ends_at, language),
            "starts": day_and_time(meeting.starts_at, None, language),
            "spoken": language_name(person.interpreter or "", language),
            "phone": house.phone,
            "reference": reference,
        },
    )


def _may_be_called(facts: CaseFacts, procedure: Procedure, meeting: Meeting, person: UUID) -> bool:
    """As the gate of the mails decides it: by the consent on the day of the meeting."""
    step, day = procedure.step(meeting.step), local_date(meeting.starts_at)
    if step.grounds == "consent" and not consent_stands(facts, procedure, day):
        return False
    return person in called(facts, procedure, step, day)


def _window(person: Person) -> tuple[str, ...]:
    """Name and postal address; of the protected neither: the Tax Agency passes it on (X12)."""
    if person.protected:
        return (FORWARDED,)
    lines = (person.postal_address or "").replace("\n", ",").split(",")
    return (person.name, *(line.strip() for line in lines if line.strip()))


def _facts(
    writer: Writer, person: Person, meeting: PaperMeeting, others: tuple[Person, ...]
) -> Iterator[Fact]:
    language = person.language
    yield writer.fact(_LABELS["when"], day_week_and_time(meeting, language))
    yield writer.fact(_LABELS["where"], _where(writer, meeting, others))
    yield writer.fact(_LABELS["leader"], _of_staff(writer, meeting.leader))
    if others_of_staff := [who for who in meeting.staff if who != meeting.leader]:
        lines = (_of_staff(writer, who) for who in others_of_staff)
        yield writer.fact(_LABELS["staff"], *lines)
    if person.interpreter is not None:
        yield writer.fact(_LABELS["interpreter"], writer.said(_INTERPRETER))


def _of_staff(writer: Writer, who: Staff) -> str:
    """X6: of who is protected, the organisation alone."""
    if who.person.protected:
        return capitalised(somebody_from(who.organisation, writer.language))
    return staff_line(who, writer.language)


def _where(writer: Writer, meeting: PaperMeeting, others: tuple[Person, ...]) -> str:
    """A paper lies about: where somebody protected will be stands on nobody else's (X6)."""
    if meeting.place is None:
        return writer.said(_WHERE_UNDECIDED)
    if any(other.protected for other in others):
        return writer.said(_WHERE_BY_PHONE)
    return meeting.place
