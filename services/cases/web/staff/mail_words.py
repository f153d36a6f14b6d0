"""What the pages about mail say: kinds, states, why a mail waits for somebody."""

from services.cases.domain.refused import Words

KINDS = {
    "call": Words("Inbjudan", "Invitation"),
    "change": Words("Ändring", "Change"),
    "cancel": Words("Inställt eller återtaget", "Cancellation"),
    "reminder": Words("Påminnelse", "Reminder"),
    "nudge": Words("Fråga om svar", "Request for an answer"),
    "proposal": Words("Förslag på tider", "Proposed times"),
    "counter-declined": Words("Nej till en annan tid", "No to another time"),
    "alert": Words("Gräns eller försenad uppgift", "Limit or late task"),
    "task": Words("Ny uppgift", "New task"),
    "receipt": Words("Mottagningsbesked", "Receipt"),
    "dispatch": Words("Material att sprida", "Material to pass on"),
    "digest": Words("Veckobrev", "Letter of the week"),
}
SIGNS = {
    "due": "○", "claimed": "◔", "data": "◔", "retry": "◔", "unknown": "?", "accepted": "✓",
    "failed": "▲", "suppressed": "×", "held": "‖",
}  # fmt: skip
# Numbers of mails by their state, for who runs the machinery.
COUNTED = {
    "due": Words("väntar", "wait"),
    "claimed": Words("skickas", "are being sent"),
    "data": Words("skickas", "are being sent"),
    "retry": Words("prövas igen", "are tried again"),
    "unknown": Words("utan svar från servern", "without an answer"),
    "accepted": Words("skickade", "sent"),
    "failed": Words("gick inte att skicka", "couldn't be sent"),
    "suppressed": Words("stoppade av en regel", "stopped by a rule"),
    "held": Words("hålls kvar", "held"),
}
# What can be chosen between on the list, each with the states it holds.
FILTERS: dict[str, tuple[Words, tuple[str, ...]]] = {
    "": (Words("Alla", "All"), ()),
    "pa-vag": (Words("På väg", "On their way"), ("due", "claimed", "data", "retry", "unknown")),
    "fel": (Words("Gick inte fram", "Didn't arrive"), ("failed",)),
    "skickade": (Words("Skickade", "Sent"), ("accepted",)),
    "stoppade": (Words("Stoppade", "Stopped"), ("suppressed", "held")),
}
INBOUND_STATES = {
    "handled": ("✓", Words("hanterat", "dealt with")),
    "quarantined": ("▲", Words("väntar på dig", "waits for you")),
    "settled": ("✓", Words("avgjort", "decided")),
    "discarded": ("×", Words("lagt åt sidan", "put aside")),
}
INBOUND_KINDS = {
    "reply": Words("Svar på en inbjudan", "Answer to an invitation"),
    "counter": Words("Önskar en annan tid", "Wishes for another time"),
    "refresh": Words("Vill ha inbjudan igen", "Wants the invitation again"),
    "foreign": Words("Någon annans kalenderinbjudan", "Somebody else's invitation"),
    "bounce": Words("Kom tillbaka", "Came back"),
    "auto-reply": Words("Autosvar", "Automatic answer"),
    "plain": Words("Ett mejl med egna ord", "A mail in somebody's own words"),
    "unclear": Words("Går inte att tyda", "Can't be read"),
}
# Why a person decides.
WHY_IN_QUARANTINE = {
    "stranger": Words(
        "Avsändaren är inte den som kallades.", "The sender isn't the one who was called."
    ),
    "another-meeting": Words("Det gäller ett annat möte.", "It is about another meeting."),
    "no-message": Words(
        "Det syns inte vilket av våra mejl som kom tillbaka.",
        "It doesn't show which mail of ours came back.",
    ),
    "shared-mailbox": Words(
        "Flera delar brevlådan, så det syns inte vem som svarade.",
        "Several share the mailbox, so it doesn't show who answered.",
    ),
    "from-the-future": Words("Svaret har ett datum som inte har varit.", "It has a date to come."),
    "undated": Words("Svaret har inget datum.", "The answer has no date."),
    "no-time": Words("Ingen tid går att läsa ut.", "No time can be read from it."),
    "poison": Words("Samspel klarade inte att läsa det.", "Samspel couldn't read it."),
}
OTHERWISE = Words(
    "Samspel är inte säkert på vad mejlet betyder.", "Samspel isn't sure what the mail means."
)
