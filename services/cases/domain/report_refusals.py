"""What a report of concern refuses, by which rule, and what to do instead (R40-R51)."""

from datetime import datetime

from services.cases.domain.refused import Invalid, Refused, Words
from shared.domain.swedish import day_and_time


class ChannelDoesNotFit(Invalid):
    """Oral is by phone or in person; written by letter or e-service, never by e-mail (R50)."""

    code = "channel-does-not-fit"
    rule = "R50"
    detail = Words(
        "Muntligt: phone eller in-person. Skriftligt: letter eller e-service. En anmälan tas inte"
        " emot med e-post.",
        "Oral: phone or in-person. Written: letter or e-service. No report is taken by e-mail.",
    )


class InFuture(Invalid):
    code = "in-the-future"
    detail = Words(
        "Dagen har inte varit än. Ange senast {today}.",
        "That day has not been yet. Name {today} at the latest.",
    )


class TooLongAgo(Invalid):
    code = "too-long-ago"
    rule = "R42"
    detail = Words(
        "Dagen ligger mer än ett år tillbaka. Ange tidigast {day}.",
        "That day is more than a year ago. Name {day} at the earliest.",
    )


class BeforeTheReport(Invalid):
    code = "before-the-report"
    rule = "R42"
    detail = Words(
        "Dagen är före anmälan. Ange tidigast {day}.",
        "That day is before the report. Name {day} at the earliest.",
    )


class NotOfSocialServices(Invalid):
    """Social services receive it, and tell by whom (R43)."""

    code = "not-of-social-services"
    rule = "R43"
    detail = Words(
        "Den som tar emot en anmälan arbetar i socialtjänsten. Välj någon där.",
        "Whoever receives a report works for social services. Choose somebody there.",
    )


class ReportedForAnother(Refused):
    """Who isn't part of a report can't make it either (R43)."""

    code = "reported-for-another"
    rule = "R43"
    title = Words("Anmäl i ditt eget namn", "Report in your own name")
    detail = Words(
        "Ange dig själv som anmälare (reporter). Den som tar emot anmälan kan också lägga in den.",
        "Name yourself as the reporter. Whoever receives the report can also enter it.",
    )


class KeptFromTheFamily(Refused):
    """Of suspected abuse, and of what isn't marked, no guardian is told (R41)."""

    code = "kept-from-the-family"
    rule = "R41"
    title = Words("Vårdnadshavare ska inte informeras", "Guardians are not to be told")
    detail = Words(
        "Anmälan är markerad som misstänkt misshandel eller övergrepp, eller inte markerad alls."
        " Gäller den inget sådant: markera det först (classify, suspected_abuse: false).",
        "The report is marked as suspected abuse, or not marked at all. If it is about nothing of"
        " the kind, mark that first (classify, suspected_abuse: false).",
    )
    on_page = Words(
        "Anmälan är markerad som misstänkt misshandel eller övergrepp, eller inte markerad"
        " alls. Gäller den inget sådant: ändra bedömningen först.",
        "The report is marked as suspected abuse, or not marked at all. If it is nothing of"
        " the kind, change the assessment first.",
    )


class NeedsAReason(Refused):
    """A suspicion isn't taken back without saying why (R41)."""

    code = "needs-a-reason"
    rule = "R41"
    title = Words("Ange varför", "Say why")
    detail = Words(
        "Anmälan är markerad som misstänkt. Ange because: marked-by-mistake (fel markerad) eller"
        " assessed-anew (bedömd på nytt).",
        "The report is marked as suspected. Give because: marked-by-mistake or assessed-anew.",
    )


class ClearedBySocialServices(Refused):
    code = "cleared-by-social-services"
    rule = "R41"
    title = Words("Socialtjänsten bedömer det", "Social services assess it")
    detail = Words(
        "Bara socialtjänsten kan ta bort markeringen. Be den som tog emot anmälan.",
        "Only social services can take the mark away. Ask whoever received the report.",
    )


class AnsweredBySocialServices(Refused):
    code = "answered-by-social-services"
    rule = "R45"
    title = Words("Socialtjänsten svarar", "Social services answer")
    detail = Words(
        "Bara socialtjänsten kan lämna svaret. Fråga med feedback/ask.",
        "Only social services can give the answer. Ask by feedback/ask.",
    )


class NotedBySocialServices(Refused):
    """Only where it comes to is it known that the written one is in (R42)."""

    code = "noted-by-social-services"
    rule = "R42"
    title = Words("Socialtjänsten noterar det", "Social services note it")
    detail = Words(
        "Skicka anmälan skriftligt. Socialtjänsten noterar när den har kommit.",
        "Send the report in writing. Social services note when it has come.",
    )


class AskedByTheReporter(Refused):
    code = "asked-by-the-reporter"
    rule = "R45"
    title = Words("Anmälaren frågar", "The reporter asks")
    detail = Words(
        "Bara den som har gjort anmälan kan fråga vad som hände med den.",
        "Only whoever made the report can ask what became of it.",
    )


class NotCalledBySocialServices(Refused):
    """Social services call to the meeting (R51)."""

    code = "called-by-social-services"
    rule = "R51"
    title = Words("Socialtjänsten bjuder in", "Social services invite")
    detail = Words(
        "Be om mötet med meeting/ask, så bokar socialtjänsten det.",
        "Ask for the meeting by meeting/ask, and social services book it.",
    )


class WontGiveWay(Refused):
    """What is in the way can't be moved within its own limit, or isn't moved at all (R46)."""

    code = "wont-give-way"
    rule = "R46"
    title = Words("Tiden går inte att ordna", "The time cannot be arranged")
    detail = Words(
        "Någon som ska vara med är upptagen, och det som är i vägen går inte att flytta inom sin"
        " egen tid. {instead}",
        "Somebody who is to be there is taken, and what is in the way cannot be moved within its"
        " own time. {instead}",
    )

    def __init__(self, free: tuple[datetime, ...]) -> None:
        super().__init__(instead=_instead(free))
        self.offers = free


class YearStands(WontGiveWay):
    """The year's meetings and parent meetings aren't moved: many come, from outside too."""

    code = "year-stands"
    detail = Words(
        "Någon som ska vara med är på ett av årets möten eller på ett föräldramöte, och de flyttas"
        " inte för det här. {instead}",
        "Somebody who is to be there is at one of the year's meetings or at a parent meeting, and"
        " these are not moved for this. {instead}",
    )


class NoReceiver(Refused):
    """A consultation is with whoever heads the unit that receives reports (R47)."""

    code = "no-receiver"
    rule = "R47"
    title = Words("Ingen att prata med just nu", "Nobody to talk to just now")
    detail = Words(
        "Ingen har tjänsten som enhetschef IFO i dag. Ring i stället.",
        "Nobody heads the individual and family services today. Phone instead.",
    )


class BookedForAnother(Refused):
    code = "booked-for-another"
    rule = "R47"
    title = Words("Boka i ditt eget namn", "Book in your own name")
    detail = Words(
        "Ange dig själv som by, eller lämna by tomt om du vill vara anonym.",
        "Name yourself as by, or leave by out if you want to stay anonymous.",
    )


def _instead(free: tuple[datetime, ...]) -> Words:
    if not free:
        return Words("Välj en annan dag.", "Choose another day.")
    return Words(
        "Närmaste tider som går: " + "; ".join(day_and_time(one, None) for one in free) + ".",
        "The nearest times: " + "; ".join(day_and_time(one, None, "en") for one in free) + ".",
    )
