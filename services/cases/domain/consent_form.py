"""The consent form (R4): who may talk with whom, for how long, and that it's voluntary."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.cases.domain.papers import (
    Fact,
    House,
    Person,
    Section,
    Sheet,
    Staff,
    Writer,
    capitalised,
    organisation_name,
    sheet,
    staff_line,
)
from services.cases.domain.refused import Language, Refused, Words, codes_in_words
from shared.domain.facts import Consent, ConsentParty
from shared.domain.procedure import Procedure
from shared.domain.swedish import long_date

_HEADING = Words(
    "Samtycke till att verksamheter får prata med varandra",
    "Consent that services may talk with each other",
)
_LABELS = {
    "routine": Words("Rutin", "Routine"),
    "reference": Words("Referens", "Reference"),
    "child": Words("Vem det handlar om", "Who it is about"),
    "person": Words("Vem som samtycker", "Who consents"),
    "owner": Words("Vem som ansvarar", "Who is responsible"),
    "validity": Words("Hur länge", "How long"),
    "kept": Words("Blanketten förvaras", "The form is kept"),
}
_CAPACITIES: dict[ConsentParty, Words] = {
    "guardian": Words("{name}, vårdnadshavare", "{name}, guardian"),
    "child": Words("{name}, barnet självt", "{name}, the child"),
    "youth": Words("{name}, myndig ungdom", "{name}, of age"),
}
_YOU = Words("dig", "you")
_WITH_FAMILY = Words(" och med familjen", " and with the family")
_UNTIL_A_DAY = Words(
    "från den dag du skriver under till och med {last_day}",
    "from the day you sign until {last_day}, that day included",
)
_UNTIL_THE_END = Words(
    "från den dag du skriver under tills du tar tillbaka samtycket eller samarbetet avslutas",
    "from the day you sign until you take back the consent or the collaboration ends",
)
_CHOICES = Words("Vilka som får prata med varandra", "Who may talk with each other")
_CHOICES_HELP = Words(
    "De som är förkryssade behövs för samarbetet. Stryk den som du inte vill ha med, och kryssa för"
    " den som du vill lägga till.",
    "Those that are ticked are needed for the collaboration. Strike out any that you do not want,"
    " and tick any that you want to add.",
)
_MEANING = Words("Vad samtycket betyder", "What the consent means")
_VOLUNTARY = Words("Det är frivilligt", "It is voluntary")
# Each paragraph with the rule that it stands for; a procedure that doesn't cite the rule hasn't
# promised what it says. None: it holds for everybody.
_MEANING_PARAGRAPHS: tuple[tuple[str | None, Words], ...] = (
    (
        None,
        Words(
            "De som arbetar med barn har tystnadsplikt. Om du samtycker får verksamheterna nedan"
            " prata öppet med varandra{family} om {about}: hur det går, vad som behövs och hur alla"
            " kan hjälpas åt.",
            "Those who work with children are bound by secrecy. If you consent, the services below"
            " may talk openly with each other{family} about {about}: how things are, what is needed"
            " and how everybody can help.",
        ),
    ),
    (
        "P9",
        Words(
            "Det som delas handlar om barnets ageranden och beteenden och inte om er som familj.",
            "What is shared is about what the child does, and not about you as a family.",
        ),
    ),
    (
        "P17",
        Words(
            "Att samtycka innebär inte att man blir utredd någonstans. Behövs vidare stöd och"
            " insatser kommer ni att informeras om hur man kan söka dessa.",
            "To consent does not mean that anybody is investigated. If more support is needed, you"
            " will be told how to apply for it.",
        ),
    ),
    (
        None,
        Words(
            "Den som arbetar med barn är skyldig enligt lag att göra en orosanmälan till"
            " socialtjänsten vid misstanke om att ett barn far illa. Det gäller både med och utan"
            " samtycke.",
            "Those who work with children are bound by law to report to social services if they"
            " suspect that a child comes to harm. This holds with and without a consent.",
        ),
    ),
)
_VOLUNTARY_PARAGRAPHS = (
    Words(
        "Det är frivilligt och kostar ingenting. Du kan säga ja eller nej, och du behöver inte"
        " förklara varför.",
        "It is voluntary and costs nothing. You can say yes or no, and you need not explain why.",
    ),
    Words(
        "Du kan när som helst ta tillbaka samtycket: ring kommunens kontaktcenter, {phone}, säg det"
        " till den som ansvarar, eller använd din personliga länk om du har en. Då ställs kommande"
        " möten in, och ingen får prata om {about} utanför sin egen verksamhet utan tillstånd.",
        "You can take back the consent at any time: call the municipality's contact centre,"
        " {phone}, tell the person who is responsible, or use your personal link if you have one."
        " Coming meetings are then cancelled, and nobody may talk about {about} outside their own"
        " service without permission.",
    ),
)
_ANSWERS = (
    Words(
        "Ja, jag samtycker till att de förkryssade verksamheterna pratar med varandra.",
        "Yes, I consent that the ticked services talk with each other.",
    ),
    Words("Nej, jag samtycker inte.", "No, I do not consent."),
)
_BLANKS = (
    Words("Ort och datum", "Place and date"),
    Words("Underskrift", "Signature"),
)
_IN_PRINT = Words("Namnförtydligande", "Name in print")
_OFFICE = (Words("Mottagen den", "Received on"), Words("Mottagen av", "Received by"))
_QUESTIONS = Words(
    "Har du frågor? Ring kommunens kontaktcenter, {phone}, eller besök {address}.",
    "Do you have questions? Call the municipality's contact centre, {phone}, or go to {address}.",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """An organisation on the form; ticked if this consent has asked for it (S1, S14)."""

    name: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """One person's form; of the family nobody else stands on it but the child (X12)."""

    sheet: Sheet
    heading: str
    facts: tuple[Fact, ...]
    meaning: Section
    choices_heading: str
    choices_help: str
    choices: tuple[Choice, ...]
    voluntary: Section
    validity: Fact
    answers: tuple[str, ...]
    blanks: tuple[Fact, ...]
    office: tuple[Fact, ...]
    questions: str


