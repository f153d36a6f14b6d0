"""What is done about the meetings of a case, by those who lead it and those who are called."""

from collections.abc import Callable

from samspel.simulate.calls import Answer, Json
from samspel.simulate.life import Life
from samspel.simulate.replies import a_bounce, a_reply
from samspel.simulate.script import Step
from services.notifier.domain.arriving import Arrival

_MEETINGS = """
    SELECT id, step, state, starts_at, ends_at, sequence FROM cases.meetings
    WHERE case_id = %s ORDER BY created_at, id
"""
_PEOPLE = """
    SELECT a.person_id AS id FROM cases.attendance a
    WHERE a.meeting_id = %s AND NOT a.removed ORDER BY a.person_id
"""


def _meetings(life: Life, step: Step, *states: str) -> list[Json]:
    return [row for row in life.of_case(_MEETINGS, step) if row["state"] in states]


def _coming(life: Life, step: Step) -> Json | None:
    now = life.house.now()
    rows = [row for row in _meetings(life, step, "booked", "proposed") if row["starts_at"] > now]
    return life.one(rows, step)


def hold(life: Life, step: Step) -> Answer | None:
    """Everything that has been is marked as held, with minutes or without."""
    now, answer = life.house.now(), None
    for row in _meetings(life, step, "booked"):
        if row["ends_at"] <= now:
            answer = life.call(f"meetings/{row['id']}/held")
    return answer


def minutes(life: Life, step: Step) -> Answer | None:
    row = life.one(_meetings(life, step, "held"), step)
    if row is None:
        return None
    what = "minutes-filed" if step.pick % 2 else "plan-filed"
    return life.call(f"meetings/{row['id']}/{what}", {"reference": f"D-{step.pick}"})


def move(life: Life, step: Step) -> Answer | None:
    row = _coming(life, step)
    slot = None if row is None else _slot(life, step, row["step"])
    if row is None or slot is None:
        return None
    return life.call(f"meetings/{row['id']}/move", {"starts_at": slot})


def book(life: Life, step: Step) -> Answer | None:
    names = ("first", "second", "follow-up", "family", "network", "preparation", "information")
    name = names[step.pick % len(names)]
    slot = _slot(life, step, name)
    body = {"step": name, "starts_at": slot}
    return None if slot is None else life.about(step, "meetings", body)


def _slot(life: Life, step: Step, name: str) -> str | None:
    if step.case not in life.cases:
        return None
    answer = life.house.get(f"cases/{life.cases[step.case]}/slots?step={name}&limit=20")
    life.heard(answer)
    slots = answer.body if answer.is_success else []
    return str(slots[step.pick % len(slots)]["starts_at"]) if slots else None


def cancel(life: Life, step: Step) -> Answer | None:
    row = _coming(life, step)
    return None if row is None else life.call(f"meetings/{row['id']}/cancel")


def remind(life: Life, step: Step) -> Answer | None:
    row = _coming(life, step)
    return None if row is None else life.call(f"meetings/{row['id']}/remind")


def answer(life: Life, step: Step) -> Answer | None:
    row = _coming(life, step)
    who = None if row is None else life.one(life.house.rows(_PEOPLE, row["id"]), step)
    if row is None or who is None:
        return None
    said = ("accepted", "declined", "tentative")[step.pick % 3]
    return life.call(f"meetings/{row['id']}/answers", {"person": str(who["id"]), "answer": said})


def reply(life: Life, step: Step) -> Answer | None:
    """Somebody answers in their calendar what they were last sent about the case."""
    held = life.last_invitations(step)
    if held:
        to, raw = a_reply(held[step.pick % len(held)], step.pick)
        life.bring([Arrival(to, "svar@post.example", raw, len(raw))])
    return None


def bounce(life: Life, step: Step) -> Answer | None:
    """A mail that was taken comes back: nobody is there."""
    held = life.last_invitations(step)
    if held:
        life.bring([a_bounce(held[step.pick % len(held)], life.house.post)])
    return None


OF_MEETINGS: dict[str, Callable[[Life, Step], Answer | None]] = {
    "hold": hold, "minutes": minutes, "move": move, "book": book, "cancel": cancel,
    "remind": remind, "answer": answer, "reply": reply, "bounce": bounce,
}  # fmt: skip
