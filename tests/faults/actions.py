"""What a family, or somebody at its side, does next: the calls."""

from collections.abc import Callable
from datetime import datetime

from tests.faults.answers import answer_by_link, answer_by_mail, answer_by_phone
from tests.faults.doing import Doing, coming, reached
from tests.faults.families import Json, Person, opening

Action = Callable[[Doing, Json], str]


def act(doing: Doing) -> str:
    """Do the next thing; what it was, the same for the same seed."""
    family = doing.family
    if not family.case:
        return _open(doing)
    shown = doing.world.get(doing.case)
    asked = [one for one in shown["consents"] if one["state"] == "requested"]
    meeting = next((one for one in shown["meetings"] if one["state"] == "booked"), None)
    choices: list[tuple[Action, float]]
    if shown["state"] == "closed":
        family.ended = True
        return "ended"
    if asked:
        choices = [(_sign, 8), (_refuse, 0.7), (_change_address, 0.5)]
    elif meeting and datetime.fromisoformat(meeting["starts_at"]) <= doing.now:
        choices = [(_held, 1)]
    elif meeting:
        choices = [
            (answer_by_mail, 3), (answer_by_link, 2), (answer_by_phone, 1), (_move, 2),
            (_cancel, 1), (_withdraw, 1.5), (_change_address, 2), (_protect, 0.7), (_remind, 0.7),
        ]  # fmt: skip
    elif any(one["state"] in ("refused", "withdrawn") for one in shown["consents"]):
        choices = [(_close, 2), (_ask_anew, 1)]
    else:
        choices = [(_book, 3), (_close, 0.5), (_change_address, 1)]
    actions, weights = zip(*choices, strict=True)
    (chosen,) = doing.random.choices(actions, weights)
    return str(chosen(doing, shown))


def _open(doing: Doing) -> str:
    family = doing.family
    body = opening(family, doing.random, doing.now.date().isoformat())
    made, _ = doing.post("cases", body, did="case.open")
    assert made is not None, f"{family.name} can't be opened"
    family.case = made["id"]
    family.effects["consent.ask"] += len(made["consents"])
    ids = {
        row["name"]: str(row["id"])
        for row in doing.world.rows(
            "SELECT id, name FROM cases.people WHERE id = ANY(%s::uuid[])",
            [made["child"]["id"], *(one["id"] for one in made["guardians"])],
        )
    }
    for one in (body["child"], *body["guardians"]):
        reached = one["email"] if one["protected"] is False else None
        family.people.append(Person(ids[one["name"]], one["name"], reached))
        if one["email"]:
            family.addresses[one["email"]] = ids[one["name"]]
        if one["email"] and reached is None:
            doing.forbidden.never.add(one["email"])
    doing.expect("open", "case")
    return "opens"


def _sign(doing: Doing, shown: Json) -> str:
    """Each custodian in turn, and an older child."""
    order = {person.id: number for number, person in enumerate(doing.family.people)}
    asked = [one for one in shown["consents"] if one["state"] == "requested"]
    for consent in sorted(asked, key=lambda one: (order[one["person"]], one["party"])):
        answer, _ = doing.post(f"{doing.case}/consents/{consent['id']}/sign", did="consent.sign")
        if answer is not None:
            doing.expect("signed", "consent", consent["id"])
    doing.forbidden.without_consent.pop(doing.family.case, None)
    return f"signs {len(asked)}"


def _refuse(doing: Doing, shown: Json) -> str:
    consent = _of_a_guardian(doing, shown, "requested")
    if consent is None:
        return "has nothing to refuse"
    answer, at = doing.post(f"{doing.case}/consents/{consent['id']}/refuse", did="consent.refuse")
    if answer is not None:
        _is_over(doing, at)
        doing.expect("refused", "consent", consent["id"])
    return "refuses"


def _withdraw(doing: Doing, shown: Json) -> str:
    consent = _of_a_guardian(doing, shown, "signed")
    if consent is None:
        return "has nothing to withdraw"
    answer, at = doing.post(
        f"{doing.case}/consents/{consent['id']}/withdraw", did="consent.withdraw"
    )
    if answer is not None:
        _is_over(doing, at)
        doing.expect("withdrawn", "consent", consent["id"])
        for meeting in answer["cancelled_meetings"]:
            doing.expect("cancelled", "meeting", meeting)
    return "withdraws"


def _of_a_guardian(doing: Doing, shown: Json, state: str) -> Json | None:
    """The consent of the first guardian in the order of the opening."""
    consents = {one["person"]: one for one in shown["consents"] if one["state"] == state}
    return next((consents[who.id] for who in doing.family.people[1:] if who.id in consents), None)


