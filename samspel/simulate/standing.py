"""What is asked after every step of what stands: in the tables, and in the mailboxes outside."""

from datetime import datetime, time, timedelta

from samspel.simulate.calendar import red_days
from samspel.simulate.calls import Json
from samspel.simulate.grounds import age
from samspel.simulate.house import House
from samspel.simulate.invariants import unless
from samspel.simulate.outside import Outside
from samspel.simulate.sent import SECRETS
from shared.domain.days import STOCKHOLM, local_date

_HOURS = (time(8), time(16, 30))
_TWO_WEEKS = timedelta(days=14)
_DAYS_OF_WORK = 5
_CALLED_BEFORE = timedelta(weeks=4)

_OPEN = """
    SELECT (SELECT count(*) FROM notifier.messages
            WHERE state IN ('due', 'claimed', 'data', 'retry', 'unknown')
              AND due_at <= %(now)s) AS open,
           (SELECT count(*) FROM bus.deliveries WHERE state <> 'done') AS undelivered,
           (SELECT count(*) FROM scheduler.plans WHERE set_aside) AS aside
"""
# Whom a meeting that stands and lies ahead should be known to, as the register is now: of the staff
# who still has a post in the organisation that they are there for. To a year's everybody is called
# four weeks before.
_SHOULD_KNOW = """
    SELECT m.id, m.sequence, m.starts_at, a.person_id, lower(who.email) AS mailbox, p.party,
           who.birth_date
    FROM cases.meetings m JOIN cases.cases c ON c.id = m.case_id
    JOIN cases.attendance a ON a.meeting_id = m.id AND NOT a.removed
    JOIN cases.people who ON who.id = a.person_id
    JOIN cases.participants p ON p.case_id = c.id AND p.person_id = a.person_id
                             AND p.removed_at IS NULL
    WHERE m.state = 'booked' AND m.starts_at > %(now)s AND c.state = 'open'
      AND (c.about IN ('child', 'consultation') OR c.about = 'year' AND m.starts_at < %(soon)s)
      AND who.email IS NOT NULL AND NOT who.no_mail
      AND lower(who.dead_email) IS DISTINCT FROM lower(who.email)
      AND CASE WHEN p.party <> 'staff' THEN who.protected IS FALSE ELSE EXISTS (
            SELECT FROM cases.holders h
            JOIN cases.posts post ON post.code = h.post JOIN cases.units u ON u.code = post.unit
            WHERE h.person_id = a.person_id
              AND (c.about = 'year' OR u.organisation = p.organisation)
              AND h.first_day <= (%(now)s AT TIME ZONE 'Europe/Stockholm')::date
              AND (h.last_day IS NULL OR h.last_day >= m.local_start::date)) END
    ORDER BY m.starts_at, m.id, a.person_id
"""
_ACCOUNTED_FOR = """
    SELECT EXISTS (SELECT FROM notifier.messages WHERE meeting_id = %(meeting)s
                   AND mailbox = %(mailbox)s AND kind IN ('call', 'change')
                   AND told >= %(told)s AND (state IN ('failed', 'held')
                        OR reason IN ('dropped-after-restore', 'too-late') OR bounced IS NOT NULL))
        OR EXISTS (SELECT FROM notifier.by_hand b JOIN cases.tasks t
                        ON t.meeting_id = b.meeting_id AND t.about = b.person_id
                   WHERE b.meeting_id = %(meeting)s AND b.person_id = %(person)s
                     AND b.told >= %(told)s) AS is_so
"""
_CANCEL_ACCOUNTED_FOR = """
    SELECT EXISTS (SELECT FROM notifier.messages WHERE meeting_id = %(meeting)s
                   AND mailbox = %(mailbox)s AND kind = 'cancel' AND state <> 'accepted'
                   AND (state IN ('failed', 'held') OR reason IN ('dropped-after-restore',
                                                                  'too-late', 'protected')))
        OR EXISTS (SELECT FROM notifier.by_hand b JOIN notifier.messages m
                        USING (meeting_id, person_id)
                        JOIN cases.tasks t USING (meeting_id)
                   WHERE b.meeting_id = %(meeting)s AND m.mailbox = %(mailbox)s
                     AND t.about = b.person_id)
        OR EXISTS (SELECT FROM notifier.messages WHERE meeting_id = %(meeting)s
                   AND mailbox = %(mailbox)s AND kind <> 'reminder'
                   AND bounced IS NOT NULL)
        OR EXISTS (SELECT FROM notifier.invitations i
                   JOIN cases.meetings m ON m.id = i.meeting_id AND m.state = 'booked'
                   JOIN cases.attendance a USING (meeting_id)
                   JOIN cases.people who ON who.id = a.person_id
                   WHERE i.meeting_id = %(meeting)s AND i.mailbox = %(mailbox)s
                     AND a.person_id = ANY(i.people) AND NOT a.removed AND who.no_mail) AS is_so
"""
_OFF = """
    SELECT m.id, m.starts_at, m.state,
           array_agg(lower(who.email)) FILTER (WHERE NOT a.removed) AS mailboxes
    FROM cases.meetings m LEFT JOIN cases.attendance a ON a.meeting_id = m.id
    LEFT JOIN cases.people who ON who.id = a.person_id
    WHERE m.starts_at > %(now)s GROUP BY m.id
"""
_TWICE = """
    SELECT count(*) AS n
    FROM cases.attendance a JOIN cases.meetings m ON m.id = a.meeting_id
    JOIN cases.attendance b ON b.person_id = a.person_id AND b.meeting_id > a.meeting_id
    JOIN cases.meetings n ON n.id = b.meeting_id
    WHERE m.state = 'booked' AND n.state = 'booked' AND NOT a.removed AND NOT b.removed
      AND a.stands_for IS NULL AND b.stands_for IS NULL AND a.answer <> 'declined'
      AND b.answer <> 'declined' AND m.ends_at > %(now)s
      AND tstzrange(m.starts_at, m.ends_at) && tstzrange(n.starts_at, n.ends_at)
      AND EXISTS (SELECT FROM cases.engagements e
                  WHERE e.person_id = a.person_id AND e.meeting_id IN (a.meeting_id, b.meeting_id))
"""
_BOOKED = """
    SELECT m.step, m.starts_at, m.local_start, c.procedure, c.known_on, c.about,
           (SELECT max(f.starts_at) FROM cases.meetings f
            WHERE f.case_id = c.id AND f.step = 'first' AND f.state = 'held') AS first_held
    FROM cases.meetings m JOIN cases.cases c ON c.id = m.case_id
    WHERE m.created_at > %(since)s AND m.proposal IS NOT NULL AND m.sequence = 0
      AND c.about = 'child'
"""
_OF_AGE = """
    SELECT c.id, who.id AS child, who.birth_date FROM cases.cases c
    JOIN cases.people who ON who.id = c.child
    WHERE c.state = 'open' AND c.about = 'child' AND c.procedure = 'samverkansmote'
      AND NOT EXISTS (SELECT FROM cases.consents one
                      WHERE one.case_id = c.id AND one.person_id = who.id AND one.party = 'youth')
"""
# What is asked of both who call to a year's meetings is done for both; each answers for themselves.
_DONE_FOR_ONE = """
    SELECT DISTINCT one.kind FROM cases.tasks one JOIN cases.tasks other
      ON left(other.key, -length(other.post)) = left(one.key, -length(one.post))
     AND other.post <> one.post AND other.year = one.year AND other.kind = one.kind
    WHERE one.state = 'done' AND other.state = 'open' AND one.done_at > other.created_at
      AND one.key LIKE '%%/' || one.post AND other.key LIKE '%%/' || other.post
      AND one.kind IN ('mark-as-held', 'group-missing', 'evaluate-year', 'tell-by-hand',
                       'reach-otherwise', 'read-mail', 'decide-mail', 'limit-passed')
    ORDER BY one.kind
"""
_WORDS_OF_EVENTS = "SELECT data::text AS words FROM bus.events WHERE id > %(event)s"


