-- Tasks and messages that belong to no case: duties of the staff (P3, X2).

-- A duty is a post's: whoever acts for the post has it, and it goes along when the post changes hands.
-- `owner` is who that was when it was last looked at; nobody, while nobody acts for the post.
ALTER TABLE cases.tasks
  ALTER COLUMN case_id DROP NOT NULL,
  ALTER COLUMN owner DROP NOT NULL,
  ADD COLUMN inquiry_id uuid REFERENCES cases.inquiries,
  ADD COLUMN post text REFERENCES cases.posts,
  ADD CONSTRAINT tasks_have_one_subject CHECK (num_nonnulls(case_id, inquiry_id) = 1),
  ADD CONSTRAINT duties_have_a_post CHECK ((case_id IS NULL) = (post IS NOT NULL)),
  ADD CONSTRAINT tasks_of_cases_have_an_owner CHECK (owner IS NOT NULL OR case_id IS NULL);
CREATE INDEX tasks_inquiry ON cases.tasks (inquiry_id) WHERE inquiry_id IS NOT NULL;
CREATE INDEX tasks_posts ON cases.tasks (post) WHERE state = 'open' AND post IS NOT NULL;

-- The post whose holder is the manager of somebody who works for an organisation: the one above the
-- post they hold, or held last, if it is in the same organisation (X16).
CREATE FUNCTION cases.manager_post(person uuid, organisation text, on_day date) RETURNS text
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT chief.code
  FROM (SELECT p.reports_to
        FROM cases.holders h
        JOIN cases.posts p ON p.code = h.post
        JOIN cases.units u ON u.code = p.unit
        WHERE h.person_id = manager_post.person AND u.organisation = manager_post.organisation
          AND h.first_day <= manager_post.on_day
        ORDER BY coalesce(h.last_day, 'infinity') >= manager_post.on_day DESC,
                 h.capacity = 'deputy', coalesce(h.last_day, 'infinity') DESC, p.code LIMIT 1) own
  JOIN cases.posts chief ON chief.code = own.reports_to
  JOIN cases.units u ON u.code = chief.unit AND u.organisation = manager_post.organisation
$$;
CREATE OR REPLACE FUNCTION cases.manager_of(person uuid, organisation text, on_day date) RETURNS uuid
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT cases.acting(cases.manager_post(manager_of.person, manager_of.organisation, manager_of.on_day),
                      manager_of.on_day, manager_of.person)
$$;

