"""Dates and names of things as the page says them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

STOCKHOLM = ZoneInfo("Europe/Stockholm")

_METHODS = {
    "CANCEL": "Inställt",
    "REPLY": "Svar",
    "COUNTER": "Förslag på ny tid",
    "DECLINECOUNTER": "Avböjt förslag",
    "REFRESH": "Fråga om läget",
    "PUBLISH": "Kalenderpost",
    "ADD": "Tillägg",
    "": "Kalenderpost",
}
_ANSWERS = {
    "NEEDS-ACTION": "har inte svarat",
    "ACCEPTED": "kommer",
    "DECLINED": "kommer inte",
    "TENTATIVE": "kanske",
    "DELEGATED": "har skickat någon annan",
}


def moment(value: date | datetime | None) -> str:
    """«tisdag 1 december 2026 kl. 13.00» in Swedish time; a day without a time is only the day."""
    if value is None:
        return ""
    try:
        if not isinstance(value, datetime):
            return format_date(value, "EEEE d MMMM y", locale="sv_SE")
        # A time without a zone is shown as it stands: it's the reader's own.
        local = value if value.tzinfo is None else value.astimezone(STOCKHOLM)
        return format_datetime(
            local.replace(tzinfo=None), "EEEE d MMMM y 'kl.' HH.mm", locale="sv_SE"
        )
    except (ValueError, OverflowError):  # the years 1 and 9999 have no neighbours
        return value.isoformat()


def method(name: str, sequence: int | None) -> str:
    """What an iTIP method is to the one who gets it."""
    if name == "REQUEST":
        return "Ändring" if sequence else "Inbjudan"
    return _METHODS.get(name, f"Kalenderpost ({name})")


def answer(partstat: str) -> str:
    return _ANSWERS.get(partstat, "")


def size(octets: int) -> str:
    """«812 byte», «4,2 kB», «10,0 MB»."""
    if octets < 1000:
        return f"{octets} byte"
    value, unit = (octets / 1e3, "kB") if octets < 999_950 else (octets / 1e6, "MB")
    return f"{value:.1f} {unit}".replace(".", ",")
