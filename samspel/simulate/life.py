"""A municipality as it lives: what is known of it by those who act in it, and what they may do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from samspel.simulate.calls import Answer, Json
from samspel.simulate.house import House
from samspel.simulate.invariants import unless
from samspel.simulate.municipality import HOLDERS, code_of
from samspel.simulate.replies import Held
from samspel.simulate.script import Step
from samspel.simulate.sent import Watch
from services.notifier.domain.arriving import Arrival
from services.notifier.domain.messages import Sending
from shared.domain.days import local_date
from shared.ids import staff_id

_BROKEN = 500
_HOLDER = """
    SELECT person_id FROM cases.holders WHERE post = %s AND first_day <= %s
      AND (last_day IS NULL OR last_day >= %s) ORDER BY first_day DESC, person_id LIMIT 1
"""
# What a refused call may not have touched: the whole of it, row by row.
_TOUCHED = (
    "cases", "participants", "people", "consents", "meetings", "attendance", "tasks",
    "holders", "reports", "dispatches", "evaluations",
)  # fmt: skip
_SUMS = [
    f"(SELECT sum(hashtextextended(t::text, 0)) FROM cases.{one} t) AS {one}"  # noqa: S608
    for one in _TOUCHED
]
_TRACES = ", ".join([
    "SELECT (SELECT coalesce(max(id), 0) FROM bus.events) AS events",
    "(SELECT coalesce(max(id), 0) FROM cases.audit) AS audit",
    *_SUMS,
])  # fmt: skip
# Of what there is at most one more after a call that makes it, however often it had to be made.
_MADE_BY = {
    "cases": "cases", "meetings": "meetings", "consultations": "meetings", "consents": "consents",
    "reports": "reports", "report": "reports", "dispatches": "dispatches",
}  # fmt: skip
_SIGNED = "SELECT id FROM cases.consents WHERE case_id = %s AND state = 'signed' ORDER BY turn, id"
_COMING = "SELECT step FROM cases.meetings WHERE id = %s AND state = 'booked' AND starts_at > %s"
_LOG = "SELECT count(*) AS n FROM cases.access_log"
# X10, P8: on it, for an organisation in which they have a post, and which everybody who decides has
# named; or in which it is known anyway. Who coordinates is asked mildly: they may see it earlier.
_IS_ON_IT = """
    SELECT EXISTS (
      SELECT FROM cases.cases c
      JOIN cases.participants p ON p.case_id = c.id AND p.removed_at IS NULL AND p.party = 'staff'
      JOIN cases.holders h ON h.person_id = p.person_id AND h.first_day <= %(today)s
                          AND (h.last_day IS NULL OR h.last_day >= %(today)s)
      JOIN cases.posts post ON post.code = h.post
      JOIN cases.units u ON u.code = post.unit AND u.organisation = p.organisation
      WHERE c.id = %(case)s AND p.person_id = %(who)s
        AND (c.about <> 'child' OR p.person_id = c.coordinator
             OR EXISTS (SELECT FROM cases.participants own
                        WHERE own.case_id = c.id AND own.removed_at IS NULL
                          AND own.organisation = p.organisation
                          AND own.person_id IN (c.initiator, c.process_owner))
             OR NOT EXISTS (
                  SELECT FROM cases.participants who JOIN cases.people child ON child.id = c.child
                  WHERE who.case_id = c.id AND who.removed_at IS NULL
                    AND CASE WHEN child.birth_date + interval '18 years' <= %(today)s
                        THEN who.party = 'child' ELSE who.party = 'guardian' AND who.custody END
                    AND NOT EXISTS (
                      SELECT FROM cases.consents one
                      WHERE one.case_id = c.id AND one.person_id = who.person_id
                        AND one.state = 'signed' AND one.withdrawn_on IS NULL
                        AND (one.valid_until IS NULL OR one.valid_until >= %(today)s)
                        AND p.organisation = ANY(one.organisations))))) AS is_so
"""
# Of the staff, who is on it for the organisation that opened or leads it, and still works there.
_IS_THEIRS = """
    SELECT EXISTS (
      SELECT FROM cases.cases c
      JOIN cases.participants p ON p.case_id = c.id AND p.removed_at IS NULL AND p.party = 'staff'
      JOIN cases.participants own ON own.case_id = c.id AND own.removed_at IS NULL
                                 AND own.organisation = p.organisation
                                 AND own.person_id IN (c.initiator, c.process_owner)
      JOIN cases.holders h ON h.person_id = p.person_id AND h.first_day <= %(today)s
                          AND (h.last_day IS NULL OR h.last_day >= %(today)s)
      JOIN cases.posts post ON post.code = h.post
      JOIN cases.units u ON u.code = post.unit AND u.organisation = p.organisation
      WHERE c.id = %(case)s AND c.about = 'child' AND p.person_id = %(who)s) AS is_so
