"""Why a free time stands where it does among the others: in words, in the order that ranks."""

from dataclasses import dataclass

from services.cases.domain.refused import Words
from shared.domain.days import STOCKHOLM
from shared.domain.hours import OfficeHours
from shared.domain.slots import Slot

_ALL_FREE = Words("Alla som kallas är lediga", "Everybody called is free")
_ALL_FREE_HERE = Words(
    "Inget annat är bokat i Samspel, men alla kalendrar är inte lästa",
    "Nothing else is booked in Samspel, but not every calendar has been read",
)
_IN_TIME = Words("Alla hinner kallas i god tid", "Everybody can be called in good time")
_SHORT = Words("Kort varsel", "Short notice")
_BREAK = Words("På lovet", "In the school break")
_KIND = Words(
    "Mitt på dagen, lättast för familjen", "In the middle of the day, easiest for families"
)
_OUTER = Words("Tidigt eller sent på dagen", "Early or late in the day")


@dataclass(frozen=True, slots=True)
class Offered:
    """A free time as it is ranked: `short_notice` is sooner than anybody is called unasked."""

    slot: Slot
    short_notice: bool
    calendars_known: bool


def reasons(one: Offered, hours: OfficeHours) -> tuple[Words, ...]:
    """What speaks for and against a time: what ranks most comes first."""
    return (
        _SHORT if one.short_notice else _IN_TIME,
        *((_BREAK,) if one.slot.in_break else ()),
        _KIND if is_kind(one.slot, hours) else _OUTER,
        _ALL_FREE if one.calendars_known else _ALL_FREE_HERE,
    )


def is_kind(slot: Slot, hours: OfficeHours) -> bool:
    """Whether it lies within the hours that are kind to families."""
    starts, ends = (one.astimezone(STOCKHOLM).time() for one in (slot.starts_at, slot.ends_at))
    return hours.kind_from <= starts and ends <= hours.kind_until
