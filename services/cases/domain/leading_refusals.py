"""What is refused of somebody who doesn't lead a meeting of the staff's own, and who does."""

from services.cases.domain.refused import Refused, Words


class LedByTheCallers(Refused):
    """A year's meetings have two who call (R21)."""

    code = "led-by-the-callers"
    rule = "R21"
    title = Words("De som kallar till mötet gör det", "Those who call to the meeting do that")
    detail = Words(
        "Elevhälsochefen och enhetschefen IFO kallar till mötet och ändrar det. Be en av dem. Du"
        " kan svara för dig själv.",
        "The head of student health and the head of IFO call to the meeting and change it. Ask one"
        " of them. You can answer for yourself.",
    )


class LedByTheRektor(Refused):
    """The school holds the parent meeting, and has invited to it (R26)."""

    code = "led-by-the-rektor"
    rule = "R26"
    title = Words("Rektorn gör det", "The head teacher does that")
    detail = Words(
        "Föräldramötet är skolans, och rektorn ändrar det. Be rektorn. Du kan svara för dig själv.",
        "The parent meeting is the school's, and the head teacher changes it. Ask them. You can"
        " answer for yourself.",
    )


class LedBySocialServices(Refused):
    """Social services invite to the meeting after a report (R51)."""

    code = "led-by-social-services"
    rule = "R51"
    title = Words("Socialtjänsten gör det", "Social services do that")
    detail = Words(
        "Socialtjänsten bjuder in till mötet och ändrar det. Be den som tog emot anmälan. Du kan"
        " svara för dig själv.",
        "Social services invite to the meeting and change it. Ask whoever received the report. You"
        " can answer for yourself.",
    )


class LedByThoseWhoTalk(Refused):
    """A consultation is of the two who are to talk (R47)."""

    code = "led-by-those-who-talk"
    rule = "R47"
    title = Words("De som ska prata gör det", "Those who are to talk do that")
    detail = Words(
        "Bara de två som ska prata kan ändra tiden eller ställa in.",
        "Only the two who are to talk can change the time or cancel.",
    )
