"""What became of a mail, in words: its state and, if it has one, the reason. It names nobody."""

from services.cases.domain.refused import Language, Words

_STATES = {
    "due": Words("Väntar på att skickas", "Waits to be sent"),
    "claimed": Words("Skickas just nu", "Is being sent"),
    "data": Words("Skickas just nu", "Is being sent"),
    "accepted": Words("Mottaget av mejlservern", "Accepted by the mail server"),
    "retry": Words("Kunde inte skickas än och prövas igen", "Couldn't be sent yet, is tried again"),
    "failed": Words("Gick inte att skicka", "Couldn't be sent"),
    "unknown": Words(
        "Mejlservern svarade inte; mejlet skickas en gång till",
        "The mail server gave no answer; the mail goes once more",
    ),
    "suppressed": Words("Skickades inte", "Wasn't sent"),
    "held": Words("Hålls kvar efter en återställning", "Held after a restore"),
}
# Beginnings of codes; the first that fits counts.
_REASONS = {
    "connect-certificate": Words(
        "mejlserverns certifikat godtas inte", "the mail server's certificate isn't trusted"
    ),
    "connect-no-starttls": Words(
        "mejlservern erbjuder ingen kryptering", "the mail server offers no encryption"
    ),
    "connect": Words("mejlservern gick inte att nå", "the mail server couldn't be reached"),
    "login": Words(
        "inloggningen på mejlservern fungerade inte", "the login to the mail server failed"
    ),
    "mail-": Words(
        "mejlservern godtog inte avsändaren", "the mail server didn't accept the sender"
    ),
    "rcpt-5": Words("mottagarens adress tar inte emot mejl", "the address takes no mail"),
    "rcpt": Words("mottagarens server vill ha det senare", "the recipient's server wants it later"),
    "data": Words("mejlservern vill ha det senare", "the mail server wants it later"),
    "content-5": Words("mejlservern godtog inte innehållet", "the content wasn't accepted"),
    "content": Words("mejlservern vill ha det senare", "the mail server wants it later"),
    "answer": Words("mejlservern svarade inte", "the mail server gave no answer"),
    "unanswered-again": Words(
        "mejlservern svarade inte, två gånger: mejlet kan ha kommit fram",
        "the mail server gave no answer, twice: the mail may have arrived",
    ),
    "given-up": Words("det prövades i flera dygn", "it was tried for days"),
    "domain-rests": Words(
        "mottagarens server vill ha färre mejl", "the recipient's server wants fewer mails"
    ),
    "domain-slow": Words(
        "mottagarens server svarar långsamt", "the recipient's server is slow to answer"
    ),
    "worker-lost": Words("sändningen avbröts", "the sending was interrupted"),
    "worker-ends": Words("sändaren startades om", "the sender was restarted"),
    "too-late": Words("det hade kommit för sent", "it would have come too late"),
    "superseded": Words("ett nyare mejl gäller", "a newer mail holds"),
    "stale": Words("mötet har ändrats", "the meeting has changed"),
    "meeting-moved": Words("mötet har flyttats", "the meeting has been moved"),
    "meeting-off": Words("mötet blir inte av", "the meeting won't take place"),
    "settled": Words("tiderna går inte längre att välja", "the times can't be chosen any more"),
    "said-no": Words("mottagaren har sagt nej", "the recipient has said no"),
    "quiet-hours": Words(
        "det väntar till en tid då sådana mejl skickas", "it waits for the hours of such mails"
    ),
    "answered": Words("mottagaren hade redan svarat", "the recipient had answered"),
    "declined": Words("någon har tackat nej", "somebody has said no"),
    "no-consent": Words("samtycke saknas", "there is no consent"),
    "protected": Words("mottagaren har skyddade uppgifter", "the recipient is protected"),
    "no-mail": Words("mottagaren vill inte ha mejl", "the recipient wants no mail"),
    "no-own-mail": Words("mottagaren har ingen egen adress", "the recipient has no own address"),
    "address-changed": Words("adressen har ändrats", "the address has changed"),
    "not-called": Words("mottagaren är inte längre kallad", "the recipient isn't called any more"),
    "nothing-held": Words("mottagaren hade inget att avboka", "there was nothing to cancel"),
    "case-closed": Words("ärendet är stängt", "the case is closed"),
    "done": Words("det är redan gjort", "it has been done"),
    "duty-passed-on": Words("någon annan har uppgiften", "somebody else has the task"),
    "has-left": Words(
        "mottagaren har slutat där ärendet finns", "the recipient has left where the case is"
    ),
    "counted-long-ago": Words("siffrorna räknas om först", "its numbers are counted anew first"),
    "not-wanted": Words("mottagaren har stängt av veckobrevet", "the recipient switched it off"),
    "last-filter": Words("den sista kontrollen stoppade det", "the last check held it back"),
    "dropped-after-restore": Words(
        "det togs bort efter en återställning", "it was dropped after a restore"
    ),
}
_BOUNCED = {
    "failed": Words("men kom tillbaka: det nådde inte fram", "but came back: it didn't arrive"),
    "delayed": Words("men mottagarens server dröjer", "but the recipient's server delays it"),
}


def in_words(
    state: str, reason: str | None, bounced: str | None = None, language: Language = "sv"
) -> str:
    """«Gick inte att skicka: mottagarens adress tar inte emot mejl.»"""
    text = _STATES[state].said(language, {})
    why = None if reason is None else reason_in_words(reason, language)
    if why is not None and state != "accepted":
        text += f": {why}"
    if bounced is not None:
        text += f", {_BOUNCED[bounced].said(language, {})}"
    return f"{text}."


def reason_in_words(reason: str, language: Language = "sv") -> str | None:
    """None for a code that says nothing to people."""
    words = next((said for code, said in _REASONS.items() if reason.startswith(code)), None)
    return None if words is None else words.said(language, {})
