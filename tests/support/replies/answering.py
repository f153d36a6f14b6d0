"""What somebody answers, before a program makes a mail of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
WINDOWS_ZONE = """\
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""
_PREFIXES = {
    ("sv", "ACCEPTED"): "Accepterat",
    ("sv", "DECLINED"): "Avböjt",
    ("sv", "TENTATIVE"): "Preliminärt",
    ("en", "ACCEPTED"): "Accepted",
    ("en", "DECLINED"): "Declined",
    ("en", "TENTATIVE"): "Tentative",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Who answers what to which invitation. The instants are aware."""

    uid: str = "aaaabbbbccccddddeeeeffff@exempelkommun.example"
    attendee: str = "asa.lind@post.example"
    name: str = "Åsa Lind"
    organizer: str = "moten+k3v5w2@exempelkommun.example"
    method: str = "REPLY"
    partstat: str = "ACCEPTED"
    sequence: int = 1
    stamp: datetime = datetime(2027, 2, 1, 9, 30, 12, tzinfo=UTC)
    starts_at: datetime = datetime(2027, 3, 2, 9, 0, tzinfo=STOCKHOLM)
    ends_at: datetime = datetime(2027, 3, 2, 10, 0, tzinfo=STOCKHOLM)
    comment: str = ""
    language: str = "sv"

    @property
    def subject(self) -> str:
        return f"{_PREFIXES.get((self.language, self.partstat), 'Sv')}: Möte"

    @property
    def headers(self) -> dict[str, str]:
        return {
            "From": f'"{self.name}" <{self.attendee}>',
            "To": f"<{self.organizer}>",
            "Subject": self.subject,
            "Date": "Mon, 01 Feb 2027 10:30:12 +0100",
            "Message-ID": "<svar.1@post.example>",
        }

    @property
    def stamp_utc(self) -> str:
        return utc(self.stamp)

    @property
    def commented(self) -> str:
        """The comment as a calendar's text."""
        escaped = self.comment.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        return escaped.replace("\n", "\\n")


def utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def wall(instant: datetime) -> str:
    return instant.astimezone(STOCKHOLM).strftime("%Y%m%dT%H%M%S")
