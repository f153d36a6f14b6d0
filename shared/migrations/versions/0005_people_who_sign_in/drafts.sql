-- What somebody has typed about a case that isn't opened yet, so that nothing is lost when a session
-- ends. Its owner's alone; gone when the case is opened, thrown away, or after 14 days.
CREATE TABLE cases.drafts (
  person_id  uuid NOT NULL REFERENCES cases.people,
  procedure  text NOT NULL,
  inquiry_id uuid REFERENCES cases.inquiries,          -- null: it comes of no inquiry
  said       jsonb NOT NULL,                           -- by field, as it was typed
  saved_at   timestamptz NOT NULL,
  UNIQUE NULLS NOT DISTINCT (person_id, procedure, inquiry_id)
);
CREATE INDEX drafts_saved ON cases.drafts (saved_at);
GRANT DELETE ON cases.drafts TO samspel_cases;
