"""What people do in a case, step by step: calls as the web and other systems make them.

A deed looks for what it could be about and does nothing if there is nothing. Whether Samspel says
yes is Samspel's to decide: a refusal is an answer like any other.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from samspel.simulate.calls import Answer, Json
from samspel.simulate.life import Life
from samspel.simulate.meeting_deeds import OF_MEETINGS
from samspel.simulate.municipality import HOLDERS, address_of, code_of
from samspel.simulate.script import PROCEDURES, Step
from shared.domain.days import local_date
from shared.ids import staff_id

Deed = Callable[[Life, Step], Answer | None]
FAMILY = "Fågelsångskanarie"
"""A name that stands nowhere but in the register of cases."""
_REASONS = {"spindelmote": "truancy", "sspf": "crime"}
# Old at the opening, in days: soon 15, soon 18, soon 14, and those who have no birthday near.
_AGES = (15 * 365 - 30, 18 * 365 - 60, 14 * 365 - 10, 11 * 365, 12 * 365, 16 * 365)

_FAMILY = """
    SELECT p.person_id AS id, p.party, p.custody, who.email FROM cases.participants p
    JOIN cases.people who ON who.id = p.person_id
    WHERE p.case_id = %s AND p.party IN ('child', 'guardian') AND p.removed_at IS NULL
    ORDER BY p.added_at, p.person_id