-- Duties as the notifier needs them: whose they are, their manager, and how these are reached. A task
-- that belongs to a case isn't one.
CREATE FUNCTION cases_api.duties(task_ids uuid[], today date)
RETURNS TABLE (task_id uuid, open boolean, owner uuid, due_on date, manager uuid, contacts jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH duty AS (
    SELECT t.id, t.state = 'open' AS open, t.owner, t.due_on,
           cases.manager_of(t.owner, u.organisation, today) AS manager
    FROM cases.tasks t
    JOIN cases.posts p ON p.code = t.post
    JOIN cases.units u ON u.code = p.unit
    WHERE t.id = ANY (task_ids))
  SELECT duty.id, duty.open, duty.owner, duty.due_on, duty.manager,
    (SELECT coalesce(jsonb_object_agg(who.id, jsonb_build_object(
        'party', who.party, 'email', who.email, 'language', who.language,
        'protected', coalesce(who.protected, true), 'no_mail', who.no_mail,
        'birth_date', who.birth_date,
        'dead', who.dead_email IS NOT NULL AND lower(who.dead_email) = lower(who.email))), '{}')
     FROM cases.people who WHERE who.id IN (duty.owner, duty.manager))
  FROM duty
$$;

-- The gate before the content of a mail about a duty (X5): locks the tasks, and then reads them.
-- Whoever answers an inquiry, or passes a post on, changes the same rows.
CREATE FUNCTION cases_api.clear_duties(task_ids uuid[], today date)
RETURNS TABLE (task_id uuid, open boolean, owner uuid, due_on date, manager uuid, contacts jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM 1 FROM cases.tasks t WHERE t.id = ANY (task_ids) ORDER BY t.id FOR SHARE;
  RETURN QUERY SELECT * FROM cases_api.duties(task_ids, today);
END $$;

-- What may stand in no mail of a duty (X3): who has asked, and the school. For the last filter alone.
CREATE FUNCTION cases_api.unspeakable_of_duties(task_ids uuid[])
RETURNS TABLE (task_id uuid, names text[], school text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT t.id, array_remove(ARRAY[i.name], NULL), u.name
  FROM cases.tasks t
  LEFT JOIN cases.inquiries i ON i.id = t.inquiry_id
  LEFT JOIN cases.units u ON u.code = i.unit
  WHERE t.id = ANY (task_ids) AND t.case_id IS NULL
$$;

REVOKE ALL ON FUNCTION cases_api.duties, cases_api.clear_duties, cases_api.unspeakable_of_duties
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  cases_api.duties, cases_api.clear_duties, cases_api.unspeakable_of_duties TO samspel_notifier;

-- A message is about a case, or about a duty. What belongs to no case is told to staff alone, as a
-- duty: the family has no ground outside its case (R41).
ALTER TABLE notifier.messages
  ALTER COLUMN case_id DROP NOT NULL,
  ADD COLUMN task_id uuid,
  ADD CONSTRAINT messages_have_one_subject CHECK (num_nonnulls(case_id, task_id) = 1),
  DROP CONSTRAINT duties_are_for_staff,
  ADD CONSTRAINT duties_are_for_staff CHECK (
    party = 'staff' OR (case_id IS NOT NULL AND ground IN ('none', 'consent', 'object')
                        AND kind NOT IN ('alert', 'task', 'receipt', 'dispatch'))),
  ADD CONSTRAINT what_is_of_no_case_is_a_duty CHECK (
    case_id IS NOT NULL OR (ground = 'duty' AND meeting_id IS NULL));
CREATE INDEX messages_task ON notifier.messages (task_id) WHERE task_id IS NOT NULL;

-- As before; and without a case, to nobody but staff.
CREATE OR REPLACE FUNCTION cases_api.mail_forbidden(
  case_id uuid, person uuid, party text, ground text, mailbox text, on_day date) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH who AS (
    SELECT p.id, p.party, p.no_mail, p.birth_date, coalesce(p.protected, true) AS protected
    FROM cases.people p WHERE p.id = mail_forbidden.person),
  others AS (
    SELECT coalesce(bool_or(coalesce(p.protected, true)), false) AS protected, count(*) > 0 AS there
    FROM cases.participants x JOIN cases.people p ON p.id = x.person_id
    WHERE x.case_id = mail_forbidden.case_id AND p.id <> mail_forbidden.person
      AND lower(p.email) = mail_forbidden.mailbox)
  SELECT CASE
    WHEN who.id IS NULL OR who.protected OR others.protected THEN 'X6'
    WHEN who.party <> mail_forbidden.party THEN 'R41'
    WHEN mail_forbidden.case_id IS NULL AND who.party <> 'staff' THEN 'R41'
    WHEN who.no_mail THEN 'X7'
    WHEN who.party = 'child' AND mail_forbidden.ground <> 'object'
     AND (others.there OR who.birth_date + interval '15 years' > mail_forbidden.on_day) THEN 'X11'
  END
  FROM (SELECT) one LEFT JOIN who ON true CROSS JOIN others
$$;

CREATE OR REPLACE VIEW notifier_api.messages AS
  SELECT id, kind, case_id, meeting_id, person_id AS recipient, state, attempts, began, reason, rule,
         due_at, accepted_at, created_at, task_id
  FROM notifier.messages;

-- P3: what has been asked and not answered; and tasks in the order they came.
CREATE INDEX inquiries_new ON cases.inquiries (received_at, id) WHERE state = 'new';
CREATE INDEX tasks_made ON cases.tasks (state, created_at, id);
