-- What names somebody of the staff beside the register: what they reported, considered and took care of.
INSERT INTO cases.reports (id, reference, unit, reporter, received_by, received_on, registered_at, channel,
                           wants_feedback, feedback_from)
  SELECT gen_random_uuid(), 'RAPP', min(code), :person, :person, '2020-03-01', now(), 'phone', false,
         '2020-03-02' FROM cases.units;
INSERT INTO cases.considerations (id, unit, by_person, considered_on, wanted, noted_at)
  SELECT gen_random_uuid(), min(code), :person, '2020-03-01', true, now() FROM cases.units;
INSERT INTO cases.sessions SELECT 'x', id, now(), now(), now() FROM cases.accounts WHERE person_id = :person;
INSERT INTO bus.events (type, source, subject, time, data)
  VALUES ('x', 'cases', gen_random_uuid(), now(), jsonb_build_object('person', :person::text));
INSERT INTO notifier.inbound (id, digest, via, recipient, sender, raw, size, received_at, keep_until, state,
                              words, settled_at, settled_by)
  VALUES (gen_random_uuid(), sha256('rapp'), 'smtp', 'x', 'ett ord', 'ett ord', 1, now(), now(), 'discarded',
          'ett ord', now(), 'person:' || :person::text);
