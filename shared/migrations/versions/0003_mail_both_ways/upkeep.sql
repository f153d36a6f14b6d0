-- Small changes to what was there: indexes, functions that have become faster.

-- Whether the case is open, beside each who takes part in it: what somebody is on now is found by an
-- index, however many closed cases they have been on. The database alone keeps it.
ALTER TABLE cases.participants ADD COLUMN case_open boolean NOT NULL DEFAULT true;
UPDATE cases.participants p SET case_open = false
  FROM cases.cases c WHERE c.id = p.case_id AND c.state <> 'open';

CREATE FUNCTION cases.note_open_of_participant() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  NEW.case_open := EXISTS (SELECT FROM cases.cases c WHERE c.id = NEW.case_id AND c.state = 'open');
  RETURN NEW;
END $$;
CREATE TRIGGER case_open_is_the_cases BEFORE INSERT ON cases.participants
  FOR EACH ROW EXECUTE FUNCTION cases.note_open_of_participant();

CREATE FUNCTION cases.note_open_of_case() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  UPDATE cases.participants SET case_open = (NEW.state = 'open') WHERE case_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER participants_know_whether_it_is_open AFTER UPDATE OF state ON cases.cases
  FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION cases.note_open_of_case();

DROP INDEX cases.participants_staff;
CREATE INDEX participants_at_work ON cases.participants (person_id, case_id)
  WHERE case_open AND removed_at IS NULL AND party = 'staff';
CREATE INDEX people_calendars ON cases.people (id) WHERE calendar_url IS NOT NULL;

-- The calendars that are needed: of the staff on open cases.
CREATE OR REPLACE FUNCTION cases_api.calendars() RETURNS TABLE (person_id uuid, url text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT p.id, p.calendar_url FROM cases.people p
  WHERE p.calendar_url IS NOT NULL AND EXISTS (
    SELECT FROM cases.participants x
    WHERE x.person_id = p.id AND x.case_open AND x.removed_at IS NULL AND x.party = 'staff')
$$;

CREATE OR REPLACE FUNCTION cases_api.open_cases_of(person uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT x.case_id FROM cases.participants x
  WHERE x.person_id = person AND x.case_open AND x.removed_at IS NULL AND x.party = 'staff'
$$;

-- What is to be done about somebody: found by who that is.
CREATE INDEX tasks_about ON cases.tasks (about) WHERE state = 'open' AND about IS NOT NULL;

-- A proposal of which every time has passed is off (R11); what has passed is found by its time.
ALTER TABLE cases.meetings
  DROP CONSTRAINT meetings_cancelled_because_check,
  ADD CONSTRAINT meetings_cancelled_because_check
    CHECK (cancelled_because IN ('by-hand', 'consent', 'closing', 'lapsed'));
CREATE INDEX options_by_time ON cases.options (starts_at);

-- Every task knows by itself when it is late (X2): the scheduler asks about none any more. What it was
-- to ask about is told when it would have been, and never before the task's own day has passed. What
-- comes again is a task by the row's key, anything else by its meeting, rule and kind.
WITH asked AS (
  DELETE FROM scheduler.due
  WHERE state = 'planned' AND event_type = 'chore.due' AND (event ->> 'late')::boolean
  RETURNING key, event, due_at),
late AS (
  SELECT of_task.key, min(asked.due_at) AS due_at
  FROM asked CROSS JOIN LATERAL (VALUES
    (regexp_replace(asked.key, '/late$', '')),
    (concat_ws('/', event ->> 'meeting_id', event ->> 'rule', event ->> 'kind'))) AS of_task (key)
  GROUP BY of_task.key)
UPDATE cases.tasks t
  SET late_at = greatest(late.due_at, (t.due_on + 1 + time '09:00') AT TIME ZONE 'Europe/Stockholm')
  FROM late
  WHERE t.key = late.key AND t.state = 'open' AND t.late_at IS NULL;

-- Each message's life: when it is tried next (real time), until when it is of use, how often a person had
-- it tried again, by which mail it was carried, and whether it came back.
CREATE OR REPLACE VIEW notifier_api.messages AS
  SELECT id, kind, case_id, meeting_id, person_id AS recipient, state, attempts, began, reason, rule,
         due_at, accepted_at, created_at, task_id,
         CASE WHEN state IN ('retry', 'unknown') AND try_at > '-infinity' THEN try_at END AS next_try,
         useful_until, doubts, repeats, carried_by, bounced
  FROM notifier.messages;

-- Which revision of meetings a mailbox has in its mails: a feed or a file with the same UID is never older.
CREATE FUNCTION notifier_api.revisions(meeting_ids uuid[], mailbox text)
RETURNS TABLE (meeting_id uuid, sequence integer, stamp timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT i.meeting_id, i.sequence, i.stamp FROM notifier.invitations i
  WHERE i.meeting_id = ANY (revisions.meeting_ids) AND i.mailbox = revisions.mailbox
$$;
REVOKE ALL ON FUNCTION notifier_api.revisions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notifier_api.revisions TO samspel_cases;
