"""Reads what was typed in the form for a new case: each page's fields, and the command of all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.cases.domain.opening_form import (
    Answers,
    Remark,
    is_adult,
    questions,
    reasons,
    remarks,
)
from services.cases.domain.refused import Words
from services.cases.handlers.commands import NewChild, NewGuardian, OpenCase
from services.cases.handlers.draft_ports import Said
from services.cases.handlers.register_ports import MeetingPlace
from services.cases.web.forms import Fields, Form
from shared.domain.procedure import Procedure

CHILD_PAGE, FAMILY_PAGE, PEOPLE_PAGE = "", "familjen", "deltagare"
PAGES = (CHILD_PAGE, FAMILY_PAGE, PEOPLE_PAGE)
MOST_GUARDIANS = 6
HERE, ELSEWHERE = "har", "annan"
LATER = "senare"
GUARDIAN_FIELDS = (
    "name", "custody", "protected", "email", "no_mail", "phone", "address", "language",
    "interpreter",
)  # fmt: skip
LANGUAGES = ("sv", "en")
# Those that are interpreted most; any other is said on the phone.
INTERPRETED = (
    "ar", "bs", "ckb", "en", "es", "fa", "fi", "fr", "ku", "pl", "prs", "ps", "ro", "ru", "so",
    "sq", "th", "ti", "tr", "uk", "vi", "zh",
)  # fmt: skip
MOST_GRADES = 13
_SOMEBODY_DECIDES = Words(
    "Ange minst en vårdnadshavare som har vårdnaden: någon behöver kunna samtycka.",
    "Name at least one guardian with custody: somebody has to be able to consent.",
)
_NOT_A_SCHOOL = Words("Välj en enhet i listan.", "Choose a unit of the list.")
Wrong = Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the answers are read by: the procedure, the municipality's name, today, the schools,
    the places of all units."""

    procedure: Procedure
    home: str
    today: date
    schools: Collection[str]
    places: Sequence[MeetingPlace] = ()


@dataclass(frozen=True, slots=True)
class Child:
    """The page about the child: what is right of it, what to mend, and what follows from it."""

    answers: Answers
    name: str | None
    unit: str | None
    email: str | None
    protected: bool | None
    remarks: tuple[Remark, ...]
    wrong: Wrong


@dataclass(frozen=True, slots=True)
class Family:
    """The page about the guardians."""

    guardians: tuple[NewGuardian, ...]
    wrong: Wrong


def form_of(said: Said) -> Form:
    """What a draft holds, as a form that was sent."""
    return Form([(name, value) for name, values in said.items() for value in values])


def names_on(page: str, procedure: Procedure) -> tuple[str, ...]:
    """The fields that a page of the form has; what isn't ticked of them isn't sent."""
    if page == CHILD_PAGE:
        return tuple(one.name for one in questions(procedure))
    if page == FAMILY_PAGE:
        numbers = range(1, MOST_GUARDIANS + 1)
        blocks = [field_of(number, name) for number in numbers for name in GUARDIAN_FIELDS]
        return ("guardians", *blocks)
    return ("person", "initiator", "place")


def field_of(number: int, name: str) -> str:
    """A guardian's field, as the form names it."""
    return f"guardian_{number}_{name}"


def read_child(form: Form, terms: Terms) -> Child:
    """Whatever was typed; what stops an opening is among the wrong, beside what can't be meant."""
    fields, asked = Fields(form), {one.name: one for one in questions(terms.procedure)}
    residence = _residence(fields, terms) if "residence" in asked else None
    answers = Answers(
        known_on=fields.day("known_on"),
        birth_date=fields.day("birth_date"),
        grade=fields.number("grade", 0, MOST_GRADES) if "grade" in asked else None,
        residence=residence,
        reason=(
            fields.choice("reason", reasons(terms.procedure), needed=asked["reason"].needed)
            if "reason" in asked
            else None
        ),
    )
    unit = fields.text("unit")
    if unit is not None and unit not in terms.schools:
        fields.wrong["unit"] = _NOT_A_SCHOOL
    told = remarks(terms.procedure, answers, terms.home, terms.today)
    name, email = fields.text("name"), fields.address("email", needed=False)
    protected = fields.yes_no("protected")
    wrong = dict(fields.wrong)
    wrong |= {one.question: Words(one.said("sv"), one.said("en")) for one in told if one.stops}
    in_order: Wrong = {str(name): wrong[name] for name in asked if name in wrong}
    return Child(answers, name, unit, email, protected, told, in_order)


