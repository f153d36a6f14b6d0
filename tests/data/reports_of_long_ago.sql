-- A report of concern from long ago with its event, and its meeting, which has been ended.
INSERT INTO cases.reports (id, reference, unit, reporter, received_by, received_on, registered_at, channel,
                           wants_feedback, feedback_from)
  SELECT :report, :reference, min(code), :staff, :staff, '2020-01-01', '2020-01-01', 'phone', false, '2020-01-15'
  FROM cases.units;
INSERT INTO bus.events (type, source, subject, time, data) VALUES ('x', 'x', :report, '2020-01-01', '{}');
INSERT INTO cases.cases (id, reference, procedure, procedure_on, known_on, opened_at, state, closed_at, outcome,
                         process_owner, initiator, unit, about)
  SELECT :report, :meeting_reference, 'orosanmalan', '2020-01-01', '2020-01-01', '2020-01-01', 'closed',
         '2020-02-01', 'x', :staff, :staff, min(code), 'report'
  FROM cases.units;
