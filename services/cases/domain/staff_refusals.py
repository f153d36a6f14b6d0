"""What is refused about people and posts, with what to do instead."""

from datetime import date

from services.cases.domain.refused import Invalid, NotAllowed, Refused, Words
from shared.domain.swedish import long_date


class RegisterIsKeptBySystems(NotAllowed):
    """Addresses and posts decide who is mailed and who sees: no single person changes them."""

    code = "register-kept-by-systems"
    detail = Words(
        "Personer och tjänster ändras i kommunens personalregister, inte av en inloggad person."
        " Be den som sköter registret.",
        "People and posts are changed in the municipality's staff register, not by somebody signed"
        " in. Ask whoever keeps the register.",
    )


class EndsBeforeItBegins(Invalid):
    code = "ends-before-it-begins"
    detail = Words(
        "Sista dagen ligger före första dagen, {first}. Kontrollera båda.",
        "The last day lies before the first, {first}. Check both.",
    )


class PostTaken(Refused):
    """A post has one holder at a time, and one deputy beside."""

    code = "post-taken"
    title = Words("Tjänsten är redan besatt", "The post is taken")
    detail = Words(
        "Någon har redan tjänsten från {first} {last}. Avsluta det först, eller välj andra dagar.",
        "Somebody has the post from {first} {last}. End that first, or choose other days.",
    )


class NotInPost(Refused):
    """There is nothing to end."""

    code = "not-in-post"
    title = Words("Har inte tjänsten", "Not in the post")
    detail = Words(
        "Personen har inte tjänsten efter {last}. Välj en tidigare dag.",
        "This person does not have the post after {last}. Choose an earlier day.",
    )


class AddressTaken(Refused):
    """Two members of staff with one mailbox would get each other's invitations (X4)."""

    code = "address-taken"
    rule = "X4"
    title = Words("Adressen används redan", "The address is in use")
    detail = Words(
        "En annan i personalen har den e-postadressen. Ange personens egen.",
        "Somebody else of the staff has that address. Give the person's own.",
    )


def until(last_day: date | None) -> Words:
    """«till och med tisdag 1 december 2026», «tills vidare»."""
    if last_day is None:
        return Words("tills vidare", "until further notice")
    return Words(f"till och med {long_date(last_day)}", f"to {long_date(last_day, 'en')}")
