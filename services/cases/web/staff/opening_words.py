"""What the pages of the opening say of a procedure and of what is to come, in two languages."""

from collections.abc import Mapping, Sequence

from babel import Locale

from services.cases.domain.opening_ahead import StepAhead, Waits
from services.cases.domain.refused import Language, Words
from services.cases.domain.spoken import organisation_name_words, title_words
from services.cases.web.staff.opening_reading import INTERPRETED
from shared.domain.procedure import KNOWN, Procedure, Step

_LOCALES: Mapping[Language, Locale] = {"sv": Locale("sv"), "en": Locale("en")}
# What they are called by those who speak them and those who book interpreters.
_BETTER_NAMES = {"ckb": "sorani", "ps": "pashto", "prs": "dari"}
_WAITS: Mapping[Waits, Words] = {
    "nothing": Words(
        "En tid söks så snart ärendet är öppnat.", "A time is sought as soon as the case is open."
    ),
    "consent": Words(
        "En tid söks när alla som behöver har samtyckt.",
        "A time is sought once all who need to have consented.",
    ),
    "earlier-step": Words(
        "En tid söks när mötet innan har hållits.",
        "A time is sought once the meeting before has been held.",
    ),
    "missing-party": Words(
        "En tid söks när den som saknas har lagts till.",
        "A time is sought once who is missing has been added.",
    ),
    "talk": Words(
        "En tid söks när någon har pratat med barnet.",
        "A time is sought once somebody has spoken with the child.",
    ),
    "person": Words("Du bokar när det behövs.", "You book it when it is needed."),
}
PARTIES: Mapping[str, Words] = {
    "guardian": Words("som vårdnadshavare", "as a guardian"),
    "child": Words("med sitt eget ord", "in their own word"),
    "youth": Words("ensam, som myndig", "alone, being of age"),
}


def for_whom(procedure: Procedure, home: str) -> Words:
    """«För barn från 9 till och med 16 år, i årskurs 4–9, folkbokförda i Exempelkommun.»"""
    asked = procedure.eligibility
    if asked is None:
        return Words("För barn och elever i alla åldrar.", "For children and pupils of all ages.")
    sv = [f"För barn från {asked.age_from} till och med {asked.age_to} år"]
    en = [f"For children from {asked.age_from} to {asked.age_to} years of age"]
    if asked.grade_from is not None:
        sv.append(f"i årskurs {asked.grade_from}–{asked.grade_to}")
        en.append(f"in grades {asked.grade_from}–{asked.grade_to}")
    if asked.residents_only:
        sv.append(f"folkbokförda i {home}")
        en.append(f"registered in {home}")
    return Words(f"{', '.join(sv)}.", f"{', '.join(en)}.")


def who_works(procedure: Procedure) -> Words:
    """«Familjen möter skola och socialtjänst.»"""
    who = [organisation_name_words(code) for code in procedure.organisations]
    sv, en = _joined([one.sv for one in who], "och"), _joined([one.en for one in who], "and")
    return Words(f"Familjen möter {sv}.", f"The family meets {en}.")


def how_it_begins(procedure: Procedure) -> Words:
    """«Först samtycke, sedan Första samverkansmötet inom 14 dagar.»"""
    first = procedure.steps_of("child")[0]
    after = procedure.consent.asked_after_step
    within = _within(first)
    if after is not None:
        step = title_words(procedure.step(after))
        return Words(
            f"Först {_lower(step.sv)}{within.sv}, utan samtycke. Sedan frågar koordinatorn om"
            " samtycke.",
            f"First “{step.en}”{within.en}, without consent. Then the coordinator asks for"
            " consent.",
        )
    step = title_words(first)
    return Words(
        f"Först samtycke, sedan {_lower(step.sv)}{within.sv}.",
        f"First consent, then “{step.en}”{within.en}.",
    )


def what_you_need(asked: Sequence[str]) -> Words:
    """What to have at hand: never a personal number."""
    more = [name for name in ("grade", "reason") if name in asked]
    sv = ["barnets namn, födelsedatum och skola", *(_NEEDED[name].sv for name in more)]
    en = ["the child's name, date of birth and school", *(_NEEDED[name].en for name in more)]
    return Words(
        f"Ha till hands: {', '.join(sv)}, vårdnadshavarnas namn och hur de nås. Inget personnummer"
        " behövs.",
        f"Have at hand: {', '.join(en)}, the guardians' names and how to reach them. No personal"
        " number is needed.",
    )


def label_of(field: str) -> Words:
    """What a field is called, where it is named beside what is wrong with it."""
    part, _, rest = field.partition("_")
    number, _, own = rest.partition("_")
    if part != "guardian" or own not in _LABELS:
        return _LABELS.get(field, Words("Formuläret", "The form"))
    words = Words("Namn", "Name") if own == "name" else _LABELS[own]
    return Words(f"Vårdnadshavare {number}, {_lower(words.sv)}", f"Guardian {number}, {words.en}")


def waits(one: StepAhead) -> Words:
    return _WAITS[one.waits]


def counted(step: Step, procedure: Procedure) -> Words | None:
    """«Inom 14 dagar från första samverkansmötet», of a limit whose days aren't known yet."""
    rule = step.within or step.target
    if rule is None or rule.counted_from == KNOWN or rule.counted_from_step is None:
        return None
    base = title_words(procedure.step(rule.counted_from_step))
    return Words(
        f"Inom {rule.days} dagar från {_lower(base.sv)}.",
        f"Within {rule.days} days of “{base.en}”.",
    )


def tongues(language: Language) -> list[tuple[str, str]]:
    """The languages that are interpreted, as they are called, in the order of their names."""
    names = {**_LOCALES[language].languages, **_BETTER_NAMES}
    return sorted(((code, str(names[code])) for code in INTERPRETED), key=lambda one: one[1])


def _joined(words: Sequence[str], last: str) -> str:
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _within(step: Step) -> Words:
    rule = step.within or step.target
    if rule is None:
        return Words("", "")
    return Words(f" inom {rule.days} dagar", f" within {rule.days} days")


def _lower(title: str) -> str:
    """Within a sentence; a name that is written in capitals stays."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


_NEEDED = {
    "grade": Words("årskurs", "the grade"),
    "reason": Words("orsaken i stora drag", "the reason in outline"),
}
_LABELS = {
    "known_on": Words("När behovet blev känt", "When it became known"),
    "name": Words("Barnets namn", "The child's name"),
    "birth_date": Words("Födelsedatum", "Date of birth"),
    "unit": Words("Förskola eller skola", "Preschool or school"),
    "grade": Words("Årskurs", "Grade"),
    "residence": Words("Folkbokföring", "Registration"),
    "reason": Words("Varför", "Why"),
    "protected": Words("Skyddade personuppgifter", "Protected data"),
    "email": Words("E-post", "Mail address"),
    "custody": Words("Vårdnad", "Custody"),
    "phone": Words("Telefon", "Phone"),
    "address": Words("Postadress", "Postal address"),
    "language": Words("Språk", "Language"),
    "interpreter": Words("Tolk", "Interpreter"),
}
