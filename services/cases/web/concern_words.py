"""What the page about reports of concern says, in plain Swedish and English (R41, R42, R47-R50)."""

from typing import Literal

Language = Literal["sv", "en"]

_SWEDISH = {
    "language": "sv",
    "other_language": "en",
    "other_words": "In English",
    "title": "Orosanmälan",
    "heading": "Är du orolig för ett barn? Ring.",
    "call": "Ring socialtjänsten",
    "after_hours": "Kvällar, nätter och helger",
    "acute": "Är det akut fara? Ring",
    "abuse_heading": "Misstänker du våld eller övergrepp?",
    "abuse": (
        "Ring direkt, innan du gör något annat. Berätta inte för vårdnadshavarna att en anmälan"
        " ska göras. Socialtjänsten avgör när de får veta."
    ),
    "ways_heading": "Så kan du anmäla",
    "ways": (
        "Ring eller besök oss om det är bråttom. Skicka sedan anmälan skriftligt också.",
        "Skriv annars ett brev, eller använd e-tjänsten om den finns här.",
        "Anmäl inte med e-post.",
    ),
    "e_service": "Till e-tjänsten",
    "facts_heading": "Bra att veta",
    "facts": (
        "Du som arbetar med barn måste anmäla när du är orolig. Du behöver inte vara säker.",
        "Du behöver inte vänta på ett möte eller på ett samtycke.",
        "Är du osäker? Ring och fråga utan att säga vem barnet är. Du kan också boka en tid.",
        "Du får veta att anmälan är mottagen och av vem.",
    ),
    "documents_heading": "Läs mer",
    "skip": "Till innehållet",
}
_ENGLISH = {
    "language": "en",
    "other_language": "sv",
    "other_words": "På svenska",
    "title": "Report of concern",
    "heading": "Are you worried about a child? Call.",
    "call": "Call social services",
    "after_hours": "Evenings, nights and weekends",
    "acute": "Acute danger? Call",
    "abuse_heading": "Do you suspect violence or abuse?",
    "abuse": (
        "Call at once, before you do anything else. Do not tell the guardians that a report is to"
        " be made. Social services decide when they are told."
    ),
    "ways_heading": "How to report",
    "ways": (
        "Call or visit us if it is urgent. Then send the report in writing as well.",
        "Otherwise write a letter, or use the e-service if there is one here.",
        "Do not report by e-mail.",
    ),
    "e_service": "To the e-service",
    "facts_heading": "Good to know",
    "facts": (
        "You who work with children must report when you are worried. You need not be sure.",
        "You need not wait for a meeting or for a consent.",
        "Not sure? Call and ask without saying who the child is. You can also book a time.",
        "You are told that the report has been received, and by whom.",
    ),
    "documents_heading": "Read more",
    "skip": "To the content",
}
WORDS: dict[Language, dict[str, object]] = {"sv": dict(_SWEDISH), "en": dict(_ENGLISH)}
