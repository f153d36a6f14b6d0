"""What goes and what stays: holds, refusals, and the account of what went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.cases.domain.refused import Refused, Words

Because = Literal["disclosure", "supervision", "legal", "other"]
HELD_BECAUSE: Mapping[Because, Words] = {
    "disclosure": Words("begäran om utlämnande", "a request for disclosure"),
    "supervision": Words("tillsyn", "supervision"),
    "legal": Words("rättsprocess", "legal proceedings"),
    "other": Words("annat skäl", "another reason"),
}
# What the plan can name, by its key there.
CALLED: Mapping[str, Words] = {
    "cases": Words("avslutade ärenden", "closed cases"),
    "consultations": Words("konsultationer", "consultations"),
    "report_meetings": Words("möten efter anmälan", "meetings after a report"),
    "years": Words("årets möten", "the year's meetings"),
    "parent_meetings": Words("föräldramöten", "parent meetings"),
    "inquiries": Words("besvarade förfrågningar", "answered inquiries"),
    "reports": Words("anmälningar", "reports of concern"),
    "evaluations": Words("utvärderingar", "evaluations"),
    "dispatches": Words("utskick och bekräftelser", "dispatches and confirmations"),
    "duties": Words("årets uppgifter", "the year's duties"),
    "mail": Words("mejl utan ärende", "mail of no case"),
    "inbound": Words("inkommen post utan ärende", "received mail of no case"),
    "events": Words("händelser utan ärende", "events of no case"),
    "audit": Words("logg över vad som gjorts, utan ärende", "log of what was done, of no case"),
    "access_log": Words("logg över vem som har sett vad", "log of who has seen what"),
}
By = Literal["plan", "hand", "again"]
# What may name the id of a case that has gone: who looked, for its own term, and that it went.
STAYS = frozenset({"cases.access_log", "cases.audit"})


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing of a case, or of a person, goes until it is lifted. `reference`: of a case."""

    id: UUID
    because: Because
    placed_at: datetime
    placed_by: str
    reference: str | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """That something has gone, as the list outside the database keeps it: ids alone.

    `packed`: with a package for the archive."""

    what: Literal["case", "person"]
    id: UUID
    at: datetime
    by: By
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line of that list which says nothing: what it named is unknown. The first one is 1."""

    line: int


@dataclass(frozen=True, slots=True)
class Account:
    """What went, by table; and what must stand nowhere any more."""

    gone: Mapping[str, int]
    ids: frozenset[UUID] = frozenset()


class StaysFor(Refused):
    """Something may not go now."""

    title = Words("Kan inte raderas", "Can't be erased")


class StillOpen(StaysFor):
    code = "still-open"
    detail = Words(
        "Ärendet är öppet, eller personen är med i ett öppet ärende. Avsluta ärendet först.",
        "The case is open, or the person is on an open case. Close the case first.",
    )


class IsHeld(StaysFor):
    code = "is-held"
    detail = Words(
        "Det hålls kvar. Se varför: samspel hold list. Häv det först: samspel hold lift.",
        "It is held. See why: samspel hold list. Lift it first: samspel hold lift.",
    )


class UnderWay(StaysFor):
    code = "under-way"
    detail = Words(
        "Post eller händelser är fortfarande på väg. Försök igen om en stund; se läget på sidan"
        " Drift.",
        "Mail or events are still under way. Try again in a while; see how it stands on the page"
        " Operations.",
    )


class HasPost(StaysFor):
    code = "has-post"
    detail = Words(
        "Personen har en tjänst. Avsluta tjänsten i personalregistret först.",
        "The person has a post. End it in the register first.",
    )


class GoesWithCase(StaysFor):
    code = "goes-with-case"
    detail = Words(
        "Ett barns uppgifter raderas med ärendet: samspel erase case.",
        "A child's data go with the case: samspel erase case.",
    )


class CameAfter(StaysFor):
    """For what is on the list of what had gone."""

    code = "came-after"
    detail = Words(
        "Något av det har öppnats, avslutats eller tillkommit efter att det raderades. Se efter vad"
        " det är. Ska det bort, radera det för hand: samspel erase case, samspel erase person.",
        "Something of it was opened, closed or added after it had been erased. See what it is. If"
        " it is to go, erase it by hand: samspel erase case, samspel erase person.",
    )


class NotDue(StaysFor):
    code = "not-due"
    detail = Words(
        "Tiden i gallringsplanen har inte gått ut: det har avslutats på nytt. Det raderas när den"
        " har gått ut.",
        "The term in the plan isn't over: it has been closed anew. It is erased when the term is"
        " over.",
    )


class NoArchive(StaysFor):
    code = "no-archive"
    detail = Words(
        "Ingen mapp är angiven för arkivet. Ange SAMSPEL_ARCHIVE; utan den raderas inget.",
        "There is no folder for the archive. Set SAMSPEL_ARCHIVE; without it nothing is erased.",
    )


class LeftBehind(StaysFor):
    """A fault of Samspel's: it has gone, but not from everywhere."""

    code = "left-behind"
    detail = Words(
        "Det är raderat, men något av det står kvar i {places}. Anmäl felet.",
        "It has been erased, but something of it is left in {places}. Report the fault.",
    )
