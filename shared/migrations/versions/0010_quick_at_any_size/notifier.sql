-- For a moment nobody may read or change messages: had at once or given up, and tried again, so that
-- nobody waits for who waits for them.
DO $$
DECLARE before text := current_setting('lock_timeout');
BEGIN
  FOR attempt IN 1..60 LOOP
    BEGIN
      PERFORM set_config('lock_timeout', '300ms', true);
      LOCK TABLE notifier.messages IN ACCESS EXCLUSIVE MODE;
      PERFORM set_config('lock_timeout', before, true);
      EXIT;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      IF attempt = 60 THEN RAISE; END IF;
      PERFORM pg_sleep(0.5);
    END;
  END LOOP;
END $$;

-- Of what is due to a domain at one instant, that of one case lies together: the gate reads a case once
-- for all of it. Whoever orders by (due_at, id) finds its way by the first two columns.
CREATE INDEX messages_in_turn ON notifier.messages (domain, due_at, case_id, id)
  WHERE state IN ('due', 'retry', 'unknown');
DROP INDEX notifier.messages_by_domain;

-- A mail's bytes are here for a moment, while nobody knows whether they arrived: packing them costs more
-- than it saves.
ALTER TABLE notifier.messages ALTER COLUMN content SET STORAGE EXTERNAL;
