"""What is refused of something to send out, with what to do instead (R28-R31)."""

from services.cases.domain.refused import Invalid, Refused, Words


class UnknownDispatch(Invalid):
    code = "unknown-dispatch"
    rule = "R28"
    detail = Words(
        "Det finns inget sådant utskick att skicka. De som finns: {known}.",
        "There is no such dispatch to send. Known are: {known}.",
    )


class UnknownFileType(Invalid):
    code = "unknown-file-type"
    rule = "R28"
    detail = Words(
        "Filen har fel format. Filnamnet ska sluta på något av: {known}.",
        "The file has another format. Its name must end in one of: {known}.",
    )


class OtherMediaType(Invalid):
    code = "other-media-type"
    rule = "R28"
    detail = Words(
        "Typen stämmer inte med filens namn. Ange {expected}, eller byt namn på filen.",
        "The type does not fit the file's name. Give {expected}, or rename the file.",
    )


class FileTooLarge(Invalid):
    code = "file-too-large"
    rule = "R28"
    detail = Words(
        "Filen är för stor. Skicka högst {megabytes} MB per fil.",
        "The file is too large. Send at most {megabytes} MB for each.",
    )


class BrokenFile(Invalid):
    code = "broken-file"
    rule = "R28"
    detail = Words(
        "Innehållet är ingen {ending}-fil. Spara filen på nytt i det formatet och skicka igen.",
        "The content is no {ending} file. Save it anew in that format and send it again.",
    )


class PostNotAsked(Invalid):
    """Who was asked was decided when it was sent."""

    code = "post-not-asked"
    rule = "R29"
    detail = Words(
        "Tjänsten har inte fått utskicket. Se posts på utskicket för vilka som har det.",
        "The post was not sent this. See posts on the dispatch for those that were.",
    )


class NotYoursToSend(Refused):
    """What goes to every rektor comes from social services, or from those who call (R28, R30)."""

    code = "not-yours-to-send"
    title = Words("Någon annan skickar det", "Somebody else sends it")
    detail = Words(
        "Socialtjänsten skickar till alla rektorer, och så gör de som kallar till årets möten:"
        " {callers}. Be någon av dem.",
        "Social services send to every head teacher, and so do those who call to the year's"
        " meetings: {callers}. Ask one of them.",
    )


class InYourOwnName(Refused):
    """Who sits before the calling system sends, books and confirms as themselves alone."""

    code = "in-your-own-name"
    title = Words("Gör det i ditt eget namn", "Do it in your own name")
    detail = Words(
        "Du är inloggad som en annan än den som står i by. Ange dig själv, eller lämna tomt.",
        "You are signed in as somebody else than by names. Give yourself, or leave it out.",
    )


class NotTheirPost(Invalid):
    """Each rektor answers for their own (R29, R31)."""

    code = "not-their-post"
    rule = "R29"
    detail = Words(
        "Personen har inte posten i dag. Ange den som har den.",
        "This person isn't in the post today. Name whoever is.",
    )
