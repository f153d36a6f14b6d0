"""Reminders as people want them, and times to choose from by mail, told in a whole town."""

from tests.support.story import FAMILY, GUARDIANS, open_a_case, person_called, the_meeting
from tests.support.town import Json, Town

MOTHER, FATHER = GUARDIANS
TIMES = ("2027-03-10T13:00:00+01:00", "2027-03-11T13:00:00+01:00", "2027-03-12T13:00:00+01:00")


def sign_all(town: Town, case: Json) -> None:
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign", {"method": "paper"})


def mails(town: Town, about: str) -> list[str]:
    """To whom a mail with this in its subject went, in order of the alphabet."""
    return sorted(mail.to.split("@")[0] for mail in town.mails() if about in mail.subject)


def who_has(town: Town, address: str) -> str:
    (row,) = town.rows("SELECT id FROM cases.people WHERE email = %s", address)
    return str(row["id"])


def answer(town: Town, meeting: Json, said: str, *people: str) -> None:
    for person in people:
        town.do(f"meetings/{meeting['id']}/answers", {"person": person, "answer": said})


def test_R8_who_has_not_answered_is_asked_again_and_who_said_no_is_not_reminded(
    town: Town,
) -> None:
    case = open_a_case(town)
    sign_all(town, case)
    first = the_meeting(town, case["id"], "first")
    # far enough ahead for a question in between
    later = {"starts_at": "2027-03-12T13:00:00+01:00"}
    town.do(f"meetings/{first['id']}/move", later)
    assert "svara senast måndagen den 8 mars" in body(town, MOTHER)
    mother, father = (who_has(town, address) for address in GUARDIANS)
    rektor = person_called(town, "anna-lindqvist")["id"]
    therapist = person_called(town, "asa-hallberg")["id"]
    answer(town, first, "accepted", rektor)
    answer(town, first, "declined", father)

    # a person asks for it, on one day once
    town.do(f"meetings/{first['id']}/remind")
    assert mails(town, "Kan du komma?") == ["asa.hallberg", "petra"]
    refused = town.post(f"meetings/{first['id']}/remind", status=409)
    assert "i dag" in refused["detail"]
    lines = town.get(f"cases/{case['id']}/timeline")
    assert "påmindes" in str(lines)

    # so it doesn't come by itself; the reminder does, on the 10th, but to nobody who said no
    answer(town, first, "tentative", therapist)
    town.move_clock("2027-03-10T08:00:00+01:00")
    assert len(mails(town, "Kan du komma?")) == 2
    town.move_clock("2027-03-10T10:00:00+01:00")
    assert mails(town, "Påminnelse") == ["anna.lindqvist", "asa.hallberg", "petra"]

    # all have answered, and no reminder is to come: whoever hasn't said no is reminded at once
    answer(town, first, "accepted", mother)
    town.do(f"meetings/{first['id']}/remind")
    assert mails(town, "Påminnelse") == sorted(["anna.lindqvist", "asa.hallberg", "petra"] * 2)

    town.do(f"meetings/{first['id']}/cancel")
    refused = town.post(f"meetings/{first['id']}/remind", status=409)
    assert refused["rule"] == "R9"


def test_R8_what_is_asked_for_on_two_days_off_comes_to_staff_once_as_work_begins(
    town: Town,
) -> None:
    case = open_a_case(town)
    sign_all(town, case)
    first = the_meeting(town, case["id"], "first")
    town.do(f"meetings/{first['id']}/move", {"starts_at": "2027-03-12T13:00:00+01:00"})
    answer(town, first, "accepted", who_has(town, FATHER))

    for day_off in ("2027-03-06", "2027-03-07"):
        town.move_clock(f"{day_off}T10:00:00+01:00")
        town.do(f"meetings/{first['id']}/remind")
    staff, planned = ["anna.lindqvist", "asa.hallberg"], ["anna.lindqvist", "asa.hallberg", "petra"]
    assert mails(town, "Kan du komma?") == [*planned, "petra", "petra"]  # on Friday and since
    town.move_clock("2027-03-08T07:30:00+01:00")
    assert mails(town, "Kan du komma?") == sorted([*planned, *staff, "petra", "petra"])
    ended = town.rows(
        "SELECT mailbox, state, reason FROM notifier.messages"
        " WHERE kind = 'nudge' AND party = 'staff' AND created_at > '2027-03-06'"
        " ORDER BY mailbox, created_at"
    )
    first_and_second = [("suppressed", "superseded"), ("accepted", None)]
    assert [(row["state"], row["reason"]) for row in ended] == first_and_second * 2


def body(town: Town, address: str) -> str:
    part = town.mail_to(address).get_body(("plain",))
    return "" if part is None else str(part.get_content())


def told_by_hand(town: Town, case: Json) -> list[str]:
    rows = town.rows(
        "SELECT details ->> 'kind' AS kind FROM cases.tasks"
        " WHERE case_id = %s AND kind = 'tell-by-hand' AND state = 'open' ORDER BY 1",
        case["id"],
    )
    return [row["kind"] for row in rows]


def test_R6_everybody_who_is_called_is_asked_which_of_the_times_suit(town: Town) -> None:
    case = open_a_case(town)
    sign_all(town, case)
    first = the_meeting(town, case["id"], "first")
    town.do(f"meetings/{first['id']}/cancel")
    times = {"step": "first", "options": list(TIMES)}
    proposed = town.do(f"cases/{case['id']}/proposals", times, status=201)
    asked = ["anna.lindqvist", "asa.hallberg", "jonas", "petra"]
    assert mails(town, "Vilken tid passar dig?") == asked
    said = body(town, MOTHER)
    assert "onsdagen den 10 mars 2027 kl. 13.00–14.00" in said
    assert "/r/" in said
    assert not list(town.mail_to(MOTHER).iter_attachments())  # no calendar part
    # the child of twelve is asked by a person, as it was to be told that the first one is off
    assert told_by_hand(town, case) == ["cancel", "proposal"]

    # other times are another question; the same again is none
    town.do(f"cases/{case['id']}/proposals", times | {"options": list(TIMES[1:])}, status=201)
    assert mails(town, "Vilken tid passar dig?") == sorted(asked * 2)
    town.quiet()
    assert mails(town, "Vilken tid passar dig?") == sorted(asked * 2)

    # one is chosen: the call itself follows, and the child is told of the meeting anew
    town.do(f"meetings/{proposed['id']}/confirm", {"starts_at": TIMES[1]})
    assert town.kinds_of_mail()[("REQUEST 1", MOTHER)] == 1
    assert told_by_hand(town, case) == ["call", "cancel"]


def test_X11_who_turns_15_before_the_meeting_is_called_by_mail_on_the_birthday(town: Town) -> None:
    """Until then the child is told by a person; a reminder without a call would ask for nothing."""
    child = FAMILY["child"] | {"birth_date": "2012-03-03", "email": "linnea@hemma.example"}
    case = open_a_case(town, child=child)
    sign_all(town, case)
    assert "linnea" not in mails(town, "")
    town.move_clock("2027-03-03T06:59:00+01:00")
    assert "linnea" not in mails(town, "")  # nobody is woken by what comes by itself
    town.move_clock("2027-03-03T10:00:00+01:00")
    assert town.kinds_of_mail()["REQUEST 0", "linnea@hemma.example"] == 1
    town.move_clock("2027-03-05T10:00:00+01:00")
    assert "linnea" in mails(town, "Påminnelse")
