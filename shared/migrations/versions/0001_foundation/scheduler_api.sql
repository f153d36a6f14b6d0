-- What the scheduler publishes: limits, and what is still to come.
CREATE SCHEMA scheduler_api;

CREATE VIEW scheduler_api.windows AS
  SELECT plan.case_id, w.step, w.opens_on, w.closes_on, w.last_bookable_on, w.state, w.rule
  FROM scheduler.plans plan, jsonb_to_recordset(plan.windows) AS
    w(step text, opens_on date, closes_on date, last_bookable_on date, state text, rule text);

CREATE FUNCTION scheduler_api.unsettled(now timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT (SELECT count(*) FROM scheduler.plans WHERE look_at <= now AND NOT set_aside)
       + (SELECT count(*) FROM scheduler.due WHERE state = 'planned' AND due_at <= now)
$$;

CREATE FUNCTION scheduler_api.next_instant(now timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT least(
    (SELECT min(look_at) FROM scheduler.plans WHERE look_at > now AND NOT set_aside),
    (SELECT min(due_at) FROM scheduler.due WHERE state = 'planned' AND due_at > now))
$$;
