"""A case as the notifier reads it, and messages about it, for tests of its pure rules."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.notifier.domain.mail import Post
from services.notifier.domain.mailing import Contact, Mailing
from services.notifier.domain.messages import CalendarPart, MeetingWords, Message, Said
from services.notifier.domain.words import House
from shared.domain.facts import Meeting
from shared.procedures import load_procedures
from tests.support.cases import (
    CHILD,
    FAMILY_THERAPIST,
    FATHER,
    MOTHER,
    REKTOR,
    case,
    meeting,
    noon,
    with_meetings,
)

PROCEDURE = load_procedures(None).get("samverkansmote", date(2027, 3, 1))
NOW = noon("2027-03-02")
MEETING = meeting("first", "2027-03-09", changed_on="2027-03-02")
HOUSE = House("Exempelkommun", "0980-31 92 99", "Torggatan 3, 123 45 Exempelstad")
POST = Post(
    house=HOUSE,
    from_address="moten@exempelkommun.example",
    reply_pattern="moten+{token}@exempelkommun.example",
    bounce_pattern="studs+{token}@exempelkommun.example",
    public_url="http://samspel.example",
    secret=b"only for tests, only for tests, only",
)
PLACE = "Kommunhuset, Torggatan 3"


def contact(email: str | None, party: str = "guardian", **more: Any) -> Contact:
    usual: dict[str, Any] = {
        "language": "sv",
        "protected": False,
        "no_mail": False,
        "birth_date": None,
    }
    return Contact(party=party, email=email, **(usual | more))


CONTACTS = {
    CHILD: contact(None, "child", birth_date=date(2014, 5, 2)),
    MOTHER: contact("mor@hem.example"),
    FATHER: contact("far@hem.example"),
    REKTOR: contact("rektor@skola.example", "staff"),
    FAMILY_THERAPIST: contact("terapeut@ifo.example", "staff"),
}


def mailing(*meetings: Meeting, contacts: dict[UUID, Contact] | None = None) -> Mailing:
    """A case with signed consents and (without others) one booked meeting at a place."""
    facts = with_meetings(case("2027-03-01", signed_on="2027-03-01"), *(meetings or (MEETING,)))
    places = {one.id: PLACE for one in facts.meetings}
    return Mailing(facts, CONTACTS | (contacts or {}), places, manager=FAMILY_THERAPIST)


def message(mailbox: str = "mor@hem.example", person: UUID = MOTHER, **changes: Any) -> Message:
    """A call to the meeting."""
    token = POST.invitation_token(MEETING.id, mailbox)
    said = Said(MEETING.starts_at, MEETING.ends_at, PLACE)
    key = changes.get("key", f"{MEETING.id}/{token}/0")
    usual = Message(
        key=key,
        kind="call",
        ground="consent",
        case_id=UUID(int=1),
        meeting_id=MEETING.id,
        person_id=person,
        party="guardian",
        mailbox=mailbox,
        address=mailbox,
        language="sv",
        rule="R8",
        told=0,
        words=MeetingWords(said, token, None, CalendarPart(token, 0, NOW, NOW)),
        message_id=POST.message_id(key),
        due_at=NOW,
        useful_until=MEETING.starts_at,
        created_at=NOW,
    )
    return replace(usual, **changes)


def later(moment: datetime = NOW, **by: float) -> datetime:
    return moment + timedelta(**by)
