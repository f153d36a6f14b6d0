"""What is done that belongs to no case: who has which post, the year's work, reports, faults."""

from datetime import timedelta

from samspel.simulate.calls import Answer, Json
from samspel.simulate.deeds import OF_A_CASE, Deed, a_day
from samspel.simulate.invariants import unless
from samspel.simulate.life import Life
from samspel.simulate.municipality import HOLDERS, POSTS, SPARE, code_of
from samspel.simulate.script import Step
from services.notifier.adapters import brake
from shared.domain.days import local_date
from shared.ids import staff_id

_CALLERS = ("elevhalsochef", "enhetschef-ifo")
_OF_THE_YEAR = """
    SELECT m.id, m.state, m.starts_at, m.ends_at FROM cases.meetings m
    JOIN cases.cases c ON c.id = m.case_id WHERE c.about = 'year' AND m.state = 'booked'
    ORDER BY m.starts_at
"""
_REPORTS = "SELECT id, reporter FROM cases.reports ORDER BY registered_at, id"
_STATE = """
    SELECT (SELECT count(*) FROM notifier.messages) AS messages,
           (SELECT md5(string_agg(concat_ws(' ', kind, mailbox, meeting_id, told, state), ','
                                  ORDER BY id)) FROM notifier.messages) AS which_messages,
           (SELECT md5(string_agg(concat_ws(' ', key, owner, due_on, state), ',' ORDER BY id))
            FROM cases.tasks) AS tasks,
           (SELECT md5(string_agg(concat_ws(' ', starts_at, state, sequence), ',' ORDER BY id))
            FROM cases.meetings) AS meetings,
           (SELECT md5(string_agg(concat_ws(' ', key, due_at, state), ',' ORDER BY key))
            FROM scheduler.due) AS due
"""
_AGAIN = """
    UPDATE bus.deliveries SET state = 'waiting', attempts = 0, lease_until = '-infinity'
    WHERE state = 'done' AND event_id IN (SELECT id FROM bus.events WHERE time >= %s)
"""


def _post(step: Step) -> str:
    return POSTS[step.pick % len(POSTS)][0]


def leaves(life: Life, step: Step) -> Answer | None:
    """Somebody's last day is in some weeks; somebody else comes the day after."""
    post, now = _post(step), life.house.now()
    days = 5 + step.pick // 31 % 40
    body = {"person": life.acting(post), "last_day": a_day(now, days)}
    answer = life.call(f"posts/{post}/holders/end", body)
    if answer.is_success:
        _begin(life, step, post, a_day(now, days + 1))
    return answer


