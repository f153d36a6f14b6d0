-- How the machinery is, for who runs it: numbers and codes, nothing of any case or recipient.
CREATE FUNCTION notifier_api.operations(now timestamptz)
RETURNS TABLE (oldest_due_at timestamptz, held_since timestamptz, held_because text, inbound_waiting bigint,
               states jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT (SELECT min(m.due_at) FROM notifier.messages m
          WHERE m.state IN ('due', 'claimed', 'data', 'retry', 'unknown') AND m.due_at <= operations.now),
         h.brake_since, h.brake_reason,
         (SELECT count(*) FROM notifier.inbound i WHERE i.state = 'received'),
         (SELECT coalesce(jsonb_object_agg(s.state, s.n), '{}')
          FROM (SELECT m.state, count(*) AS n FROM notifier.messages m
                WHERE m.created_at > operations.now - interval '7 days' GROUP BY m.state) s)
  FROM notifier.high_water h
$$;

CREATE FUNCTION scheduler_api.operations(now timestamptz)
RETURNS TABLE (oldest_due_at timestamptz, missed bigint, set_aside bigint, swept_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT (SELECT min(d.due_at) FROM scheduler.due d
          WHERE d.state = 'planned' AND d.due_at <= operations.now),
         (SELECT count(*) FROM scheduler.due d
          WHERE d.state = 'missed' AND d.settled_at > operations.now - interval '7 days'),
         (SELECT count(*) FROM scheduler.plans p WHERE p.set_aside),
         (SELECT max(s.day) FROM scheduler.sweeps s WHERE s.done)
$$;

REVOKE ALL ON FUNCTION notifier_api.operations, scheduler_api.operations FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notifier_api.operations, scheduler_api.operations TO samspel_cases;
CREATE INDEX due_missed ON scheduler.due (settled_at) WHERE state = 'missed';

-- Which revision of the schema this is.
DO $$ BEGIN
  IF to_regclass('public.alembic_version') IS NOT NULL THEN
    GRANT SELECT ON public.alembic_version TO samspel_cases;
  END IF;
END $$;
