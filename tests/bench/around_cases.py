"""What has gathered around ten thousand cases: mails, logs, plans, events, reports, inquiries."""

from typing import LiteralString

_MESSAGES = """
    INSERT INTO notifier.messages (id, key, kind, ground, case_id, person_id, party, mailbox,
      address, language, rule, payload, message_id, state, attempts, due_at, useful_until,
      created_at, accepted_at)
    SELECT gen_random_uuid(), c.reference || '/' || n, 'alert', 'duty', c.id, c.process_owner,
      'staff', 'a@b.example', 'a@b.example', 'sv', 'X2', '{}', c.reference || '/' || n,
      CASE n WHEN 1 THEN 'failed' WHEN 2 THEN 'suppressed' ELSE 'accepted' END, 1,
      made.at, made.at + interval '30 days', made.at,
      CASE WHEN n > 2 THEN made.at END
    FROM cases.cases c, generate_series(1, 10) AS n,
      LATERAL (SELECT timestamptz '2027-03-09T20:00Z' - n * interval '1 day'
               - hashtext(c.reference) % 1000 * interval '1 s') AS made (at)
    WHERE c.about = 'child'
"""
_WORDS = """
    INSERT INTO notifier.sent_words (message_id, subject, text, written_at)
    SELECT id, 'Att göra', repeat('Ett exempel på vad mejlet sa. ', 20), created_at
    FROM notifier.messages WHERE state = 'accepted'
"""
_READINGS = """
    INSERT INTO cases.access_log (at, actor, case_id, what)
    SELECT timestamptz '2027-03-09T20:00Z' - n * interval '33 hours', 'person:' || c.process_owner,
      c.id, 'case'
    FROM cases.cases c, generate_series(1, 20) AS n WHERE c.about = 'child'
"""
_LISTS = """
    INSERT INTO cases.access_log (at, actor, what)
    SELECT timestamptz '2027-03-09T20:00Z' - n * interval '33 hours', 'person:' || c.process_owner,
      'today'
    FROM cases.cases c, generate_series(1, 20) AS n WHERE c.about = 'child'
"""
# Of these routines only samverkansmöte has limits; the scheduler has looked since the last meeting.
_PLANS = """
    INSERT INTO scheduler.plans (case_id, windows)
    SELECT id, CASE procedure WHEN 'samverkansmote' THEN
      jsonb_build_array(jsonb_build_object(
        'step', CASE WHEN EXISTS (SELECT FROM cases.meetings m WHERE m.case_id = c.id
                                  AND m.state = 'held') THEN 'second' ELSE 'first' END,
        'opens_on', known_on, 'closes_on',
        known_on + abs(hashtext(reference)) % 120, 'state', 'open', 'rule', 'R9')) ELSE '[]' END
    FROM cases.cases c WHERE about = 'child' ON CONFLICT DO NOTHING
"""
_DUE = """
    INSERT INTO scheduler.due (key, case_id, event_type, event, due_at, useful_until)
    SELECT c.reference || '/' || n, c.id, 'limit.near', '{}',
      timestamptz '2027-03-11T06:00Z' + n * interval '1 day', '2028-01-01'
    FROM cases.cases c, generate_series(1, 5) AS n WHERE c.about = 'child'
"""
_EVENTS = """
    WITH events AS (
      INSERT INTO bus.events (type, source, subject, time, data)
      SELECT 'case.opened', 'samspel_cases', c.id, c.opened_at, '{}'
      FROM cases.cases c, generate_series(1, 10) WHERE c.about = 'child' RETURNING id)
    INSERT INTO bus.deliveries (subscriber, event_id, state, attempts, done_at)
    SELECT 'scheduler', id, 'done', 1, now() FROM events
"""
_REPORTS = """
    INSERT INTO cases.reports (id, reference, unit, reporter, received_by, received_on,
      registered_at, channel, suspected_abuse, wants_feedback, feedback_from)
    SELECT gen_random_uuid(), 'R' || n, 'bjorkskolan', reporter.id, receiver.id,
      date '2027-03-09' - n / 10, timestamptz '2027-03-09T12:00Z' - n * interval '1 hour',
      'phone', true, true, date '2027-03-12'
    FROM generate_series(1, 1000) AS n, cases.people reporter, cases.people receiver
    WHERE reporter.code = 'anna-lindqvist' AND receiver.code = 'lotta-engstrom'
"""
_INQUIRIES = """
    INSERT INTO cases.inquiries (id, procedure, source, name, email, unit, coordinator, received_at)
    SELECT gen_random_uuid(), 'spindelmote', 'guardian', 'Kim Exempel', n || '@hemma.example',
      'bjorkskolan', p.id, timestamptz '2027-03-09T12:00Z' - n * interval '1 hour'
    FROM generate_series(1, 300) AS n, cases.people p WHERE p.code = 'therese-backman'
"""
_INBOUND = """
    INSERT INTO notifier.inbound (id, digest, via, recipient, sender, size, received_at, keep_until,
      state, kind, reason, case_id, mailbox, person_id)
    SELECT gen_random_uuid(), sha256((c.id::text || n)::bytea), 'smtp', 'svar@a.example',
      'kim.exempel@hemma.example', 1000, timestamptz '2027-03-09T12:00Z' - n * interval '1 hour',
      '2027-06-01', CASE n WHEN 1 THEN 'quarantined' ELSE 'handled' END,
      CASE n WHEN 1 THEN 'plain' ELSE 'reply' END, CASE n WHEN 1 THEN 'stranger' END, c.id,
      'kim.exempel@hemma.example', c.process_owner
    FROM cases.cases c, generate_series(1, 3) AS n WHERE c.about = 'child'
"""
AROUND: tuple[LiteralString, ...] = (
    _MESSAGES, _WORDS, _READINGS, _LISTS, _PLANS, _DUE, _EVENTS, _REPORTS, _INQUIRIES, _INBOUND,
)  # fmt: skip
