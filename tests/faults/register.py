"""The register as it stands once all is at rest, read past the services: what mails are held
against in place of what their own rows say of themselves. Ids are text, mailboxes lower case."""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.faults.families import Json
from tests.faults.world import World

_TABLES = {
    "people": """
        SELECT id::text, party, lower(email) AS email, protected, no_mail,
               lower(dead_email) AS dead_email FROM cases.people""",
    "cases": """
        SELECT id::text, state, about, process_owner::text AS owner, procedure, known_on, opened_at
        FROM cases.cases""",
    "participants": """
        SELECT case_id::text, person_id::text, party, organisation FROM cases.participants""",
    "consents": """
        SELECT case_id::text, organisations, state, signed_on FROM cases.consents""",
    "meetings": """
        SELECT id::text, case_id::text, step, state, sequence, starts_at, changed_at,
               proposal IS NULL AS by_hand FROM cases.meetings""",
    "attendance": """
        SELECT meeting_id::text, person_id::text, answer, answered_at, removed, link::text
        FROM cases.attendance""",
    "tasks": """
        SELECT id::text, case_id::text, owner::text, about::text, meeting_id::text, state, due_on,
               created_at FROM cases.tasks""",
    "invitations": "SELECT meeting_id::text, mailbox, token FROM notifier.invitations",
    "bosses": """
        SELECT DISTINCT h.person_id::text AS person, boss.person_id::text AS manager
        FROM cases.holders h JOIN cases.posts p ON p.code = h.post
        JOIN cases.holders boss ON boss.post = p.reports_to""",
    "calls": """
        SELECT case_id::text, action, count(*) AS n FROM cases.audit
        WHERE actor = 'api' AND case_id IS NOT NULL
          AND coalesce(details ->> 'because', 'by-hand') = 'by-hand'
        GROUP BY case_id, action""",
    "missed": "SELECT key, useful_until FROM scheduler.due WHERE state = 'missed'",
    "clock": "SELECT clock.read() AS now",
}
Rows = list[Json]


@dataclass(slots=True)
class Register:
    """`links`: of whom a personal link is, also those of earlier looks. `addresses`: whose a
    mailbox is or was, as the load knows it."""

    people: Rows
    cases: Rows
    participants: Rows
    consents: Rows
    meetings: Rows
    attendance: Rows
    tasks: Rows
    invitations: Rows
    bosses: Rows
    calls: Rows
    missed: Rows
    clock: Rows
    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(
        cls, world: World, links: dict[str, tuple[str, str]], addresses: dict[str, str]
    ) -> "Register":
        tables: dict[str, Any] = {name: world.rows(query) for name, query in _TABLES.items()}
        links |= {
            one["link"]: (one["meeting_id"], one["person_id"]) for one in tables["attendance"]
        }
        return cls(**tables, links=links, addresses=addresses)

    @property
    def now(self) -> datetime:
        now: datetime = self.clock[0]["now"]
        return now

    def person(self, ident: str) -> Json:
        return next((one for one in self.people if one["id"] == ident), {})

    def case(self, ident: str) -> Json:
        return next((one for one in self.cases if one["id"] == ident), {})

    def meeting(self, ident: str) -> Json:
        return next((one for one in self.meetings if one["id"] == ident), {})

    def task(self, ident: str) -> Json:
        return next((one for one in self.tasks if one["id"] == ident), {})

    def owners(self, mailbox: str) -> set[str]:
        """Who has the mailbox, or had it: no family of the load gets one that another has had."""
        known = {one["id"] for one in self.people if one["email"] == mailbox}
        return known | ({self.addresses[mailbox]} if mailbox in self.addresses else set())

    def may_be_mailed(self, person: str) -> bool:
        who = self.person(person)
        shut = who["no_mail"] or who["dead_email"] == who["email"] or not who["email"]
        return not shut and (who["party"] == "staff" or who["protected"] is False)

    def takes_part(self, case: str, person: str) -> Json:
        found = (one for one in self.participants if one["case_id"] == case)
        return next((one for one in found if one["person_id"] == person), {})

    def answers_for(self, message: Json) -> set[str]:
        """Who may hear of it: those on the case, its owner, whose a task is; of what is late, also
        their managers."""
        case, task = str(message["case_id"]), self.task(str(message["task_id"]))
        heard = {one["person_id"] for one in self.participants if one["case_id"] == case}
        heard |= {one["owner"] for one in self.tasks if one["case_id"] == case}
        heard |= {self.case(case).get("owner"), task.get("owner")} - {None}
        if message["kind"] in ("alert", "task"):
            heard |= self.managers(heard)
        return heard

    def managers(self, people: set[str]) -> set[str]:
        return {one["manager"] for one in self.bosses if one["person"] in people}

    def covered(self, case: str) -> set[str]:
        """The organisations that all who have signed have named."""
        named = [
            set(one["organisations"])
            for one in self.consents
            if one["case_id"] == case and one["signed_on"] is not None
        ]
        return set.intersection(*named) if named else set()


def rests_on_consent(message: Json, register: Register) -> bool:
    """Every step of the load's procedures asks for consent, and every mail about a child's meeting
    rests on it, but for the one that takes the meeting back."""
    about_meeting = message["meeting_id"] is not None and message["kind"] != "cancel"
    return about_meeting and register.case(str(message["case_id"])).get("about") == "child"


def of_link(link: str) -> str:
    """The id in a personal link; the seal isn't looked at."""
    word = link.rpartition("/")[2].upper()
    octets = base64.b32decode(word + "=" * (-len(word) % 8))[:16].hex()
    return "-".join((octets[:8], octets[8:12], octets[12:16], octets[16:20], octets[20:]))
