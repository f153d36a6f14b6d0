-- The organisations in which somebody has a post that day. Who acts for a post without being in it is
-- in one above it, in the same organisation.
CREATE FUNCTION cases.works_for(person uuid, today date) RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT coalesce(array_agg(DISTINCT u.organisation), '{}')
  FROM cases.holders h JOIN cases.posts p ON p.code = h.post JOIN cases.units u ON u.code = p.unit
  WHERE h.person_id = person AND p.ended_on IS NULL
    AND today BETWEEN h.first_day AND coalesce(h.last_day, 'infinity')
$$;

-- As before, with where each of the staff works: whoever has left the organisation that they are on a
-- case for hears no more of it (X10).
CREATE OR REPLACE FUNCTION cases_api.mailing(case_ids uuid[], today date)
RETURNS TABLE (case_id uuid, facts jsonb, contacts jsonb, places jsonb, manager uuid, late jsonb,
               links jsonb, callers text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH managers AS (
    SELECT c.id AS case_id, cases.manager_of(c.process_owner, own.organisation, today) AS manager
    FROM cases.cases c
    LEFT JOIN cases.participants own ON own.case_id = c.id AND own.person_id = c.process_owner
    WHERE c.id = ANY (case_ids)),
  late AS (
    SELECT own.case_id, own.person_id AS owner, t.due_on,
           cases.manager_of(own.person_id, own.organisation, today) AS manager
    FROM (SELECT DISTINCT case_id, owner, due_on FROM cases.tasks
          WHERE case_id = ANY (case_ids) AND state = 'open' AND due_on < today) t
    JOIN cases.participants own ON own.case_id = t.case_id AND own.person_id = t.owner
      AND own.removed_at IS NULL)
  SELECT f.case_id, f.facts,
    (SELECT jsonb_object_agg(p.id, jsonb_build_object(
        'party', p.party, 'email', p.email, 'language', p.language,
        'protected', coalesce(p.protected, true), 'no_mail', p.no_mail,
        'birth_date', p.birth_date,
        'dead', p.dead_email IS NOT NULL AND lower(p.dead_email) = lower(p.email),
        'of_a_family', c.about IN ('report', 'consultation')
                       AND cases.is_of_a_family(lower(p.email)),
        'works_for', CASE WHEN p.party = 'staff' THEN cases.works_for(p.id, today) END))
     FROM cases.people p
     WHERE p.id IN (SELECT managers.manager UNION SELECT c.process_owner
                    UNION SELECT late.manager FROM late WHERE late.case_id = c.id
                    UNION SELECT x.person_id FROM cases.participants x WHERE x.case_id = c.id)),
    (SELECT coalesce(jsonb_object_agg(m.id, place.public_text), '{}')
     FROM cases.meetings m JOIN cases.places place ON place.code = m.place WHERE m.case_id = c.id),
    managers.manager,
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'owner', late.owner, 'due_on', late.due_on, 'manager', late.manager)), '[]')
     FROM late WHERE late.case_id = c.id),
    (SELECT coalesce(jsonb_object_agg(m.id, one.links), '{}')
     FROM cases.meetings m
     JOIN LATERAL (SELECT jsonb_object_agg(a.person_id, a.link) AS links FROM cases.attendance a
                   WHERE a.meeting_id = m.id AND NOT a.removed AND a.link_revoked_at IS NULL) one
       ON one.links IS NOT NULL
     WHERE m.case_id = c.id AND m.state IN ('proposed', 'booked')),
    CASE WHEN c.about = 'year' THEN ARRAY(
      SELECT p.name FROM cases.people p WHERE p.id IN (c.process_owner, c.coordinator)
      ORDER BY p.id <> c.process_owner) ELSE '{}' END
  FROM cases_api.facts(case_ids) f
  JOIN cases.cases c ON c.id = f.case_id
  JOIN managers ON managers.case_id = c.id
$$;