"""


@dataclass(slots=True)
class Life:
    """`cases` by their number in the script. `told`: what was done, and how it was answered."""

    house: House
    watch: Watch
    cases: dict[int, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    turn: int = 0

    def acting(self, post: str) -> str:
        """Whoever has the post today, or had it first."""
        today = local_date(self.house.now())
        rows = self.house.rows(_HOLDER, post, today, today)
        return str(rows[0]["person_id"] if rows else staff_id(code_of(HOLDERS[post])))

    def of_case(self, query: str, step: Step) -> list[Json]:
        """Rows about the step's case; none if it isn't open yet."""
        case = self.cases.get(step.case)
        return [] if case is None else self.house.rows(query, case)

    def one(self, rows: Sequence[Json], step: Step) -> Json | None:
        return rows[step.pick % len(rows)] if rows else None

    def about(self, step: Step, path: str, body: Json | None = None) -> Answer | None:
        """A call about the step's case."""
        case = self.cases.get(step.case)
        return None if case is None else self.call(f"cases/{case}/{path}", body)

    def call(self, path: str, body: Json | None = None) -> Answer:
        """A call by the calling system. Invariant 15: refused, it has changed nothing; done, it is
        done once, even if it was made again."""
        made = _MADE_BY.get(path.rpartition("/")[2])
        before, there = self.house.rows(_TRACES), self._count(made)
        answer = self.heard(self.house.post_call(path, body))
        if not answer.is_success:
            unless(
                self.house.rows(_TRACES) == before, 15, f"{answer.status}, and something changed"
            )
        elif made is not None:
            more = self._count(made) - there
            unless(more <= 1, 15, f"one call, and {more} more {made}")
        return answer

    def _count(self, made: str | None) -> int:
        if made is None:
            return 0
        (row,) = self.house.rows(f"SELECT count(*) AS n FROM cases.{made}")  # noqa: S608
        return int(row["n"])

    def heard(self, answer: Answer) -> Answer:
        unless(answer.status < _BROKEN, 15, f"a call broke with {answer.status}")
        self.answers[answer.status] += 1
        return answer

    def look(self, path: str, who: str) -> Answer:
        """A read by a person. Invariant 17."""
        (before,) = self.house.rows(_LOG)
        answer = self.heard(self.house.get(path, Samspel_Acting_As=who))
        (after,) = self.house.rows(_LOG)
        if answer.is_success:
            unless(after["n"] > before["n"], 17, "somebody read a case, and no log says so")
            unless(self._is(_IS_ON_IT, path, who), 17, "somebody read a case that they aren't on")
        else:
            kept = self._is(_IS_THEIRS, path, who)
            unless(not kept, 17, "somebody was kept from a case that they are on")
        return answer

    def _is(self, query: str, path: str, who: str) -> bool:
        """Somebody's part in a case today."""
        values: Json = {"who": UUID(who), "case": UUID(path.rpartition("/")[2])}
        values["today"] = local_date(self.house.now())
        (found,) = self.house.looking.execute(query.encode(), values).fetchall()
        return bool(found["is_so"])

    def meanwhile(self, what: str, sending: Sending) -> None:
        """A no, another address, or another time, at the last moment before a mail would leave."""
        case, person = sending.case_id, sending.person_id
        if case is None or sending.party == "staff":
            return
        if what == "shifted-before-354":
            self._shift(case, sending)
            return
        if what == "moved-before-354":
            self.call(
                f"cases/{case}/people/{person}", {"email": f"flyttat{self.turn}@hemma.example"}
            )
            self.turn += 1
            return
        for row in self.house.rows(_SIGNED, case):
            if self.call(f"cases/{case}/consents/{row['id']}/withdraw").is_success:
                self.said_no(str(case))
                return

    def _shift(self, case: UUID, sending: Sending) -> None:
        """The meeting that the mail is about gets another time, if there is one."""
        for row in self.house.rows(_COMING, sending.meeting_id, self.house.now()):
            found = self.heard(self.house.get(f"cases/{case}/slots?step={row['step']}&limit=9"))
            for slot in found.body[-1:] if found.is_success else ():
                self.call(f"meetings/{sending.meeting_id}/move", {"starts_at": slot["starts_at"]})

    def said_no(self, case: str) -> None:
        """What was written before this rests on what is no more."""
        about = UUID(case)
        rows = self.house.rows("SELECT id FROM notifier.messages WHERE case_id = %s", about)
        self.watch.noes[about] = frozenset(row["id"] for row in rows)

    def last_invitations(self, step: Step) -> list[Held]:
        """What the mailboxes hold of the case's meetings, in the order of its coming."""
        case = self.cases.get(step.case)
        found = (came[-1] for came in self.watch.outside.held.values() if came)
        return [
            one for one in found
            if str(one.taken.sending.case_id) == case and one.method == "REQUEST"
        ]  # fmt: skip

    def bring(self, arrivals: Sequence[Arrival]) -> None:
        """Mail that comes in."""
        if arrivals:
            self.house.take_in(arrivals)

    def tell(self, *words: Any) -> None:
        self.told.append(" ".join(map(str, words)))
