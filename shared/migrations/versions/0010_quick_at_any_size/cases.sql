-- What the gate reads of a case at each mail, as before. In this language the server plans it once in a
-- session, and not at each call, which took longer than the reading; and each person is looked up, however
-- few there are (OFFSET 0), where a plan made once would read all of them.
CREATE OR REPLACE FUNCTION cases_api.facts(case_ids uuid[])
RETURNS TABLE (case_id uuid, facts jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT c.id, jsonb_build_object(
    'id', c.id, 'reference', c.reference, 'procedure', c.procedure, 'procedure_on', c.procedure_on,
    'state', c.state, 'known_on', c.known_on, 'opened_at', c.opened_at,
    'closed_on', (c.closed_at AT TIME ZONE 'Europe/Stockholm')::date,
    'birth_date', child.birth_date, 'about', c.about, 'process_owner', c.process_owner, 'unit', c.unit,
    'initiator', c.initiator, 'coordinator', c.coordinator, 'never_together', c.never_together,
    'held_back', c.held_back_for IS NOT NULL,
    'participants', coalesce((
      SELECT jsonb_agg(jsonb_build_object('person_id', p.person_id, 'party', p.party, 'role', p.role,
                         'organisation', p.organisation, 'custody', p.custody,
                         'wanted_by_youth', coalesce(p.wanted_by_youth, false)) ORDER BY p.person_id)
      FROM cases.participants p WHERE p.case_id = c.id AND p.removed_at IS NULL), '[]'),
    'consents', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', s.id, 'party', s.party, 'person_id', s.person_id,
                         'organisations', s.organisations, 'state', s.state,
                         'signed_on', s.signed_on, 'withdrawn_on', s.withdrawn_on,
                         'valid_until', s.valid_until, 'waived_on', s.waived_on,
                         'turn', s.turn) ORDER BY s.id)
      FROM cases.consents s WHERE s.case_id = c.id), '[]'),
    'meetings', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', m.id, 'step', m.step, 'starts_at', m.starts_at,
                         'ends_at', m.ends_at, 'state', m.state, 'sequence', m.sequence,
                         'changed_at', m.changed_at, 'cancelled_because', m.cancelled_because,
                         'minutes_filed', m.minutes_filed_at IS NOT NULL,
                         'plan_filed', m.plan_filed_at IS NOT NULL,
                         'left_out', m.left_out, 'called', m.called,
                         'options', CASE WHEN m.state = 'proposed' THEN coalesce((
                           SELECT jsonb_agg(o.starts_at ORDER BY o.starts_at)
                           FROM cases.options o WHERE o.meeting_id = m.id), '[]') ELSE '[]' END,
                         'person_ids', coalesce(called.everybody, '[]'),
                         'answered', coalesce(called.answered, '[]'),
                         'declined', coalesce(called.declined, '[]'))
                       ORDER BY m.starts_at, m.id)
      FROM cases.meetings m
      LEFT JOIN LATERAL (
        SELECT jsonb_agg(a.person_id ORDER BY a.person_id) AS everybody,
               jsonb_agg(a.person_id ORDER BY a.person_id) FILTER (WHERE a.answer <> 'needs-action')
                 AS answered,
               jsonb_agg(a.person_id ORDER BY a.person_id) FILTER (WHERE a.answer = 'declined')
                 AS declined
        FROM cases.attendance a WHERE a.meeting_id = m.id AND NOT a.removed) called ON true
      WHERE m.case_id = c.id), '[]'))
  FROM cases.cases c LEFT JOIN cases.people child ON child.id = c.child
  WHERE c.id = ANY (case_ids);
END $$;

CREATE OR REPLACE FUNCTION cases_api.mailing(case_ids uuid[], today date)
RETURNS TABLE (case_id uuid, facts jsonb, contacts jsonb, places jsonb, manager uuid, late jsonb,
               links jsonb, callers text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
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
     FROM (SELECT managers.manager AS id UNION SELECT c.process_owner
           UNION SELECT late.manager FROM late WHERE late.case_id = c.id
           UNION SELECT x.person_id FROM cases.participants x WHERE x.case_id = c.id) somebody
     CROSS JOIN LATERAL (SELECT * FROM cases.people who WHERE who.id = somebody.id OFFSET 0) p),
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
  JOIN managers ON managers.case_id = c.id;
END $$;

CREATE OR REPLACE FUNCTION cases_api.unspeakable(case_ids uuid[])
RETURNS TABLE (case_id uuid, names text[], school text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ''
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT c.id, ARRAY(SELECT p.name FROM cases.participants x JOIN cases.people p ON p.id = x.person_id
                     WHERE x.case_id = c.id AND p.party <> 'staff' ORDER BY p.id),
         CASE WHEN c.about <> 'year' THEN u.name END
  FROM cases.cases c JOIN cases.units u ON u.code = c.unit
  WHERE c.id = ANY (case_ids);
END $$;
