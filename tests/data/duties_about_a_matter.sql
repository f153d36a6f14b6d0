-- A closed matter of the staff's own, a year's or of parents, with a meeting; duties of its year about that
-- meeting, about the matter (by its key) and to reach whom one of these didn't; and one about neither.
INSERT INTO cases.cases (id, reference, procedure, procedure_on, known_on, opened_at, state, closed_at, outcome,
                         process_owner, initiator, unit, about)
  SELECT :matter, :reference, 'arshjul', day, day, day, 'closed', day + 365, 'x', :staff, :staff, min(code), :about
  FROM cases.units, make_date(:year, 1, 1) AS one (day) GROUP BY day;
INSERT INTO cases.meetings (id, case_id, step, starts_at, ends_at, local_start, state, created_at, changed_at)
  SELECT :meeting, :matter, 'april', day, day + interval '1 hour', day, 'held', day, day
  FROM make_date(:year, 4, 11) AS one (day);
INSERT INTO cases.tasks (id, year, key, kind, owner, due_on, rule, meeting_id, created_at, state, done_at)
  SELECT id, :year, key, kind, :staff, day, 'R27', meeting, day, 'done', day
  FROM make_date(:year, 4, 10) AS day, (VALUES
    (:of_meeting::uuid, :meeting || '/R27', 'come-to-parent-meeting', :meeting::uuid),
    (:of_matter::uuid, :matter || '/april/R20/limit-passed/x', 'limit-passed', NULL),
    (:reaching::uuid, :of_meeting || '/reach-otherwise/x', 'reach-otherwise', NULL),
    (:of_year::uuid, :of_year || '/fill-post', 'fill-post', NULL)) AS one (id, key, kind, meeting);
INSERT INTO notifier.messages (id, key, kind, ground, task_id, person_id, party, mailbox, address, language, rule,
                               payload, message_id, state, due_at, useful_until, created_at)
  SELECT id, id, 'task', 'duty', id, :staff, 'staff', 'a@ex.example', 'a@ex.example', 'sv', 'R27', '{}', id,
         'accepted', day, day, day
  FROM make_date(:year, 4, 10) AS day, (VALUES (:of_meeting::uuid), (:of_year::uuid)) AS one (id);
INSERT INTO bus.events (type, source, subject, time, data)
  VALUES ('duty.arose', 'x', :of_matter, make_date(:year, 4, 10), '{}');
