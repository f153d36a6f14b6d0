-- What a story doesn't come to: a row in each table that a case can have one in, with a word to look for.
INSERT INTO cases.counters (id, meeting_id, person_id, sequence, starts_at, ends_at, via, asked_at)
  VALUES (gen_random_uuid(), :meeting, :mother, 0, now(), now() + interval '1 hour', 'link', now());
INSERT INTO cases.options VALUES (:meeting, '2099-03-09T12:00Z', 0);
INSERT INTO cases.votes VALUES (:meeting, '2099-03-09T12:00Z', :mother, 'yes');
INSERT INTO cases.engagements
  VALUES (:meeting, :mother, '[2027-03-09T12:00Z,2027-03-09T13:00Z)');
INSERT INTO cases.people (id, party, name, protected) VALUES (:friend, 'external', ':word', false);
INSERT INTO cases.wishes (id, case_id, person_id, by_person, relation, state, asked_at)
  VALUES (gen_random_uuid(), :case, :friend, :mother, 'other', 'asked', now());
INSERT INTO cases.glass (id, case_id, person_id, on_day, reason, opened_at)
  VALUES (:glass, :case, :staff, '2027-03-01', ':word', now());
INSERT INTO cases.tasks (id, glass_id, key, kind, owner, rule, created_at, state, done_at)
  VALUES (:task, :glass, :task, 'see-glass', :staff, 'X10', now(), 'done', now());
INSERT INTO cases.inquiries (id, procedure, source, received_at, state, settled_at, case_id)
  VALUES (:inquiry, 'sspf', 'guardian', now(), 'accepted', now(), :case);
INSERT INTO cases.drafts VALUES (:staff, 'sspf', :inquiry, '{"name": ":word"}', now());
INSERT INTO cases.former_particulars (person_id, id, changed_by, changed_at, particulars)
  VALUES (:mother, gen_random_uuid(), :staff, now(), '{"phone": ":word", "email": "Old.:word@hemma.example"}');
INSERT INTO cases.link_codes (case_id, person_id, code_hash, made_at, made_by, expires_at)
  VALUES (:case, :mother, ':word', now(), 'x', now());
INSERT INTO cases.feeds VALUES (gen_random_uuid(), :mother, now(), now());
INSERT INTO cases.holds (id, case_id, because, placed_at, placed_by, lifted_at, lifted_by)
  VALUES (gen_random_uuid(), :case, 'other', now(), 'x', now(), 'x');
INSERT INTO cases.idempotency VALUES ('x', :case, 'x', 200, jsonb_build_object('id', :case::text), now());
INSERT INTO notifier.inbound (id, digest, via, recipient, sender, raw, size, received_at, keep_until,
                              state, words, case_id, person_id)
  VALUES (gen_random_uuid(), sha256(':word'), 'smtp', 'x', ':word.mother@hemma.example', ':word', 1, now(), now(),
          'handled', ':word', :case, :mother),
         (gen_random_uuid(), sha256(':word2'), 'smtp', 'x', upper(':word') || '.mother@hemma.example', ':word', 1,
          now(), now(), 'handled', ':word', NULL, NULL),
         (gen_random_uuid(), sha256(':word3'), 'smtp', 'x', 'old.:word@hemma.example', ':word', 1,
          now(), now(), 'handled', ':word', NULL, NULL);
INSERT INTO notifier.by_hand VALUES (:meeting, :mother, :case, 0, 'invited', 'X7')
  ON CONFLICT DO NOTHING;
INSERT INTO notifier.attempts
  SELECT id, 'retry', '451', 1, now(), now() FROM notifier.messages WHERE case_id = :case LIMIT 1;
INSERT INTO scheduler.due VALUES (':word', :case, 'x', '{}', now(), now(), 'fired', now());
INSERT INTO scheduler.asked VALUES (:case, :meeting, 0);
