"""What is asked of each mail at the moment at which the server has it.

Every answer is read off the tables as they stand, by means other than the product's own.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from samspel.simulate.courier import Courier, Taken
from samspel.simulate.grounds import age, may_be_told, rests_on_consent
from samspel.simulate.house import House
from samspel.simulate.invariants import unless
from samspel.simulate.municipality import NAMES_OF_SCHOOLS
from samspel.simulate.outside import Mail, Outside, occasion, plain_text
from samspel.simulate.recipient import LINK, came_to_the_right_one
from samspel.simulate.replies import Held
from services.notifier.domain.messages import Kind, MeetingWords, Sending
from shared.domain.days import STOCKHOLM, local_date

_CALENDAR = (Kind.CALL, Kind.CHANGE, Kind.CANCEL)
_KNOWN_KINDS = (
    *_CALENDAR, Kind.REMINDER, Kind.NUDGE, Kind.PROPOSAL, Kind.COUNTER_DECLINED, Kind.ALERT,
    Kind.TASK, Kind.RECEIPT, Kind.DISPATCH, Kind.DIGEST,
)  # fmt: skip
_OWN_MAIL_FROM = 15
# Short ones as words of their own: a token's letters, which are drawn, spell them now and then.
_SHORT = (r"\bSSPF\b", r"\btruancy", r"\bskolk")
SECRETS = re.compile(
    "|".join(["Fågelsångskanarie", "Samverkansmöte", "Spindelmöte", *_SHORT, *NAMES_OF_SCHOOLS]),
    re.IGNORECASE,
)
NAMES = re.compile("|".join(["Fågelsångskanarie", *_SHORT[1:]]), re.IGNORECASE)

_PERSON = """
    SELECT lower(p.email) AS mailbox, p.protected, p.no_mail, p.dead_email, p.birth_date
    FROM cases.people p WHERE p.id = %s
"""
_MEETING = """
    SELECT m.starts_at, m.state, m.sequence, m.step, c.about, c.procedure, c.state AS case_state,
           child.birth_date,
           EXISTS (SELECT FROM cases.attendance a
                   WHERE a.meeting_id = m.id AND a.person_id = %s AND NOT a.removed) AS is_called
    FROM cases.meetings m JOIN cases.cases c ON c.id = m.case_id
    LEFT JOIN cases.people child ON child.id = c.child
    WHERE m.id = %s
"""
_OF_A_REPORT = """
    SELECT (SELECT about = 'report' FROM cases.cases WHERE id = %s) IS TRUE
        OR (SELECT report_id IS NOT NULL FROM cases.tasks WHERE id = %s) IS TRUE AS is_one
"""
_IS_ABOUT = "SELECT about FROM cases.cases WHERE id = %s"
_BEGAN = """
    SELECT EXISTS (SELECT FROM notifier.messages WHERE meeting_id = %s AND mailbox = %s
                   AND kind IN ('call', 'change') AND began > 0) AS is_so
"""
_IS_A_FAMILYS = """
    SELECT count(*) AS n FROM cases.participants p JOIN cases.people who ON who.id = p.person_id
    WHERE p.party IN ('guardian', 'child') AND lower(who.email) = %s
