"""How a case's pages do something: one command, and back to where what it did is seen."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from fastapi.responses import Response

from services.cases.domain.refused import Refused, Words
from services.cases.handlers.ports import Desk
from services.cases.web.staff.visits import Notice, Outcome, Undo, Visit

# Where whoever doesn't see the case any more is led, and what is said there.
LIST = "/arenden"
UNSEEN = "osedd"
# The field that names which change of somebody's particulars is taken back.
CHANGE = "change"

_SAID: Mapping[str, Words] = {
    "fragat": Words("Samtycket är begärt.", "The consent has been asked for."),
    "skrivet": Words(
        "Underskriften är registrerad. Alla som behöver skriva på har inte gjort det än.",
        "The signature is recorded. Not everybody who has to has signed yet.",
    ),
    "alla-skrivit": Words(
        "Underskriften är registrerad. Nu har alla skrivit på, så möten kan bokas.",
        "The signature is recorded. Now everybody has signed, so meetings can be booked.",
    ),
    "alla-men": Words(
        "Underskriften är registrerad. Nu har alla skrivit på, men än kan inget möte bokas: någon"
        " som alltid kallas saknas i ärendet eller i samtycket. Vem står under Boka möte.",
        "The signature is recorded. Now everybody has signed, but no meeting can be booked yet:"
        " somebody who is always called is missing on the case or in the consent. Book a meeting"
        " says who.",
    ),
    "nej": Words("Svaret nej är registrerat.", "The no has been recorded."),
    "utan": Words(
        "Det är registrerat att ni går vidare utan barnets eget samtycke.",
        "It is recorded that you go on without the child's own consent.",
    ),
    "andrad": Words("Uppgifterna är ändrade.", "The particulars have been changed."),
    "andrad-for-gott": Words(
        "Uppgifterna är ändrade. Vårdnad, skydd och mejladress får följder direkt för mejl, möten"
        " och samtycken, så det går inte att ångra. Blev det fel: ändra på personens sida. Till en"
        " ny mejladress kan mejl redan ha gått: stämmer den inte, ring också den det gäller.",
        "The particulars have been changed. Custody, protection and the mail address count at once"
        " for mail, meetings and consents, so this can't be undone. If it went wrong, change it on"
        " the person's page. Mail may already have gone to a new address: if it's wrong, also call"
        " whom it was for.",
    ),
    "som-forut": Words("Uppgifterna är som förut.", "The particulars are as before."),
    "samma": Words("Inget ändrades: så stod det redan.", "Nothing changed: so it was already."),
    "vardnadshavare": Words("Vårdnadshavaren är tillagd.", "The guardian has been added."),
    "vardnadshavare-bort": Words("Vårdnadshavaren är borttagen.", "The guardian was removed."),
    "tillagd": Words("Personen är med i ärendet.", "The person is on the case."),
    "ersatt": Words("Personen är utbytt.", "The person has been replaced."),
    "borttagen": Words("Personen är borttagen.", "The person has been removed."),
    "var-for-sig": Words(
        "Vårdnadshavarna träffas nu var för sig. Möten där båda var kallade är inställda.",
        "The guardians now meet separately. Meetings that both were called to are cancelled.",
    ),
    "tillsammans": Words(
        "Vårdnadshavarna kan träffas på samma möte.", "The guardians can meet at the same meeting."
    ),
    "ungdomen": Words("Ungdomens val är registrerat.", "The youth's choice is recorded."),
    "onskat": Words("Önskemålet är registrerat.", "The wish has been recorded."),
    "onskat-ja": Words(
        "Personen är med, och kallas till det som kommer.", "They are on the case, and called."
    ),
    "onskat-nej": Words(
        "Önskemålet är avböjt. Inget är sparat om vem det gällde.",
        "The wish is declined. Nothing is kept of who it was about.",
    ),
    "klar": Words("Uppgiften är klar.", "The task is done."),
    "inte-klar": Words("Uppgiften är öppen igen.", "The task is open again."),
    "given": Words("Uppgiften är tillagd.", "The task has been added."),
    "lamnat": Words("Ärendet är överlämnat.", "The case has been handed over."),
    "koordinator": Words("Koordinatorn är bytt.", "The coordinator has been changed."),
    "kontakt": Words("Kontaktpersonen är ändrad.", "The contact person has been changed."),
    "plats": Words(
        "Platsen är sparad. Möten som bokas från och med nu får den.",
        "The place is saved. Meetings that are booked from now on get it.",
    ),
    "utvarderat": Words("Utvärderingen är registrerad.", "The evaluation is recorded."),
    "avslutat": Words(
        "Ärendet är avslutat. Det som var bokat är inställt.",
        "The case is closed. What was booked is cancelled.",
    ),
    "nytt": Words(
        "Ärendet är öppnat. Nästa steg står under Att göra.",
        "The case is open. The next step stands under To do.",
    ),
    "nytt-tid": Words(
        "Ärendet är öppnat. Samspel söker nu en tid för det första mötet. Saknas något står det"
        " under Att göra.",
        "The case is open. Samspel now looks for a time for the first meeting. If anything is"
        " missing, it stands under To do.",
    ),
    "nytt-samtycke": Words(
        "Ärendet är öppnat. Nästa steg: samtycke. Blanketten att skriva ut finns under Samtycken.",
        "The case is open. Next step: consent. The form to print is under Consents.",
    ),
    "oppnat": Words(
        "Ärendet är öppet igen. Inställda möten bokas på nytt.",
        "The case is open again. Cancelled meetings are booked anew.",
    ),
    "bytta": Words(
        "De gamla länkarna gäller inte längre. Nya har mejlats för det som kommer.",
        "The old links have ended. New ones are mailed for what is to come.",
    ),
}


def carry_out(
    case_id: UUID,
    visit: Visit,
    work: Callable[[Desk], Mapping[str, Any] | None],
    again: Callable[[Refused], Response],
    notice: str,
    *,
    part: str = "",
    about: object = None,
    to: str = "",
) -> Response:
    """Do it, and back to the case, at the part where it is seen, or `to` another page of it.

    `again` is the page with what was refused; the body of `work` may hold another `notice`, and
    what it is `about`. Whoever doesn't see the case any more is led to the list.
    """
    done = act(case_id, visit, work)
    if done.refused is not None:
        return again(done.refused)
    if not done.body["sees"]:
        return visit.back(LIST, UNSEEN)
    path = to or f"/arenden/{case_id}"
    said, of = done.body.get("notice", notice), done.body.get("about", about)
    return visit.back(f"{path}#{part}" if part else path, said, of)


def act(case_id: UUID, visit: Visit, work: Callable[[Desk], Mapping[str, Any] | None]) -> Outcome:
    """Do it; the body also says whether the visitor still sees the case (`sees`)."""

    def both(desk: Desk, _: object) -> dict[str, Any]:
        body = work(desk) or {}
        return {**body, "sees": desk.sees(case_id)}

    return visit.attempt(both)


def notices(case_id: UUID, visit: Visit) -> dict[str, Notice]:
    """What the case's page says after each act, with the way back where there is one."""
    path, about = f"/arenden/{case_id}", _id(visit.about)
    ways_back = {
        "andrad": _take_back(path, visit.about),
        "tillagd": Undo(f"{path}/personer/{about}/ta-bort"),
        "borttagen": Undo(f"{path}/personer/ny", {"person": about}),
        "var-for-sig": Undo(f"{path}/var-for-sig", {"never": "no"}),
        "tillsammans": Undo(f"{path}/var-for-sig", {"never": "yes"}),
        "klar": Undo(f"{path}/uppgifter/{about}/inte-klar"),
        "inte-klar": Undo(f"{path}/uppgifter/{about}/klar"),
        "avslutat": Undo(f"{path}/oppna-igen"),
    }
    needs_about = ("tillagd", "borttagen", "klar", "inte-klar")
    return {
        name: Notice(said, None if name in needs_about and not about else ways_back.get(name))
        for name, said in _SAID.items()
    }


def change_said(person: UUID, change: UUID) -> str:
    """Whose particulars were changed, and by which change, as what a notice is about."""
    return f"{person}.{change}"


def _take_back(path: str, about: str) -> Undo | None:
    """This change, and no later one that another page has made."""
    person, _, change = about.partition(".")
    if not _id(person) or not _id(change):
        return None
    return Undo(f"{path}/familj/{_id(person)}/angra", {CHANGE: _id(change)})


def _id(text: str) -> str:
    """An id out of an address, which anybody may have written; empty for anything else."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""
