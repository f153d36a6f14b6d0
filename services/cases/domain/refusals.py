"""Every refusal of the case service: each class names its rule, says why and what to do."""

from services.cases.domain.refused import Invalid, Refused, Words

# --- values that are wrong in themselves ------------------------------------------------------


class UnknownPerson(Invalid):
    code = "unknown-person"
    detail = Words(
        "Personen finns inte i personalregistret. Sök i /api/v1/people.",
        "This person is not in the staff register. Look in /api/v1/people.",
    )


class WithoutPost(Invalid):
    code = "without-post"
    rule = "R5"
    detail = Words(
        "Personen har ingen tjänst i dag. Välj någon som har en, se /api/v1/people.",
        "This person holds no post today. Choose someone who does, see /api/v1/people.",
    )


class TwiceNamed(Invalid):
    code = "twice-named"
    rule = "R5"
    detail = Words("Samma person står två gånger.", "The same person is named twice.")


class UnknownUnit(Invalid):
    code = "unknown-unit"
    detail = Words(
        "Det finns ingen sådan skolenhet. Se /api/v1/units.",
        "There is no such school unit. See /api/v1/units.",
    )


class UnknownPlace(Invalid):
    code = "unknown-place"
    detail = Words(
        "Det finns ingen sådan plats. Se platserna i /api/v1/units.",
        "There is no such place. See the places in /api/v1/units.",
    )


class UnknownProcedureName(Invalid):
    code = "unknown-procedure"
    detail = Words(
        "Det finns ingen sådan rutin den dagen. De som finns: {known}.",
        "There is no such procedure on that day. Known are: {known}.",
    )


class UnknownStepName(Invalid):
    code = "unknown-step"
    detail = Words(
        "Rutinen har inget sådant steg. Stegen är: {known}.",
        "The procedure has no such step. Its steps are: {known}.",
    )


class NotAsked(Invalid):
    code = "not-asked"
    rule = "P9"
    detail = Words(
        "Uppgiften frågas inte efter i den här rutinen och sparas därför inte. Ta bort den.",
        "This procedure does not ask for it, so it is not kept. Leave it out.",
    )


class KnownInFuture(Invalid):
    code = "known-in-future"
    rule = "R9"
    detail = Words(
        "Ärendet kan inte ha blivit känt efter i dag, {today}.",
        "The case cannot have become known after today, {today}.",
    )


class BornTooLate(Invalid):
    code = "born-too-late"
    detail = Words(
        "Barnet kan inte vara fött efter den dag då ärendet blev känt.",
        "The child cannot be born after the day the case became known.",
    )


class UnknownOrganisations(Invalid):
    code = "unknown-organisations"
    rule = "S1"
    detail = Words(
        "Ett samtycke nämner minst en av rutinens organisationer: {known}.",
        "A consent names at least one of the procedure's organisations: {known}.",
    )


class NotOnMeeting(Invalid):
    code = "not-on-meeting"
    rule = "R19"
    detail = Words(
        "Personen var inte kallad till mötet.", "This person was not called to the meeting."
    )


class UnknownOutcome(Invalid):
    code = "unknown-outcome"
    rule = "R16"
    detail = Words("Använd en av koderna: {known}.", "Use one of the codes: {known}.")


# --- opening and people -----------------------------------------------------------------------


class MayNotOpen(Refused):
    """Only some roles open a case and become its process owner (R2)."""

    code = "may-not-open"
    rule = "R2"
    title = Words("Får inte öppna ärendet", "May not open the case")
    detail = Words(
        "Den som initierar ärendet behöver i dag vara {roles}. Be någon i den rollen öppna det.",
        "The initiator has to be {roles} today. Ask someone in that role to open the case.",
    )


class NobodyDecides(Refused):
    """Nobody could ever sign the consent."""

    code = "nobody-decides"
    rule = "R3"
    title = Words("Ingen kan samtycka", "Nobody can consent")
    detail = Words(
        "Ange minst en vårdnadshavare med custody: true; först från {age} år samtycker ungdomen"
        " själv.",
        "Name at least one guardian with custody: true; only from the age of {age} the youth"
        " decides.",
    )


class OrganisationNotCovered(Refused):
    """Nobody is called from an organisation that the consent doesn't name (S1)."""

    code = "organisation-not-covered"
    rule = "S1"
    title = Words("Samtycket räcker inte", "The consent does not reach that far")
    detail = Words(
        "Samtycket omfattar inte {organisations}. Be om ett samtycke som nämner den, eller kalla"
        " någon annan.",
        "The consent does not cover {organisations}. Ask for a consent that names it, or call"
        " someone else.",
    )


class AlreadyOnCase(Refused):
    code = "already-on-case"
    rule = "R5"
    title = Words("Redan med", "Already on the case")
    detail = Words(
        "Personen är redan med i ärendet. Du behöver inte göra något.",
        "This person is already on the case. There is nothing to do.",
    )


