"""Papers of one case for tests: a family, two of the staff, a meeting."""

import io
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

from pypdf import PdfReader

from services.cases.domain.consent_form import ConsentForm, consent_form
from services.cases.domain.letters import Letter, LetterKind, letter
from services.cases.domain.meeting_papers import Agenda, Minutes, agenda, minutes
from services.cases.domain.papers import House, PaperMeeting, Person, Staff
from services.cases.handlers.papers import Paper
from shared.domain.facts import ConsentParty
from shared.domain.procedure import Procedure
from shared.procedures import load_procedures
from tests.support import cases

TODAY = date(2027, 3, 1)
HOUSE = House("Exempelkommun", "0980-31 92 99", "Kontaktcenter, Torggatan 3, 123 45 Exempelstad")
PROCEDURE: Procedure = load_procedures(None).get("samverkansmote", TODAY)

CHILD = Person(cases.CHILD, "Alva Östlund", protected=False)
MOTHER = Person(
    cases.MOTHER,
    "Kim Åkerström",
    postal_address="Björkvägen 3, 123 45 Exempelstad",
    protected=False,
)
FATHER = Person(
    cases.FATHER,
    "Łukasz Nguyễn",
    language="en",
    postal_address="Torggatan 9, 123 45 Exempelstad",
    protected=False,
)
OWNER = Staff(Person(cases.REKTOR, "Anna Lindqvist", protected=False), "rektor", "school")
THERAPIST = Staff(
    Person(cases.FAMILY_THERAPIST, "Åsa Hällberg", protected=False),
    "familjebehandlare",
    "social_services",
)
MEETING = PaperMeeting(
    step=PROCEDURE.step("first"),
    starts_at=cases.noon("2027-03-16"),
    ends_at=cases.noon("2027-03-16") + timedelta(hours=1),
    place="Mötesrum Eken, Storgatan 12, plan 2",
    leader=OWNER,
    staff=(OWNER, THERAPIST),
)


def citing(*rules: str, **changes: Any) -> Procedure:
    """The procedure, with further rules that it cites."""
    more = {"rules": PROCEDURE.rules | dict.fromkeys(rules, "…")}
    return PROCEDURE.model_copy(update=more | changes)


def a_form(
    person: Person = MOTHER,
    party: ConsentParty = "guardian",
    procedure: Procedure = PROCEDURE,
    kept: str | None = None,
    **consent: Any,
) -> ConsentForm:
    return consent_form(
        replace(cases.consent(person.id, None, party), **consent),
        person=person,
        child=CHILD,
        owner=OWNER,
        procedure=procedure,
        reference="7KQ2",
        kept=kept,
        house=HOUSE,
        today=TODAY,
    )


def a_letter(
    person: Person = MOTHER,
    kind: LetterKind = "call",
    others: tuple[Person, ...] = (CHILD, FATHER, OWNER.person, THERAPIST.person),
    *,
    is_off: bool = False,
    procedure: Procedure = PROCEDURE,
    meeting: PaperMeeting = MEETING,
) -> Letter:
    return letter(
        kind,
        person=person,
        meeting=meeting,
        others=others,
        is_off=is_off,
        procedure=procedure,
        reference="7KQ2",
        house=HOUSE,
        today=TODAY,
    )


def an_agenda(procedure: Procedure = PROCEDURE) -> Agenda:
    return agenda(MEETING, procedure=procedure, reference="7KQ2", house=HOUSE, today=TODAY)


def some_minutes(
    procedure: Procedure = PROCEDURE,
    secretary: Staff | None = None,
    contact_person: Staff | None = None,
) -> Minutes:
    return minutes(
        MEETING,
        secretary=secretary,
        contact_person=contact_person,
        procedure=procedure,
        reference="7KQ2",
        house=HOUSE,
        today=TODAY,
    )


def words_of(paper: Paper) -> str:
    """Everything that stands on a paper, one text a line."""
    return "\n".join(_texts(asdict(paper)))


def text_of(pdf: bytes) -> str:
    """What a reader can copy out of the file, with every break as a space."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return _texts(list(value.values()))
    if isinstance(value, list | tuple):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []
