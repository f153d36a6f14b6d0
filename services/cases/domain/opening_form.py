"""What the form for a new case asks under a procedure, and what is known from an answer at once.

The order of the questions is one for all procedures; which of them are asked, and by which rule, is
the procedure's own (P9: nothing is asked that it doesn't need).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from services.cases.domain.eligibility import OLDEST, slug
from services.cases.domain.refused import Language, Words
from services.cases.domain.spoken import reason_words, title_words
from services.cases.domain.wrong_values import BornTooEarly
from shared.domain.consent import age_on, ages_that_count, birthday_in
from shared.domain.procedure import KNOWN, Eligibility, Procedure

# A birthday that changes who decides is told of so long ahead.
_SOON = timedelta(days=180)

QuestionName = Literal[
    "known_on", "name", "birth_date", "unit", "grade", "residence", "reason", "protected", "email"
]


@dataclass(frozen=True, slots=True)
class Question:
    """One question about the child; by which rule it is asked, where there is one."""

    name: QuestionName
    needed: bool
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What has been answered of it so far."""

    known_on: date | None = None
    birth_date: date | None = None
    grade: int | None = None
    residence: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What follows from an answer. `stops`: no case can be opened so; the words say what to do."""

    question: QuestionName
    words: Words
    rule: str | None = None
    stops: bool = False
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, language: Language) -> str:
        return self.words.said(language, dict(self.values))


def questions(procedure: Procedure) -> tuple[Question, ...]:
    """What is asked about the child, in the order of the form."""
    return tuple(_questions(procedure))


def known_rule(procedure: Procedure) -> str | None:
    """The rule that counts from the day the case became known (R9, S10); None: nothing does."""
    for step in procedure.steps_of("child"):
        for rule in (step.within, step.target):
            if rule is not None and rule.counted_from == KNOWN:
                return rule.rule
    return None


def reasons(procedure: Procedure) -> Mapping[str, Words]:
    """The codes of why, with their words; last those for which the help is elsewhere (P2)."""
    asked = procedure.eligibility
    if asked is None:
        return {}
    return {
        **reason_words(asked.reasons, asked.reasons_en),
        **reason_words(asked.elsewhere, asked.elsewhere_en),
    }


def is_adult(procedure: Procedure, birth_date: date, today: date) -> bool:
    """R3, R7: of age the youth alone decides, and says which guardians come."""
    return age_on(birth_date, today) >= procedure.consent.youth_decides_from_age


def remarks(procedure: Procedure, said: Answers, home: str, today: date) -> tuple[Remark, ...]:
    """What the answers mean, as soon as they are given; what stops the opening is among it.

    `home` is the municipality's name. The opening itself checks all of it once more.
    """
    return tuple(_remarks(procedure, said, home, today))


def _questions(procedure: Procedure) -> Iterator[Question]:
    asked = procedure.eligibility
    yield Question("known_on", needed=True, rule=known_rule(procedure))
    yield Question("name", needed=True)
    yield Question("birth_date", needed=True, rule=procedure.consent.age_rule)
    yield Question("unit", needed=True)
    if asked is not None and asked.grade_from is not None:
        yield Question("grade", needed=True, rule=asked.rule)
    if asked is not None and asked.residents_only:
        yield Question("residence", needed=True, rule=asked.rule)
    if asked is not None and reasons(procedure):
        yield Question("reason", needed=asked.reason_needed, rule=asked.reason_rule)
    yield Question("protected", needed=True, rule="X6")
    yield Question("email", needed=False, rule="X11")


def _remarks(procedure: Procedure, said: Answers, home: str, today: date) -> Iterator[Remark]:
    if said.known_on is not None:
        yield from _about_known(procedure, said.known_on, said.birth_date, today)
    if said.birth_date is not None and said.birth_date <= today:
        yield from _about_age(procedure, said.birth_date, today)
    asked = procedure.eligibility
    if asked is None:
        return
    if said.grade is not None and not _takes_grade(asked, said.grade):
        yield Remark(
            "grade", _WRONG_GRADE, asked.rule, stops=True,
            values={
                "title": title_words(procedure),
                "first": asked.grade_from, "last": asked.grade_to,
            },
        )  # fmt: skip
    if asked.residents_only and said.residence and slug(said.residence) != slug(home):
        yield Remark(
            "residence", _LIVES_ELSEWHERE, asked.rule, stops=True,
            values={"title": title_words(procedure), "home": home},
        )  # fmt: skip
    if said.reason in asked.elsewhere:
        where = {"where": reasons(procedure)[said.reason]}
        yield Remark("reason", _ELSEWHERE, asked.elsewhere_rule, stops=True, values=where)


def _about_known(
    procedure: Procedure, known_on: date, birth_date: date | None, today: date
) -> Iterator[Remark]:
    """R9: limits count from it, so what has passed already is told of before anything is saved."""
    if known_on > today:
        yield Remark("known_on", _KNOWN_LATER, "R9", stops=True, values={"today": today})
        return
    if birth_date is not None and birth_date > known_on:
        yield Remark("birth_date", _BORN_LATER, stops=True)
    for step in procedure.steps_of("child"):
        if step.within is None or step.within.counted_from != KNOWN:
            continue
        closes_on = known_on + timedelta(days=step.within.days)
        words = _LIMIT if closes_on >= today else _LIMIT_PASSED
        values = {"step": title_words(step), "closes_on": closes_on}
        yield Remark("known_on", words, step.within.rule, values=values)


def _about_age(procedure: Procedure, birth_date: date, today: date) -> Iterator[Remark]:
    age, asked = age_on(birth_date, today), procedure.eligibility
    if asked is not None and not asked.age_from <= age <= asked.age_to:
        yield Remark(
            "birth_date", _wrong_age(age), asked.rule, stops=True,
            values={
                "age": age, "title": title_words(procedure),
                "first": asked.age_from, "last": asked.age_to,
            },
        )  # fmt: skip
        return
    if asked is None and age > OLDEST:
        too_old = {"age": age, "oldest": OLDEST}
        yield Remark("birth_date", BornTooEarly.detail, stops=True, values=too_old)
        return
    rule = procedure.consent
    words, by = _who_decides(procedure, age)
    yield Remark("birth_date", words, by, values={"age": age})
    for turning in ages_that_count(procedure):
        birthday = birthday_in(birth_date, birth_date.year + turning)
        if today < birthday <= today + _SOON:
            soon = _SOON_ADULT if turning == rule.youth_decides_from_age else _SOON_ASKED
            values = {"turning": turning, "birthday": birthday}
            yield Remark("birth_date", soon, _rule_at(procedure, turning), values=values)


def _who_decides(procedure: Procedure, age: int) -> tuple[Words, str | None]:
    rule = procedure.consent
    if age >= rule.youth_decides_from_age:
        return _ADULT, rule.age_rule
    if rule.child_needed_from_age is not None and age >= rule.child_needed_from_age:
        return _CHILD_NEEDED, rule.child_rule
    if rule.child_asked_from_age is not None and age >= rule.child_asked_from_age:
        return _CHILD_ASKED, rule.child_rule
    return _GUARDIANS, rule.rule


def _rule_at(procedure: Procedure, age: int) -> str | None:
    rule = procedure.consent
    return rule.age_rule if age == rule.youth_decides_from_age else rule.child_rule


def _takes_grade(asked: Eligibility, grade: int) -> bool:
    if asked.grade_from is None or asked.grade_to is None:
        return True
    return asked.grade_from <= grade <= asked.grade_to


def _wrong_age(age: int) -> Words:
    return _WRONG_AGE if age > 0 else _WRONG_AGE_OF_A_BABY


_GUARDIANS = Words(
    "Barnet är {age} år. Vårdnadshavarna samtycker.",
    "The child is {age} years old. The guardians consent.",
)
_CHILD_ASKED = Words(
    "Barnet är {age} år. Vårdnadshavarna samtycker, och barnet får också frågan.",
    "The child is {age} years old. The guardians consent, and the child is asked as well.",
)
_CHILD_NEEDED = Words(
    "Barnet är {age} år. Både vårdnadshavarna och barnet behöver samtycka.",
    "The child is {age} years old. Both the guardians and the child need to consent.",
)
_ADULT = Words(
    "Ungdomen är {age} år och samtycker ensam. Hen säger själv om vårdnadshavare ska vara med.",
    "The youth is {age} years old and consents alone, and says whether guardians take part.",
)
_SOON_ADULT = Words(
    "Fyller {turning} år {birthday}. Från den dagen samtycker ungdomen ensam.",
    "Turns {turning} on {birthday}. From that day the youth alone consents.",
)
_SOON_ASKED = Words(
    "Fyller {turning} år {birthday}. Från den dagen frågas också barnet.",
    "Turns {turning} on {birthday}. From that day the child is asked as well.",
)
_WRONG_AGE = Words(
    "Barnet är {age} år. {title} gäller från {first} till och med {last} år. Kontrollera"
    " födelsedatumet, eller välj en annan rutin.",
    "The child is {age} years old. {title} is for ages {first} to {last}. Check the date of birth,"
    " or choose another routine.",
)
_WRONG_AGE_OF_A_BABY = Words(
    "Barnet har inte fyllt ett år. {title} gäller från {first} till och med {last} år. Kontrollera"
    " födelsedatumet, eller välj en annan rutin.",
    "The child is not a year old yet. {title} is for ages {first} to {last}. Check the date of"
    " birth, or choose another routine.",
)
_WRONG_GRADE = Words(
    "{title} gäller årskurs {first} till {last}. Kontrollera årskursen, eller välj en annan rutin.",
    "{title} is for the grades {first} to {last}. Check the grade, or choose another routine.",
)
_LIVES_ELSEWHERE = Words(
    "{title} är för barn som är folkbokförda i {home}. Hänvisa familjen till hemkommunens"
    " socialtjänst.",
    "{title} is for children registered in {home}. Point the family to the social services of their"
    " own municipality.",
)
_ELSEWHERE = Words("Det blir inget ärende här. {where}", "No case is opened for this. {where}")
_KNOWN_LATER = Words(
    "Dagen har inte varit än. Ange i dag, {today}, eller en tidigare dag.",
    "That day has not come yet. Give today, {today}, or an earlier day.",
)
_BORN_LATER = Words(
    "Barnet kan inte vara fött efter den dag då ärendet blev känt. Kontrollera båda datumen.",
    "The child cannot be born after the day the case became known. Check both dates.",
)
_LIMIT = Words(
    "{step} ska hållas senast {closes_on}.", "{step}: to be held by {closes_on} at the latest."
)
_LIMIT_PASSED = Words(
    "{step} skulle ha hållits senast {closes_on}. Du kan öppna ärendet ändå; att gränsen har"
    " passerat syns i det.",
    "{step} should have been held by {closes_on}. You can open the case anyway; it will show that"
    " the limit has passed.",
)
