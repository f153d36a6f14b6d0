"""The timeline in words, the limits in words, and that no action or task is without any."""

import ast
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from services.cases.domain.actions import ACTIONS, said_of
from services.cases.domain.limits import (
    DueTask,
    OfSomebody,
    limits,
    words_for_a_manager,
)
from services.cases.domain.limits_of_people import DueTo, for_a_manager
from services.cases.domain.task_kinds import KINDS
from services.cases.domain.timeline import Note, People, timeline
from shared.domain.days import WorkingDays
from shared.procedures import load_procedures
from tests.conftest import ROOT
from tests.unit.builders import SAMVERKANSMOTE, case, consent, day, meeting, uid

CASES = ROOT / "services" / "cases"
DAYS = WorkingDays()
_ACTION = re.compile(
    r"(case|participant|consent|meeting|task|answer|guardians?|family|wish|child|inquiry)\.[a-z-]+"
)
_NO_CASE = {  # noted about no case
    "inquiry.make", "inquiry.decline", "inquiry.point-elsewhere", "meeting.gives-way",
    "case.erased",
}  # fmt: skip
_NO_ACTION = {"child.unit", "child.birth_date"}  # fields of a request


def texts(folder: str) -> Iterator[str]:
    for path in (CASES / folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def kinds_of_tasks() -> set[str]:
    """The kinds that handlers and rules make: the second word of each Task(…), or a constant."""
    kinds = set()
    for path in [*(CASES / "handlers").glob("*.py"), *(CASES / "domain").glob("*.py")]:
        tree = ast.parse(path.read_text())
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Task":
                given = {word.arg: word.value for word in node.keywords}
                kind = node.args[1] if len(node.args) > 1 else given.get("kind")
                kinds.add(_constant(kind, constants))
    for versions in load_procedures(None).versions.values():
        for procedure in versions:
            kinds |= {chore.kind for chore in procedure.chores}
            kinds |= set() if procedure.asking is None else {*procedure.asking.tasks}
    return kinds - {""}


def _constant(node: ast.expr | None, constants: dict[str, Any]) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return str(constants.get(node.id, "")) if isinstance(node, ast.Name) else ""


def test_every_action_that_is_noted_has_words() -> None:
    actions = {text for text in texts("handlers") if _ACTION.fullmatch(text)}
    assert len(actions) > 30
    assert actions - ACTIONS.keys() - _NO_CASE - _NO_ACTION == set()


def test_every_kind_of_task_has_words() -> None:
    kinds = kinds_of_tasks()
    assert len(kinds) > 15
    assert kinds <= KINDS.keys()


def test_an_action_of_a_newer_version_is_told_neutrally() -> None:
    assert said_of("case.transmogrified", {}).sv == "Något ändrades i ärendet."


FACTS = case(
    consents=[consent("mother"), consent("father", state="requested", on=None)],
    meetings=[meeting("first", "2027-03-09", "held")],
)
PEOPLE = People(
    parties={uid("mother"): "guardian", uid("rektor"): "staff", uid("child"): "child"},
    staff={uid("rektor"): "Anna Lindqvist", uid("kurator"): "Emelie Strand"},
)
NOW = datetime.fromisoformat("2027-03-30T12:00:00+02:00")


def told(action: str, actor: str = "api", **details: object) -> tuple[str, str, str]:
    note = Note(datetime.fromisoformat("2027-03-02T09:00:00+01:00"), actor, action, "R5", details)
    tasks = {uid("task"): "get-consent"}
    first = timeline(FACTS, SAMVERKANSMOTE, (note,), PEOPLE, tasks, DAYS, NOW)[0]
    return first.who.sv, first.what.sv, first.what.en


MEETING = str(FACTS.meetings[0].id)


@pytest.mark.parametrize(
    ("action", "details", "sv", "en"),
    [
        ("case.open", {}, "Ärendet öppnades.", "The case was opened."),
        (
            "participant.add",
            {"person": str(uid("kurator")), "replaces": None},
            "Emelie Strand lades till.",
            "Emelie Strand was added.",
        ),
        (
            "participant.add",
            {"person": str(uid("kurator")), "replaces": str(uid("rektor"))},
            "Emelie Strand kom i stället för Anna Lindqvist.",
            "Emelie Strand came in place of Anna Lindqvist.",
        ),
        (
            "consent.sign",
            {"consent": str(FACTS.consents[0].id)},
            "En vårdnadshavare skrev på samtycket.",
            "A guardian signed the consent.",
        ),
        (
            "consent.withdraw",
            {"about": str(FACTS.consents[0].id), "effect": {}},
            "En vårdnadshavare tog tillbaka sitt samtycke. Det som vilade på det stoppades.",
            "A guardian withdrew the consent. What rested on it was stopped.",
        ),
        (
            "meeting.book",
            {"meeting": MEETING, "starts_at": "2027-03-09T12:00:00+00:00"},
            "Första samverkansmötet bokades till tisdagen den 9 mars 2027 kl. 13.00.",
            "“First samverkansmöte” was booked for Tuesday 9 March 2027, 13:00.",
        ),
        (
            "answer.declined",
            {"meeting": MEETING, "person": str(uid("mother"))},
            "En vårdnadshavare tackade nej till första samverkansmötet.",
            "A guardian declined “First samverkansmöte”.",
        ),
        (
            "answer.accepted",
            {"meeting": MEETING, "person": str(uid("child"))},
            "Barnet tackade ja till första samverkansmötet.",
            "The child accepted “First samverkansmöte”.",
        ),
        (
            "task.done",
            {"task": str(uid("task"))},
            "Uppgiften «Be om samtycke och registrera svaret» markerades som klar.",
            "The task “Ask for consent and record the answer” was marked as done.",
        ),
    ],
)
def test_X12_what_happened_in_words_with_staff_named_and_the_family_not(
    action: str, details: dict[str, Any], sv: str, en: str
) -> None:
    assert told(action, **details)[1:] == (sv, en)


@pytest.mark.parametrize(
    ("actor", "who"),
    [
        ("api", "Ett anslutet system"),
        ("cases.worker", "Samspel"),
        (f"person:{uid('rektor')}", "Anna Lindqvist"),
        (f"person:{uid('mother')}", "En vårdnadshavare"),
        ("something-newer", "Samspel"),
    ],
)
def test_who_did_it(actor: str, who: str) -> None:
    assert told("case.open", actor)[0] == who


def test_X16_no_reason_is_ever_put_into_words() -> None:
    for action, words in ACTIONS.items():
        assert "{reason}" not in words.sv + words.en, action
    _, sv, en = told("case.hand-over", person=str(uid("kurator")), reason="conflict-of-interest")
    assert "conflict" not in sv + en


def test_R9_R10_limits_that_were_met_or_passed_stand_in_their_place() -> None:
    opened = Note(datetime.fromisoformat("2027-03-01T08:00:00+01:00"), "api", "case.open", "R2", {})
    lines = timeline(FACTS, SAMVERKANSMOTE, (opened,), PEOPLE, {}, DAYS, NOW)
    assert [(one.at.date().isoformat(), one.what.sv, one.rule) for one in lines] == [
        ("2027-03-01", "Ärendet öppnades.", "R2"),
        (
            "2027-03-09",
            "Första samverkansmötet hölls inom gränsen, måndagen den 15 mars 2027.",
            "R9",
        ),
        (
            "2027-03-24",
            (
                "Gränsen tisdagen den 23 mars 2027 passerade: andra samverkansmötet hade inte"
                " hållits."
            ),
            "R10",
        ),
    ]


# limits


@pytest.mark.parametrize(
    ("today", "booked", "state", "text"),
    [
        ("2027-03-05", None, "ahead",
         ("Första samverkansmötet ska hållas senast måndagen den 15 mars 2027."
         " Ingen tid är bokad ännu.")),
        ("2027-03-08", None, "coming", None),  # five working days are left
        ("2027-03-15", None, "late", None),  # the last day
        ("2027-03-16", None, "passed",
         ("Första samverkansmötet skulle ha hållits senast måndagen den 15 mars 2027."
         " Ingen tid är bokad ännu.")),
        ("2027-03-08", "2027-03-09", "booked",
         ("Första samverkansmötet ska hållas senast måndagen den 15 mars 2027."
         " Det är bokat till tisdagen den 9 mars 2027 kl. 13.00.")),
    ],
)  # fmt: skip
def test_X1_X2_how_near_a_limit_is(
    today: str, booked: str | None, state: str, text: str | None
) -> None:
    facts = case(meetings=[meeting("first", booked)] if booked else [])
    found = list(limits(facts, SAMVERKANSMOTE, [], DAYS, day(today)))
    assert [(one.step, one.state, one.rule) for one in found] == [("first", state, "R9")]
    assert found[0].owner == uid("rektor")
    assert text is None or found[0].what.sv == text


def test_a_day_of_a_task_is_a_limit_too() -> None:
    facts = case(meetings=[meeting("first", "2027-03-09", "held")])
    task = DueTask(facts.id, "file-minutes", uid("kurator"), "R15", day("2027-03-16"), None)
    found = list(limits(facts, SAMVERKANSMOTE, [task], DAYS, day("2027-03-17")))
    (minutes,) = [one for one in found if one.about == "task"]
    assert (minutes.state, minutes.owner) == ("passed", uid("kurator"))
    assert minutes.what.sv.endswith("senast tisdagen den 16 mars 2027.")


def test_X16_a_manager_is_told_whose_and_when_and_of_no_case() -> None:
    mine = (uid("rektor"), "school")
    due = [DueTo(mine, day("2027-03-15"), "passed")] * 2
    (one,) = for_a_manager(due)
    assert one == OfSomebody(uid("rektor"), day("2027-03-15"), "passed", 2)
    said = words_for_a_manager(one, "Anna Lindqvist")
    assert said.sv == "Anna Lindqvist har 2 gränser som passerade måndagen den 15 mars 2027."
    assert said.en == "Anna Lindqvist has 2 limits that passed on Monday 15 March 2027."
    coming = OfSomebody(uid("rektor"), date(2027, 3, 15), "coming", 1)
    assert words_for_a_manager(coming, "Anna Lindqvist").sv == (
        "Anna Lindqvist har en gräns som går ut måndagen den 15 mars 2027."
    )
