-- The facts of a case as of this revision: cases_api.facts and mailing, with what it has added.

-- A case as the rules see it (shared/domain/facts.py): no name, no address, no reason.
CREATE OR REPLACE FUNCTION cases_api.facts(case_ids uuid[])
RETURNS TABLE (case_id uuid, facts jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT c.id, jsonb_build_object(
    'id', c.id, 'reference', c.reference, 'procedure', c.procedure, 'procedure_on', c.procedure_on,
    'state', c.state, 'known_on', c.known_on, 'opened_at', c.opened_at,
    'closed_on', (c.closed_at AT TIME ZONE 'Europe/Stockholm')::date,
    'birth_date', child.birth_date, 'process_owner', c.process_owner, 'unit', c.unit,
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
                         'left_out', m.left_out,
                         'person_ids', (SELECT coalesce(jsonb_agg(a.person_id ORDER BY a.person_id), '[]')
                                        FROM cases.attendance a
                                        WHERE a.meeting_id = m.id AND NOT a.removed))
                       ORDER BY m.starts_at, m.id)
      FROM cases.meetings m WHERE m.case_id = c.id), '[]'))
  FROM cases.cases c JOIN cases.people child ON child.id = c.child
  WHERE c.id = ANY (case_ids)
$$;
