"""Who may be mailed, and who has to be told by hand (X6, X7, X11)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from services.notifier.domain.mailing import Contact, Known, Mailing
from shared.domain.calling import called
from shared.domain.consent import age_on, consent_stands
from shared.domain.days import local_date
from shared.domain.facts import Meeting
from shared.domain.procedure import Procedure
from shared.domain.sight import has_left
from shared.mailaddress import mail_address

PROTECTED, NO_MAIL, OWN_MAIL, STAFF_ONLY = "X6", "X7", "X11", "R41"
OWN_MAIL_FROM_AGE = 15
# Whom an alert goes to since they are on the case; a manager needn't be.
_OF_THE_CASE = frozenset({"process_owner", "owner"})
PARTIES = ("child", "guardian", "staff", "external")
LANGUAGES = ("sv", "en")


@dataclass(frozen=True, slots=True)
class Mailable:
    """Somebody who may be mailed, and where. Can't be made for anybody else."""

    contact: Contact
    day: date
    own_mail_from_age: int = OWN_MAIL_FROM_AGE

    def __post_init__(self) -> None:
        rule = _forbidden(self.contact, self.day, self.own_mail_from_age)
        if rule is not None:
            raise ForbiddenRecipient(rule)

    @property
    def mailbox(self) -> str:
        return self.address.lower()

    @property
    def address(self) -> str:
        address = address_of(self.contact)
        assert address is not None
        return address


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the staff who may be mailed: duties and reports are told to no others (R41)."""

    to: Mailable

    def __post_init__(self) -> None:
        if self.to.contact.party != "staff":
            raise ForbiddenRecipient(STAFF_ONLY)


@dataclass(frozen=True, slots=True)
class ByHand:
    """Somebody who can't or mustn't be mailed, by this rule."""

    rule: str


class ForbiddenRecipient(ValueError):
    """Nobody makes a mail to somebody who mustn't get one."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"must not be mailed ({rule})")
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Recipients:
    """A meeting's people: by mailbox, by hand (with the rule), and those who lack the ground."""

    mailboxes: Mapping[str, tuple[UUID, ...]]
    by_hand: Mapping[UUID, str]
    groundless: frozenset[UUID]


def recipients(
    mailing: Mailing, meeting: Meeting, procedure: Procedure | None, today: date
) -> Recipients:
    """Who is to be told of a meeting, and how.

    Somebody is called who is on the meeting and on the case, and whom the consent covers on the
    meeting's day, where the step rests on it; and, of the staff, who still works where they are on
    the case for (X10). Without a known procedure nobody is (invariant 6). Each mail of a meeting
    asks for them anew.
    """
    asked = (id(meeting), id(procedure), today)
    if asked not in mailing.kept:  # with both of them, so that these ids stay theirs
        found = _recipients(mailing, meeting, procedure, today)
        mailing.kept[asked] = (meeting, procedure, found)
    kept: Recipients = mailing.kept[asked][2]
    return kept


def _recipients(
    mailing: Mailing, meeting: Meeting, procedure: Procedure | None, today: date
) -> Recipients:
    mailboxes: defaultdict[str, list[UUID]] = defaultdict(list)
    by_hand: dict[UUID, str] = {}
    on_the_case = {who.person_id for who in mailing.facts.participants}
    grounded = _grounded(mailing, meeting, procedure) - _leavers(mailing)
    for person in sorted(meeting.person_ids & on_the_case & grounded):
        match reach(mailing, person, today, procedure):
            case ByHand(rule):
                by_hand[person] = rule
            case Mailable() as to:
                mailboxes[to.mailbox].append(person)
    return Recipients(
        mailboxes={mailbox: tuple(people) for mailbox, people in mailboxes.items()},
        by_hand=by_hand,
        groundless=frozenset(meeting.person_ids & on_the_case - grounded),
    )


def is_alerted_no_more(mailing: Mailing, person: UUID, to: str) -> bool:
    """X10: whether whose duty it is (`to`) has left the organisation they are on the case for."""
    return to in _OF_THE_CASE and person in _leavers(mailing)


