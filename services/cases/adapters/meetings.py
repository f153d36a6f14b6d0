"""Meetings, who is called to them, and whom they take in SQL."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.booking import Wanted
from services.cases.domain.booking_refusals import DoubleBooked
from services.cases.handlers.meeting_ports import Answered
from shared.domain.days import STOCKHOLM
from shared.domain.facts import Meeting

_ADD = """
    INSERT INTO cases.meetings (id, case_id, step, starts_at, ends_at, local_start, place, state,
                                proposal, created_at, changed_at)
    VALUES (%(id)s, %(case)s, %(step)s, %(starts_at)s, %(ends_at)s, %(local_start)s, %(place)s,
            %(state)s, %(proposal)s, %(now)s, %(now)s)
"""
_BOOK = """
    UPDATE cases.meetings
    SET starts_at = %(starts_at)s, ends_at = %(ends_at)s, local_start = %(local_start)s,
        place = %(place)s, state = 'booked', changed_at = %(now)s
    WHERE id = %(id)s
"""
_MOVE = """
    UPDATE cases.meetings
    SET starts_at = %(starts_at)s, ends_at = %(ends_at)s, local_start = %(local_start)s,
        place = %(place)s, sequence = sequence + 1, changed_at = %(now)s
    WHERE id = %(id)s
    RETURNING sequence, state
"""
_STAND_FOR = """
    UPDATE cases.meetings
    SET starts_at = %(starts_at)s, ends_at = %(ends_at)s, local_start = %(local_start)s,
        changed_at = %(now)s
    WHERE id = %(id)s
"""
_CANCEL = """
    UPDATE cases.meetings
    SET state = 'cancelled', cancelled_because = %s, sequence = sequence + 1
    WHERE id = %s
    RETURNING sequence
"""
# Everybody who is called now is asked (anew); who isn't called any more is removed.
_CALL = """
    INSERT INTO cases.attendance (meeting_id, person_id)
    SELECT %(meeting)s, person FROM unnest(%(people)s::uuid[]) AS person
    ON CONFLICT (meeting_id, person_id) DO UPDATE
    SET answer = 'needs-action', answered_at = NULL, removed = false
"""
_UNCALL_OTHERS = """
    UPDATE cases.attendance SET removed = true
    WHERE meeting_id = %(meeting)s AND person_id <> ALL (%(people)s::uuid[])
"""
# In the order of the people's ids, so that two bookings that meet wait and don't deadlock. Who is
# taken already isn't among those that come back.
_ENGAGE = """
    INSERT INTO cases.engagements (meeting_id, person_id, during)
    SELECT %(meeting)s, person, tstzrange(%(starts_at)s, %(ends_at)s)
    FROM unnest(%(people)s::uuid[]) AS person ORDER BY person
    ON CONFLICT DO NOTHING RETURNING person_id
"""
# R21: of a year's meeting its callers alone; all others are told weeks ahead, and answer for
# themselves.
_MUST_BE_FREE = """
    SELECT c.about <> 'year' AS everybody, ARRAY[c.process_owner, c.coordinator] AS callers
    FROM cases.meetings m JOIN cases.cases c ON c.id = m.case_id WHERE m.id = %s
"""
_CALLERS_RULE = "R21"
_HOLD = """
    UPDATE cases.meetings
    SET state = 'held', secretary = COALESCE(secretary, %(by)s),
        consent_reviewed = COALESCE(consent_reviewed, %(reviewed)s),
        outcome = COALESCE(outcome, %(outcome)s)
    WHERE id = %(id)s
      AND (state <> 'held'
           OR secretary IS NULL AND %(by)s::uuid IS NOT NULL
           OR consent_reviewed IS NULL AND %(reviewed)s::boolean IS NOT NULL
           OR outcome IS NULL AND %(outcome)s::text IS NOT NULL)
"""
_ANSWERS = """
    SELECT meeting_id, person_id, answer, answered_at FROM cases.attendance
    WHERE meeting_id = ANY (%s) AND NOT removed
"""
_ANSWER = """
    UPDATE cases.attendance SET answer = %s, answered_at = %s
    WHERE meeting_id = %s AND person_id = %s AND NOT removed
      AND (answered_at IS NULL OR answered_at < %s)
