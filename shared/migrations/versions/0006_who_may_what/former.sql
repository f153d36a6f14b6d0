-- What somebody of a family was called, and how they were reached, before the last change: so that
-- whoever made it can take it back. Gone once it is taken back, or changed anew, or after an hour.
CREATE TABLE cases.former_particulars (
  person_id   uuid PRIMARY KEY REFERENCES cases.people,
  changed_by  uuid NOT NULL REFERENCES cases.people,
  changed_at  timestamptz NOT NULL,
  particulars jsonb NOT NULL                           -- by field, as it was before
);
GRANT SELECT, INSERT, UPDATE, DELETE ON cases.former_particulars TO samspel_cases;
