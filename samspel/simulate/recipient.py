"""Whether a mail came to whom it is for: read off its bytes, held against the register.

The links and tokens in it are opened and looked up, so that a mail that holds somebody else's is
seen, whoever is named on the envelope.
"""

import re
from base64 import b32decode
from uuid import UUID

from samspel.simulate.house import House
from samspel.simulate.invariants import unless
from samspel.simulate.outside import Mail
from services.notifier.domain.messages import Kind, Sending

LINK = re.compile(r"/([ru])/([a-z2-7]{42})")
_REPLY_TO = re.compile(r"moten\+([a-z2-7]+)@")
_ID_OCTETS = 16

_PERSON = """
    SELECT lower(email) AS mailbox, no_mail,
           dead_email IS NOT NULL AND lower(dead_email) = lower(email) AS dead
    FROM cases.people WHERE id = %s
"""
_LEADS_TO = """
    SELECT a.meeting_id AS about, a.person_id AS person FROM cases.attendance a
    WHERE %(page)s = 'r' AND a.link = %(link)s
    UNION ALL
    SELECT t.id, t.owner FROM cases.tasks t WHERE %(page)s = 'u' AND t.link = %(link)s
"""
_ANSWERS_FOR = """
    SELECT meeting_id AS about, mailbox FROM notifier.invitations WHERE token = %(token)s
    UNION ALL
    SELECT DISTINCT NULL::uuid, mailbox FROM notifier.messages
    WHERE task_id IS NOT NULL AND payload -> 'calendar' ->> 'token' = %(token)s
"""
_PARTY = """
    SELECT p.party FROM cases.participants p WHERE p.case_id = %(case)s AND p.person_id = %(person)s
"""
# Who of the staff may be written to about a case or a task: who is on it, leads it or has to do it;
# and, of what is late or near, the managers of those.
_STAFF_OF = """
    WITH RECURSIVE its AS (
        SELECT p.person_id FROM cases.participants p
        WHERE p.case_id = %(case)s AND p.party = 'staff'
        UNION SELECT who FROM cases.cases c,
              unnest(ARRAY[c.process_owner, c.initiator, c.coordinator]) who WHERE c.id = %(case)s
        UNION SELECT t.owner FROM cases.tasks t WHERE t.case_id = %(case)s OR t.id = %(task)s),
    above AS (
        SELECT p.reports_to AS post FROM cases.holders h JOIN cases.posts p ON p.code = h.post
        WHERE h.person_id IN (SELECT person_id FROM its)
        UNION SELECT p.reports_to FROM above JOIN cases.posts p ON p.code = above.post)
    SELECT EXISTS (SELECT FROM its WHERE person_id = %(person)s)
        OR %(alert)s AND EXISTS (SELECT FROM cases.holders h JOIN above USING (post)
                                 WHERE h.person_id = %(person)s)
        OR %(over)s AND EXISTS (SELECT FROM notifier.messages m
                                WHERE m.task_id = %(task)s AND m.person_id = %(person)s) AS is_so
"""


def came_to_the_right_one(house: House, mail: Mail) -> None:
    """Raises DoesNotHold."""
    sending = mail.taken.sending
    _names_one_mailbox(mail)
    _is_written_to(house, sending)
    _has_to_do_with_it(house, sending)
    _leads_to_them(house, mail)


def _names_one_mailbox(mail: Mail) -> None:
    """The envelope, To and ATTENDEE; and the mail is the one that it was marked as."""
    sending = mail.taken.sending
    raw = mail.raw
    named = {sending.mailbox, sending.address.lower(), str(raw["To"]).strip("<> ").lower()}
    if mail.held is not None:
        named.add(mail.held.attendee)
    unless(len(named) == 1, 6, f"a {sending.kind} in a mailbox other than the one that it names")
    same = raw["Message-ID"] == sending.message_id
    unless(same, 6, f"a {sending.kind} has the bytes of another message")


def _is_written_to(house: House, sending: Sending) -> None:
    """X7: not somebody who wants no mail, nor to an address that is known to be dead."""
    (person,) = house.rows(_PERSON, sending.person_id)
    if sending.kind != Kind.CANCEL:
        same = person["mailbox"] == sending.mailbox
        unless(same, 7, f"a {sending.kind} to an address that isn't theirs any more")
    unless(not person["no_mail"], 6, f"a {sending.kind} to somebody who wants no mail")
    dead = person["dead"] and person["mailbox"] == sending.mailbox
    unless(not dead, 6, f"a {sending.kind} to an address that is dead")


def _has_to_do_with_it(house: House, sending: Sending) -> None:
    values = {
        "case": sending.case_id,
        "task": sending.task_id,
        "person": sending.person_id,
        "alert": sending.kind == Kind.ALERT,
        "over": sending.kind == Kind.TASK,
    }
    if sending.party == "staff":
        (found,) = house.looking.execute(_STAFF_OF.encode(), values).fetchall()
        unless(found["is_so"], 6, f"a {sending.kind} to staff who have nothing to do with it")
        return
    parties = house.looking.execute(_PARTY.encode(), values).fetchall()
    theirs = [row["party"] for row in parties]
    unless(theirs == [sending.party], 6, f"a {sending.kind} to a family whose case it isn't")


def _leads_to_them(house: House, mail: Mail) -> None:
    """Each link is the recipient's own, and an answer counts for this meeting and this mailbox."""
    sending = mail.taken.sending
    for page, sealed in set(LINK.findall(mail.words)):
        link = UUID(bytes=b32decode(sealed.upper() + "=" * (-len(sealed) % 8))[:_ID_OCTETS])
        values = {"page": page, "link": link}
        found = house.looking.execute(_LEADS_TO.encode(), values).fetchall()
        theirs = [row["person"] for row in found] == [sending.person_id]
        unless(theirs, 6, f"a link in a {sending.kind} is somebody else's")
        if page == "r":
            same = found[0]["about"] == sending.meeting_id
            unless(same, 6, f"a link in a {sending.kind} leads to another meeting")
    organizer = "" if mail.held is None else mail.held.organizer
    for token in {*_REPLY_TO.findall(mail.words), *_REPLY_TO.findall(organizer)}:
        found = house.looking.execute(_ANSWERS_FOR.encode(), {"token": token}).fetchall()
        stands_for = [(row["about"], row["mailbox"]) for row in found]
        right = stands_for == [(sending.meeting_id, sending.mailbox)]
        unless(right, 6, f"an answer to a {sending.kind} would count as somebody else's")
