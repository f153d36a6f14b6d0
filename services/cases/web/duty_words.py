"""What the page of a duty says, in plain Swedish and English (R25, R29, R31)."""

from services.cases.web.link_words import BARE, Language, Texts

_SV: Texts = {
    "by": "Senast {day}",
    "late": "Dagen har passerat.",
    "done_heading": "Klart, tack",
    "done_answer": "Dina svar är sparade.",
    "done_pass-on": "Du har sagt att du har spridit materialet vidare.",
    "done_confirm-known": "Du har bekräftat att alla hos dig känner till detta.",
    "you_said": "Det här har du svarat",
    "change": "Ändra svaren",
    "change_until": "Svaren kan ändras tills utvärderingen är klar.",
    "no_change": "Utvärderingen är klar, så svaren kan inte ändras längre.",
    "answer_lead": (
        "Du svarar för din verksamhet. Svaren läggs samman med de andras och visas utan namn. Du"
        " behöver inte svara på allt. Skriv inget om enskilda barn eller familjer."
    ),
    "answer_send": "Skicka svaren",
    "scale_hint": "1 betyder mycket dåligt och 5 betyder mycket bra.",
    "yes": "Ja",
    "no": "Nej",
    "no_answer": "Inget svar",
    "pass-on_lead": "Sprid det här vidare till dem det är till för, till exempel i lärplattformen.",
    "pass-on_send": "Jag har spridit det vidare",
    "confirm-known_lead": "Det här bekräftar du för din enhet:",
    "confirm-known_send": "Jag bekräftar",
    "files": "Filer att hämta",
    "documents": "Dokument",
    "kilobytes": "{number} kB",
    "megabytes": "{number} MB",
    "wait": "Det har kommit många försök på kort tid. Försök igen om en stund, eller ring oss.",
    "changed": "Något har ändrats sedan du öppnade sidan. Läs den igen och försök en gång till.",
}
_EN: Texts = {
    "by": "By {day}",
    "late": "The day has passed.",
    "done_heading": "Done, thank you",
    "done_answer": "Your answers have been saved.",
    "done_pass-on": "You have said that you have passed the material on.",
    "done_confirm-known": "You have confirmed that everybody at your unit knows this.",
    "you_said": "This is what you answered",
    "change": "Change the answers",
    "change_until": "The answers can be changed until the evaluation is done.",
    "no_change": "The evaluation is done, so the answers can no longer be changed.",
    "answer_lead": (
        "You answer for where you work. The answers are put together with the others' and shown"
        " without names. You need not answer everything. Write nothing about single children or"
        " families."
    ),
    "answer_send": "Send the answers",
    "scale_hint": "1 means very badly and 5 means very well.",
    "yes": "Yes",
    "no": "No",
    "no_answer": "No answer",
    "pass-on_lead": "Pass this on to those it is meant for, on the learning platform for instance.",
    "pass-on_send": "I have passed it on",
    "confirm-known_lead": "This is what you confirm for your unit:",
    "confirm-known_send": "I confirm",
    "files": "Files to download",
    "documents": "Documents",
    "kilobytes": "{number} kB",
    "megabytes": "{number} MB",
    "wait": "There have been many tries in a short time. Try again in a while, or call us.",
    "changed": "Something has changed since you opened the page. Read it again and try once more.",
}
WORDS: dict[Language, Texts] = {"sv": BARE["sv"] | _SV, "en": BARE["en"] | _EN}
