"""What is asked thoroughly at the end of each year, of all that has come about."""

from collections import Counter
from datetime import date, timedelta

from samspel.simulate.calendar import breaks_of, school_year, why_not
from samspel.simulate.invariants import unless
from samspel.simulate.life import Life
from samspel.simulate.script import Script
from samspel.simulate.sent import NAMES, SECRETS
from shared.domain.days import local_date

_MEETINGS = """
    SELECT m.step, m.starts_at, m.state FROM cases.meetings m JOIN cases.cases c ON c.id = m.case_id
    WHERE c.about = 'year' AND m.state <> 'cancelled' ORDER BY m.starts_at
"""
_EVALUATIONS = "SELECT year, due_on FROM cases.evaluations"
_MONTHS = {"april": 4, "october": 10}
_OUTSIDE_CASES = """
    SELECT 'events' AS place, data::text AS words FROM bus.events
    UNION ALL SELECT 'due rows', event::text FROM scheduler.due
    UNION ALL SELECT 'plans', concat(windows::text, proposal::text) FROM scheduler.plans
    UNION ALL SELECT 'messages', payload::text FROM notifier.messages
    UNION ALL SELECT 'words that were sent', concat(subject, text) FROM notifier.sent_words
"""
_STILL_CLAIMED = "SELECT count(*) AS n FROM notifier.messages WHERE state IN ('claimed', 'data')"
_FAILED_UNTOLD = """
    SELECT count(*) AS n FROM notifier.messages m WHERE m.state = 'failed' AND m.bounced IS NULL
      AND NOT EXISTS (SELECT FROM bus.events e WHERE e.type = 'message.failed'
                      AND starts_with(e.data->>'key', m.key))
"""


def ask(life: Life, script: Script) -> None:
    """Raises DoesNotHold."""
    _the_year(life, script)
    _no_names(life)
    (claimed,) = life.house.rows(_STILL_CLAIMED)
    unless(claimed["n"] == 0, 1, "messages that nobody ends")
    (untold,) = life.house.rows(_FAILED_UNTOLD)
    unless(untold["n"] == 0, 1, "messages that have failed, and no person was told")


def _the_year(life: Life, script: Script) -> None:
    """Invariant 11, by a calendar of our own."""
    now = life.house.now()
    today = local_date(now)
    known = [school_year(begins) for begins in range(script.first - 1, today.year + 4)]
    spans = list(breaks_of(known, {}).values())
    rows = life.house.rows(_MEETINGS)
    count = Counter((local_date(row["starts_at"]).year, row["step"]) for row in rows)
    for row in rows:
        day = local_date(row["starts_at"])
        unless(day.month == _MONTHS[row["step"]], 11, f"the {row['step']} meeting is on {day}")
        unless(why_not(day, spans) is None, 11, f"a meeting of the year is on {day}")
    for year in range(script.first, today.year + 1):
        for name, month in _MONTHS.items():
            if date(script.first, 8, 3) < date(year, month, 1) <= today + timedelta(days=300):
                found = count[year, name]
                unless(found == 1, 11, f"{found} meetings in {name} {year}")
    evaluated = {row["year"] for row in life.house.rows(_EVALUATIONS)}
    for year in range(script.first + 1, today.year + (today.month >= 7)):
        unless(year in evaluated, 11, f"no evaluation of {year}")


def _no_names(life: Life) -> None:
    """Invariant 13: outside the register of cases nobody is named. Staff may read a unit's name."""
    for row in life.house.rows(_OUTSIDE_CASES):
        secrets = NAMES if row["place"] == "words that were sent" else SECRETS
        found = secrets.search(row["words"])
        unless(found is None, 13, f"{row['place']} name what they mustn't")
