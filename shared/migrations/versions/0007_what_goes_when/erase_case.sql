-- Everything of a closed case, or matter, in every table of every schema, in one transaction; each place
-- with how many rows went. Its family goes along, but for who is on another case. A new table with an id
-- of a case or a person gets its line here.
--
-- It is refused while the case is open (SA002), held (SA003), or has mail or events under way (SA004).
-- The log of who looked stays from `log_since` on, with the id alone. A report's meeting has the report's
-- id: what is the report's own stays with it, for its own term (`cases.erase_old`).
CREATE FUNCTION cases.erase_case(matter uuid, log_since timestamptz)
RETURNS TABLE (place text, gone bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  how text; meetings uuid[]; glasses uuid[]; inquiries uuid[]; tasks uuid[]; family uuid[];
  addresses text[]; subjects uuid[]; going uuid[]; part record; rows bigint;
BEGIN
  SELECT c.state INTO how FROM cases.cases c WHERE c.id = matter FOR UPDATE;
  IF how IS NULL THEN RETURN; END IF;
  IF how <> 'closed' THEN RAISE EXCEPTION 'the case is open' USING ERRCODE = 'SA002'; END IF;
  IF cases.is_held(matter) THEN RAISE EXCEPTION 'the case is held' USING ERRCODE = 'SA003'; END IF;

  meetings := ARRAY(SELECT m.id FROM cases.meetings m WHERE m.case_id = matter);
  glasses := ARRAY(SELECT g.id FROM cases.glass g WHERE g.case_id = matter);
  inquiries := ARRAY(SELECT i.id FROM cases.inquiries i WHERE i.case_id = matter);
  tasks := ARRAY(SELECT t.id FROM cases.tasks t
                 WHERE t.case_id = matter OR t.glass_id = ANY (glasses) OR t.inquiry_id = ANY (inquiries));
  family := ARRAY(
    SELECT p.id FROM cases.people p
    WHERE p.party <> 'staff'
      AND (p.id IN (SELECT x.person_id FROM cases.participants x WHERE x.case_id = matter)
           OR p.id IN (SELECT w.person_id FROM cases.wishes w WHERE w.case_id = matter))
      AND NOT EXISTS (SELECT FROM cases.participants x WHERE x.person_id = p.id AND x.case_id <> matter)
      AND NOT EXISTS (SELECT FROM cases.wishes w WHERE w.person_id = p.id AND w.case_id <> matter)
    ORDER BY p.id FOR UPDATE);
  addresses := cases.addresses_alone_of(family);
  subjects := matter || meetings || tasks || glasses || inquiries || family;
  going := CASE WHEN EXISTS (SELECT FROM cases.reports r WHERE r.id = matter)
                THEN array_remove(subjects, matter) ELSE subjects END;

  IF notifier_api.is_under_way(matter, tasks, family, addresses)
     OR EXISTS (SELECT FROM bus.events e JOIN bus.deliveries d ON d.event_id = e.id
                WHERE e.subject = ANY (subjects) AND d.state = 'waiting') THEN
    RAISE EXCEPTION 'mail or events of the case are under way' USING ERRCODE = 'SA004';
  END IF;

  RETURN QUERY SELECT * FROM notifier_api.erase(matter, tasks, family, addresses, true);
  RETURN QUERY SELECT * FROM scheduler_api.erase(matter, family);
  INSERT INTO cases.given_references SELECT c.reference FROM cases.cases c WHERE c.id = matter
    ON CONFLICT DO NOTHING;
  UPDATE cases.parent_meetings p SET matter = NULL WHERE p.matter = erase_case.matter;
  FOR part IN SELECT * FROM (VALUES
    ('bus.deliveries', 'event_id IN (SELECT e.id FROM bus.events e WHERE e.subject = ANY ($2))'),
    ('bus.events', 'subject = ANY ($2)'),
    ('cases.idempotency', 'body::text ~ array_to_string($2, ''|'')'),
    ('cases.engagements', 'meeting_id = ANY ($3)'),
    ('cases.votes', 'meeting_id = ANY ($3)'),
    ('cases.options', 'meeting_id = ANY ($3)'),
    ('cases.counters', 'meeting_id = ANY ($3)'),
    ('cases.attendance', 'meeting_id = ANY ($3)'),
    ('cases.tasks', 'id = ANY ($4)'),
    ('cases.glass', 'case_id = $1'),
    ('cases.drafts', 'inquiry_id = ANY ($5)'),
    ('cases.inquiries', 'case_id = $1'),
    ('cases.link_codes', 'case_id = $1 OR person_id = ANY ($6)'),
    ('cases.wishes', 'case_id = $1'),
    ('cases.consents', 'case_id = $1'),
    ('cases.meetings', 'case_id = $1'),
    ('cases.participants', 'case_id = $1'),
    ('cases.holds', 'case_id = $1 OR person_id = ANY ($6) AND lifted_at IS NOT NULL'),
    ('cases.audit', 'case_id = $1'),
    ('cases.access_log', 'case_id = $1 AND at < $7'),
    ('cases.cases', 'id = $1'),
    ('cases.feeds', 'person_id = ANY ($6)'),
    ('cases.former_particulars', 'person_id = ANY ($6)'),
    ('cases.people', 'id = ANY ($6)')) AS parts (name, which)
  LOOP
    EXECUTE format('DELETE FROM %s WHERE %s', part.name, part.which)
      USING matter, going, meetings, tasks, inquiries, family, log_since;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN QUERY SELECT part.name, rows;
  END LOOP;
END $$;
