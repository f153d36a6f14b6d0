-- Of each kind of what belongs to no case, a row from long ago that is of one member of the staff.
INSERT INTO cases.people (id, party, code, name, email, protected)
  VALUES (:person, 'staff', 'gok', 'Gök', 'gok@ex.example', false);
INSERT INTO cases.inquiries (id, procedure, source, by_person, received_at, state, settled_at)
  VALUES (:row, 'sspf', 'staff', :person, '2020-01-01', 'declined', '2020-01-02');
INSERT INTO cases.reports (id, reference, unit, reporter, received_by, received_on, registered_at, channel,
                           wants_feedback, feedback_from)
  SELECT :row, 'GOKGOKGO', min(code), :person, :person, '2020-01-01', '2020-01-01', 'phone', false, '2020-01-15'
  FROM cases.units;
INSERT INTO notifier.messages (id, key, kind, ground, task_id, person_id, party, mailbox, address, language, rule,
                               payload, message_id, state, due_at, useful_until, created_at)
  VALUES (:row, :row, 'task', 'duty', gen_random_uuid(), :person, 'staff', 'gok@ex.example', 'gok@ex.example', 'sv',
          'P3', '{}', :row, 'accepted', '2020-01-01', '2020-01-01', '2020-01-01');
INSERT INTO notifier.sent_words VALUES (:row, 'Möte', 'Hej', '2020-01-01');
INSERT INTO notifier.inbound (id, digest, via, recipient, sender, raw, size, received_at, keep_until, state)
  VALUES (:row, 'gok', 'smtp', 'x', 'Gok@ex.example', 'x', 1, '2020-01-01', '2020-02-01', 'handled');
INSERT INTO cases.audit (at, actor, action) VALUES ('2020-01-01', 'person:' || :person, 'gok');
INSERT INTO cases.audit (at, actor, action, details)
  VALUES ('2020-01-01', 'x', 'gok', jsonb_build_object('person', :person));
INSERT INTO cases.access_log (at, actor, what) VALUES ('2020-01-01', 'person:' || :person, 'gok');
INSERT INTO bus.events (type, source, subject, time, data) VALUES ('x', 'x', :person, '2020-01-01', '{}');
INSERT INTO cases.evaluations VALUES (2017, '2017-04-01', '2017-06-10', '2017-06-30', '[]', '2017-06-20', :person, NULL, '2017-06-20'),
                                     (2018, '2018-04-01', '2018-06-10', '2018-06-30', '[]', '2018-06-20', NULL, NULL, '2018-06-20');
INSERT INTO cases.evaluation_answers SELECT 2018, min(code), :person, '{}', '2018-06-01' FROM cases.posts;
INSERT INTO cases.dispatches VALUES (:row, 'material', 2018, 'Material', 'R28', '2018-10-01', :person, '2018-09-01');
INSERT INTO cases.tasks (id, year, key, kind, owner, rule, created_at, state, done_at)
  VALUES (:row, 2018, 'gok', 'fill-post', :person, 'R21', '2018-04-01', 'done', '2018-06-20');
-- And another's duty about a meeting of a matter that this one is on.
INSERT INTO cases.cases (id, reference, procedure, procedure_on, known_on, opened_at, state, closed_at, outcome,
                         process_owner, initiator, unit, about)
  SELECT :matter, 'GOKGOKG2', 'arshjul', '2018-01-01', '2018-04-01', '2018-04-01', 'closed', '2018-05-01', 'x',
         :other, :other, min(code), 'parents'
  FROM cases.units;
INSERT INTO cases.participants (case_id, person_id, party, role, organisation, added_at)
  VALUES (:matter, :person, 'staff', 'rektor', 'school', '2018-04-01');
INSERT INTO cases.meetings (id, case_id, step, starts_at, ends_at, local_start, state, created_at, changed_at)
  VALUES (:matter, :matter, 'meeting', '2018-04-11 12:00', '2018-04-11 13:00', '2018-04-11 14:00', 'held',
          '2018-04-01', '2018-04-01');
INSERT INTO cases.tasks (id, year, key, kind, owner, rule, meeting_id, created_at, state, done_at)
  VALUES (gen_random_uuid(), 2018, 'gok/come', 'come-to-parent-meeting', :other, 'R27', :matter, '2018-04-01', 'done',
          '2018-04-11');
