"""The words of the rules, where a procedure's own file doesn't cite them."""

from collections.abc import Mapping, Sequence

from shared.domain.procedure import Procedure

# The sources' own words; those of the X rules, which follow from them, are ours.
_QUOTES = {
    "R2": "Den som initierar ärendet är processbärare genom hela ärendet",
    "R4": "Delges vårdnadshavare information så snart som möjligt … varpå detta undertecknas",
    "R5": "Identifiera deltagare på samverkansmöten",
    "R7": "Om ungdomen är myndig presenteras möjligheter till vårdnadshavare att ändå delta",
    "R11": "Processbäraren ansvarar för vidare kallelse, uppföljning och utvärdering",
    "R13": "Tid för nytt samverkansmöte",
    "R14": "Vårdnadshavares kontaktperson (om annan än processbärare)",
    "R15": "Dokumentation sparas i elev-akt",
    "R16": "Processbäraren ansvarar för att avsluta ärendet, vilket dokumenteras",
    "R17": "Vi säkrar alltid barns/elevs och vårdnadshavares samtycke och delaktighet",
    "R18": "Vi alltid överväger om det skulle vara av värde för barnet/eleven",
    "R19": "Processbäraren delger vårdnadshavare/myndig elev anledningen. Samtycke skrivs på",
    "S1": (
        "vårdnadshavaren skriftligen godkänner att anställda från de tre myndigheterna får lov att"
        " lösa sekretessen"
    ),
    "S4": "tillsammans med familjen sätts mål och handlingsplan",
    "S6": "få information om vilka som kommer att vara med",
    "S7": "möjlighet att bjuda in andra personer som kan bidra i arbetet",
    "S10": "Skyndsamhet är en viktig faktor",
    "P3": "antingen en vårdnadshavare, barnet själv eller någon vuxen från samverkansparterna",
    "P16": "få kontakt med andra stödfunktioner … stödjande eller motiverande samtal",
    "X9": "Regler, gränser och ord är daterade: ett ärende följer den version det började under",
    "P7": "Ett samtycke kan närsomhelst tas tillbaka",
    "P8": (
        "ingen utan vårdnadshavarnas tillstånd kan diskutera barnet utanför den egna verksamheten"
    ),
    "P11": "frivillig, kostnadsfri",
    "P13": "ta kontakt med SSPF-koordinatorn för rådfrågning",
    "X1": "En tidsgräns passeras aldrig: sista dag att boka är sista arbetsdagen senast på gränsen",
    "X2": "Den ansvariga får veta när en gräns närmar sig, och även chefen när den har passerat",
    "X5": "Om ett utskick får gå avgörs när det går",
    "X6": (
        "En person med skyddade uppgifter får inga utskick; okänt räknas som skyddat. Brev skickas"
        " via Skatteverkets förmedlingsuppdrag"
    ),
    "X7": "Den som inte har eller inte vill ha e-post får ett brev",
    "X8": "Vem som samtycker avgörs av åldern på mötets dag",
    "X11": "Barn under 15 år får ingen e-post, och äldre bara till en adress de själva har uppgett",
    "X10": (
        "Innan ett samtycke finns ser bara den egna verksamheten barnet; därefter de som är med och"
        " omfattas"
    ),
    "X12": "Vårdnadshavare får inte veta något om varandra, och behöver inte träffas",
    "X14": "Ett samtycke kan tas tillbaka via länk, på telefon eller på papper",
}


def quote(procedure: Procedure, rule: str | None) -> str:
    """The rule's words; nothing, if nobody has written them down."""
    if rule is None:
        return ""
    return procedure.rules.get(rule) or _QUOTES.get(rule, "")


def words_of(rule: str | None, versions: Mapping[str, Sequence[Procedure]]) -> str:
    """The rule's words, by whichever procedure cites it last; nothing, if none does."""
    cited = (one.rules.get(rule) for own in versions.values() for one in reversed(own) if rule)
    return next(filter(None, cited), "") or _QUOTES.get(rule or "", "")
