"""A town that lives for years: left and opened again, asleep for a week, with people who change."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from icalendar import Calendar

from samspel.simulate.calendar import SchoolYear, Span
from samspel.simulate.municipality import code_of
from shared.domain.days import at, local_date
from shared.ids import PAGE, meeting_uid, signed_token, staff_id
from tests.support.diary import Mail
from tests.support.links import Forms
from tests.support.long_years import write_municipality
from tests.support.notifier import SECRET
from tests.support.town import Town, a_town

DOMAIN = "exempelkommun.example"
MORNING = time(8)
Json = dict[str, Any]

_MEETINGS = """
    SELECT m.id, m.step, m.state, m.starts_at, m.sequence
    FROM cases.meetings m JOIN cases.cases c ON c.id = m.case_id
    WHERE c.about = 'year' ORDER BY m.starts_at
"""
_PAGE_OF = """
    SELECT link FROM cases.tasks
    WHERE kind = %s AND owner = %s AND state = 'open' AND link IS NOT NULL ORDER BY created_at
"""


class Letter(NamedTuple):
    """A calendar object that somebody was mailed: when by the clock, and which revision."""

    on: date
    to: str
    method: str
    uid: str
    sequence: int
    starts: datetime


@dataclass(slots=True)
class LongStory:
    """Keeps every mail over all the times that the town was opened."""

    database_url: str
    folder: Path
    years: tuple[SchoolYear, ...]
    moved: dict[str, Span] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)
    _town: Town | None = None
    _written: int = 0
    _seen: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    @property
    def town(self) -> Town:
        assert self._town is not None
        return self._town

    # living

    def begin(self, day: date) -> None:
        self._start(at(day, MORNING).isoformat())

    def restart(self, moved: Mapping[str, Span] | None = None) -> None:
        """All processes end, and others begin; school breaks may have been moved meanwhile."""
        self._leave()
        self.moved |= moved or {}
        self._written += bool(moved)
        self._start(None)

    def walk(self, day: date, hour: int = 8) -> None:
        """Until then everything works."""
        self.town.move_clock(at(day, time(hour)).isoformat())

    def sweep(self) -> None:
        """What workers do on every day, also when nothing is due: every open case is looked at."""
        self.town.scheduler.a_round()
        self.town.quiet()

    def sleep(self, day: date, hour: int = 8) -> None:
        """Until then nothing works: no beat, no worker."""
        self.town.clockwork.stand_at(at(day, time(hour)))
        self.town.quiet()

    # people

    def begins(self, post: str, name: str, day: date, **more: str) -> None:
        body = {"person": person(name), "first_day": day.isoformat(), **more}
        self.town.do(f"posts/{post}/holders", body, status=201)

    def ends(self, post: str, name: str, day: date) -> None:
        body = {"person": person(name), "last_day": day.isoformat()}
        self.town.do(f"posts/{post}/holders/end", body)

    def send_page(self, kind: str, name: str, fields: Mapping[str, str]) -> bool:
        """Somebody opens the page of a duty of theirs, fills it in and sends it; False: none."""
        rows = self.town.rows(_PAGE_OF, kind, person(name))
        for row in rows:
            path = f"/u/{signed_token(SECRET, PAGE, row['link'])}"
            page = self.town.client.get(path)
            (action, hidden), *_ = Forms(page.text).found.items()
            sent = self.town.client.post(action, data=hidden | dict(fields), follow_redirects=False)
            assert sent.status_code == 303, sent.text
            self.town.quiet()
        return bool(rows)

    # what has come of it

    def meetings(self) -> list[Json]:
        """Those of all years, also those that are off."""
        return self.town.rows(_MEETINGS)

    def the_meeting(self, day: date) -> Json:
        stand = [one for one in self.meetings() if one["state"] != "cancelled"]
        found = [one for one in stand if local_date(one["starts_at"]) == day]
        days = [local_date(one["starts_at"]).isoformat() for one in stand]
        assert len(found) == 1, f"not one meeting on {day}, but on {', '.join(days)}"
        return found[0]

    def letters_about(self, meeting: Json) -> list[Letter]:
        uid = meeting_uid(SECRET, meeting["id"], DOMAIN)
        self._collect()
        return [letter for letter in self.letters if letter.uid == uid]

    # how it goes

    def _start(self, clock: str | None) -> None:
        folder = self.folder / f"settings-{self._written}"
        if not folder.exists():
            write_municipality(folder, self.years, self.moved)
        town = a_town(self.database_url, folder, clock=clock, year=True)
        self._town = self._open.enter_context(town)
        self.town.quiet()

    def _leave(self) -> None:
        self._collect()
        self._open.close()
        self._town, self._seen = None, 0

    def _collect(self) -> None:
        """What has come since it was last looked for."""
        came = self.town.letters()
        self.letters += _objects(came[self._seen :])
        self._seen = len(came)


def person(name: str) -> str:
    return str(staff_id(code_of(name)))


def _objects(came: Iterable[tuple[Mail, EmailMessage]]) -> Iterator[Letter]:
    for mail, raw in came:
        for part in raw.walk():
            if part.get_content_type() == "text/calendar":
                event: Any = Calendar.from_ical(part.get_content()).walk("VEVENT")[0]
                sequence = int(event["SEQUENCE"])
                method = str(part.get_param("method"))
                uid = str(event["UID"])
                starts = event["DTSTART"].dt
                if isinstance(starts, datetime):
                    on = date.fromisoformat(mail.on)
                    yield Letter(on, mail.to, method, uid, sequence, starts)
