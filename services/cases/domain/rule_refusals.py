"""Changes of the rules that can't be made: each says what to do instead."""

from services.cases.domain.refused import Invalid, Refused, Words


class CountsAlready(Invalid):
    """A version that cases can have begun under is never another afterwards."""

    code = "rule-counts-already"
    rule = "X9"
    detail = Words(
        "En ändring gäller från en kommande dag, tidigast {earliest}: ärenden följer reglerna som"
        " gällde när de började. Välj en senare dag.",
        "A change counts from a coming day, {earliest} at the soonest: cases keep the rules that"
        " they began under. Choose a later day.",
    )


class CountsNow(Refused):
    """A change that cases can have begun under isn't taken back."""

    code = "rule-counts-now"
    rule = "X9"
    title = Words("Ändringen gäller redan", "The change counts already")
    detail = Words(
        "Ändringen gäller sedan {since}, och ärenden kan ha börjat under den. Gör en ny ändring"
        " från en kommande dag i stället.",
        "The change counts since {since}, and cases can have begun under it. Make a new change from"
        " a coming day instead.",
    )


class NeededByAnother(Refused):
    """A saved change that couldn't stand without the one that is taken back."""

    code = "rule-needed-by-another"
    title = Words("En annan ändring behöver den här", "Another change needs this one")
    detail = Words(
        "En annan sparad ändring går inte ihop med reglerna utan den här: {reason} Ta tillbaka den"
        " andra först.",
        "Another saved change doesn't go with the rules without this one: {reason} Take the other"
        " one back first.",
    )


class BeforeItBegins(Invalid):
    code = "rule-before-it-begins"
    rule = "X9"
    detail = Words(
        "Rutinen börjar gälla {begins}. Välj den dagen eller en senare.",
        "The procedure begins on {begins}. Choose that day or a later one.",
    )


class NothingChanged(Refused):
    """The values are those that hold without the change."""

    code = "rule-nothing-changed"
    title = Words("Inget är ändrat", "Nothing is changed")
    detail = Words(
        "Alla värden är som de skulle vara ändå. Ändra minst ett, eller gå tillbaka.",
        "Every value is what it would be anyway. Change at least one, or go back.",
    )


class DoNotGoTogether(Invalid):
    """Single values that are right, and wrong together."""

    code = "rule-do-not-go-together"
    detail = Words("Det går inte ihop: {reason}", "That doesn't go together: {reason}")


class ChangedMeanwhile(Refused):
    """Somebody else has changed the rules since the page was opened."""

    code = "rules-changed-meanwhile"
    title = Words("Reglerna har ändrats under tiden", "The rules have changed meanwhile")
    detail = Words(
        "Någon annan har ändrat reglerna sedan du öppnade sidan. Inget har sparats. Läs in sidan på"
        " nytt och kontrollera värdena.",
        "Somebody else has changed the rules since you opened the page. Nothing was saved. Reload"
        " the page and check the values.",
    )


class NoSuchYear(Invalid):
    code = "school-year-name"
    detail = Words(
        "Skriv läsåret så här: 2028/29. Det andra året följer på det första.",
        "Write the school year like this: 2028/29. The second year follows on the first.",
    )


class OutsideTheYear(Invalid):
    code = "outside-school-year"
    detail = Words(
        "Dagen ska ligga mellan {first} och {last}.", "The day must be from {first} to {last}."
    )


class Overlap(Invalid):
    code = "terms-overlap"
    detail = Words(
        "Terminerna går in i varandra. Rätta dagarna.", "The terms overlap. Mend the days."
    )


class SchoolYearBegun(Refused):
    """What was asked of people in it went by its terms."""

    code = "school-year-begun"
    rule = "R20"
    title = Words("Läsåret har börjat", "The school year has begun")
    detail = Words(
        "Läsåret började {first} och kan inte tas bort. Ändra dess dagar i stället.",
        "The school year began on {first} and can't be removed. Change its days instead.",
    )


class SchoolYearHasMeetings(Refused):
    """Meetings were booked around its breaks."""

    code = "school-year-has-meetings"
    rule = "R20"
    title = Words("Möten är bokade under läsåret", "Meetings are booked in the school year")
    detail = Words(
        "Bokade möten under läsåret: {count}, det första {first}. Därför kan det inte tas bort."
        " Ändra dess dagar i stället.",
        "Meetings booked in the school year: {count}, the first on {first}. So it can't be removed."
        " Change its days instead.",
    )


class SchoolYearIsPlanned(Refused):
    """A year that is open has meetings to be booked around its breaks."""

    code = "school-year-is-planned"
    rule = "R20"
    title = Words("Årets möten är planerade", "The year's meetings are planned")
    detail = Words(
        "Årets gemensamma möten är planerade under läsåret, från {first}. Därför kan det inte tas"
        " bort. Ändra dess dagar i stället.",
        "The year's joint meetings are planned in the school year, from {first}. So it can't be"
        " removed. Change its days instead.",
    )


_GONE = Words(
    "Filen har inte längre det som ändringen gäller.",
    "The file no longer has what the change is about.",
)
# What the loader says about values that don't go together, in the words of the page.
_REASONS = {
    "age_to is below": Words(
        "Högsta åldern är lägre än den lägsta.", "The oldest is younger than the youngest."
    ),
    "grade_to is below": Words(
        "Sista årskursen är lägre än den första.", "The last year is below the first."
    ),
    "grade_from and grade_to": Words(
        "Fyll i båda årskurserna eller ingen.", "Fill in both years or none."
    ),
    "child_needed_from_age": Words(
        "Barnets samtycke kan inte krävas vid lägre ålder än barnet frågas.",
        "The child's consent can't be needed at a lower age than the child is asked.",
    ),
    "nudge_working_days_before": Words(
        "Den som inte svarat frågas innan svaret senast önskas: skriv minst lika många dagar.",
        "Who hasn't answered is asked before the last day to answer: write at least as many days.",
    ),
    "has to be later in the year": Words(
        "Sista dagen måste komma senare på året än den första.",
        "The last day must be later in the year than the first.",
    ),
    "can't be earlier in the year": Words(
        "Sista dagen kan inte komma tidigare på året än den första.",
        "The last day can't be earlier in the year than the first.",
    ),
    "holds a word that no mail holds": Words(
        "En punkt har ett ord som inget mejl får ha, om barn eller oro (X3).",
        "A point holds a word that no mail may hold, about a child or a worry (X3).",
    ),
    "as many points as agenda": Words(
        "Skriv lika många punkter på engelska som på svenska.",
        "Write as many points in English as in Swedish.",
    ),
    "Extra inputs are not permitted": _GONE,
    "Field required": _GONE,  # a step, say, of which the change alone is left
    "which doesn't exist": Words(
        "Filerna har ingen sådan rutin.", "The files have no such routine."
    ),
    "day is out of range": Words("Den dagen finns inte.", "There is no such day."),
}
_OTHER = Words("Värdet går inte ihop med resten.", "The value doesn't go with the rest.")


def reason_in_words(reason: str) -> Words:
    """Why the loader refuses, in plain words."""
    return next((words for part, words in _REASONS.items() if part in reason), _OTHER)
