-- A year's duties belong to the year; those about one of a matter's meetings, to that matter, too. They are
-- held with both, and go with it.

-- The tasks of these matters: of the case, of what is the case's, and a year's duties: about one of its
-- meetings, by their key about the matter itself, or to reach somebody whom one of these didn't.
CREATE FUNCTION cases.tasks_of(matters uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = '' AS $$
  WITH own AS (
    SELECT t.id FROM cases.tasks t WHERE t.case_id = ANY (matters)
    UNION SELECT t.id FROM cases.glass g JOIN cases.tasks t ON t.glass_id = g.id WHERE g.case_id = ANY (matters)
    UNION SELECT t.id FROM cases.inquiries i JOIN cases.tasks t ON t.inquiry_id = i.id
          WHERE i.case_id = ANY (matters)
    UNION SELECT t.id FROM cases.meetings m JOIN cases.tasks t ON t.meeting_id = m.id
          WHERE m.case_id = ANY (matters)
    UNION SELECT t.id FROM cases.tasks t
          WHERE t.year IS NOT NULL AND split_part(t.key, '/', 1) IN (SELECT unnest(matters)::text))
  SELECT id FROM own
  UNION SELECT t.id FROM cases.tasks t
        WHERE t.year IS NOT NULL AND split_part(t.key, '/', 1) IN (SELECT id::text FROM own)
$$;
REVOKE ALL ON FUNCTION cases.tasks_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases.tasks_of TO samspel_cases;

-- As before; and by what a year asked of anybody who is held, or them about; and with a held year, what its
-- duties are about.
CREATE OR REPLACE FUNCTION cases.held_matters() RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = '' AS $$
  WITH standing AS (SELECT h.case_id, h.report_id, h.person_id FROM cases.holds h WHERE h.lifted_at IS NULL),
  had AS (
    SELECT t.* FROM standing h JOIN cases.tasks t ON t.owner = h.person_id
    UNION ALL SELECT t.* FROM standing h JOIN cases.tasks t ON t.about = h.person_id),
  asked AS (
    SELECT * FROM had
    UNION ALL SELECT t.* FROM had JOIN cases.tasks t ON t.year = had.year  -- whom that one didn't reach
              WHERE t.id::text = split_part(had.key, '/', 1)),
  named AS (
    SELECT h.case_id AS id FROM standing h
    UNION SELECT h.report_id FROM standing h
    UNION SELECT p.case_id FROM standing h JOIN cases.participants p USING (person_id)
    UNION SELECT w.case_id FROM standing h JOIN cases.wishes w USING (person_id)
    UNION SELECT m.case_id FROM standing h JOIN cases.attendance a USING (person_id)
          JOIN cases.meetings m ON m.id = a.meeting_id
    UNION SELECT coalesce(t.case_id, t.report_id, g.case_id, i.case_id, m.case_id, c.id) FROM asked t
          LEFT JOIN cases.glass g ON g.id = t.glass_id
          LEFT JOIN cases.inquiries i ON i.id = t.inquiry_id
          LEFT JOIN cases.meetings m ON m.id = t.meeting_id
          LEFT JOIN cases.cases c ON c.about = 'year' AND t.year IS NOT NULL
                                  AND c.id::text = split_part(t.key, '/', 1)
    UNION SELECT i.case_id FROM standing h JOIN cases.inquiries i ON i.by_person = h.person_id
    UNION SELECT r.id FROM standing h JOIN cases.reports r ON r.reporter = h.person_id
    UNION SELECT r.id FROM standing h JOIN cases.reports r ON r.received_by = h.person_id
    UNION SELECT r.id FROM standing h JOIN cases.reports r ON r.guardian_informed_by = h.person_id)
  SELECT n.id FROM named n WHERE n.id IS NOT NULL
  UNION SELECT m.case_id FROM named n JOIN cases.cases c ON c.id = n.id AND c.about = 'year'
        JOIN cases.tasks t ON t.year = extract(year FROM c.known_on)::smallint
        JOIN cases.meetings m ON m.id = t.meeting_id
$$;

-- As before; and all duties of a year that is held.
CREATE OR REPLACE FUNCTION cases_api.held() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH matters AS (SELECT * FROM cases.held_matters() AS id),
  people AS (
    SELECT h.person_id AS id FROM cases.holds h WHERE h.lifted_at IS NULL AND h.person_id IS NOT NULL
    UNION SELECT p.person_id FROM cases.participants p
          WHERE p.case_id IN (SELECT id FROM matters) AND p.party <> 'staff'
    UNION SELECT w.person_id FROM cases.wishes w WHERE w.case_id IN (SELECT id FROM matters)),
  inquiries AS (
    SELECT i.id FROM cases.inquiries i WHERE i.case_id IN (SELECT id FROM matters)
    UNION SELECT i.id FROM cases.inquiries i WHERE i.by_person IN (SELECT id FROM people))
  SELECT CASE WHEN EXISTS (SELECT FROM cases.holds h WHERE h.lifted_at IS NULL) THEN (
    SELECT coalesce(array_agg(one.id), '{}') FROM (
    SELECT id FROM matters
    UNION SELECT id FROM people
    UNION SELECT id FROM inquiries
    UNION SELECT cases.tasks_of(ARRAY(SELECT id FROM matters))
    UNION SELECT t.id FROM cases.tasks t WHERE t.report_id IN (SELECT id FROM matters)
    UNION SELECT t.id FROM cases.tasks t WHERE t.inquiry_id IN (SELECT id FROM inquiries)
    UNION SELECT t.id FROM cases.tasks t WHERE t.owner IN (SELECT id FROM people)
    UNION SELECT t.id FROM cases.tasks t WHERE t.about IN (SELECT id FROM people)
    UNION SELECT t.id FROM cases.cases c JOIN cases.tasks t ON t.year = extract(year FROM c.known_on)::smallint
          WHERE c.about = 'year' AND c.id IN (SELECT id FROM matters)) one)
  ELSE '{}' END
$$;

-- As before; with the year's duties, and if any of them is held, it stays.
CREATE OR REPLACE FUNCTION cases.erase_case(matter uuid, log_since timestamptz)
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
  tasks := ARRAY(SELECT cases.tasks_of(ARRAY[matter]));
  IF (tasks || inquiries) && cases_api.held() THEN
    RAISE EXCEPTION 'what goes with the case is held' USING ERRCODE = 'SA003';
  END IF;
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
