-- The letter of the week: in numbers, what somebody of the staff has to do (X3, X16).
ALTER TABLE cases.people ADD COLUMN no_digest boolean NOT NULL DEFAULT false; -- wants none

-- The weeks whose letters are planned, by their Monday. `begun`: it's settled who may get one.
CREATE TABLE cases.digest_weeks (
  week   date PRIMARY KEY CHECK (extract(isodow FROM week) = 1),
  due_at timestamptz NOT NULL,
  begun  boolean NOT NULL DEFAULT false
);
CREATE INDEX digest_weeks_due ON cases.digest_weeks (due_at) WHERE NOT begun;

-- One for a person and a week, whoever begins it and how often. `counts` are numbers alone.
CREATE TABLE cases.digests (
  id         uuid PRIMARY KEY,
  person_id  uuid NOT NULL REFERENCES cases.people,
  week       date NOT NULL REFERENCES cases.digest_weeks,
  due_at     timestamptz NOT NULL,
  counted_at timestamptz,                                -- null: still to be counted
  counts     jsonb,                                      -- null: there is nothing to say
  UNIQUE (person_id, week)
);
CREATE INDEX digests_to_count ON cases.digests (due_at, id) WHERE counted_at IS NULL;

-- Letters as the notifier needs them. Nobody's mailbox that is a family's too gets numbers in which
-- a report may be counted (R41).
CREATE FUNCTION cases_api.digests(digest_ids uuid[])
RETURNS TABLE (digest_id uuid, person uuid, week date, wanted boolean, counted_at timestamptz,
               counts jsonb, contacts jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT d.id, d.person_id, d.week, NOT who.no_digest, d.counted_at, d.counts,
    jsonb_build_object(who.id, jsonb_build_object(
      'party', who.party, 'email', who.email, 'language', who.language,
      'protected', coalesce(who.protected, true), 'no_mail', who.no_mail,
      'birth_date', who.birth_date,
      'dead', who.dead_email IS NOT NULL AND lower(who.dead_email) = lower(who.email),
      'of_a_family', cases.is_of_a_family(lower(who.email))))
  FROM cases.digests d JOIN cases.people who ON who.id = d.person_id
  WHERE d.id = ANY (digest_ids)
$$;

-- The gate before the content (X5): locks the letters, and then reads them. Whoever counts anew
-- changes the same rows.
CREATE FUNCTION cases_api.clear_digests(digest_ids uuid[])
RETURNS TABLE (digest_id uuid, person uuid, week date, wanted boolean, counted_at timestamptz,
               counts jsonb, contacts jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM 1 FROM cases.digests d WHERE d.id = ANY (digest_ids) ORDER BY d.id FOR SHARE;
  RETURN QUERY SELECT * FROM cases_api.digests(digest_ids);
END $$;
REVOKE ALL ON FUNCTION cases_api.digests, cases_api.clear_digests FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_api.digests, cases_api.clear_digests TO samspel_notifier;

-- A message is about a case, a duty, or the week of one of the staff.
ALTER TABLE notifier.messages
  ADD COLUMN digest_id uuid,
  DROP CONSTRAINT messages_have_one_subject,
  ADD CONSTRAINT messages_have_one_subject
    CHECK (num_nonnulls(case_id, task_id, digest_id) = 1),
  DROP CONSTRAINT duties_are_for_staff,
  ADD CONSTRAINT duties_are_for_staff CHECK (
    party = 'staff' OR (case_id IS NOT NULL AND ground IN ('none', 'consent', 'object')
                        AND kind NOT IN ('alert', 'task', 'receipt', 'dispatch', 'digest')));
CREATE INDEX messages_digest ON notifier.messages (digest_id) WHERE digest_id IS NOT NULL;

-- What somebody has to do, on their page of the day.
CREATE INDEX tasks_of_somebody ON cases.tasks (owner, due_on) WHERE state = 'open';
