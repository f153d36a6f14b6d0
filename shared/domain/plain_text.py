"""Text that people type and that is kept: nothing hidden in it, and written in one way."""

import re
import unicodedata
from datetime import date

# Where something is kept, as a code of the municipality's: it has no room for what it says (X3).
CODE = r"[A-Za-z0-9][A-Za-z0-9/_.:-]{0,63}"

# Control characters, surrogates, unassigned and private ones, line and paragraph separators, and
# format characters (they turn text around), but for the two joiners that names are written with.
_HIDDEN = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"

# A day with its century or without, a sign that may stand before the last four, and these.
_PERSONAL = re.compile(r"(?<!\d)(\d\d)?(\d\d)([-. ]?)(\d\d)\3(\d\d)[-+\u2013 ]{0,3}(\d{4})(?!\d)")
_COORDINATION = 60  # what a samordningsnummer adds to the day


def holds_hidden(text: str) -> bool:
    """Whether there is something in it that can't be seen."""
    return any(unicodedata.category(sign) in _HIDDEN and sign not in _JOINERS for sign in text)


def is_code(text: str) -> bool:
    return re.fullmatch(CODE, text) is not None


def plain(text: str) -> str:
    """The text in NFC, without space around it: the same letters are the same text."""
    return unicodedata.normalize("NFC", text).strip()


def holds_personal_number(text: str) -> bool:
    """Whether a personnummer or samordningsnummer stands in it, by day and check digit.

    Samspel needs none, and keeps none: not in a name, nor in the code of a file.
    """
    return any(
        _is_day(century, year, month, day) and _checks(year + month + day + number)
        for century, year, _, month, day, number in _PERSONAL.findall(text)
    )


def _is_day(century: str, year: str, month: str, day: str) -> bool:
    of_month = int(day) - _COORDINATION if int(day) > _COORDINATION else int(day)
    for first in (century,) if century else ("19", "20"):
        try:
            date(int(first + year), int(month), of_month)
        except ValueError:
            continue
        return True
    return False


def _checks(ten_digits: str) -> bool:
    """By the check digit: every other digit counts twice, and the sum ends in nought."""
    doubled = (int(sign) * (2 - place % 2) for place, sign in enumerate(ten_digits))
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0
