-- What somebody of a family was called, and how they were reached, before the last change: so that
-- whoever made it can take it back, for an hour. Gone once it is taken back, or changed anew, or
-- within two hours.
CREATE TABLE cases.former_particulars (
  person_id   uuid PRIMARY KEY REFERENCES cases.people ON DELETE CASCADE,
  id          uuid NOT NULL,                           -- of the change that it was before
  changed_by  uuid NOT NULL REFERENCES cases.people,
  changed_at  timestamptz NOT NULL,
  particulars jsonb NOT NULL                           -- by field, as it was before
);
GRANT SELECT, INSERT, UPDATE, DELETE ON cases.former_particulars TO samspel_cases;