def vacant(life: Life, step: Step) -> Answer | None:
    """The same, and nobody comes."""
    post = _post(step)
    body = {"person": life.acting(post), "last_day": a_day(life.house.now(), step.pick // 31 % 20)}
    return life.call(f"posts/{post}/holders/end", body)


def comes(life: Life, step: Step) -> Answer | None:
    """Somebody comes to a post that nobody has."""
    today = local_date(life.house.now())
    rows = life.house.rows(
        "SELECT code FROM cases.posts WHERE ended_on IS NULL AND NOT EXISTS (SELECT FROM"
        " cases.holders h WHERE h.post = code AND (h.last_day IS NULL OR h.last_day >= %s))"
        " ORDER BY code",
        today,
    )
    row = life.one(rows, step)
    return None if row is None else _begin(life, step, row["code"], a_day(life.house.now(), 1))


def deputy(life: Life, step: Step) -> Answer | None:
    now = life.house.now()
    last = a_day(now, 30 + step.pick % 60)
    return _begin(life, step, _post(step), a_day(now, 1), capacity="deputy", last_day=last)


def _begin(life: Life, step: Step, post: str, first_day: str, **more: str) -> Answer:
    names = [*SPARE, *HOLDERS.values()]
    person = str(staff_id(code_of(names[step.pick // 7 % len(names)])))
    body = {"person": person, "first_day": first_day} | more
    return life.call(f"posts/{post}/holders", body)


def staff_address(life: Life, step: Step) -> Answer | None:
    person = life.acting(_post(step))
    body = {"email": f"ny.{step.pick % 999}@exempelkommun.example"}
    return life.call(f"people/{person}", body)


def hold_year(life: Life, step: Step) -> Answer | None:  # noqa: ARG001 - a deed has a step
    now, answer = life.house.now(), None
    for row in life.house.rows(_OF_THE_YEAR):
        if row["ends_at"] <= now:
            answer = life.call(f"meetings/{row['id']}/held")
    return answer


def answer_year(life: Life, step: Step) -> Answer | None:
    now = life.house.now()
    rows = [row for row in life.house.rows(_OF_THE_YEAR) if row["starts_at"] > now]
    if not rows:
        return None
    said = ("accepted", "declined", "tentative")[step.pick % 3]
    body = {"person": life.acting(_post(step)), "answer": said}
    return life.call(f"meetings/{rows[0]['id']}/answers", body)


def evaluation_done(life: Life, step: Step) -> Answer | None:
    year = local_date(life.house.now()).year
    body = {"by": life.acting(_CALLERS[step.pick % 2])}
    return life.call(f"years/{year}/evaluation/done", body)


def dispatch(life: Life, step: Step) -> Answer | None:
    by = life.acting("avdelningschef-ifo")
    kind = ("material", "routine")[step.pick % 2]
    return life.call("dispatches", {"kind": kind, "title": "Föräldrastöd", "by": by, "files": []})


def report_alone(life: Life, step: Step) -> Answer | None:
    body: Json = {
        "unit": ("almskolan", "bokskolan")[step.pick % 2],
        "reporter": life.acting("kurator"),
        "received_by": life.acting("socialsekreterare"),
        "oral": bool(step.pick % 2),
        "suspected_abuse": (True, None, False)[step.pick % 3],
        "wants_feedback": True,
    }
    return life.call("reports", body)


def classify(life: Life, step: Step) -> Answer | None:
    row = life.one(life.house.rows(_REPORTS), step)
    body = {"suspected_abuse": bool(step.pick % 2), "because": "assessed-anew"}
    return None if row is None else life.call(f"reports/{row['id']}/classify", body)


def feedback(life: Life, step: Step) -> Answer | None:
    row = life.one(life.house.rows(_REPORTS), step)
    body = {"code": ("opened", "not-opened")[step.pick % 2]}
    return None if row is None else life.call(f"reports/{row['id']}/feedback", body)


def consultation(life: Life, step: Step) -> Answer | None:
    found = life.heard(life.house.get("consultations/slots"))
    slots = found.body if isinstance(found.body, list) else []
    if not slots:
        return None
    body = {"starts_at": slots[step.pick % len(slots)]["starts_at"], "by": life.acting("kurator")}
    return life.call("consultations", body)


# what goes wrong by itself


def asleep(life: Life, step: Step) -> None:
    """Nobody at work for days: no beat, no worker."""
    life.house.sleep(life.house.now() + timedelta(days=1 + step.pick % 9))


def again(life: Life) -> None:
    """What has just been handled is handled again: nothing is other than it was (invariant 8)."""
    before = life.house.rows(_STATE)
    if life.house.change(_AGAIN, life.house.now() - timedelta(minutes=1)):
        life.house.settle()
        after = life.house.rows(_STATE)
        unless(after == before, 8, f"{_difference(before[0], after[0])} by events that came again")


def _difference(before: Json, after: Json) -> str:
    return ", ".join(f"{name} {before[name]} → {after[name]}" for name in after
                     if before[name] != after[name])  # fmt: skip


def restore(life: Life, step: Step) -> None:
    """The database is a restored one: what is due waits for a person, who decides about it."""
    house, watch = life.house, life.watch
    house.change("UPDATE notifier.high_water SET place = 'elsewhere'")
    house.restored = watch.stands_still = True
    house.sleep(house.now() + timedelta(days=step.pick % 4))
    house.notice()
    watch.stands_still = False
    with house.looking.transaction():
        (brake.drop if step.pick % 5 == 0 else brake.release)(house.looking)
    house.settle()


DEEDS: dict[str, Deed] = OF_A_CASE | {
    "leaves": leaves, "vacant": vacant, "comes": comes, "deputy": deputy,
    "staff-address": staff_address, "hold-year": hold_year, "answer-year": answer_year,
    "evaluation-done": evaluation_done, "dispatch": dispatch, "report-alone": report_alone,
    "classify": classify, "feedback": feedback, "consultation": consultation, "asleep": asleep,
    "restore": restore,
}  # fmt: skip
"""Each step of a script by its name."""
