-- What belongs to no case and is older than the plan says, by its kind. Nothing that is still to be done
-- goes: what is left is older still tomorrow.
CREATE FUNCTION notifier_api.erase_old(kind text, before timestamptz)
RETURNS TABLE (place text, gone bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE part record; old uuid[]; rows bigint;
BEGIN
  IF kind = 'mail' THEN
    old := ARRAY(SELECT m.id FROM notifier.messages m
                 WHERE m.case_id IS NULL AND m.created_at < before
                   AND m.state IN ('accepted', 'failed', 'suppressed')
                 ORDER BY m.id FOR UPDATE);
    UPDATE notifier.messages SET carried_by = NULL
      WHERE carried_by = ANY (old) AND id <> ALL (old);
  ELSE
    old := ARRAY(SELECT i.id FROM notifier.inbound i
                 WHERE i.case_id IS NULL AND i.received_at < before
                   AND i.state IN ('handled', 'settled', 'discarded')
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
DECLARE part record; old uuid[]; tasks uuid[]; rows bigint;
BEGIN
  IF kind IN ('mail', 'inbound') THEN
    RETURN QUERY SELECT * FROM notifier_api.erase_old(kind, before);
    RETURN;
  END IF;
  IF kind = 'inquiries' THEN
    old := ARRAY(SELECT i.id FROM cases.inquiries i
                 WHERE i.case_id IS NULL AND i.settled_at < before ORDER BY i.id FOR UPDATE);
  ELSIF kind = 'reports' THEN
    old := ARRAY(SELECT r.id FROM cases.reports r
                 WHERE r.registered_at < before
                   AND NOT EXISTS (SELECT FROM cases.tasks t WHERE t.report_id = r.id AND t.state = 'open')
                 ORDER BY r.id FOR UPDATE);
  END IF;
  IF old IS NOT NULL THEN
    tasks := ARRAY(SELECT t.id FROM cases.tasks t WHERE t.inquiry_id = ANY (old) OR t.report_id = ANY (old));
    IF notifier_api.is_under_way(NULL, tasks, '{}') THEN
      RAISE EXCEPTION 'mail is under way' USING ERRCODE = 'SA004';
    END IF;
    RETURN QUERY SELECT * FROM notifier_api.erase(NULL, tasks, '{}', '{}');
  END IF;
  FOR part IN SELECT * FROM (VALUES
    ('inquiries', 'cases.drafts', 'inquiry_id = ANY ($1)'),
    ('inquiries', 'cases.tasks', 'id = ANY ($2)'),
    ('reports', 'cases.tasks', 'id = ANY ($2)'),
    ('inquiries', 'bus.deliveries', 'event_id IN (SELECT id FROM bus.events WHERE subject = ANY ($2))'),
    ('reports', 'bus.deliveries', 'event_id IN (SELECT id FROM bus.events WHERE subject = ANY ($2))'),
    ('inquiries', 'bus.events', 'subject = ANY ($2)'),
    ('reports', 'bus.events', 'subject = ANY ($2)'),
    ('inquiries', 'cases.inquiries', 'id = ANY ($1)'),
    ('reports', 'cases.reports', 'id = ANY ($1)'),
    ('audit', 'cases.audit', 'case_id IS NULL AND at < $3'),
    ('access_log', 'cases.access_log', 'at < $3 AND NOT EXISTS (
       SELECT FROM cases.cases c WHERE c.id = case_id AND (c.state = ''open'' OR cases.is_held(c.id)))'),
    ('events', 'bus.deliveries', 'event_id IN (
       SELECT e.id FROM bus.events e WHERE e.time < $3 AND cases.event_is_done(e.id, e.subject))'),
    ('events', 'bus.events', 'time < $3 AND cases.event_is_done(id, subject)'))
    AS parts (of_kind, name, which)
    WHERE of_kind = erase_old.kind
  LOOP
    EXECUTE format('DELETE FROM %s WHERE %s', part.name, part.which) USING old, tasks, before;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN QUERY SELECT part.name, rows;
  END LOOP;
END $$;

-- Everybody has taken it, and it isn't about a case that is still there: those of a case go with it.
CREATE FUNCTION cases.event_is_done(event bigint, about uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT NOT EXISTS (SELECT FROM bus.deliveries d
                     WHERE d.event_id = event_is_done.event AND d.state <> 'done')
     AND NOT EXISTS (SELECT FROM cases.cases c WHERE c.id = event_is_done.about)
$$;
