"""What is refused about parent meetings, with what to do instead (R26, R27)."""

from services.cases.domain.refused import Invalid, NotAllowed, Refused, Words


class UnknownStage(Invalid):
    code = "unknown-stage"
    rule = "R26"
    detail = Words(
        "Enheten har inget sådant stadium. De som finns där: {known}.",
        "The unit has no such stage. Those it has: {known}.",
    )


class NotInStage(Invalid):
    """A cohort is named by the year in which it began the stage."""

    code = "not-in-stage"
    rule = "R26"
    detail = Words(
        "Årskullen går inte i stadiet den dagen. Ange året då den började där: {first} till"
        " {last}.",
        "The cohort is not in the stage on that day. Give the year in which it began there:"
        " {first} to {last}.",
    )


class HeldInFuture(Invalid):
    code = "held-in-future"
    rule = "R26"
    detail = Words(
        "Mötet kan inte ha hållits efter i dag, {today}.",
        "The meeting cannot have been held after today, {today}.",
    )


class NotOfIfo(Invalid):
    """R26 invites the staff of the individual and family services."""

    code = "not-of-ifo"
    rule = "R26"
    detail = Words(
        "Bjud in någon som har en tjänst i socialtjänsten i dag.",
        "Invite somebody who holds a post in the social services today.",
    )


class NobodyToInvite(Refused):
    code = "nobody-to-invite"
    rule = "R26"
    title = Words("Det finns ingen att bjuda in", "There is nobody to invite")
    detail = Words(
        "Ingen är på tjänsten som {role}. Ange i invite vem från socialtjänsten som bjuds in.",
        "Nobody is in the post of {role}. Name in invite whom of the social services to invite.",
    )


class NobodyInvites(Refused):
    code = "nobody-invites"
    rule = "R26"
    title = Words("Ingen bjuder in", "There is nobody who invites")
    detail = Words(
        "Enheten har ingen {role}. Lägg till tjänsten, eller någon på den, i registret.",
        "The unit has no {role}. Add the post, or somebody in it, to the register.",
    )


class NotYourUnit(NotAllowed):
    """R26 is the rektor's; the callers of the yearly cycle may help."""

    code = "not-your-unit"
    rule = "R26"
    detail = Words(
        "Enhetens {role} bjuder in till föräldramöten. Be den göra det.",
        "The {role} of the unit invites to parent meetings. Ask them to.",
    )


class IsPlanned(Refused):
    code = "parent-meeting-planned"
    rule = "R26"
    title = Words("Ett föräldramöte är redan bokat", "A parent meeting is already booked")
    detail = Words(
        "Årskullen har ett föräldramöte som är bokat. Flytta eller ställ in det, eller markera det"
        " som hållet.",
        "The cohort has a parent meeting that is booked. Move or cancel it, or mark it as held.",
    )


class WasHeld(Refused):
    code = "parent-meeting-held"
    rule = "R26"
    title = Words("Föräldramötet är redan hållet", "The parent meeting has been held")
    detail = Words(
        "Årskullen hade sitt föräldramöte {day}. Det räcker med ett i varje stadium.",
        "The cohort had its parent meeting on {day}. One in each stage is enough.",
    )


class NotInvited(Invalid):
    code = "not-invited"
    rule = "R27"
    detail = Words(
        "Personen är inte inbjuden från socialtjänsten. Se attendance på mötet.",
        "This person is not invited from the social services. See attendance on the meeting.",
    )
    on_page = Words(
        "Personen är inte inbjuden från socialtjänsten. Välj en av dem som är det.",
        "This person is not invited from the social services. Choose one of those who are.",
    )


class AlreadyInvited(Invalid):
    code = "already-invited"
    rule = "R27"
    detail = Words(
        "Personen är redan inbjuden. Välj någon annan.",
        "This person is invited already. Choose somebody else.",
    )
