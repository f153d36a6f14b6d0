"""Who one can sign in as in demo mode, by their logins."""

PEOPLE = (
    "anna.lindqvist@exempelkommun.example",  # rektor
    "asa.hallberg@exempelkommun.example",  # familjebehandlare
    "lotta.engstrom@exempelkommun.example",  # socialsekreterare
    "therese.backman@exempelkommun.example",  # coordinates Spindeln
    "stefan.norrby@exempelkommun.example",  # coordinates SSPF
    "karin.bergqvist@exempelkommun.example",  # elevhälsochef
    "jonas.ekdahl@exempelkommun.example",  # enhetschef IFO
)
# Of no register: what they are called, by their role.
OTHERS = (("administrator", "Agneta Ahl"), ("it", "Ivan Torp"))
