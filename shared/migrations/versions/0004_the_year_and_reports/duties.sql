-- Duties about more than inquiries: a year, a dispatch, a report; with reminders, and pages of their own.

-- A duty is a post's, and goes along with it; or one person's own (who made a report).
-- `reminders`: the instants at which whoever has it is still to be reminded, soonest first.
-- `link`: the page on which it can be done without login; only where there is something to fill in.
ALTER TABLE cases.tasks
  ADD COLUMN year smallint,
  ADD COLUMN dispatch_id uuid REFERENCES cases.dispatches,
  ADD COLUMN report_id uuid REFERENCES cases.reports,
  ADD COLUMN reminders timestamptz[] NOT NULL DEFAULT '{}',
  ADD COLUMN next_reminder timestamptz GENERATED ALWAYS AS (reminders[1]) STORED,
  ADD COLUMN link uuid UNIQUE,
  DROP CONSTRAINT tasks_have_one_subject,
  ADD CONSTRAINT tasks_have_one_subject
    CHECK (num_nonnulls(case_id, inquiry_id, year, dispatch_id, report_id) = 1),
  DROP CONSTRAINT duties_have_a_post,
  ADD CONSTRAINT duties_have_a_post
    CHECK (CASE WHEN case_id IS NOT NULL THEN post IS NULL ELSE num_nonnulls(post, owner) > 0 END);
CREATE INDEX tasks_reminders ON cases.tasks (next_reminder)
  WHERE state = 'open' AND next_reminder IS NOT NULL;
CREATE INDEX tasks_year ON cases.tasks (year) WHERE year IS NOT NULL;
CREATE INDEX tasks_dispatch ON cases.tasks (dispatch_id) WHERE dispatch_id IS NOT NULL;
CREATE INDEX tasks_report ON cases.tasks (report_id) WHERE report_id IS NOT NULL;

DROP FUNCTION cases_api.clear_duties(uuid[], date);
DROP FUNCTION cases_api.duties(uuid[], date);
-- As before; with what kind it is, and the page on which its owner can do it. Whoever had the post, or
-- one above from which they may have acted for it, is reached too: to take the day of it out of their
-- calendar (O14).
CREATE FUNCTION cases_api.duties(task_ids uuid[], today date)
RETURNS TABLE (task_id uuid, open boolean, owner uuid, due_on date, manager uuid, contacts jsonb,
               kind text, link uuid, of_report boolean, year smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH duty AS (
    SELECT t.id, t.state = 'open' AS open, t.owner, t.due_on, t.kind, t.link, t.post,
           t.report_id IS NOT NULL AS of_report, t.year,
           CASE WHEN t.post IS NOT NULL
                THEN cases.manager_of(t.owner, u.organisation, today) END AS manager
    FROM cases.tasks t
    LEFT JOIN cases.posts p ON p.code = t.post
    LEFT JOIN cases.units u ON u.code = p.unit
    WHERE t.id = ANY (task_ids) AND t.case_id IS NULL)
  SELECT duty.id, duty.open, duty.owner, duty.due_on, duty.manager,
    (SELECT coalesce(jsonb_object_agg(who.id, jsonb_build_object(
        'party', who.party, 'email', who.email, 'language', who.language,
        'protected', coalesce(who.protected, true), 'no_mail', who.no_mail,
        'birth_date', who.birth_date,
        'dead', who.dead_email IS NOT NULL AND lower(who.dead_email) = lower(who.email),
        'of_a_family', duty.of_report AND cases.is_of_a_family(lower(who.email)))), '{}')
     FROM cases.people who
     WHERE who.id IN (duty.owner, duty.manager)
        OR duty.year IS NOT NULL AND who.id IN (
          WITH RECURSIVE above AS (
            SELECT p.code, p.reports_to, 0 AS steps FROM cases.posts p WHERE p.code = duty.post
            UNION ALL
            SELECT p.code, p.reports_to, above.steps + 1
            FROM above JOIN cases.posts p ON p.code = above.reports_to
            WHERE above.steps < 20)
          SELECT h.person_id FROM above JOIN cases.holders h ON h.post = above.code)),
    duty.kind, duty.link, duty.of_report, duty.year
  FROM duty
$$;

CREATE FUNCTION cases_api.clear_duties(task_ids uuid[], today date)
RETURNS TABLE (task_id uuid, open boolean, owner uuid, due_on date, manager uuid, contacts jsonb,
               kind text, link uuid, of_report boolean, year smallint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM 1 FROM cases.tasks t WHERE t.id = ANY (task_ids) ORDER BY t.id FOR SHARE;
  RETURN QUERY SELECT * FROM cases_api.duties(task_ids, today);
END $$;

-- Of one kind in one year, in order: a mailbox has their day once, whoever of its people has which (O14).
CREATE FUNCTION cases_api.duties_like(task uuid)
RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT coalesce(array_agg(t.id ORDER BY t.created_at, t.id), '{}')
  FROM cases.tasks t JOIN cases.tasks one ON one.year = t.year AND one.kind = t.kind
  WHERE one.id = task AND t.case_id IS NULL
$$;

CREATE OR REPLACE FUNCTION cases_api.unspeakable_of_duties(task_ids uuid[])
RETURNS TABLE (task_id uuid, names text[], school text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT t.id, array_remove(ARRAY[i.name], NULL), u.name
  FROM cases.tasks t
  LEFT JOIN cases.inquiries i ON i.id = t.inquiry_id
  LEFT JOIN cases.reports r ON r.id = t.report_id
  LEFT JOIN cases.units u ON u.code = coalesce(i.unit, r.unit)
  WHERE t.id = ANY (task_ids) AND t.case_id IS NULL
$$;

-- By what an answer to the day of a limit in a calendar is known: nothing was asked (O14).
CREATE INDEX messages_of_days ON notifier.messages ((payload -> 'calendar' ->> 'token'))
  WHERE task_id IS NOT NULL AND payload -> 'calendar' ->> 'token' IS NOT NULL;

REVOKE ALL ON FUNCTION cases_api.duties, cases_api.clear_duties, cases_api.duties_like FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_api.duties, cases_api.clear_duties, cases_api.duties_like
  TO samspel_notifier;
