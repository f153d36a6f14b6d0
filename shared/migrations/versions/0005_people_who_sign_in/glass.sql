-- A case that somebody has opened in an emergency, to read until the day is over (X10). Why is said
-- here and nowhere else.
CREATE TABLE cases.glass (
  id        uuid PRIMARY KEY,
  case_id   uuid NOT NULL REFERENCES cases.cases,
  person_id uuid NOT NULL REFERENCES cases.people,
  on_day    date NOT NULL,                             -- in Stockholm
  reason    text NOT NULL,
  opened_at timestamptz NOT NULL,
  UNIQUE (case_id, person_id, on_day)
);
CREATE INDEX glass_person ON cases.glass (person_id, on_day);

-- Whoever is the manager is told of it: a duty about that.
ALTER TABLE cases.tasks
  ADD COLUMN glass_id uuid REFERENCES cases.glass,
  DROP CONSTRAINT tasks_have_one_subject,
  ADD CONSTRAINT tasks_have_one_subject
    CHECK (num_nonnulls(case_id, inquiry_id, year, dispatch_id, report_id, glass_id) = 1);
CREATE INDEX tasks_glass ON cases.tasks (glass_id) WHERE glass_id IS NOT NULL;

-- Who has read a case, and how many somebody reads a day.
CREATE INDEX access_log_case ON cases.access_log (case_id, at) WHERE case_id IS NOT NULL;
CREATE INDEX access_log_at ON cases.access_log (at) WHERE case_id IS NOT NULL;
