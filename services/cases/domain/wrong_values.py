"""Values that are wrong in themselves: each names the field, and what would be right."""

from services.cases.domain.refused import Invalid, Words


class UnknownPerson(Invalid):
    code = "unknown-person"
    detail = Words(
        "Personen finns inte i personalregistret. Välj någon i listan.",
        "This person is not in the staff register. Choose somebody of the list.",
    )


class WithoutPost(Invalid):
    code = "without-post"
    rule = "R5"
    detail = Words(
        "Personen har ingen tjänst i dag. Välj någon som har en.",
        "This person holds no post today. Choose someone who does.",
    )


class TwiceNamed(Invalid):
    code = "twice-named"
    rule = "R5"
    detail = Words("Samma person står två gånger.", "The same person is named twice.")


class UnknownUnit(Invalid):
    code = "unknown-unit"
    detail = Words(
        "Det finns ingen sådan skolenhet. Välj en i listan.",
        "There is no such school unit. Choose one of the list.",
    )


class UnknownPlace(Invalid):
    code = "unknown-place"
    detail = Words(
        "Det finns ingen sådan plats. Välj en i listan.",
        "There is no such place. Choose one of the list.",
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


class BornTooEarly(Invalid):
    """Nobody of that age is a child or a youth: the year is mistyped."""

    code = "born-too-early"
    detail = Words(
        "Den som är född då är {age} år. Samverkan är för barn och unga till och med {oldest} år."
        " Kontrollera året i födelsedatumet.",
        "Whoever was born then is {age} years old. The collaboration is for children and youths up"
        " to the age of {oldest}. Check the year of the date of birth.",
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


class YearOutOfRange(Invalid):
    code = "year-out-of-range"
    detail = Words("Året ska ligga mellan 2000 och 2100.", "The year must lie in 2000 to 2100.")
