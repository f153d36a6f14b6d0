-- What a sign-in by the identity service began with is good for one answer. Real time.
CREATE TABLE cases.spent_states (
  state bytea PRIMARY KEY,                             -- its SHA-256
  at    timestamptz NOT NULL
);
GRANT DELETE ON cases.spent_states TO samspel_cases;
