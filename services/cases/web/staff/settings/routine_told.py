"""A routine as people read it: who does what, each step, ages, consent; each with its rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.cases.domain.refused import Words
from services.cases.domain.rule_values import changeable, section_of
from services.cases.domain.spoken import title_words
from services.cases.web.staff.settings.history import plain_words
from services.cases.web.staff.settings.rule_words import label, people, said, section_title
from shared.domain.procedure import AlwaysCalled, ConsentRule, Procedure, Step

_FUNCTIONS = {
    "process_owner": Words("processbäraren", "the process owner"),
    "koordinator": Words("koordinatorn", "the coordinator"),
    "initiator": Words("den som tog initiativet", "whoever took the initiative"),
}
_PARTIES = {
    "guardian": Words("Vårdnadshavare", "Guardians"),
    "child": Words("Barnet", "The child"),
}
_YES = Words("ja", "yes")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that the routine says."""

    words: Words
    value: Words
    rule: str | None


@dataclass(frozen=True, slots=True)
class Section:
    title: Words
    told: Sequence[Told]
    lines: Sequence[Words] = ()


def told(procedure: Procedure) -> list[Section]:
    """Part by part, in the order in which the routine goes."""
    found: dict[str, list[Told]] = {"roles": list(_roles(procedure))}
    if procedure.always_called:
        found["always_called"] = [_called(one) for one in procedure.always_called]
    if procedure.asking is not None:
        found["consent"] = list(_consent(procedure.asking))
    for step in procedure.steps:
        found[f"steps.{step.name}"] = list(_waits(step, procedure))
    for one in changeable(procedure):
        if not one.path.startswith("agenda"):
            told = Told(label(one.path), said(one.path, one.value), one.rule)
            found.setdefault(section_of(one.path), []).append(told)
    sections = [Section(section_title(name, procedure), rows) for name, rows in found.items()]
    if procedure.agenda:
        sections.append(Section(section_title("agenda", procedure), (), _points(procedure)))
    return sections


def _roles(procedure: Procedure) -> Iterator[Told]:
    roles = procedure.roles
    yield Told(Words("Börjar ärenden", "Opens cases"), people(roles.openers), roles.openers_rule)
    yield Told(
        Words("Kallar och leder", "Calls and leads"),
        _FUNCTIONS[roles.leader],
        roles.leader_rule,
    )
    yield Told(Words("Organisationer", "Organisations"), people(procedure.all_organisations), None)


def _called(one: AlwaysCalled) -> Told:
    code = one.role or one.organisation
    who = _PARTIES[one.party] if code is None else _capital(people((code,)))
    if one.until_age is None:
        return Told(who, _YES, one.rule)
    value = Words(
        f"till {one.until_age} års ålder, sedan om ungdomen vill",
        f"until the age of {one.until_age}, then if the youth wishes",
    )
    return Told(who, value, one.rule)


def _consent(asking: ConsentRule) -> Iterator[Told]:
    yield Told(
        Words("Krävs av", "Needed from"),
        Words("alla vårdnadshavare", "every guardian with custody"),
        asking.rule,
    )
    age = asking.youth_decides_from_age
    yield Told(
        Words("Ungdomen bestämmer själv", "The youth alone decides"),
        Words(f"från {age} års ålder", f"from the age of {age}"),
        asking.age_rule,
    )


def _waits(step: Step, procedure: Procedure) -> Iterator[Told]:
    awaited = []
    if step.waits_for_consent:
        awaited.append(Words("samtycke", "consent"))
    for name in step.waits_for_steps:
        title = title_words(procedure.step(name))
        awaited.append(Words(f"{title.sv.lower()} hållet", f"“{title.en}” held"))
    for name in step.waits_for_plans:
        title = title_words(procedure.step(name))
        awaited.append(Words(f"planen efter {title.sv.lower()}", f"the plan after “{title.en}”"))
    if awaited:
        joined = Words(", ".join(one.sv for one in awaited), ", ".join(one.en for one in awaited))
        yield Told(Words("Väntar på", "Waits for"), joined, step.rule)


def _points(procedure: Procedure) -> list[Words]:
    points = zip(procedure.agenda, procedure.agenda_in("en"), strict=True)
    return [Words(plain_words(sv).sv, plain_words(en).en) for sv, en in points]


def _capital(words: Words) -> Words:
    return Words(words.sv[:1].upper() + words.sv[1:], words.en[:1].upper() + words.en[1:])