def ask(house: House, outside: Outside, since: datetime, event: int) -> int:
    """Raises DoesNotHold. `since` and `event`: when, and at which event, it was asked before; the
    newest event."""
    now = house.now()
    values = {"now": now, "since": since, "event": event, "soon": now + _CALLED_BEFORE}

    def rows(query: str) -> list[Json]:
        return house.looking.execute(query.encode(), values).fetchall()

    _at_rest(rows(_OPEN)[0])
    for row in rows(_SHOULD_KNOW):
        _knows(house, outside, row)
    _nobody_else_does(house, outside, rows(_OFF))
    unless(rows(_TWICE)[0]["n"] == 0, 16, "somebody is in two meetings at a time")
    for row in rows(_BOOKED):
        _lies_well(row)
    for row in rows(_OF_AGE):
        of_age = age(row["birth_date"], local_date(now)) >= 18
        unless(not of_age, 18, "a youth has come of age and was never asked")
    left = [row["kind"] for row in rows(_DONE_FOR_ONE)]
    unless(not left, 1, f"done, and still open for another: {', '.join(left)}")
    for row in rows(_WORDS_OF_EVENTS):
        unless(not SECRETS.search(row["words"]), 13, "an event")
    (newest,) = house.rows("SELECT coalesce(max(id), 0) AS id FROM bus.events")
    return int(newest["id"])