def reach(
    known: Known, person: UUID, today: date, procedure: Procedure | None = None
) -> Mailable | ByHand:
    """How somebody is reached. A mailbox that somebody protected uses is closed."""
    contact = known.contacts.get(person)
    if contact is None:
        return ByHand(PROTECTED)
    to = mailable(contact, today, *_own_mail_age(procedure))
    if isinstance(to, Mailable):
        if _is_used_by_protected(known, to.mailbox):
            return ByHand(PROTECTED)
        if contact.party == "child" and _is_used_by_others(known, person, to.mailbox):
            return ByHand(OWN_MAIL)
    return to


def mailable(
    contact: Contact, day: date, own_mail_from_age: int = OWN_MAIL_FROM_AGE
) -> Mailable | ByHand:
    """A recipient, or the rule that forbids one. X11: the age counts on the day of mailing."""
    rule = _forbidden(contact, day, own_mail_from_age)
    return Mailable(contact, day, own_mail_from_age) if rule is None else ByHand(rule)


def must_not_be_mailed(
    known: Known, people: Iterable[UUID], mailbox: str | None = None
) -> str | None:
    """The rule that forbids even to take back what a mailbox holds, or None (decision 6)."""
    contacts = [known.contacts.get(person) for person in people]
    if any(contact is None or contact.protected for contact in contacts):
        return PROTECTED
    if mailbox is not None and _is_used_by_protected(known, mailbox):
        return PROTECTED
    if any(contact is not None and contact.of_a_family for contact in contacts):
        return STAFF_ONLY
    if any(contact is not None and (contact.no_mail or contact.dead) for contact in contacts):
        return NO_MAIL
    return None


def mailbox_of(contact: Contact) -> str | None:
    """The address in the form that counts as one mailbox, or None if mail can't be sent there.

    In lower case: whoever writes «Anna@» and «anna@» means the same one.
    """
    address = address_of(contact)
    return None if address is None else address.lower()


def address_of(contact: Contact) -> str | None:
    """Where mail is sent: the address as it was entered, or None if it can't be sent there."""
    return _usable(contact.email) if contact.email else None


def language_of(contact: Contact | None) -> str:
    """The language to write in: Swedish if we have no words in theirs (O13)."""
    return contact.language if contact is not None and contact.language in LANGUAGES else "sv"


@lru_cache(maxsize=4096)
def _usable(address: str) -> str | None:
    try:
        return mail_address(address)
    except ValueError:
        return None


def _forbidden(contact: Contact, day: date, own_mail_from_age: int) -> str | None:
    if contact.protected or contact.party not in PARTIES:
        return PROTECTED
    if contact.party == "child" and not _is_old_enough(contact, day, own_mail_from_age):
        return OWN_MAIL
    if contact.of_a_family:
        return STAFF_ONLY
    if contact.no_mail or contact.dead:
        return NO_MAIL
    if mailbox_of(contact) is None:
        return OWN_MAIL if contact.party == "child" else NO_MAIL
    return None


def _is_old_enough(contact: Contact, day: date, own_mail_from_age: int) -> bool:
    return contact.birth_date is not None and age_on(contact.birth_date, day) >= own_mail_from_age


def _grounded(mailing: Mailing, meeting: Meeting, procedure: Procedure | None) -> frozenset[UUID]:
    if procedure is None or all(step.name != meeting.step for step in procedure.steps):
        return frozenset()
    if procedure.step(meeting.step).grounds == "none":
        return meeting.person_ids
    on = local_date(meeting.starts_at)
    if not consent_stands(mailing.facts, procedure, on):
        return frozenset()
    return called(mailing.facts, procedure, procedure.step(meeting.step), on)


def _leavers(mailing: Mailing) -> frozenset[UUID]:
    return frozenset(
        person
        for person, contact in mailing.contacts.items()
        if contact.works_for is not None and has_left(mailing.facts, person, contact.works_for)
    )


def _own_mail_age(procedure: Procedure | None) -> tuple[int, ...]:
    asking = None if procedure is None else procedure.asking
    return () if asking is None else (asking.own_mail_from_age,)


def _is_used_by_protected(known: Known, mailbox: str) -> bool:
    return any(
        contact.protected and mailbox_of(contact) == mailbox for contact in known.contacts.values()
    )


def _is_used_by_others(known: Known, person: UUID, mailbox: str) -> bool:
    return any(
        mailbox_of(contact) == mailbox
        for other, contact in known.contacts.items()
        if other != person
    )
