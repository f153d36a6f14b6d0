-- Legal holds: nothing of a held case or person goes until the hold is lifted. Rows of both are kept, so
-- that it can be said afterwards who held what, why and until when.
CREATE TABLE cases.holds (
  id        uuid PRIMARY KEY,
  case_id   uuid REFERENCES cases.cases,
  person_id uuid REFERENCES cases.people,
  because   text NOT NULL CHECK (because IN ('disclosure', 'supervision', 'legal', 'other')),
  placed_at timestamptz NOT NULL,
  placed_by text NOT NULL,                               -- an actor
  lifted_at timestamptz,
  lifted_by text,
  CHECK (num_nonnulls(case_id, person_id) = 1),
  CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE UNIQUE INDEX holds_standing ON cases.holds (coalesce(case_id, person_id), because)
  WHERE lifted_at IS NULL;
CREATE INDEX holds_person ON cases.holds (person_id) WHERE person_id IS NOT NULL;

-- A case is held itself, or by anybody of its family.
CREATE FUNCTION cases.is_held(matter uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT EXISTS (
    SELECT FROM cases.holds h WHERE h.lifted_at IS NULL AND (
      h.case_id = is_held.matter
      OR h.person_id IN (SELECT p.person_id FROM cases.participants p
                         WHERE p.case_id = is_held.matter AND p.party <> 'staff')))
$$;

-- Whoever looked at a case that has gone stays in the log for its own term, with the id alone.
ALTER TABLE cases.access_log DROP CONSTRAINT access_log_case_id_fkey;

CREATE INDEX events_subject ON bus.events (subject);
CREATE INDEX cases_closed ON cases.cases (closed_at) WHERE state = 'closed';
CREATE INDEX audit_at ON cases.audit (at) WHERE case_id IS NULL;

-- What is asked of other tables for each row that goes: whether anything still names it.
CREATE INDEX tasks_about_somebody ON cases.tasks (about) WHERE about IS NOT NULL;
CREATE INDEX tasks_meeting ON cases.tasks (meeting_id) WHERE meeting_id IS NOT NULL;
CREATE INDEX tasks_owner ON cases.tasks (owner);
CREATE INDEX attendance_everybody ON cases.attendance (person_id);
