"""How each message ended: whatever was due is accepted, or stopped for a reason that the register
bears out, or held, or failed with a task for somebody (1)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from tests.faults.families import Json
from tests.faults.register import Register

_STILL_TO_GO = ("due", "claimed", "data", "retry", "unknown")
_CALENDAR = ("call", "change", "cancel")
_ASKING_AGAIN = ("reminder", "nudge")
_ABOUT_MEETING = ("call", "change", "reminder", "nudge", "proposal", "counter-declined")
_DUTY = ("alert", "task", "receipt", "dispatch", "digest")
_SAID_NO = ("refused", "withdrawn", "lapsed")
Span = tuple[datetime, datetime]


def unended(
    messages: Sequence[Json], came: set[str], register: Register, leaps: Sequence[Span]
) -> Iterator[str]:
    """`came`: the ids of the mails that the server took. `leaps`: when nobody was at work, since a
    fault moved the clock; nothing else makes a mail too late."""
    for row in messages:
        name = f"message {row['id']} ({row['kind']})"
        if row["state"] == "accepted" and row["came_as"] not in came:
            yield f"{name} counts as accepted, and never came"
        if row["state"] in _STILL_TO_GO and row["is_due"]:
            yield f"{name} is still {row['state']}"
        if row["state"] == "failed" and row["case_id"] and not is_handed_over(row, register):
            yield f"{name} failed ({row['reason']}) without a task for anybody"
        if row["state"] == "suppressed" and not _bears_out(row, messages, register, leaps):
            yield f"{name} was suppressed ({row['reason']}), and the register doesn't say why"
    for due in register.missed:
        if not _is_within(due["useful_until"], leaps):
            yield f"{due['key']} was missed, and somebody was at work"


def is_heard(
    row: Json, messages: Sequence[Json], register: Register, leaps: Sequence[Span]
) -> bool:
    """Whether it has gone, waits for its hour, or ended otherwise as it may: what stands in the
    database alone has told nobody anything."""
    match row["state"]:
        case "accepted" | "held":
            return True
        case "failed":
            return is_handed_over(row, register)
        case "suppressed":
            return _bears_out(row, messages, register, leaps)
    return not row["is_due"] and bool(row["due_at"] < row["useful_until"])


def is_handed_over(row: Json, register: Register) -> bool:
    """Another task about the person made since, of this meeting if it is of one."""
    return any(
        one["case_id"] == _text(row["case_id"])
        and (one["about"] == str(row["person_id"]) or row["kind"] in _DUTY)
        and one["meeting_id"] in (None, _text(row["meeting_id"]))
        and one["created_at"] >= row["created_at"]
        and one["id"] != _text(row["task_id"])
        for one in register.tasks
    )


def _bears_out(
    row: Json, messages: Sequence[Json], register: Register, leaps: Sequence[Span]
) -> bool:
    kinds, holds = _REASONS.get(row["reason"], ((), None))
    if row["reason"] == "too-late":
        return _is_within(row["useful_until"], leaps)
    if row["reason"] == "superseded" and row["kind"] in _ASKING_AGAIN:
        return _is_said_by_another(row, messages)
    if row["reason"] in ("superseded", "nothing-held"):
        taken_back = row["reason"] == "superseded" and _is_taken_back(row, register)
        return row["kind"] in kinds and (taken_back or _is_overtaken(row, messages))
    return row["kind"] in kinds and holds is not None and holds(row, register)


def _is_within(instant: datetime, leaps: Sequence[Span]) -> bool:
    return any(before <= instant <= after for before, after in leaps)


def _is_overtaken(row: Json, messages: Sequence[Json]) -> bool:
    """Superseded: something newer went, or goes, about the meeting to the mailbox. Nothing held:
    nothing had gone."""
    same = [
        one
        for one in messages
        if (one["meeting_id"], one["mailbox"]) == (row["meeting_id"], row["mailbox"])
        and one["kind"] in _CALENDAR
        and one["id"] != row["id"]
    ]
    if row["reason"] == "superseded":
        return any(one["created_at"] >= row["created_at"] for one in same)
    before = (one for one in same if one["created_at"] <= row["created_at"])
    return not any(one["state"] == "accepted" and one["kind"] != "cancel" for one in before)


def _is_said_by_another(row: Json, messages: Sequence[Json]) -> bool:
    """It hadn't left when a person asked for the same: that says it, of the meeting as it was."""
    said = ("kind", "meeting_id", "mailbox", "told")
    return any(
        all(one[name] == row[name] for name in said)
        and one["created_at"] >= row["created_at"]
        and one["id"] != row["id"]
        for one in messages
    )


