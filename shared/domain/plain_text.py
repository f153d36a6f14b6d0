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

# A day with its century or without, its parts together or apart, and the last four. Between them
# may stand three signs that aren't letters. A year that another day begins with is no last four.
_PERSONAL = re.compile(
    r"(?<!\d)(?=(18|19|20)?(\d\d)([\W_]?)(\d\d)\3(\d\d)([\W_]{0,3})"
    r"(?!(?:19|20)\d\d[\W_]\d\d[\W_]\d\d(?!\d))(\d{4})(?!\d))"
)
_COORDINATION = 60  # what a samordningsnummer adds to the day
_UNSEEN = {"Cf", "Mn", "Me"}
_HOUR_OR_YEAR = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d|2400|(?:19|20)\d\d")


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

    Samspel needs none, and keeps none: not in a name, an address, nor in the code of a file. Days,
    ranges of days, days with an hour and mobile numbers are none.
    """
    whole = unicodedata.normalize("NFKC", text)
    seen = "".join(sign for sign in whole if unicodedata.category(sign) not in _UNSEEN)
    return any(
        _is_day(century, year, month, day)
        and _checks(year + month + day + number)
        and not _is_told_of_a_day(apart, between, number)
        and not (_is_mobile(year, month) and not century + apart + between)
        for century, year, apart, month, day, between, number in _PERSONAL.findall(seen)
    )


def _is_told_of_a_day(apart: str, between: str, number: str) -> bool:
    """2027-09-27 1130: a day whose parts are apart, and then its hour, or another year."""
    joined = not between or (len(between) == 1 and _is_sign(between))
    return bool(apart) and not joined and _HOUR_OR_YEAR.fullmatch(number) is not None


def _is_sign(between: str) -> bool:
    """What stands before the last four: a hyphen, a dash or a minus of any kind, or a plus."""
    return between in "+\u2212" or unicodedata.category(between) == "Pd"


def _is_mobile(year: str, month: str) -> bool:
    """070 and seven digits written together: 2007 with a sign or a century is still told."""
    return year == "07" and month.startswith("0")


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
