"""What a meeting refuses in the state it is in (R10, R13, R15)."""

from services.cases.domain.refused import Refused, Words


class NotBooked(Refused):
    """What is cancelled or held is not changed any more."""

    code = "not-booked"
    title = Words("Mötet kan inte ändras", "The meeting cannot be changed")
    detail = Words(
        "Mötet är {state}. Boka ett nytt om det behövs.",
        "The meeting is {state}. Book a new one if needed.",
    )


class HasBegun(Refused):
    code = "has-begun"
    title = Words("Mötet har redan börjat", "The meeting has already begun")
    detail = Words(
        "Mötet började {day} kl. {time}. Det går inte att påminna om det.",
        "The meeting began on {day} at {time}. Nobody can be reminded of it.",
    )


class NotYetCalled(Refused):
    """Who hasn't been called can't be reminded (R20)."""

    code = "not-yet-called"
    rule = "R20"
    title = Words("Kallelsen är inte skickad än", "Nobody is called yet")
    detail = Words(
        "Alla kallas {day}. Det går att påminna om mötet när kallelsen är skickad.",
        "Everybody is called on {day}. You can send a reminder of the meeting once they are.",
    )


class RemindedToday(Refused):
    """Nobody is pressed twice on one day: our own bound, which no routine asks for."""

    code = "reminded-today"
    title = Words("Påminnelsen är redan skickad", "The reminder is already sent")
    detail = Words(
        "Någon har påmint om mötet i dag. Det går att påminna igen i morgon.",
        "Somebody has sent a reminder of the meeting today. You can send another one tomorrow.",
    )


class NotProposed(Refused):
    code = "not-proposed"
    title = Words("Mötet är inte ett förslag", "The meeting is not a proposal")
    detail = Words(
        "Mötet är {state}. Bara ett förslag kan bekräftas.",
        "The meeting is {state}. Only a proposal can be confirmed.",
    )


class NotYetHeld(Refused):
    """A meeting can't have been held before it has begun (R10: the next limit counts from it)."""

    code = "not-yet-held"
    rule = "R10"
    title = Words("Mötet har inte varit än", "The meeting has not been yet")
    detail = Words(
        "Mötet börjar först {day} kl. {time}. Markera det som hållet när det har varit.",
        "The meeting begins on {day} at {time}. Mark it as held when it has been.",
    )


class MeetingNotMarked(Refused):
    """A case isn't closed over a meeting of which nobody has said what became of it."""

    code = "meeting-not-marked"
    rule = "R13"
    title = Words("Ett möte är inte markerat", "A meeting is not marked")
    detail = Words(
        "Mötet {day} kl. {time} har börjat. Markera det som hållet, eller ställ in det, och avsluta"
        " sedan ärendet.",
        "The meeting on {day} at {time} has begun. Mark it as held, or cancel it, and then close"
        " the case.",
    )


class MinutesBeforeHeld(Refused):
    code = "minutes-before-held"
    rule = "R15"
    title = Words("Mötet är inte hållet", "The meeting is not held")
    detail = Words(
        "Markera mötet som hållet först, och sedan anteckningarna som sparade.",
        "Mark the meeting as held first, then the minutes as filed.",
    )
