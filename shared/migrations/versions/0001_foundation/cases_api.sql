-- What cases publishes to the other services: facts to read, never tables.
CREATE SCHEMA cases_api;

-- A case as the rules see it (shared/domain/facts.py): no name, no address.
CREATE FUNCTION cases_api.facts(case_ids uuid[]) RETURNS TABLE (case_id uuid, facts jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT c.id, jsonb_build_object(
    'id', c.id, 'reference', c.reference, 'procedure', c.procedure, 'procedure_on', c.procedure_on,
    'state', c.state, 'known_on', c.known_on, 'opened_at', c.opened_at,
    'closed_on', (c.closed_at AT TIME ZONE 'Europe/Stockholm')::date,
    'birth_date', child.birth_date, 'process_owner', c.process_owner, 'unit', c.unit,
    'participants', coalesce((
      SELECT jsonb_agg(jsonb_build_object('person_id', p.person_id, 'party', p.party, 'role', p.role,
                         'organisation', p.organisation, 'custody', p.custody) ORDER BY p.person_id)
      FROM cases.participants p WHERE p.case_id = c.id AND p.removed_at IS NULL), '[]'),
    'consents', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', s.id, 'party', s.party, 'person_id', s.person_id,
                         'organisations', s.organisations, 'state', s.state,
                         'signed_on', s.signed_on, 'withdrawn_on', s.withdrawn_on,
                         'turn', s.turn) ORDER BY s.id)
      FROM cases.consents s WHERE s.case_id = c.id), '[]'),
    'meetings', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', m.id, 'step', m.step, 'starts_at', m.starts_at,
                         'ends_at', m.ends_at, 'state', m.state, 'sequence', m.sequence,
                         'changed_at', m.changed_at, 'cancelled_because', m.cancelled_because,
                         'person_ids', (SELECT coalesce(jsonb_agg(a.person_id ORDER BY a.person_id), '[]')
                                        FROM cases.attendance a
                                        WHERE a.meeting_id = m.id AND NOT a.removed))
                       ORDER BY m.starts_at, m.id)
      FROM cases.meetings m WHERE m.case_id = c.id), '[]'))
  FROM cases.cases c JOIN cases.people child ON child.id = c.child
  WHERE c.id = ANY (case_ids)
$$;

-- When these people are taken, between two instants. Nothing says by what.
CREATE FUNCTION cases_api.busy(person_ids uuid[], since timestamptz, until timestamptz)
RETURNS TABLE (person_id uuid, starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT e.person_id, lower(e.during), upper(e.during) FROM cases.engagements e
  WHERE e.person_id = ANY (person_ids) AND e.during && tstzrange(since, until)
$$;

CREATE FUNCTION cases_api.open_cases(beyond uuid, count integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT id FROM cases.cases WHERE state = 'open' AND id > beyond ORDER BY id LIMIT count
$$;

-- The facts of a case with what a mail needs besides: addresses, neutral place texts, the manager of
-- the process owner on `today`. For the notifier alone.
CREATE FUNCTION cases_api.mailing(case_ids uuid[], today date)
RETURNS TABLE (case_id uuid, facts jsonb, contacts jsonb, places jsonb, manager uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH managers AS (
    SELECT c.id AS case_id, (
      SELECT boss.person_id
      FROM cases.holders own
      JOIN cases.posts post ON post.code = own.post
      JOIN cases.holders boss ON boss.post = post.reports_to
      WHERE own.person_id = c.process_owner
        AND own.first_day <= today AND (own.last_day IS NULL OR own.last_day >= today)
        AND boss.first_day <= today AND (boss.last_day IS NULL OR boss.last_day >= today)
      ORDER BY boss.first_day DESC, boss.person_id LIMIT 1) AS manager
    FROM cases.cases c WHERE c.id = ANY (case_ids))
  SELECT f.case_id, f.facts,
    (SELECT jsonb_object_agg(p.id, jsonb_build_object(
        'party', p.party, 'email', p.email, 'language', p.language,
        'protected', coalesce(p.protected, true), 'no_mail', p.no_mail,
        'birth_date', p.birth_date))
     FROM cases.people p
     WHERE p.id IN (SELECT managers.manager UNION SELECT c.process_owner
                    UNION SELECT x.person_id FROM cases.participants x WHERE x.case_id = c.id)),
    (SELECT coalesce(jsonb_object_agg(m.id, place.public_text), '{}')
     FROM cases.meetings m JOIN cases.places place ON place.code = m.place WHERE m.case_id = c.id),
    managers.manager
  FROM cases_api.facts(case_ids) f
  JOIN cases.cases c ON c.id = f.case_id
  JOIN managers ON managers.case_id = c.id
$$;

-- The gate before the content of a mail (X5): locks the cases, and then reads them. Two statements,
-- because one that locks and reads would see the consent as it was before it waited. A withdrawal
-- takes the same rows FOR UPDATE.
CREATE FUNCTION cases_api.clear(case_ids uuid[], today date)
RETURNS TABLE (case_id uuid, facts jsonb, contacts jsonb, places jsonb, manager uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM 1 FROM cases.cases c WHERE c.id = ANY (case_ids) ORDER BY c.id FOR SHARE;
  RETURN QUERY SELECT * FROM cases_api.mailing(case_ids, today);
END $$;
