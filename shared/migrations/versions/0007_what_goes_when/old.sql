-- What belongs to no case and is older than the plan says, by its kind. Nothing that is still to be done
-- goes, nor what is held or of somebody who is: what is left is older still tomorrow.
CREATE FUNCTION notifier_api.erase_old(kind text, before timestamptz)
RETURNS TABLE (place text, gone bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  held uuid[] := cases_api.held(); theirs text[] := cases_api.held_addresses(); old uuid[];
  part record; rows bigint;
BEGIN
  IF kind = 'mail' THEN
    old := ARRAY(SELECT m.id FROM notifier.messages m
                 WHERE m.case_id IS NULL AND m.created_at < before
                   AND m.state IN ('accepted', 'failed', 'suppressed')
                   AND NOT notifier.is_of_held(m.id, held)
                 ORDER BY m.id FOR UPDATE);
    UPDATE notifier.messages SET carried_by = NULL
      WHERE carried_by = ANY (old) AND id <> ALL (old);
  ELSE
    old := ARRAY(SELECT i.id FROM notifier.inbound i
                 WHERE i.case_id IS NULL AND i.received_at < before
                   AND i.state IN ('handled', 'settled', 'discarded')
                   AND NOT notifier.came_from_held(i.id, held, theirs)
                 ORDER BY i.id FOR UPDATE);
  END IF;
  FOR part IN SELECT * FROM (VALUES
    ('mail', 'notifier.attempts', 'message_id = ANY ($1)'),
    ('mail', 'notifier.sent_words', 'message_id = ANY ($1)'),
    ('mail', 'notifier.messages', 'id = ANY ($1)'),
    ('inbound', 'notifier.inbound', 'id = ANY ($1)')) AS parts (of_kind, name, which)
    WHERE of_kind = erase_old.kind
  LOOP
    EXECUTE format('DELETE FROM %s WHERE %s', part.name, part.which) USING old;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN QUERY SELECT part.name, rows;
  END LOOP;
END $$;

CREATE FUNCTION cases.erase_old(kind text, before timestamptz)
RETURNS TABLE (place text, gone bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE part record; held uuid[] := cases_api.held(); old uuid[]; tasks uuid[]; rows bigint;
BEGIN
  IF kind IN ('mail', 'inbound') THEN
    RETURN QUERY SELECT * FROM notifier_api.erase_old(kind, before);
    RETURN;
  END IF;
  IF kind = 'inquiries' THEN
    old := ARRAY(SELECT i.id FROM cases.inquiries i
                 WHERE i.case_id IS NULL AND i.settled_at < before AND i.id <> ALL (held)
                   AND cases.tasks_may_go(ARRAY(SELECT t.id FROM cases.tasks t WHERE t.inquiry_id = i.id), held)
                 ORDER BY i.id FOR UPDATE);
  ELSIF kind = 'reports' THEN
    old := ARRAY(SELECT r.id FROM cases.reports r
                 WHERE r.registered_at < before AND r.id <> ALL (held)
                   AND NOT EXISTS (SELECT FROM cases.cases c WHERE c.id = r.id)  -- its meeting (R51)
                   AND NOT EXISTS (SELECT FROM cases.tasks t WHERE t.report_id = r.id AND t.state = 'open')
                   AND cases.tasks_may_go(ARRAY(SELECT t.id FROM cases.tasks t WHERE t.report_id = r.id), held)
                 ORDER BY r.id FOR UPDATE);
  END IF;
  IF old IS NOT NULL THEN
    tasks := ARRAY(SELECT t.id FROM cases.tasks t WHERE t.inquiry_id = ANY (old) OR t.report_id = ANY (old));
    RETURN QUERY SELECT * FROM notifier_api.erase(NULL, tasks, '{}', '{}', false);
  END IF;
  FOR part IN SELECT * FROM (VALUES
    ('inquiries', 'cases.drafts', 'inquiry_id = ANY ($1)'),
    ('inquiries', 'cases.tasks', 'id = ANY ($2)'),
    ('reports', 'cases.tasks', 'id = ANY ($2)'),
    ('reports', 'cases.holds', 'report_id = ANY ($1)'),
    ('inquiries', 'bus.deliveries', 'event_id IN (SELECT id FROM bus.events WHERE subject = ANY ($1 || $2))'),
    ('reports', 'bus.deliveries', 'event_id IN (SELECT id FROM bus.events WHERE subject = ANY ($1 || $2))'),
    ('inquiries', 'bus.events', 'subject = ANY ($1 || $2)'),
    ('reports', 'bus.events', 'subject = ANY ($1 || $2)'),
    ('inquiries', 'cases.inquiries', 'id = ANY ($1)'),
    ('reports', 'cases.reports', 'id = ANY ($1)'),
    ('audit', 'cases.audit', 'case_id IS NULL AND at < $3
       AND replace(actor, ''person:'', '''') <> ALL ($4::text[])
       AND NOT EXISTS (SELECT FROM jsonb_each_text(details) said WHERE said.value = ANY ($4::text[]))'),
    ('access_log', 'cases.access_log', 'at < $3
       AND replace(actor, ''person:'', '''') <> ALL ($4::text[])
       AND NOT EXISTS (SELECT FROM cases.cases c
                       WHERE c.id = case_id AND (c.state = ''open'' OR c.id = ANY ($4)))'),
    ('events', 'bus.deliveries', 'event_id IN (
       SELECT e.id FROM bus.events e
       WHERE e.time < $3 AND e.subject <> ALL ($4) AND cases.event_is_done(e.id, e.subject))'),
    ('events', 'bus.events', 'time < $3 AND subject <> ALL ($4) AND cases.event_is_done(id, subject)'))
    AS parts (of_kind, name, which)
    WHERE of_kind = erase_old.kind
  LOOP
    EXECUTE format('DELETE FROM %s WHERE %s', part.name, part.which) USING old, tasks, before, held;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN QUERY SELECT part.name, rows;
  END LOOP;
END $$;

-- None of them is held, and no mail or event of them is under way.
CREATE FUNCTION cases.tasks_may_go(tasks uuid[], held uuid[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT NOT tasks && held
     AND NOT notifier_api.is_under_way(NULL, tasks, '{}', '{}')
     AND NOT notifier_api.have_held(tasks, held)
     AND NOT EXISTS (SELECT FROM bus.events e JOIN bus.deliveries d ON d.event_id = e.id
                     WHERE e.subject = ANY (tasks) AND d.state = 'waiting')
$$;

-- Everybody has taken it, and it isn't about a case or a report that is still there: those go with it.
CREATE FUNCTION cases.event_is_done(event bigint, about uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT NOT EXISTS (SELECT FROM bus.deliveries d
                     WHERE d.event_id = event_is_done.event AND d.state <> 'done')
     AND NOT EXISTS (SELECT FROM cases.cases c WHERE c.id = event_is_done.about)
     AND NOT EXISTS (SELECT FROM cases.reports r WHERE r.id = event_is_done.about)
$$;
