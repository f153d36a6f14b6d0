"""A mail at the door: what is kept of it before anybody has read it."""

import re
from dataclasses import dataclass

MEGABYTE = 1024 * 1024
LARGEST_MAIL = 16 * MEGABYTE  # octets; a larger one is refused at the door
# Each server on the way writes one: so many, and the mail goes in a circle (RFC 5321, 6.3).
_MOST_RECEIVED = 100
_LONGEST_HEADERS = 256 * 1024
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_RECEIVED = re.compile(rb"^received:", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail to one address of ours. `sender`: the envelope's, empty for a report, None if there
    was no envelope. `size`: octets; `raw` may be the headers alone."""

    recipient: str
    sender: str | None
    raw: bytes
    size: int


def headers_alone(raw: bytes) -> bytes:
    """What stands before the body, and not more than anybody reads of it."""
    head = raw[:_LONGEST_HEADERS]
    end = _END_OF_HEADERS.search(head)
    return head if end is None else head[: end.end()]


def goes_in_a_circle(raw: bytes) -> bool:
    return len(_RECEIVED.findall(headers_alone(raw))) >= _MOST_RECEIVED
