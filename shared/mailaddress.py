"""Mail addresses as they can be used in a calendar and in SMTP without extensions."""

from email_validator import EmailNotValidError, validate_email

_LONGEST = 254  # signs; of more it isn't even looked at (RFC 5321, 4.5.3.1.3)
_LONGEST_LOCAL_PART = 64  # octets (RFC 5321, 4.5.3.1.1)


def mail_address(address: str) -> str:
    """The address, normalized, if mail can be sent there as it is; the error doesn't repeat it."""
    if len(address) > _LONGEST:
        raise ValueError("not a mail address (name@domain, in ASCII)")
    try:
        parts = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise ValueError("not a mail address (name@domain, in ASCII)") from None
    local = parts.ascii_local_part
    if parts.ascii_email is None or local is None or len(local) > _LONGEST_LOCAL_PART:
        raise ValueError("not a mail address (name@domain, in ASCII)")
    if "=?" in parts.ascii_email:  # programs on the way would decode it, and a line break in it
        raise ValueError("not a mail address (an encoded word)")
    return parts.ascii_email