def _is_over(doing: Doing, at: float) -> None:
    """From then on nothing leaves that rests on this case's consent."""
    doing.family.forget("meeting", "starts", "answer")
    doing.forbidden.without_consent[doing.family.case] = at


def _ask_anew(doing: Doing, shown: Json) -> str:
    said = {one["person"] for one in shown["consents"] if one["state"] in ("refused", "withdrawn")}
    for who in doing.family.people:
        if who.id in said:
            doing.post(f"{doing.case}/consents", {"person": who.id}, did="consent.ask")
    return "is asked anew"


def _close(doing: Doing, shown: Json) -> str:
    answer, at = doing.post(f"{doing.case}/close", {"outcome": "declined"}, did="case.close")
    if answer is None:
        return "can't be closed"
    _is_over(doing, at)
    doing.expect("closed", "case")
    return "closes"


def _change_address(doing: Doing, shown: Json) -> str:
    who = reached(doing, guardian=True)
    if who is None:
        return "has no address to change"
    address = doing.family.new_address("vh")
    doing.family.addresses[address] = who.id
    answer, at = doing.post(
        f"{doing.case}/people/{who.id}", {"email": address}, did="family.change"
    )
    if answer is None:
        return "can't change its address"
    assert who.address is not None
    doing.forbidden.left[who.address] = at
    who.address = address
    doing.expect(address, "address", who.id)
    return "changes its address"


def _protect(doing: Doing, shown: Json) -> str:
    who = reached(doing, guardian=True)
    if who is None:
        return "has nobody to protect"
    answer, at = doing.post(
        f"{doing.case}/people/{who.id}", {"protected": True}, did="family.change"
    )
    if answer is None:
        return "can't be protected"
    assert who.address is not None
    doing.forbidden.protected[who.address] = at
    who.address = None
    doing.expect(True, "protected", who.id)
    return "is protected"


# meetings


def _book(doing: Doing, shown: Json) -> str:
    window = next((one for one in shown["windows"] if one["state"] in ("open", "missed")), None)
    slot = None if window is None else _slot(doing, window["step"])
    if window is None or slot is None:
        return "waits for a time"
    body = {"step": window["step"], "starts_at": slot["starts_at"]}
    made, _ = doing.post(f"{doing.case}/meetings", body, did="meeting.book")
    if made is None:
        return "isn't booked"
    doing.expect("booked", "meeting", made["id"])
    doing.expect(made["starts_at"], "starts", made["id"])
    return f"books {made['step']} {made['starts_at']}"


def _slot(doing: Doing, step: str) -> Json | None:
    answer = doing.world.ask("GET", f"{doing.case}/slots?step={step}")
    slots: list[Json] = answer.json() if answer.is_success else []
    return doing.random.choice(slots[:4]) if slots else None


def _move(doing: Doing, shown: Json) -> str:
    meeting = coming(shown)
    slot = _slot(doing, meeting["step"])
    if slot is None:
        return "finds no other time"
    path = f"meetings/{meeting['id']}/move"
    did = "meeting.move" if slot["starts_at"] != meeting["starts_at"] else None
    moved, _ = doing.post(path, {"starts_at": slot["starts_at"]}, did=did)
    if moved is None:
        return "isn't moved"
    doing.family.forget("answer")
    doing.expect(moved["starts_at"], "starts", meeting["id"])
    return f"moves to {moved['starts_at']}"


def _cancel(doing: Doing, shown: Json) -> str:
    meeting = coming(shown)
    answer, _ = doing.post(f"meetings/{meeting['id']}/cancel", did="meeting.cancel")
    if answer is None:
        return "isn't cancelled"
    doing.family.forget("answer", "starts")
    doing.expect("cancelled", "meeting", meeting["id"])
    return "cancels"


def _held(doing: Doing, shown: Json) -> str:
    meeting = coming(shown)
    answer, _ = doing.post(f"meetings/{meeting['id']}/held", did="meeting.held")
    if answer is None:
        return "isn't held"
    doing.family.forget("answer", "starts")
    doing.expect("held", "meeting", meeting["id"])
    return f"has held {meeting['step']}"


def _remind(doing: Doing, shown: Json) -> str:
    meeting = coming(shown)["id"]
    answer, _ = doing.post(f"meetings/{meeting}/remind", did="meeting.remind")
    if answer is not None:
        doing.family.asked.append((meeting, doing.now))
    return "isn't reminded" if answer is None else "is reminded"
