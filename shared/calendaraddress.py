"""The address of a published calendar, as people copy it out of their calendar program."""

from urllib.parse import urlsplit

_LONGEST = 2000
_WRONG = "ska vara kalenderns webbadress: https:// eller webcal:// och sedan en server"


def calendar_address(text: str) -> str:
    """An https address; webcal is one by another name. Raises ValueError, without the address."""
    address = text.strip()
    for scheme in ("webcals://", "webcal://"):
        if address.lower().startswith(scheme):
            address = "https://" + address[len(scheme) :]
    try:
        parts = urlsplit(address)
        usable = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or len(address) > _LONGEST or not address.isprintable() or " " in address:
        raise ValueError(_WRONG)
    return address
