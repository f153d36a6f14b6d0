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
-- A year that is over since long; and what keeps its own: a duty of a stage that ends later, an open one.
INSERT INTO cases.evaluations VALUES (2018, '2018-04-01', '2018-06-10', '2018-06-30', '[]', '2018-06-20', :staff, NULL, '2018-06-20'),
                                     (2020, '2020-04-01', '2020-06-10', '2020-06-30', '[]', NULL, NULL, NULL, NULL);
INSERT INTO cases.evaluation_answers SELECT 2018, min(code), :staff, '{}', '2018-06-01' FROM cases.posts;
INSERT INTO cases.dispatches
  SELECT id, 'material', year, 'Material', 'R28', '2018-10-01', :staff, '2018-09-01'
  FROM (VALUES (gen_random_uuid(), 2018), (gen_random_uuid(), 2020), (:new, 2018)) AS one (id, year);
INSERT INTO cases.dispatch_files
  SELECT gen_random_uuid(), id, 0, 'a.pdf', 'application/pdf', 'x' FROM cases.dispatches WHERE year = 2018;
INSERT INTO cases.tasks (id, year, dispatch_id, post, key, kind, owner, due_on, rule, created_at, state, done_at)
  SELECT gen_random_uuid(), year, CASE WHEN year IS NULL THEN :new::uuid END, (SELECT min(code) FROM cases.posts),
         'old-' || kind || due_on, kind, :staff, due_on::date, 'R24', '2018-04-01', state,
         CASE WHEN state = 'done' THEN timestamptz '2018-06-20' END
  FROM (VALUES (2018, 'evaluate-year', '2018-06-30', 'done'), (2018, 'fill-post', '2018-07-01', 'done'),
               (2018, 'fill-post', '2018-08-01', 'open'), (2018, 'hold-parent-meeting', '2021-05-31', 'done'),
               (2020, 'fill-post', '2020-07-01', 'done'), (NULL, 'confirm-dispatch', '2018-10-01', 'open'))
  AS one (year, kind, due_on, state);