"""


class SqlMeetings:
    """Meetings as of `now`, in one transaction; what takes people does so in a savepoint."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add(
        self,
        case_id: UUID,
        wanted: Wanted,
        called: Collection[UUID],
        *,
        state: str,
        place: str | None,
        proposal: str | None,
    ) -> UUID:
        """A new meeting; raises DoubleBooked, with nothing changed, if somebody is taken."""
        meeting = uuid4()
        row = self._row(meeting, wanted, place)
        row |= {"case": case_id, "step": wanted.step, "state": state, "proposal": proposal}
        with self._connection.transaction():
            self._connection.execute(_ADD, row)
            self._call(meeting, called)
            if state == "booked":
                self._engage(meeting, called, wanted.starts_at, wanted.ends_at)
        return meeting

    def book(self, wanted: Wanted, called: Collection[UUID], place: str | None) -> None:
        """What was proposed is booked, at the wanted time. Raises DoubleBooked."""
        assert wanted.meeting is not None
        with self._connection.transaction():
            self._connection.execute(_BOOK, self._row(wanted.meeting, wanted, place))
            self._call(wanted.meeting, called)
            self._engage(wanted.meeting, called, wanted.starts_at, wanted.ends_at)

    def move(self, wanted: Wanted, called: Collection[UUID], place: str | None) -> int:
        """The new SEQUENCE; all answers are asked for anew. Raises DoubleBooked."""
        assert wanted.meeting is not None
        with self._connection.transaction():
            moved = self._connection.execute(
                _MOVE, self._row(wanted.meeting, wanted, place)
            ).fetchone()
            assert moved is not None
            self._call(wanted.meeting, called)
            self._release(wanted.meeting)
            if moved["state"] == "booked":
                self._engage(wanted.meeting, called, wanted.starts_at, wanted.ends_at)
        sequence: int = moved["sequence"]
        return sequence

    def stand_for(self, wanted: Wanted) -> None:
        """A proposal stands for another of its times: nobody is asked anew."""
        assert wanted.meeting is not None
        self._connection.execute(_STAND_FOR, self._row(wanted.meeting, wanted, None))

    def cancel(self, meeting_id: UUID, because: str) -> int:
        """The new SEQUENCE; nobody is taken by the meeting any more."""
        row = self._connection.execute(_CANCEL, [because, meeting_id]).fetchone()
        assert row is not None
        self._release(meeting_id)
        sequence: int = row["sequence"]
        return sequence

    def remind(self, meeting_id: UUID, today: date) -> bool:
        """False if somebody has asked for it on this day."""
        noted = self._connection.execute(
            "UPDATE cases.meetings SET reminded_on = %(today)s"
            " WHERE id = %(id)s AND reminded_on IS DISTINCT FROM %(today)s",
            {"id": meeting_id, "today": today},
        )
        return noted.rowcount == 1

    def note_called(self, meeting_id: UUID) -> None:
        """Everybody has been called to it: what becomes of it is told at once."""
        self._connection.execute(
            "UPDATE cases.meetings SET called = true WHERE id = %s", [meeting_id]
        )

    def leave_out(self, meeting_id: UUID, people: Collection[UUID]) -> None:
        """These people of the case aren't called to it on purpose."""
        self._connection.execute(
            "UPDATE cases.meetings SET left_out = %s WHERE id = %s", [sorted(people), meeting_id]
        )

    def hold(
        self,
        meeting_id: UUID,
        secretary: UUID | None,
        *,
        reviewed: bool | None,
        outcome: str | None,
    ) -> bool:
        """Whether that said anything new: what has been said stays as it was said."""
        said = {"id": meeting_id, "by": secretary, "reviewed": reviewed, "outcome": outcome}
        return self._connection.execute(_HOLD, said).rowcount > 0

    def note_present(self, meeting_id: UUID, present: Collection[UUID]) -> None:
        self._connection.execute(
            "UPDATE cases.attendance SET present = person_id = ANY(%s)"
            " WHERE meeting_id = %s AND NOT removed AND present IS NULL",
            [list(present), meeting_id],
        )

    def file_minutes(self, meeting_id: UUID, reference: str | None) -> None:
        self._connection.execute(
            "UPDATE cases.meetings SET minutes_filed_at = COALESCE(minutes_filed_at, %s),"
            " minutes_reference = COALESCE(%s, minutes_reference) WHERE id = %s",
            [self._now, reference, meeting_id],
        )

    def file_plan(self, meeting_id: UUID, reference: str | None) -> None:
        self._connection.execute(
            "UPDATE cases.meetings SET plan_filed_at = COALESCE(plan_filed_at, %s),"
            " plan_reference = COALESCE(%s, plan_reference) WHERE id = %s",
            [self._now, reference, meeting_id],
        )

    def call(self, meeting: Meeting, person: UUID) -> None:
        """One more to a meeting that stands. Raises DoubleBooked, but for a year's."""
        with self._connection.transaction():
            self._connection.execute(_CALL, {"meeting": meeting.id, "people": [person]})
            if meeting.state == "booked":
                self._engage(meeting.id, [person], meeting.starts_at, meeting.ends_at, joining=True)

    def uncall(self, meeting_id: UUID, person: UUID) -> None:
        self._connection.execute(
            "UPDATE cases.attendance SET removed = true WHERE meeting_id = %s AND person_id = %s",
            [meeting_id, person],
        )
        self._connection.execute(
            "DELETE FROM cases.engagements WHERE meeting_id = %s AND person_id = %s",
            [meeting_id, person],
        )

    def place(self, meeting_id: UUID) -> str | None:
        row = self._connection.execute(
            "SELECT place FROM cases.meetings WHERE id = %s", [meeting_id]
        ).fetchone()
        return row["place"] if row else None

    def by_proposal(self, proposal: str) -> UUID | None:
        row = self._connection.execute(
            "SELECT id FROM cases.meetings WHERE proposal = %s", [proposal]
        ).fetchone()
        return row["id"] if row else None

    def answer(self, meeting_id: UUID, person: UUID, answer: str, at: datetime) -> bool:
        """Whether the answer counts: somebody who is called, and newer than what stands."""
        updated = self._connection.execute(_ANSWER, [answer, at, meeting_id, person, at])
        return updated.rowcount > 0

    def answers(self, meeting_id: UUID) -> dict[UUID, Answered]:
        """What everybody has said who is called now."""
        return self.answers_to([meeting_id])[meeting_id]

    def answers_to(self, meetings: Collection[UUID]) -> dict[UUID, dict[UUID, Answered]]:
        """The same of each of these."""
        found: dict[UUID, dict[UUID, Answered]] = {one: {} for one in meetings}
        rows = self._connection.execute(_ANSWERS, [list(meetings)]) if meetings else ()
        for row in rows:
            said = Answered(row["answer"], row["answered_at"])
            found[row["meeting_id"]][row["person_id"]] = said
        return found

    def _call(self, meeting: UUID, people: Iterable[UUID]) -> None:
        called = {"meeting": meeting, "people": list(people)}
        self._connection.execute(_CALL, called)
        self._connection.execute(_UNCALL_OTHERS, called)

    def _engage(
        self,
        meeting: UUID,
        people: Iterable[UUID],
        starts_at: datetime,
        ends_at: datetime,
        *,
        joining: bool = False,
    ) -> None:
        """The exclusion constraint says who is free; `joining`: to a meeting that has its time."""
        called = set(people)
        values = {
            "meeting": meeting, "people": list(called), "starts_at": starts_at, "ends_at": ends_at,
        }  # fmt: skip
        engaged = {row["person_id"] for row in self._connection.execute(_ENGAGE, values)}
        if taken := called - engaged:
            self._check_may_be_taken(meeting, taken, joining=joining)

    def _check_may_be_taken(self, meeting: UUID, people: set[UUID], *, joining: bool) -> None:
        row = self._connection.execute(_MUST_BE_FREE, [meeting]).fetchone()
        assert row is not None
        if row["everybody"]:
            raise DoubleBooked
        if not joining and not people.isdisjoint(row["callers"]):
            raise DoubleBooked(rule=_CALLERS_RULE)

    def _release(self, meeting_id: UUID) -> None:
        self._connection.execute(
            "DELETE FROM cases.engagements WHERE meeting_id = %s", [meeting_id]
        )

    def _row(self, meeting: UUID, wanted: Wanted, place: str | None) -> dict[str, object]:
        return {
            "id": meeting,
            "starts_at": wanted.starts_at,
            "ends_at": wanted.ends_at,
            "local_start": wanted.starts_at.astimezone(STOCKHOLM).replace(tzinfo=None),
            "place": place,
            "now": self._now,
        }