"""


@dataclass(slots=True)
class Watch:
    """Hears of every mail; what doesn't hold is kept until the step is over.

    `noes`: the messages that were there when a case last heard a no.
    `stands_still`: after a restore.
    """

    outside: Outside = field(default_factory=Outside)
    noes: dict[UUID | None, frozenset[UUID]] = field(default_factory=dict)
    stands_still: bool = False
    house: House | None = None
    log: list[tuple[str, str, int]] = field(default_factory=list)

    def take(self, taken: Taken) -> None:
        """Raises DoesNotHold."""
        house = self.house
        assert house is not None
        sending = taken.sending
        before = self.outside.content.get(sending.id)
        mail = self.outside.take(taken)
        self.log.append((sending.kind, sending.mailbox, sending.told or 0))
        unless(not self.stands_still, 9, f"a {sending.kind} leaves a restored database by itself")
        unless(before in (None, taken.content), 3, f"a retry of a {sending.kind} has other bytes")
        self._times(house.courier, sending)
        self._once(sending)
        self._recipient(house, sending)
        came_to_the_right_one(house, mail)
        self._subject(house, sending, mail)
        self._words(house, mail)
        self._object(house, sending, mail)

    def _once(self, sending: Sending) -> None:
        """What one occasion asks to be said to a mailbox is said by one message."""
        said = self.outside.said[occasion(sending)]
        said.add(sending.id)
        unless(len(said) == 1, 2, f"a {sending.kind} came as two messages")

    def _times(self, courier: Courier, sending: Sending) -> None:
        times, doubts = self.outside.times[sending.id], courier.doubts[sending.id]
        unless(times <= 1 + min(doubts, 1), 2, f"a {sending.kind} came {times} times")

    def _recipient(self, house: House, sending: Sending) -> None:
        unless(sending.kind in _KNOWN_KINDS, 6, "a kind that there isn't")
        (person,) = house.rows(_PERSON, sending.person_id)
        today = local_date(house.now())
        if sending.party == "child":
            of_age = age(person["birth_date"], today) >= _OWN_MAIL_FROM
            unless(of_age, 6, f"a {sending.kind} to a child under {_OWN_MAIL_FROM}")
        if sending.party != "staff":
            unless(person["protected"] is False, 6, f"a {sending.kind} to somebody protected")
        (report,) = house.rows(_OF_A_REPORT, sending.case_id, sending.task_id)
        if report["is_one"]:
            (familys,) = house.rows(_IS_A_FAMILYS, sending.mailbox)
            unless(familys["n"] == 0, 5, f"a {sending.kind} about a report to a family's mailbox")

    def _subject(self, house: House, sending: Sending, mail: Mail) -> None:
        if sending.meeting_id is None or sending.kind == Kind.CANCEL:
            return
        (meeting,) = house.rows(_MEETING, sending.person_id, sending.meeting_id)
        rests = sending.kind != Kind.ALERT and rests_on_consent(meeting)
        is_old = sending.id in self.noes.get(sending.case_id, ())
        unless(not (rests and is_old), 4, f"a {sending.kind} from before a no leaves after it")
        unless(meeting["case_state"] == "open", 4, f"a {sending.kind} of a case that is closed")
        stands = meeting["state"] in ("booked", "proposed")
        unless(stands, 4, f"a {sending.kind} of a meeting that is {meeting['state']}")
        if sending.kind in (Kind.CALL, Kind.CHANGE, Kind.REMINDER, Kind.NUDGE):
            unless(meeting["is_called"], 7, f"a {sending.kind} to somebody who isn't called")
            told = sending.words
            assert isinstance(told, MeetingWords)
            same = told.said.starts_at == meeting["starts_at"]
            unless(same, 7, f"a {sending.kind} with a time that isn't the meeting's any more")
            if mail.held is not None:
                starts = mail.held.starts[: len("20270301T0900")]
                unless(
                    starts == _on_the_wall(meeting["starts_at"]), 10, "a calendar has another time"
                )
        if rests:
            may_be_told(house, sending, meeting)

    def _words(self, house: House, mail: Mail) -> None:
        sending = mail.taken.sending
        about = house.rows(_IS_ABOUT, sending.case_id)
        of_a_child = sending.party != "staff" or any(row["about"] == "child" for row in about)
        found = (SECRETS if of_a_child else NAMES).search(mail.words)
        unless(found is None, 13, f"a {sending.kind} to {sending.party} says what it mustn't")

    def _object(self, house: House, sending: Sending, mail: Mail) -> None:
        about = sending.meeting_id or sending.task_id
        if mail.held is None or about is None:
            return
        came = self.outside.held[about, sending.mailbox]
        _in_order(sending, came)
        if sending.kind == Kind.CANCEL and len(came) == 1:
            (begun,) = house.rows(_BEGAN, sending.meeting_id, sending.mailbox)
            unless(begun["is_so"], 6, "a CANCEL to a mailbox that never held the meeting")


def _in_order(sending: Sending, came: list[Held]) -> None:
    newest = came[-1]
    unless(len({one.uid for one in came}) == 1, 12, f"a {newest.method} has another UID")
    highest = max(one.sequence for one in came)
    unless(newest.sequence == highest, 12, f"the SEQUENCE of a {newest.method} falls")
    for one in came[:-1]:
        again = one.taken.sending.id == sending.id
        same = (one.method, one.sequence) == (newest.method, newest.sequence)
        allowed = again or not same or _are_other_words(one, newest)
        unless(allowed, 2, f"two {newest.method} of one SEQUENCE in a mailbox")


def _are_other_words(before: Held, now: Held) -> bool:
    """Whether what it says of the same time is new: the place, where it goes, or the link, as when
    who shared the mailbox has left it."""
    same_time = (before.starts, before.ends) == (now.starts, now.ends)
    is_later = now.taken.sending.kind == Kind.CHANGE and before.stamp < now.stamp
    return is_later and same_time and _says(before) != _says(now)


def _says(held: Held) -> tuple[object, ...]:
    return held.location, held.taken.sending.address, set(LINK.findall(plain_text(held.taken)))


def _on_the_wall(moment: datetime) -> str:
    return moment.astimezone(STOCKHOLM).strftime("%Y%m%dT%H%M")