class AnsweredForm(Refused):
    """A consent that has been refused or taken back, or has lapsed, isn't signed any more."""

    code = "form-answered"
    rule = "P7"
    title = Words("Blanketten gäller inte längre", "The form no longer holds")
    detail = Words(
        "Samtycket är {state}. Be om ett nytt samtycke och skriv ut det.",
        "The consent is {state}. Ask for a new one and print that.",
    )


def consent_form(
    consent: Consent,
    *,
    person: Person,
    child: Person,
    owner: Staff,
    procedure: Procedure,
    reference: str,
    kept: str | None,
    house: House,
    today: date,
) -> ConsentForm:
    """`kept` is where the signed form is filed, if that is known. Raises AnsweredForm."""
    if consent.state not in ("requested", "signed"):
        raise AnsweredForm(state=codes_in_words((consent.state,)))
    writer = _writer(consent, person, child, house)
    said, fact = writer.said, writer.fact
    return ConsentForm(
        sheet=sheet("form", person.language, house, reference, today),
        heading=said(_HEADING),
        facts=(
            fact(_LABELS["child"], child.name),
            fact(_LABELS["person"], said(_CAPACITIES[consent.party])),
            fact(_LABELS["owner"], staff_line(owner, person.language)),
            fact(_LABELS["routine"], procedure.title),
            fact(_LABELS["reference"], reference),
        ),
        meaning=Section(said(_MEANING), writer.all_said(_promised(procedure))),
        choices_heading=said(_CHOICES),
        choices_help=said(_CHOICES_HELP),
        choices=_choices(consent, procedure, person.language),
        voluntary=Section(said(_VOLUNTARY), writer.all_said(_VOLUNTARY_PARAGRAPHS)),
        validity=fact(_LABELS["validity"], _validity(consent, person.language)),
        answers=writer.all_said(_ANSWERS),
        blanks=(*map(fact, _BLANKS), fact(_IN_PRINT, person.name)),
        office=(
            *map(fact, _OFFICE),
            fact(_LABELS["kept"], *((kept,) if kept is not None else ())),
        ),
        questions=said(_QUESTIONS),
    )


def _writer(consent: Consent, person: Person, child: Person, house: House) -> Writer:
    """An adult youth's family is told only if the youth wants it (R7)."""
    language = person.language
    family = "" if consent.party == "youth" else _WITH_FAMILY.said(language, {})
    return Writer(
        language,
        {
            "name": person.name,
            "about": _YOU.said(language, {}) if person.id == child.id else child.name,
            "family": family,
            "phone": house.phone,
            "address": house.address,
        },
    )


def _promised(procedure: Procedure) -> Iterator[Words]:
    for rule, words in _MEANING_PARAGRAPHS:
        if rule is None or rule in procedure.rules:
            yield words


def _choices(consent: Consent, procedure: Procedure, language: Language) -> tuple[Choice, ...]:
    return tuple(
        Choice(capitalised(organisation_name(code, language)), code in consent.organisations)
        for code in procedure.all_organisations
    )


def _validity(consent: Consent, language: Language) -> str:
    if consent.valid_until is None:
        return _UNTIL_THE_END.said(language, {})
    return _UNTIL_A_DAY.said(language, {"last_day": long_date(consent.valid_until, language)})
