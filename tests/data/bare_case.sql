-- A closed case as small as one can be, of a child of its own.
INSERT INTO cases.people (id, party, name, birth_date, protected)
  VALUES (:child, 'child', :word, '2015-05-05', false);
INSERT INTO cases.cases (id, reference, procedure, procedure_on, state, known_on, opened_at, closed_at,
                         outcome, process_owner, initiator, child, unit)
  SELECT :case, :reference, 'samverkansmote', '2026-08-01', 'closed', '2027-01-11', '2027-01-11T08:00Z',
         '2027-02-11T08:00Z', 'not-needed', :staff, :staff, :child, min(code) FROM cases.units;
INSERT INTO cases.participants (case_id, person_id, party, added_at, case_open)
  VALUES (:case, :child, 'child', '2027-01-11T08:00Z', false);