"""
_CONSENTS = "SELECT id, state, person_id FROM cases.consents WHERE case_id = %s ORDER BY turn, id"


def staff(post_or_name: str) -> str:
    return str(staff_id(code_of(HOLDERS.get(post_or_name, post_or_name))))


def opened(life: Life, step: Step) -> Answer | None:
    """A family that nobody else is: names, addresses and ages by the case's number."""
    pick, number = step.pick, step.case
    procedure = PROCEDURES[pick % len(PROCEDURES)]
    today = local_date(life.house.now())
    born = today - timedelta(days=_AGES[pick // 7 % len(_AGES)] + (pick // 11) % 25)
    openers = ("rektor-bokskolan", "socialsekreterare", "familjebehandlare")
    if procedure != "samverkansmote":
        openers = ("rektor-bokskolan", "socialsekreterare", "kurator")
    initiator = life.acting(openers[pick // 3 % len(openers)])
    guardians = [_guardian(number, turn, pick) for turn in range(1 + pick // 5 % 2)]
    body: Json = {
        "procedure": procedure,
        "known_on": (today - timedelta(days=pick // 13 % 4)).isoformat(),
        "initiator": initiator,
        "participants": [
            one for post in _with_whom(procedure) if (one := life.acting(post)) != initiator
        ],
        "child": {
            "name": f"Barn{number} {FAMILY}",
            "birth_date": born.isoformat(),
            "unit": "bokskolan",
            "email": f"barn{number}@hemma.example" if pick % 3 else None,
            "protected": pick % 29 == 0,
        },
        "guardians": guardians,
    }
    if procedure in _REASONS:
        body["reason"] = _REASONS[procedure]
    if procedure == "sspf":
        body |= {"grade": 7 + pick % 3, "residence": "exempelkommun"}
    answer = life.call("cases", body)
    if answer.is_success:
        life.cases[number] = str(answer.body["id"])
    return answer


def _guardian(number: int, turn: int, pick: int) -> Json:
    shared = pick % 17 == 0  # separated or not, with one mailbox for both
    staff_too = pick % 23 == 0 and turn == 0
    address = address_of(HOLDERS["kurator"]) if staff_too else f"h{number}-{turn}@hemma.example"
    return {
        "name": f"Vuxen{number}{'ab'[turn]} {FAMILY}",
        "email": f"h{number}@hemma.example" if shared else address,
        "language": "en" if pick % 4 == 0 else "sv",
        "custody": not (turn == 1 and pick % 6 == 0),
        "protected": turn == 1 and pick % 19 == 0,
        "no_mail": turn == 1 and pick % 13 == 0,
    }


def _with_whom(procedure: str) -> tuple[str, ...]:
    if procedure == "samverkansmote":
        return ("familjebehandlare", "rektor-bokskolan")
    return ("koordinator", "rektor-bokskolan", "socialsekreterare", "kommunpolis", "fritidsledare")


# consents


def _consent(life: Life, step: Step, *states: str) -> Json | None:
    rows = life.of_case(_CONSENTS, step)
    return life.one([row for row in rows if row["state"] in states], step)


def sign(life: Life, step: Step) -> Answer | None:
    found = _consent(life, step, "requested")
    return None if found is None else life.about(step, f"consents/{found['id']}/sign")


def sign_until(life: Life, step: Step) -> Answer | None:
    """One that ends by itself, and is asked for anew before."""
    found = _consent(life, step, "requested")
    if found is None:
        return None
    until = local_date(life.house.now()) + timedelta(days=30 + step.pick % 120)
    return life.about(step, f"consents/{found['id']}/sign", {"until": until.isoformat()})


def sign_some(life: Life, step: Step) -> Answer | None:
    """Not for all the organisations that were asked about (S1)."""
    found = _consent(life, step, "requested")
    named = {"organisations": [("social_services", "school")[step.pick % 2]]}
    return None if found is None else life.about(step, f"consents/{found['id']}/sign", named)


def refuse(life: Life, step: Step) -> Answer | None:
    found = _consent(life, step, "requested")
    answer = None if found is None else life.about(step, f"consents/{found['id']}/refuse")
    if answer is not None and answer.is_success:
        life.said_no(life.cases[step.case])
    return answer


def withdraw(life: Life, step: Step) -> Answer | None:
    found = _consent(life, step, "signed")
    if found is None:
        return None
    answer = life.about(step, f"consents/{found['id']}/withdraw")
    if answer is not None and answer.is_success:
        life.said_no(life.cases[step.case])
    return answer


def ask_again(life: Life, step: Step) -> Answer | None:
    found = _consent(life, step, "withdrawn", "refused", "lapsed")
    body = None if found is None else {"person": str(found["person_id"])}
    return None if body is None else life.about(step, "consents", body)


# people


def _change(life: Life, step: Step, change: Json, *, guardians: bool = True) -> Answer | None:
    rows = life.of_case(_FAMILY, step)
    row = life.one([one for one in rows if not guardians or one["party"] == "guardian"], step)
    return None if row is None else life.about(step, f"people/{row['id']}", change)


def address(life: Life, step: Step) -> Answer | None:
    email = f"ny{step.case}-{step.pick % 97}@hemma.example" if step.pick % 5 else None
    return _change(life, step, {"email": email}, guardians=bool(step.pick % 3))


def no_mail(life: Life, step: Step) -> Answer | None:
    return _change(life, step, {"no_mail": bool(step.pick % 3)})


def protect(life: Life, step: Step) -> Answer | None:
    return _change(life, step, {"protected": bool(step.pick % 3)}, guardians=bool(step.pick % 2))


def custody(life: Life, step: Step) -> Answer | None:
    return _change(life, step, {"custody": bool(step.pick % 2)})


def new_guardian(life: Life, step: Step) -> Answer | None:
    return life.about(step, "guardians", _guardian(step.case, 1, step.pick | 1) | {"custody": True})


def hand_over(life: Life, step: Step) -> Answer | None:
    to = life.acting(("rektor-bokskolan", "familjebehandlare", "socialsekreterare")[step.pick % 3])
    return life.about(step, "handover", {"to": to, "reason": "left"})


def add_person(life: Life, step: Step) -> Answer | None:
    post = ("kurator", "rektor-almskolan", "fritidsledare", "socialsekreterare")[step.pick % 4]
    return life.about(step, "participants", {"person": life.acting(post)})


def remove_person(life: Life, step: Step) -> Answer | None:
    rows = life.of_case(
        "SELECT person_id FROM cases.participants WHERE case_id = %s AND party = 'staff'"
        " AND removed_at IS NULL ORDER BY added_at, person_id",
        step,
    )
    row = life.one(rows, step)
    return None if row is None else life.about(step, f"participants/{row['person_id']}/remove")


def read(life: Life, step: Step) -> Answer | None:
    """Somebody who sits before the calling system opens the case, or tries to."""
    if step.case not in life.cases:
        return None
    who = life.acting(tuple(HOLDERS)[step.pick % len(HOLDERS)])
    return life.look(f"cases/{life.cases[step.case]}", who)


def tasks(life: Life, step: Step) -> Answer | None:
    rows = life.house.rows(
        "SELECT id FROM cases.tasks WHERE state = 'open' ORDER BY created_at, key LIMIT 60"
    )
    row = life.one(rows, step)
    return None if row is None else life.call(f"tasks/{row['id']}/done")


def report(life: Life, step: Step) -> Answer | None:
    body = {
        "reporter": life.acting("kurator"),
        "received_by": life.acting("socialsekreterare"),
        "oral": bool(step.pick % 2),
        "suspected_abuse": (True, False, None)[step.pick % 3],
        "wants_feedback": bool(step.pick % 5),
    }
    return life.about(step, "report", body)


def close(life: Life, step: Step) -> Answer | None:
    outcome = ("completed", "declined", "moved")[step.pick % 3]
    return life.about(step, "close", {"outcome": outcome, "evaluation": "partly"})


def a_day(moment: datetime, days: int) -> str:
    day: date = local_date(moment) + timedelta(days=days)
    return day.isoformat()


OF_A_CASE: dict[str, Deed] = OF_MEETINGS | {
    "open": opened, "sign": sign, "sign-until": sign_until, "sign-some": sign_some,
    "refuse": refuse, "withdraw": withdraw, "ask-again": ask_again,
    "address": address, "no-mail": no_mail, "protect": protect, "custody": custody,
    "new-guardian": new_guardian, "hand-over": hand_over, "add-person": add_person,
    "remove-person": remove_person, "read": read, "tasks": tasks, "report": report, "close": close,
}  # fmt: skip
