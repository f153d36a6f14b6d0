"""Whose each mail is: its envelope, its words and its links, held against the register (4, 6)."""

from collections import defaultdict
from collections.abc import Iterator

from tests.faults.families import Json
from tests.faults.letters import Letter
from tests.faults.register import Register, of_link, rests_on_consent

_CALENDAR = ("call", "change", "cancel")
_DUTY = ("alert", "task", "receipt", "dispatch", "digest")


def misaddressed(
    letters: list[Letter], by_id: dict[str, Json], register: Register
) -> Iterator[str]:
    """A mail goes to the one mailbox of its person, who has to do with what it is about; and all
    that stands in it leads to that meeting and that person."""
    uids: dict[str, set[str]] = defaultdict(set)
    for one in letters:
        row = by_id.get(one.message_id)
        if row is None:
            continue
        what = f"{row['kind']} of message {row['id']}"
        for why in (*_envelope(one, row), *_whose(one, row, register), *_leads(one, row, register)):
            yield f"{what} {why}"
        yield from (f"{what} {why}" for why in _ground(row, register))
        if one.uid:
            uids[str(row["meeting_id"] or one.uid)].add(one.uid)
    yield from (f"meeting {one} has several UIDs" for one, same in uids.items() if len(same) > 1)


def _envelope(one: Letter, row: Json) -> Iterator[str]:
    if one.to != one.recipient:
        yield "came to another mailbox than stands in To"
    if one.attendee not in ("", one.recipient):
        yield "came to another mailbox than stands in ATTENDEE"
    if row["mailbox"] != one.recipient:
        yield "came to another mailbox than its own"


def _whose(one: Letter, row: Json, register: Register) -> Iterator[str]:
    owners, person = register.owners(one.recipient), str(row["person_id"])
    if not owners:
        yield "to an address that nobody has"
    elif person not in owners:
        yield "to a mailbox that isn't its person's"
    elif row["digest_id"] is None and not owners & register.answers_for(row):
        yield "to somebody who has nothing to do with it"
    if row["kind"] in _DUTY and register.person(person).get("party") != "staff":
        yield "to somebody who isn't staff"


def _leads(one: Letter, row: Json, register: Register) -> Iterator[str]:
    meeting, person = str(row["meeting_id"]), str(row["person_id"])
    if row["meeting_id"] is not None and one.organizer:
        token = one.organizer.partition("@")[0].rpartition("+")[2]
        held = (meeting, one.recipient)
        if held not in {
            (each["meeting_id"], each["mailbox"])
            for each in register.invitations
            if each["token"] == token
        }:
            yield "has an ORGANIZER that stands for another mailbox or meeting"
    if not one.link:
        return
    leads = register.links.get(of_link(one.link))
    who = register.person(person)
    renewed = who.get("email") != one.recipient or who.get("protected") is not False
    if leads is None and (who.get("party") == "staff" or not renewed):
        yield "has a link that leads nowhere"
    if leads is not None and leads != (meeting, person):
        yield "has the link of another person or meeting"


def _ground(row: Json, register: Register) -> Iterator[str]:
    """S1, P7: a mail's ground, party and organisation are those of the register."""
    case, kind = str(row["case_id"]), row["kind"]
    if row["case_id"] is None or kind in _DUTY:
        if row["ground"] != "duty":
            yield f"counts as resting on {row['ground']}"
        return
    if kind == "cancel" or not rests_on_consent(row, register):
        if row["ground"] == "duty" or (kind == "cancel") != (row["ground"] == "object"):
            yield f"counts as resting on {row['ground']}"
        return
    if row["ground"] != "consent":
        yield f"counts as resting on {row['ground']}, and needs a consent"
    who = register.takes_part(case, str(row["person_id"]))
    if row["party"] != who.get("party"):
        yield f"counts as one to {row['party']}"
    if who.get("party") == "staff" and who["organisation"] not in register.covered(case):
        yield "to an organisation that no consent covers"
