"""A case that a fault opens for itself, so that mails are on their way at the instant it needs."""

from dataclasses import dataclass
from random import Random
from typing import Any

from tests.faults.world import World
from tests.support.smtp import Moment

Json = dict[str, Any]
_SCHOOLS = {
    "magnus-akerlund": "centralskolan",
    "eva-lindstrom": "almskolan",
    "amir-hosseini": "tallasskolan",
    "ingrid-sjodin": "norrviksskolan",
    "helena-fors": "sjoangsskolan",
}
_THERAPISTS = ("mattias-gran", "nadia-karim", "pernilla-stenberg", "erik-jonasson")


@dataclass(slots=True)
class OwnCase:
    """Of two guardians, whose mailboxes are nobody else's. `mark` stands in the family's names."""

    world: World
    id: str
    consents: list[Json]
    mailboxes: tuple[str, str]
    rektor: str
    mark: str

    @classmethod
    def open(cls, world: World, random: Random, more: Json | None = None) -> "OwnCase":
        """Nobody has signed yet. `more`: fields of the case beside or in place of the usual."""
        people = {one["code"]: one["id"] for one in world.get("people")}
        rektor = random.choice(sorted(_SCHOOLS))
        mark = f"{random.getrandbits(48):012x}"
        own = f"eget.{random.getrandbits(40):010x}"
        mailboxes = (f"{own}.1@hemma.example", f"{own}.2@hemma.example")
        body = {
            "procedure": "samverkansmote",
            "known_on": world.get("clock")["now"][:10],
            "initiator": people[rektor],
            "participants": [people[random.choice(_THERAPISTS)]],
            "child": {
                "name": f"Barnet {mark}",
                "birth_date": "2015-05-02",
                "unit": _SCHOOLS[rektor],
                "email": None,
                "protected": False,
            },
            "guardians": [
                {
                    "name": f"Vårdnadshavare {mark}",
                    "email": mailbox,
                    "language": "sv",
                    "custody": True,
                    "protected": False,
                }
                for mailbox in mailboxes
            ],
        }
        case = world.post("cases", body | (more or {}))
        world.own_cases[case["id"]] = mailboxes
        return cls(world, case["id"], case["consents"], mailboxes, rektor, mark)

    def sign(self) -> None:
        """Both guardians: a time is sought at once, and four mailboxes are called to it."""
        for consent in self.consents:
            self.world.post(f"cases/{self.id}/consents/{consent['id']}/sign", {})

    def withdraw(self) -> Json:
        """The first guardian; what the answer says."""
        return self.world.post(f"cases/{self.id}/consents/{self.consents[0]['id']}/withdraw", {})

    def show(self) -> Json:
        found: Json = self.world.get(f"cases/{self.id}")
        return found

    def concerns(self, moment: Moment) -> bool:
        """Whether a mail is to one of the family."""
        return moment.recipient.lower() in self.mailboxes

    def messages(self) -> list[Json]:
        """As the database has them; ids as text."""
        return self.world.rows(
            "SELECT id::text, kind, mailbox, state, reason, began, doubts, attempts, message_id"
            " FROM notifier.messages WHERE case_id = %s ORDER BY created_at, id",
            self.id,
        )

    def in_content(self) -> set[str]:
        """The messages that rest on the family's consent and whose content is leaving just now."""
        rows = self.world.rows(
            "SELECT id::text FROM notifier.messages"
            " WHERE case_id = %s AND state = 'data' AND ground <> 'duty' AND kind <> 'cancel'",
            self.id,
        )
        return {row["id"] for row in rows}

    def every_call_was_accepted(self) -> list[str]:
        """What is wrong with the four calls, once all is at rest; and the case is closed."""
        states = [one["state"] for one in self.messages() if one["kind"] == "call"]
        self.end()
        if states != ["accepted"] * 4:
            return [f"the four calls of the own case ended as {sorted(states)}"]
        return []

    def end(self) -> None:
        """Close it, so that nobody is kept from other meetings by it."""
        self.world.ask("POST", f"cases/{self.id}/close", {"outcome": "declined"})


def after_missed(fault: object) -> list[str]:
    """The instant that it waits for didn't come. If that is so since mail was lost, it is said: all
    that an own case has been told to do has happened."""
    own = getattr(fault, "own", None)
    return own.every_call_was_accepted() if isinstance(own, OwnCase) else []