def read_family(form: Form, terms: Terms, birth_date: date | None) -> Family:
    """The guardians that were named; a block with nothing in it is none."""
    fields = Fields(form)
    numbers = [number for number in range(1, count_of(form) + 1) if _is_named(form, number)]
    guardians = [_guardian(fields, number) for number in numbers]
    adult = birth_date is not None and is_adult(terms.procedure, birth_date, terms.today)
    wrong = dict(fields.wrong)
    if not adult and not wrong and not any(one is not None and one.custody for one in guardians):
        first = numbers[0] if numbers else 1
        wrong[field_of(first, "custody" if numbers else "name")] = _SOMEBODY_DECIDES
    return Family(tuple(one for one in guardians if one is not None), wrong)


def read_people(form: Form) -> list[UUID]:
    """The colleagues that were ticked, each once."""
    return list(dict.fromkeys(Fields(form).idents("person")))


def places_of(form: Form, terms: Terms) -> list[MeetingPlace]:
    """The places of the child's unit, of which one can be where they usually meet."""
    return [one for one in terms.places if one.unit == form.get("unit")]


def read_place(form: Form, terms: Terms) -> str | None:
    """Where they usually meet; the unit's only place if nothing was said, None: decided later."""
    codes, said = [one.code for one in places_of(form, terms)], form.get("place")
    if said in codes:
        return said
    return codes[0] if len(codes) == 1 and said != LATER else None


def count_of(form: Form) -> int:
    """How many guardians the form has room for."""
    said = form.get("guardians")
    number = int(said) if said.isascii() and said.isdigit() and len(said) == 1 else 1
    return min(max(number, 1), MOST_GUARDIANS)


def without(said: Said, number: int) -> dict[str, list[str]]:
    """The same without one guardian; those after move up."""
    changed = {name: list(values) for name, values in said.items()}
    for later in range(number, MOST_GUARDIANS + 1):
        for name in GUARDIAN_FIELDS:
            following = changed.pop(field_of(later + 1, name), [])
            changed[field_of(later, name)] = following
    changed["guardians"] = [str(max(count_of(form_of(said)) - 1, 1))]
    return changed


def command_of(form: Form, terms: Terms, initiator: UUID) -> OpenCase | str:
    """The command of the whole form; or the page on which something is to be mended first."""
    child = read_child(form, terms)
    said = child.answers
    if child.wrong or said.known_on is None or said.birth_date is None:
        return CHILD_PAGE
    family = read_family(form, terms, said.birth_date)
    if family.wrong:
        return FAMILY_PAGE
    return OpenCase(
        procedure=terms.procedure.name,
        known_on=said.known_on,
        initiator=initiator,
        child=NewChild(
            name=child.name or "",
            birth_date=said.birth_date,
            unit=child.unit or "",
            email=child.email,
            protected=child.protected,
        ),
        guardians=family.guardians,
        participants=tuple(one for one in read_people(form) if one != initiator),
        grade=said.grade,
        residence=said.residence,
        reason=said.reason,
        place=read_place(form, terms),
    )


def _residence(fields: Fields, terms: Terms) -> str | None:
    """Only whether it is this municipality is asked (P9)."""
    said = fields.choice("residence", (HERE, ELSEWHERE))
    return {HERE: terms.home, ELSEWHERE: ELSEWHERE}.get(said or "")


def _is_named(form: Form, number: int) -> bool:
    typed = ("name", "email", "phone", "address")
    return any(form.get(field_of(number, name)) for name in typed)


def _guardian(fields: Fields, number: int) -> NewGuardian | None:
    def own(name: str) -> str:
        return field_of(number, name)

    name = fields.text(own("name"))
    custody = fields.choice(own("custody"), ("yes", "no"))
    language = fields.choice(own("language"), LANGUAGES, needed=False) or "sv"
    guardian = NewGuardian(
        name=name or "",
        email=fields.address(own("email"), needed=False),
        language=language,
        custody=custody == "yes",
        protected=fields.yes_no(own("protected")),
        phone=fields.phone(own("phone"), needed=False),
        postal_address=fields.text(own("address"), needed=False),
        interpreter=fields.choice(own("interpreter"), INTERPRETED, needed=False),
        no_mail=fields.yes(own("no_mail")),
    )
    return None if name is None or custody is None else guardian
