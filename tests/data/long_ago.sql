-- What belongs to no case: of each kind a row from long ago, and one that is still to be done.
INSERT INTO cases.inquiries (id, procedure, source, received_at, state, settled_at)
  VALUES (:old, 'sspf', 'guardian', '2020-01-01', 'declined', '2020-01-02'),
         (:new, 'sspf', 'guardian', '2020-01-01', 'new', NULL);
INSERT INTO cases.tasks (id, inquiry_id, post, key, kind, owner, rule, created_at, state, done_at)
  SELECT :old, :old, min(code), 'inquiry', 'answer-inquiry', :staff, 'P3', '2020-01-01', 'done', '2020-01-02'
  FROM cases.posts;
INSERT INTO bus.events (type, source, subject, time, data) VALUES ('duty.arose', 'x', :old, '2020-01-01', '{}');
INSERT INTO cases.reports (id, reference, unit, reporter, received_by, received_on, registered_at, channel,
                           wants_feedback, feedback_from)
  SELECT id, left(id::text, 6), (SELECT min(code) FROM cases.units), :staff, :staff, '2020-01-01',
         '2020-01-01', 'phone', false, '2020-01-15'
  FROM unnest(ARRAY[:old::uuid, :new::uuid]) AS id;
INSERT INTO cases.tasks (id, report_id, key, kind, owner, rule, created_at)
  VALUES (:new, :new, 'report', 'await-written', :staff, 'R42', '2020-01-01');
INSERT INTO notifier.messages (id, key, kind, ground, task_id, person_id, party, mailbox, address, language, rule,
                               payload, message_id, state, due_at, useful_until, created_at)
  SELECT id, state, 'task', 'duty', gen_random_uuid(), :staff, 'staff', 'a@b.example', 'a@b.example', 'sv', 'P3',
         '{}', state, state, '2020-01-01', '2020-01-01', '2020-01-01'
  FROM (VALUES (:old::uuid, 'accepted'), (:new::uuid, 'held')) AS one (id, state);
INSERT INTO notifier.sent_words VALUES (:old, 'Möte', 'Hej', '2020-01-01');
INSERT INTO notifier.inbound (id, digest, via, recipient, size, received_at, keep_until, state)
  VALUES (:old, 'old', 'smtp', 'x', 1, '2020-01-01', '2020-02-01', 'handled'),
         (:new, 'new', 'smtp', 'x', 1, '2020-01-01', '2020-02-01', 'quarantined');
INSERT INTO bus.events (type, source, subject, time, data)
  VALUES ('x', 'x', :gone, '2020-01-01', '{}'), ('x', 'x', :case, '2020-01-01', '{}');
INSERT INTO cases.audit (at, case_id, actor, action) VALUES ('2020-01-01', NULL, 'x', :gone), ('2020-01-01', :case, 'x', 'x');
INSERT INTO cases.access_log (at, case_id, actor, what)
  VALUES ('2020-01-01', NULL, 'x', :gone), ('2020-01-01', :gone, 'x', 'x'), ('2020-01-01', :case, 'x', 'x');
