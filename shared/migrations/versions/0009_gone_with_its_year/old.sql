-- As before; and what a year asked of the staff: evaluations, dispatches and duties. Of these nothing goes
-- before the year after theirs is over: by what was done before, nobody is asked twice. A duty with a later
-- day is kept until that one (R26: it is asked for in one year, and by the end of a stage).
CREATE OR REPLACE FUNCTION cases.erase_old(kind text, before timestamptz)
RETURNS TABLE (place text, gone bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  part record; held uuid[] := cases_api.held(); old uuid[]; years smallint[]; tasks uuid[]; rows bigint;
  over integer := extract(year FROM before AT TIME ZONE 'Europe/Stockholm') - 1;
  of_evaluation text[] := ARRAY['answer-evaluation', 'evaluate-year'];
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
  ELSIF kind = 'dispatches' THEN
    old := ARRAY(SELECT d.id FROM cases.dispatches d
                 WHERE d.sent_at < before AND d.year < over AND (d.sent_by = ANY (held)) IS NOT TRUE
                   AND NOT EXISTS (SELECT FROM cases.tasks t WHERE t.dispatch_id = d.id AND t.state = 'open')
                   AND cases.tasks_may_go(ARRAY(SELECT t.id FROM cases.tasks t WHERE t.dispatch_id = d.id), held)
                 ORDER BY d.id FOR UPDATE);
  ELSIF kind = 'evaluations' THEN
    years := ARRAY(SELECT e.year FROM cases.evaluations e
                   WHERE e.noted_at < before AND e.year < over AND (e.done_by = ANY (held)) IS NOT TRUE
                     AND NOT EXISTS (SELECT FROM cases.evaluation_answers a
                                     WHERE a.year = e.year AND a.person_id = ANY (held))
                     AND NOT EXISTS (SELECT FROM cases.tasks t WHERE t.year = e.year
                                     AND t.kind = ANY (of_evaluation) AND t.state = 'open')
                     AND cases.tasks_may_go(ARRAY(SELECT t.id FROM cases.tasks t WHERE t.year = e.year
                                                  AND t.kind = ANY (of_evaluation)), held)
                   ORDER BY e.year FOR UPDATE);
    tasks := ARRAY(SELECT t.id FROM cases.tasks t
                   WHERE t.year = ANY (years) AND t.kind = ANY (of_evaluation));
  ELSIF kind = 'duties' THEN  -- those of an evaluation go with it
    tasks := ARRAY(SELECT t.id FROM cases.tasks t
                   WHERE t.year < over AND t.state = 'done' AND t.done_at < before
                     AND (extract(year FROM t.due_on) >= over) IS NOT TRUE
                     AND t.kind <> ALL (of_evaluation) AND cases.tasks_may_go(ARRAY[t.id], held)
                   ORDER BY t.id FOR UPDATE);
  END IF;
  IF old IS NOT NULL THEN
    tasks := ARRAY(SELECT t.id FROM cases.tasks t
                   WHERE t.inquiry_id = ANY (old) OR t.report_id = ANY (old) OR t.dispatch_id = ANY (old));
  END IF;
  IF tasks IS NOT NULL THEN
    RETURN QUERY SELECT * FROM notifier_api.erase(NULL, tasks, '{}', '{}', false);
  END IF;
  FOR part IN SELECT * FROM (VALUES
    ('{inquiries}'::text[], 'cases.drafts', 'inquiry_id = ANY ($1)'),
    ('{inquiries,reports,dispatches,evaluations,duties}', 'cases.tasks', 'id = ANY ($2)'),
    ('{reports}', 'cases.holds', 'report_id = ANY ($1)'),
    ('{inquiries,reports,dispatches,evaluations,duties}', 'bus.deliveries',
     'event_id IN (SELECT id FROM bus.events WHERE subject = ANY ($1 || $2))'),
    ('{inquiries,reports,dispatches,evaluations,duties}', 'bus.events', 'subject = ANY ($1 || $2)'),
    ('{inquiries}', 'cases.inquiries', 'id = ANY ($1)'),
    ('{reports}', 'cases.reports', 'id = ANY ($1)'),
    ('{dispatches}', 'cases.dispatch_files', 'dispatch_id = ANY ($1)'),
    ('{dispatches}', 'cases.dispatches', 'id = ANY ($1)'),
    ('{evaluations}', 'cases.evaluation_answers', 'year = ANY ($5)'),
    ('{evaluations}', 'cases.evaluations', 'year = ANY ($5)'),
    ('{audit}', 'cases.audit', 'case_id IS NULL AND at < $3
       AND replace(actor, ''person:'', '''') <> ALL ($4::text[])
       AND NOT EXISTS (SELECT FROM jsonb_each_text(details) said WHERE said.value = ANY ($4::text[]))'),
    ('{access_log}', 'cases.access_log', 'at < $3
       AND replace(actor, ''person:'', '''') <> ALL ($4::text[])
       AND NOT EXISTS (SELECT FROM cases.cases c
                       WHERE c.id = case_id AND (c.state = ''open'' OR c.id = ANY ($4)))'),
    ('{events}', 'bus.deliveries', 'event_id IN (
       SELECT e.id FROM bus.events e
       WHERE e.time < $3 AND e.subject <> ALL ($4) AND cases.event_is_done(e.id, e.subject))'),
    ('{events}', 'bus.events', 'time < $3 AND subject <> ALL ($4) AND cases.event_is_done(id, subject)'))
    AS parts (of_kinds, name, which)
    WHERE erase_old.kind = ANY (of_kinds)
  LOOP
    EXECUTE format('DELETE FROM %s WHERE %s', part.name, part.which) USING old, tasks, before, held, years;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN QUERY SELECT part.name, rows;
  END LOOP;
END $$;
