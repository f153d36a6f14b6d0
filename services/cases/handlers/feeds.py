"""Calendar feeds: what a person's one shows, made and taken back (P7, X3, X6, X13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.cases.domain.feeds import KEPT, Entry, NoFeedFor, feed
from services.cases.domain.links import is_grounded, is_open_to_family, on_the_case
from services.cases.domain.refused import NotFound
from services.cases.handlers.link_ports import FeedOf, Revision
from services.cases.handlers.ports import Desk
from shared.domain.call_time import is_called
from shared.domain.consent import age_on
from shared.domain.days import WorkingDays
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Procedure
from shared.domain.sight import has_left
from shared.ids import FEED, meeting_uid, signed_token

_OWN_FROM_AGE = 15


@dataclass(frozen=True, slots=True)
class Origin:
    """What calendar files are made with: whose they are, what their UIDs are made from (as those in
    mail), and the address that feeds are read at."""

    municipality: str
    domain: str
    secret: bytes
    public_url: str

    def url(self, feed_id: UUID) -> str:
        token = signed_token(self.secret, FEED, feed_id)
        return f"{self.public_url.rstrip('/')}/f/{token}.ics"


def feed_bytes(found: FeedOf, desk: Desk, origin: Origin) -> bytes:
    """The person's meetings, coming and a while back; the caller has logged the access.

    On the same ground as a mail: what the consent no longer carries isn't there (P7).
    """
    return feed(_entries(found, desk, origin), origin.municipality, found.language)


def entry(
    facts: CaseFacts,
    meeting: Meeting,
    person: UUID,
    place: str | None,
    mailed: Revision | None,
    origin: Origin,
) -> Entry:
    """`mailed`: what the person's mails say of it. Their calendar takes both for one object, so
    this is never the older of the two (Q6), nor older than the meeting."""
    who = on_the_case(facts, person)
    mailed = mailed or Revision(meeting.sequence, meeting.changed_at)
    return Entry(
        uid=meeting_uid(origin.secret, meeting.id, origin.domain),
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        sequence=max(meeting.sequence, mailed.sequence),
        changed_at=max(meeting.changed_at, mailed.stamp),
        cancelled=meeting.state == "cancelled",
        reference=facts.reference if who is not None and who.party == "staff" else None,
        place=place,
    )


def make_feed(person: UUID, desk: Desk) -> UUID:
    """A new address for somebody's feed; the old one ends. Raises Refused."""
    _check_own(person, desk)
    owner = desk.feeds.owner(person)
    if owner is None:
        raise NotFound
    born = owner["birth_date"]
    too_young = owner["party"] == "child" and (
        not isinstance(born, date) or age_on(born, desk.today) < _OWN_FROM_AGE
    )
    if too_young or not desk.links.is_open_to(person):
        raise NoFeedFor
    made = desk.feeds.make(person)
    desk.audit.note(None, "feed.make", None, {"person": str(person)})
    return made


def revoke_feed(person: UUID, desk: Desk) -> None:
    """It ends at once; twice changes nothing."""
    _check_own(person, desk)
    if desk.feeds.owner(person) is None:
        raise NotFound
    if desk.feeds.revoke([person]):
        desk.audit.note(None, "feed.revoke", None, {"person": str(person)})


def _check_own(person: UUID, desk: Desk) -> None:
    """Somebody who sits before the calling system has a feed of their own, and no other's."""
    if desk.actor_person not in (None, person):
        raise NotFound


def _entries(found: FeedOf, desk: Desk, origin: Origin) -> Iterator[Entry]:
    listed = desk.feeds.meetings(found.person_id, desk.now - KEPT)
    ids = {one.meeting_id for one in listed}
    places = desk.links.places(ids)
    mailed = desk.feeds.revisions(found.person_id, ids)
    works_for = desk.sights.works_for(found.person_id, desk.today)
    for facts in desk.feeds.facts({one.case_id for one in listed}):
        if has_left(facts, found.person_id, works_for):
            continue
        procedure = desk.procedures.get(facts.procedure, facts.procedure_on)
        for meeting in facts.meetings:
            if meeting.id in ids and is_shown_to(
                found.person_id, found.party, facts, procedure, meeting, desk.days, desk.now
            ):
                place, told = places.get(meeting.id), mailed.get(meeting.id)
                yield entry(facts, meeting, found.person_id, place, told, origin)


def is_shown_to(
    person: UUID,
    party: str,
    facts: CaseFacts,
    procedure: Procedure,
    meeting: Meeting,
    days: WorkingDays,
    now: datetime,
) -> bool:
    """Whether a calendar of somebody's own may have a meeting that they are called to.

    R20: what is planned long ahead its callers see at once, and all others once it's called.
    R41: what isn't about a child is in the calendars of the staff alone, whatever somebody is there
    as.
    """
    if facts.about != "child" and party != "staff":
        return False
    who = on_the_case(facts, person)
    if who is None or person not in meeting.person_ids:
        return False
    step = procedure.step(meeting.step)
    calls = person in (facts.process_owner, facts.coordinator)
    if not calls and not is_called(step, meeting, days, now):
        return False
    if who.party != "staff" and not is_open_to_family(facts, procedure, meeting):
        return False
    if meeting.state == "cancelled":
        return True
    return is_grounded(facts, procedure, meeting, person)
