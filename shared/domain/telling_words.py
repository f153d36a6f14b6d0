"""The words that no mail holds, since they tell what it is about (X3, X13)."""

import re
from functools import lru_cache

# As they are inflected, and the compounds that tell as much. «Barnhusgatan» is a street.
_FORBIDDEN = re.compile(
    r"\b(?:"
    r"ärende(?:t|ts|n|na|nas|ns)?"
    r"|samtyck(?:e|et|ets|en|ena|a|er|te|t)"
    r"|vårdnadshavar\w*"
    r"|barn(?:s|et|ets|en|ens)?|barn-"
    r"|elev(?:s|en|ens|er|ers|erna|ernas)?|elev(?:hälso?|vård|akt)\w*"
    r"|oro(?:n|ns|s|lig|ligt|liga|as|ande)?|oros(?:anmäl|möt)\w*"
    r"|social(?:tjänst|sekreter|förvaltning|kontor)\w*"
    r")\b",
    re.IGNORECASE,
)
# How they all begin, in folded text: nearly no text holds any of these, which is soon seen. Not all
# of «social»: «SOCİAL» is the same in either case, but not folded.
_BEGINNINGS = ("ärende", "samtyck", "vårdnads", "barn", "elev", "oro", "soc")


@lru_cache(maxsize=2048)
def says_forbidden_word(text: str) -> bool:
    """Whether a text holds a word that no mail ever holds."""
    folded = text.casefold()
    return any(one in folded for one in _BEGINNINGS) and _FORBIDDEN.search(text) is not None
