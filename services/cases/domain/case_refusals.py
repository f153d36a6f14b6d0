"""What a case refuses: who opens it, who is on it, and that it is closed (R2, R5, R6, R16)."""

from services.cases.domain.refused import Refused, Words


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
        "Ange minst en vårdnadshavare som har vårdnaden; först från {age} år samtycker ungdomen"
        " själv.",
        "Name at least one guardian with custody; only from the age of {age} the youth decides.",
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


class CaseIsClosed(Refused):
    """After closing nothing more happens (R16)."""

    code = "case-closed"
    rule = "R16"
    title = Words("Ärendet är avslutat", "The case is closed")
    detail = Words(
        "Ärendet är avslutat och ändras inte mer. Öppna ett nytt ärende om det behövs.",
        "The case is closed and does not change any more. Open a new case if needed.",
    )


class ClosedForGood(Refused):
    """A closing is taken back on its day, as long as it can be a mistake (R16)."""

    code = "closed-for-good"
    rule = "R16"
    title = Words("Ärendet avslutades tidigare", "The case was closed before today")
    detail = Words(
        "Ett ärende öppnas igen bara samma dag som det avslutades. Öppna ett nytt ärende.",
        "A case is opened again only on the day it was closed. Open a new case.",
    )
