"""What a consent refuses: what it lacks, and answers that cannot be (R3, R4, P7, S1, X14)."""

from services.cases.domain.refused import Refused, Words


class ConsentMissing(Refused):
    """No meeting can be booked before the consent is signed (R3)."""

    code = "consent-missing"
    rule = "R3"
    title = Words("Samtycke saknas", "The consent is missing")
    detail = Words(
        "För ett möte {day} saknas samtycke från {count} som ska samtycka. Be om det och"
        " registrera det, boka sedan.",
        "For a meeting on {day} the consent of {count} who decide is missing. Ask for it and record"
        " it, then book.",
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
        "Samtycket är redan registrerat som {state}. Har något ändrats: be om ett nytt samtycke.",
        "The consent is already recorded as {state}. If something has changed, ask for a new one.",
    )


class ConsentStandsAlready(Refused):
    """A signed consent is withdrawn, not refused."""

    code = "consent-signed"
    rule = "P7"
    title = Words("Samtycket är undertecknat", "The consent is signed")
    detail = Words(
        "Ett undertecknat samtycke tas tillbaka, med den dag det skedde.",
        "A signed consent is withdrawn, with the day it happened.",
    )


class ConsentNotSigned(Refused):
    code = "consent-not-signed"
    rule = "P7"
    title = Words("Samtycket är inte undertecknat", "The consent is not signed")
    detail = Words(
        "Det finns inget undertecknat samtycke att ta tillbaka. Säger personen nej, registrera"
        " det.",
        "There is no signed consent to withdraw. If the person says no, record that.",
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