def _is_taken_back(row: Json, register: Register) -> bool:
    """Before it had left, the mailbox was to hear no more of the meeting: nothing is said of it."""
    whys = (_is_off, _is_called_no_more, _has_another_address)
    is_mailed = register.may_be_mailed(str(row["person_id"]))
    return not is_mailed or any(holds(row, register) for holds in whys)


def _is_closed(row: Json, register: Register) -> bool:
    return bool(register.case(str(row["case_id"])).get("state") == "closed")


def _is_off(row: Json, register: Register) -> bool:
    return bool(register.meeting(str(row["meeting_id"])).get("state") != "booked")


def _has_moved(row: Json, register: Register) -> bool:
    return bool(register.meeting(str(row["meeting_id"])).get("sequence") != row["told"])


def _had_a_no(row: Json, register: Register) -> bool:
    consents = (one for one in register.consents if one["case_id"] == str(row["case_id"]))
    return any(one["state"] in _SAID_NO for one in consents)


def _is_called_no_more(row: Json, register: Register) -> bool:
    return not any(one["removed"] is False for one in _attendance(row, register))


def _has_answered(row: Json, register: Register) -> bool:
    """The newest answer alone is kept; a new time asks anew."""
    answered = any(one["answered_at"] is not None for one in _attendance(row, register))
    return answered or _has_moved(row, register)


def _is_protected(row: Json, register: Register) -> bool:
    return register.person(str(row["person_id"])).get("protected") is not False


def _has_another_address(row: Json, register: Register) -> bool:
    return bool(register.person(str(row["person_id"])).get("email") != row["mailbox"])


def _wants_none(row: Json, register: Register) -> bool:
    who = register.person(str(row["person_id"]))
    return bool(who.get("no_mail") or who.get("dead_email") or not who.get("email"))


def _is_done(row: Json, register: Register) -> bool:
    return bool(register.task(str(row["task_id"])).get("state") == "done")


def _is_anothers(row: Json, register: Register) -> bool:
    """The duty has passed on: it isn't that of the person who was to be told."""
    return str(row["person_id"]) not in _on_duty(row, register)


def _on_duty(row: Json, register: Register) -> set[str]:
    """Whose it is now: of a task, its owner's; of a case's limit, of whoever leads the case; of
    what is late in a case, of who has it still to do. Or that of their managers."""
    owners = {one["owner"] for one in _tasks(row, register)}
    leads = {one["owner"] for one in register.cases if one["id"] == str(row["case_id"])}
    match row["payload"].get("to"):
        case "process_owner":
            return leads
        case "manager":
            return register.managers(leads)
        case "owner_manager":
            return register.managers(owners)
    return owners


def _tasks(row: Json, register: Register) -> list[Json]:
    """The one it is about, or those of the case that are still to be done by its day."""
    if row["task_id"] is not None:
        return [one for one in register.tasks if one["id"] == str(row["task_id"])]
    return [
        one
        for one in register.tasks
        if one["case_id"] == str(row["case_id"])
        and one["state"] == "open"
        and str(one["due_on"]) == row["payload"].get("limit_on")
    ]


def _attendance(row: Json, register: Register) -> list[Json]:
    pair = (_text(row["meeting_id"]), str(row["person_id"]))
    return [one for one in register.attendance if (one["meeting_id"], one["person_id"]) == pair]


def _text(ident: object) -> str | None:
    return None if ident is None else str(ident)


Holds = Callable[[Json, Register], bool]
# Which kinds may be stopped for which reason, and how the register shows it. Any other reason is a
# loss: for one that the load doesn't bring about there is no line.
_REASONS: dict[str | None, tuple[tuple[str, ...], Holds | None]] = {
    "too-late": ((), None),
    "superseded": (_CALENDAR, None),
    "nothing-held": (("cancel",), None),
    "case-closed": ((*_ABOUT_MEETING, "alert"), _is_closed),
    "meeting-off": (_ABOUT_MEETING, _is_off),
    "meeting-moved": (_ABOUT_MEETING, _has_moved),
    "no-consent": (_ABOUT_MEETING, _had_a_no),
    "declined": ((*_ABOUT_MEETING, "alert"), _had_a_no),
    "not-called": (_ABOUT_MEETING, _is_called_no_more),
    "answered": (("nudge",), _has_answered),
    "said-no": (("reminder",), _has_answered),
    "protected": ((*_ABOUT_MEETING, "cancel"), _is_protected),
    "no-mail": ((*_ABOUT_MEETING, "cancel", *_DUTY), _wants_none),
    "address-changed": ((*_ABOUT_MEETING, *_DUTY), _has_another_address),
    "done": (_DUTY, _is_done),
    "duty-passed-on": (_DUTY, _is_anothers),
}
