"""What the lists of the pages about meetings offer to choose from: values and words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.cases.domain.refused import Words
from services.cases.handlers.reading import Row
from services.cases.web.staff.booking_shown import Booking, Person
from services.cases.web.staff.meeting_shown import Attendee, MeetingShown
from services.cases.web.staff.words import Speech

Choices = list[tuple[object, str]]


class MeetingChoices:
    """In one language."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech

    def in_templates(self) -> dict[str, Any]:
        return {
            "steps_of": self.steps_of, "lengths_of": self.lengths_of, "people_of": self.people_of,
            "said_of": self.said_of, "staff_of": self.staff_of,
        }  # fmt: skip

    def steps_of(self, booking: Booking) -> Choices:
        return [(one.name, self._speech.title(one)) for one in booking.steps]

    def lengths_of(self, lengths: Iterable[int], own: int) -> Choices:
        """In minutes, with the length it has."""
        pick = self._speech.pick
        return [(one, pick("{n} minuter", "{n} minutes", n=one)) for one in sorted({*lengths, own})]

    def people_of(self, them: Booking | MeetingShown) -> Choices:
        """Those on the case, or those who are called, each with what they take part as."""
        people: Sequence[Person | Attendee]
        people = them.people if isinstance(them, Booking) else them.attendees
        return [
            (one.id if isinstance(one, Person) else one.person, self._named(one)) for one in people
        ]

    def said_of(self, codes: Mapping[str, Words | tuple[str, Words]]) -> Choices:
        """What can be said, but for having said nothing."""
        return [
            (code, self._speech.say(words[1] if isinstance(words, tuple) else words))
            for code, words in codes.items()
            if code != "needs-action"
        ]

    def staff_of(self, staff: Iterable[Row]) -> Choices:
        return [(one["id"], one["name"]) for one in staff]

    def _named(self, one: Person | Attendee) -> str:
        return ", ".join(filter(None, (one.name, self._speech.say(one.function))))
