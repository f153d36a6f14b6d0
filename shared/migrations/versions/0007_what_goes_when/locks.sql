-- All that needs a lock on a table that is in use, before anything else: the indexes first, which take
-- their time, and then the constraint, for which nobody may read the two tables. Whatever is not had at
-- once is given up, with the locks on all the others, and tried again: nobody waits for who waits for them.
-- Who looked at a case that has gone stays in the log for its own term, with the id alone.
DO $$
DECLARE before text := current_setting('lock_timeout');
BEGIN
  FOR attempt IN 1..60 LOOP
    BEGIN
      PERFORM set_config('lock_timeout', '300ms', true);
      CREATE INDEX events_subject ON bus.events (subject);
      CREATE INDEX cases_closed ON cases.cases (closed_at) WHERE state = 'closed';
      CREATE INDEX messages_person ON notifier.messages (person_id);
      CREATE INDEX audit_at ON cases.audit (at) WHERE case_id IS NULL;
      -- What is asked of other tables for each row that goes: whether anything still names it.
      CREATE INDEX tasks_about_somebody ON cases.tasks (about) WHERE about IS NOT NULL;
      CREATE INDEX tasks_meeting ON cases.tasks (meeting_id) WHERE meeting_id IS NOT NULL;
      CREATE INDEX tasks_owner ON cases.tasks (owner);
      CREATE INDEX attendance_everybody ON cases.attendance (person_id);
      LOCK TABLE cases.people, cases.reports IN SHARE ROW EXCLUSIVE MODE;  -- what holds refer to
      ALTER TABLE cases.access_log DROP CONSTRAINT access_log_case_id_fkey;
      PERFORM set_config('lock_timeout', before, true);
      EXIT;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      IF attempt = 60 THEN RAISE; END IF;
      PERFORM pg_sleep(0.5);
    END;
  END LOOP;
END $$;