class MustStay(Refused):
    """Some people can't be taken off a case."""

    code = "must-stay"
    rule = "R6"
    title = Words("Måste vara kvar", "Must stay on the case")
    detail = Words(
        "Barnet, vårdnadshavare och processbäraren är alltid med. Bara annan personal kan tas"
        " bort.",
        "The child, guardians and the process owner are always on it. Only other staff can be"
        " removed.",
    )


# --- consent ----------------------------------------------------------------------------------


class ConsentMissing(Refused):
    """No meeting can be booked before the consent is signed (R3)."""

    code = "consent-missing"
    rule = "R3"
    title = Words("Samtycke saknas", "The consent is missing")
    detail = Words(
        "Den {day} saknas samtycke från {count} som ska samtycka. Be om det och registrera det,"
        " boka sedan.",
        "On {day} the consent of {count} who decide is missing. Ask for it and record it, then"
        " book.",
    )


class ConsentInFuture(Refused):
    code = "consent-in-future"
    rule = "X14"
    title = Words("Datumet har inte varit än", "The date has not come yet")
    detail = Words(
        "Ange i dag, {today}, eller en tidigare dag.", "Give today, {today}, or an earlier day."
    )


class ConsentBeforeKnown(Refused):
    code = "consent-too-early"
    rule = "R3"
    title = Words("Datumet är för tidigt", "The date is too early")
    detail = Words(
        "Det kan inte ha skett före {earliest}. Kontrollera dagen på blanketten.",
        "It cannot have happened before {earliest}. Check the day on the form.",
    )


class ConsentAlready(Refused):
    """A consent that has been answered is not answered otherwise."""

    code = "consent-already-answered"
    rule = "R3"
    title = Words("Samtycket är redan besvarat", "The consent has been answered already")
    detail = Words(
        "Samtycket är redan registrerat som {state}. Har något ändrats: be om ett nytt samtycke"
        " (POST …/consents).",
        "The consent is already recorded as {state}. If something has changed, ask for a new one"
        " (POST …/consents).",
    )


class ConsentStandsAlready(Refused):
    """A signed consent is withdrawn, not refused."""

    code = "consent-signed"
    rule = "P7"
    title = Words("Samtycket är undertecknat", "The consent is signed")
    detail = Words(
        "Ett undertecknat samtycke tas tillbaka (withdraw), med den dag det skedde.",
        "A signed consent is withdrawn (withdraw), with the day it happened.",
    )


class ConsentNotSigned(Refused):
    code = "consent-not-signed"
    rule = "P7"
    title = Words("Samtycket är inte undertecknat", "The consent is not signed")
    detail = Words(
        "Det finns inget undertecknat samtycke att ta tillbaka. Säger personen nej: registrera det"
        " (refuse).",
        "There is no signed consent to withdraw. If the person says no, record that (refuse).",
    )


class ConsentAskedAlready(Refused):
    code = "consent-asked"
    rule = "R4"
    title = Words("Samtycket är redan begärt", "The consent has been asked for")
    detail = Words(
        "Det finns redan ett begärt eller undertecknat samtycke som räcker så långt.",
        "There is a consent, requested or signed, that reaches as far already.",
    )


class MayNotConsent(Refused):
    code = "may-not-consent"
    rule = "R3"
    title = Words("Kan inte samtycka", "Cannot consent")
    detail = Words(
        "Samtycke begärs av vårdnadshavare, eller av ungdomen från {age} år.",
        "Consent is asked of custodians, or of the youth from the age of {age}.",
    )


# --- meetings ---------------------------------------------------------------------------------


class CaseIsClosed(Refused):
    """After closing nothing more happens (R16)."""

    code = "case-closed"
    rule = "R16"
    title = Words("Ärendet är avslutat", "The case is closed")
    detail = Words(
        "Ärendet är avslutat och ändras inte mer. Öppna ett nytt ärende om det behövs.",
        "The case is closed and does not change any more. Open a new case if needed.",
    )


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
        "{day} är ingen arbetsdag. Välj en arbetsdag, se …/slots.",
        "{day} is not a working day. Choose a working day, see …/slots.",
    )


class OutsideHours(Refused):
    """Even by hand a meeting is in the daytime; the municipality says in which hours."""

    code = "outside-hours"
    title = Words("Utanför dagtid", "Outside the hours of the day")
    detail = Words(
        "Möten hålls mellan kl. {start} och {end}. Välj en tid däremellan, se …/slots.",
        "Meetings are held between {start} and {end}. Choose a time in between, see …/slots.",
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
        "Någon som kallas har redan ett möte då. Välj en annan tid, se …/slots.",
        "Somebody who is called has a meeting then. Choose another time, see …/slots.",
    )


class NotBooked(Refused):
    """What is cancelled or held is not changed any more."""

    code = "not-booked"
    title = Words("Mötet kan inte ändras", "The meeting cannot be changed")
    detail = Words(
        "Mötet är {state}. Boka ett nytt om det behövs.",
        "The meeting is {state}. Book a new one if needed.",
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
