"""Mail addresses as they can be used in a calendar and in SMTP without extensions."""

from email_validator import EmailNotValidError, validate_email


def mail_address(address: str) -> str:
    """The address, normalized, if mail can be sent there as it is; the error doesn't repeat it."""
    try:
        parts = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise ValueError("not a mail address (name@domain, in ASCII)") from None
    if parts.ascii_email is None:
        raise ValueError("not a mail address (name@domain, in ASCII)")
    return parts.ascii_email
