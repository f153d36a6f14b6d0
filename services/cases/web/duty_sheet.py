"""What stands on the page of a duty: as plain values, for the template; and what its form says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from services.cases.domain.task_kinds import task_in_words
from services.cases.handlers.duty_pages import DutyPage
from services.cases.web.duty_words import WORDS
from services.cases.web.link_words import Language, Texts
from shared.domain.procedure import Question
from shared.domain.swedish import long_date

FIELD = "fraga-"  # before a question's name, in a form
SCALE = ("1", "2", "3", "4", "5")
_YES, _NO = "yes", "no"
_KILO, _MEGA = 1000, 1000 * 1000


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """`choices`: values and words; none for a text. `answer` is what was said, in words."""

    field: str
    text: str
    kind: Literal["scale", "yes-no", "text"]
    choices: Sequence[tuple[str, str]]
    answer: str


@dataclass(frozen=True, slots=True)
class FileShown:
    id: str
    name: str
    size: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole page. `asks`: there is a form; else what was done is told."""

    heading: str
    kind: str
    due: str
    is_late: bool
    asks: bool
    may_change: bool
    questions: Sequence[QuestionShown]
    said: Mapping[str, str]
    title: str
    files: Sequence[FileShown]
    documents: Sequence[tuple[str, str]]


def sheet(
    page: DutyPage, documents: Sequence[tuple[str, str]], language: Language, *, again: bool
) -> Sheet:
    """`again`: what was answered is to be changed, as long as it may be."""
    words, duty, sent = WORDS[language], page.duty, page.dispatch
    due_on, asking = duty.due_on, page.asking
    answers = {} if asking is None else asking.said
    return Sheet(
        heading=task_in_words(duty.kind).said(language, {}),
        kind="answer" if asking is not None else duty.kind,
        due="" if due_on is None else words["by"].format(day=long_date(due_on, language)),
        is_late=due_on is not None and duty.is_open and page.today > due_on,
        asks=page.may_act and (duty.is_open or again),
        may_change=page.may_act and not duty.is_open,
        questions=[] if asking is None else [
            _shown(one, answers.get(one.name), words, language) for one in asking.questions
        ],
        said={FIELD + name: _typed(value) for name, value in answers.items()},
        title="" if sent is None else sent.title,
        files=[] if sent is None else [
            FileShown(str(one.id), one.name, _size(one.size, words, language))
            for one in sent.files
        ],
        documents=documents if duty.kind == "confirm-known" else (),
    )  # fmt: skip


def answers_in(sent: Mapping[str, str], questions: Sequence[Question]) -> dict[str, Any]:
    """What a form answers, in the values that answers have; what was left empty isn't there.

    A value that no field of ours has goes along as it came, and is refused where it is checked.
    """
    found: dict[str, Any] = {}
    for question in questions:
        said = sent.get(FIELD + question.name, "").replace("\r\n", "\n").strip()
        if said:
            found[question.name] = _value(question, said)
    return found


def _value(question: Question, said: str) -> Any:
    if question.kind == "scale":
        return int(said) if said in SCALE else said
    if question.kind == "yes-no":
        return {_YES: True, _NO: False}.get(said, said)
    return said


def _shown(question: Question, value: Any, words: Texts, language: Language) -> QuestionShown:
    yes_no = [(_YES, words["yes"]), (_NO, words["no"])]
    choices = {"scale": [(one, one) for one in SCALE], "yes-no": yes_no, "text": []}[question.kind]
    typed = "" if value is None else _typed(value)
    return QuestionShown(
        field=FIELD + question.name,
        text=question.text_en if language == "en" else question.text,
        kind=question.kind,
        choices=[*choices, ("", words["no_answer"])] if choices else [],
        answer=dict(choices).get(typed, typed) or words["no_answer"],
    )


def _typed(value: Any) -> str:
    """A value as a form has it."""
    if isinstance(value, bool):
        return _YES if value else _NO
    return str(value)


def _size(octets: int, words: Texts, language: Language) -> str:
    if octets < _MEGA:
        return words["kilobytes"].format(number=max(1, round(octets / _KILO)))
    number = f"{octets / _MEGA:.1f}"
    return words["megabytes"].format(
        number=number if language == "en" else number.replace(".", ",")
    )
