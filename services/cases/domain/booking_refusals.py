"""Why a time cannot be booked: who is missing, the order, the day, the limit (R6, R9, X1)."""

from services.cases.domain.refused import Refused, Words


class ParticipantsMissing(Refused):
    """Some are always called (R6)."""

    code = "participants-missing"
    rule = "R6"
    title = Words("Deltagare saknas", "Participants are missing")
    detail = Words(
        "Kallas alltid, men saknas i ärendet: {missing}. Lägg till dem som deltagare, boka sedan.",
        "Always called, but missing on the case: {missing}. Add them as participants, then book.",
    )


class StepMustWait(Refused):
    """An earlier meeting has to be held first."""

    code = "step-must-wait"
    title = Words("För tidigt i ordningen", "Too early in the order")
    detail = Words(
        "Mötet «{earlier}» ska ha hållits först. Markera det som hållet, boka sedan.",
        "The meeting “{earlier}” has to be held first. Mark it as held, then book.",
    )


class PlanMustBeFiled(Refused):
    """An earlier meeting's goals and plan come first (S4)."""

    code = "plan-must-be-filed"
    title = Words("Planen saknas", "The plan is missing")
    detail = Words(
        "Mål och handlingsplan från «{earlier}» ska vara sparade först. Markera det, boka sedan.",
        "The goals and plan of “{earlier}” have to be filed first. Mark them as filed, then book.",
    )


class AlreadyBooked(Refused):
    code = "already-booked"
    title = Words("Redan bokat", "Already booked")
    detail = Words(
        "Steget har redan ett bokat eller hållet möte. Flytta det, eller ställ in det först.",
        "The step has a booked or held meeting already. Move it, or cancel it first.",
    )


class InThePast(Refused):
    code = "in-the-past"
    title = Words("Tiden har redan varit", "The time has passed")
    detail = Words("Välj en tid som ligger framåt.", "Choose a time that lies ahead.")


class NotAWorkingDay(Refused):
    """Meetings are on working days (X1)."""

    code = "not-a-working-day"
    rule = "X1"
    title = Words("Inte en arbetsdag", "Not a working day")
    detail = Words(
        "{day} är ingen arbetsdag. Välj en arbetsdag.",
        "{day} is not a working day. Choose a working day.",
    )


class DayWontDo(Refused):
    """What comes every year is on no day that is free for the schools (R20)."""

    code = "day-wont-do"
    rule = "R20"
    title = Words("Dagen går inte", "The day will not do")
    detail = Words(
        "{day} {why}. Mötet hålls på en vanlig skoldag. Välj en annan dag i samma månad.",
        "{day} {why}. The meeting is held on an ordinary school day. Choose another day of the"
        " same month.",
    )


IN_A_BREAK = Words("ligger i ett lov", "lies in a school break")
ON_A_WEEKEND = Words("ligger på en helg", "lies on a weekend")
IS_A_HOLIDAY = Words("är en helgdag", "is a public holiday")
IS_AN_EVE = Words("är en afton", "is the eve of a public holiday")


class OutsideHours(Refused):
    """Even by hand a meeting is in the daytime; the municipality says in which hours."""

    code = "outside-hours"
    title = Words("Utanför dagtid", "Outside the hours of the day")
    detail = Words(
        "Möten hålls mellan kl. {start} och {end}. Välj en tid däremellan.",
        "Meetings are held between {start} and {end}. Choose a time in between.",
    )


class OverMidnight(Refused):
    code = "over-midnight"
    rule = "X1"
    title = Words("Går över midnatt", "Runs past midnight")
    detail = Words(
        "Ett möte börjar och slutar samma dag. Välj en annan tid eller ett kortare möte.",
        "A meeting begins and ends on the same day. Choose another time or a shorter meeting.",
    )


class BeforeWindow(Refused):
    code = "before-window"
    title = Words("Före tidsfönstret", "Before the window")
    detail = Words(
        "Mötet kan hållas tidigast {opens}. Välj en tid från och med den dagen.",
        "The meeting can be held on {opens} at the earliest. Choose a time from that day on.",
    )


class PastLimit(Refused):
    """A limit is never passed to fit a calendar (X1)."""

    code = "past-limit"
    title = Words("Efter gränsen", "Past the limit")
    detail = Words(
        "Sista dag att boka är {last}. Välj en tidigare tid; finns ingen, ta upp det med din chef.",
        "The last day to book is {last}. Choose an earlier time; if there is none, tell your"
        " manager.",
    )


class NoDayInWindow(Refused):
    code = "no-day-in-window"
    rule = "X1"
    title = Words("Ingen arbetsdag i fönstret", "No working day in the window")
    detail = Words(
        "Fönstret innehåller ingen arbetsdag. Ta upp det med din chef.",
        "The window holds no working day. Tell your manager.",
    )


class DoubleBooked(Refused):
    """Somebody who is always called is taken at that time."""

    code = "double-booked"
    rule = "R6"
    title = Words("Någon är upptagen", "Somebody is taken")
    detail = Words(
        "Någon som kallas har redan ett möte då. Välj en annan tid.",
        "Somebody who is called has a meeting then. Choose another time.",
    )
