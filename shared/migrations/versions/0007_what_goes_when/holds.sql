-- Legal holds: nothing of a held case, report or person goes until the hold is lifted. Rows of both are
-- kept, so that it can be said afterwards who held what, why and until when.
CREATE TABLE cases.holds (
  id        uuid PRIMARY KEY,
  case_id   uuid REFERENCES cases.cases,
  report_id uuid REFERENCES cases.reports,               -- one without a meeting; else case_id, the same id
  person_id uuid REFERENCES cases.people,
  because   text NOT NULL CHECK (because IN ('disclosure', 'supervision', 'legal', 'other')),
  placed_at timestamptz NOT NULL,
  placed_by text NOT NULL,                               -- an actor
  lifted_at timestamptz,
  lifted_by text,
  CHECK (num_nonnulls(case_id, report_id, person_id) = 1),
  CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE UNIQUE INDEX holds_standing ON cases.holds (coalesce(case_id, report_id, person_id), because)
  WHERE lifted_at IS NULL;
CREATE INDEX holds_person ON cases.holds (person_id) WHERE person_id IS NOT NULL;

-- Cases, other matters and reports that are held: themselves, or by anybody on them, family, staff or
-- somebody who is wished for (S7). A report and its meeting have one id, and are held together.
CREATE FUNCTION cases.held_matters() RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = '' AS $$
  WITH standing AS (SELECT h.case_id, h.report_id, h.person_id FROM cases.holds h WHERE h.lifted_at IS NULL)
  SELECT h.case_id FROM standing h WHERE h.case_id IS NOT NULL
  UNION SELECT h.report_id FROM standing h WHERE h.report_id IS NOT NULL
  UNION SELECT p.case_id FROM standing h JOIN cases.participants p USING (person_id)
  UNION SELECT w.case_id FROM standing h JOIN cases.wishes w USING (person_id)
  UNION SELECT m.case_id FROM standing h JOIN cases.attendance a USING (person_id)
        JOIN cases.meetings m ON m.id = a.meeting_id
  UNION SELECT coalesce(t.case_id, t.report_id) FROM standing h JOIN cases.tasks t ON t.owner = h.person_id
        WHERE coalesce(t.case_id, t.report_id) IS NOT NULL
  UNION SELECT coalesce(t.case_id, t.report_id) FROM standing h JOIN cases.tasks t ON t.about = h.person_id
        WHERE coalesce(t.case_id, t.report_id) IS NOT NULL
  UNION SELECT r.id FROM standing h JOIN cases.reports r ON r.reporter = h.person_id
  UNION SELECT r.id FROM standing h JOIN cases.reports r ON r.received_by = h.person_id
  UNION SELECT r.id FROM standing h JOIN cases.reports r ON r.guardian_informed_by = h.person_id
$$;
CREATE FUNCTION cases.is_held(matter uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT is_held.matter IN (SELECT * FROM cases.held_matters())
$$;

-- Every id that stands for something held: of cases, matters and reports, their inquiries and tasks, of
-- people who are held, and of the families of what is held. A row with one of them goes by no path.
CREATE FUNCTION cases_api.held() RETURNS uuid[]
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
    UNION SELECT t.id FROM cases.tasks t WHERE t.case_id IN (SELECT id FROM matters)
    UNION SELECT t.id FROM cases.tasks t WHERE t.report_id IN (SELECT id FROM matters)
    UNION SELECT t.id FROM cases.tasks t WHERE t.inquiry_id IN (SELECT id FROM inquiries)
    UNION SELECT t.id FROM cases.tasks t WHERE t.owner IN (SELECT id FROM people)
    UNION SELECT t.id FROM cases.tasks t WHERE t.about IN (SELECT id FROM people)) one)
  ELSE '{}' END
$$;

-- A person's addresses, lower case: now, dead, and before the last change.
CREATE FUNCTION cases.addresses_of(who uuid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT coalesce(array_agg(DISTINCT lower(one.address)), '{}')
  FROM (
    SELECT unnest(ARRAY[p.email, p.dead_email]) AS address FROM cases.people p WHERE p.id = who
    UNION SELECT f.particulars ->> 'email' FROM cases.former_particulars f WHERE f.person_id = who) one
  WHERE one.address <> ''
$$;

-- The addresses of who is held, lower case: mail that came in may not be known as theirs in any other way.
CREATE FUNCTION cases_api.held_addresses() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT coalesce(array_agg(one.address), '{}') FROM (
    SELECT unnest(cases.addresses_of(p.id)) AS address
    FROM cases.people p WHERE p.id = ANY ((SELECT cases_api.held())::uuid[])) one
$$;

-- References of cases that have gone: they stand on papers and in the archive, and are given to no other.
-- Whoever inserts a case with one inserts nothing, as with the reference of a case that is there.
CREATE TABLE cases.given_references (reference text PRIMARY KEY);
CREATE FUNCTION cases.refuse_given_reference() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF EXISTS (SELECT FROM cases.given_references g WHERE g.reference = NEW.reference) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reference_is_new BEFORE INSERT ON cases.cases
  FOR EACH ROW EXECUTE FUNCTION cases.refuse_given_reference();