def _at_rest(left: Json) -> None:
    unless(left["open"] == 0, 1, f"{left['open']} messages that are due haven't ended")
    unless(left["undelivered"] == 0, 1, f"{left['undelivered']} events that aren't delivered")
    unless(left["aside"] == 0, 1, f"{left['aside']} cases that are looked at no more")


def _knows(house: House, outside: Outside, row: Json) -> None:
    day = local_date(row["starts_at"])
    if row["party"] == "child" and age(row["birth_date"], local_date(house.now())) < 15:
        return
    held = outside.newest(row["id"], row["mailbox"])
    starts = row["starts_at"].astimezone(STOCKHOLM).strftime("%Y%m%dT%H%M")
    if held is not None and held.method == "REQUEST" and held.starts.startswith(starts):
        return
    values = {"meeting": row["id"], "mailbox": row["mailbox"], "person": row["person_id"]}
    values |= {"told": row["sequence"]}
    (found,) = house.looking.execute(_ACCOUNTED_FOR.encode(), values).fetchall()
    had = "nothing" if held is None else f"{held.method} {held.sequence}"
    what = f"a {row['party']} has {had} of a meeting on {day} with SEQUENCE {row['sequence']}"
    unless(found["is_so"], 1, what)


def _nobody_else_does(house: House, outside: Outside, rows: list[Json]) -> None:
    """Whoever isn't called any more, or whose meeting is off, has heard so (the CANCEL leaves). Who
    wants no mail any more, and is still called, keeps what an address holds that was theirs."""
    for row in rows:
        mailboxes: set[str] = set(row["mailboxes"] or ())
        for mailbox in outside.mailboxes[row["id"]]:
            held = outside.newest(row["id"], mailbox)
            if held is None or held.method != "REQUEST":
                continue
            if row["state"] in ("booked", "proposed", "held") and mailbox in mailboxes:
                continue
            values = {"meeting": row["id"], "mailbox": mailbox}
            (found,) = house.looking.execute(_CANCEL_ACCOUNTED_FOR.encode(), values).fetchall()
            unless(
                found["is_so"], 4, f"a mailbox still holds a meeting that is {row['state']} for it"
            )


def _lies_well(row: Json) -> None:
    local = row["starts_at"].astimezone(STOCKHOLM)
    unless(local.replace(tzinfo=None) == row["local_start"], 10, "two times of one meeting")
    works = local.weekday() < _DAYS_OF_WORK and local.date() not in red_days(local.year)
    unless(works, 10, f"booked on {local.date()}, which isn't a working day")
    unless(_HOURS[0] <= local.time() <= _HOURS[1], 10, f"booked at {local.time()}")
    if row["procedure"] != "samverkansmote":
        return
    if row["step"] == "first":
        limit = row["known_on"] + _TWO_WEEKS
        unless(local.date() <= limit, 10, f"the first is on {local.date()}, after {limit}")
    if row["step"] == "second" and row["first_held"] is not None:
        limit = local_date(row["first_held"]) + _TWO_WEEKS
        unless(local.date() <= limit, 10, f"the second is on {local.date()}, after {limit}")
