-- What the notifier publishes: each message's life, without its words or addresses.
CREATE SCHEMA notifier_api;

CREATE VIEW notifier_api.messages AS
  SELECT id, kind, case_id, meeting_id, person_id AS recipient, state, attempts, began, reason, rule,
         due_at, accepted_at, created_at
  FROM notifier.messages;

CREATE FUNCTION notifier_api.unsettled(now timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT count(*) FROM notifier.messages
  WHERE state IN ('due', 'claimed', 'data', 'retry', 'unknown') AND due_at <= now
$$;

CREATE FUNCTION notifier_api.next_instant(now timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT min(due_at) FROM notifier.messages
  WHERE state IN ('due', 'claimed', 'data', 'retry', 'unknown') AND due_at > now
$$;
