-- What an administrator has changed in the web: values of a procedure from a day on, a school year.
-- Nothing is ever changed or deleted: the newest row of the same kind, name and day counts, and one
-- without content takes back what stood there. They are written one at a time (an advisory lock), so
-- that the newest row tells whether anything has changed.
CREATE TABLE cases.rule_changes (
  number     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         uuid NOT NULL UNIQUE,
  kind       text NOT NULL CHECK (kind IN ('procedure', 'school-year')),
  name       text NOT NULL,
  valid_from date,
  content    text,                                       -- TOML, as the municipality's file would have it
  made_at    timestamptz NOT NULL,
  made_by    text NOT NULL,                              -- as the actor of cases.audit
  CHECK ((kind = 'procedure') = (valid_from IS NOT NULL))
);
CREATE INDEX rule_changes_newest ON cases.rule_changes (kind, name, valid_from, number DESC);

CREATE FUNCTION cases.rule_changes_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what has been decided is never changed' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER rule_changes_stand BEFORE UPDATE OR DELETE ON cases.rule_changes
  FOR EACH ROW EXECUTE FUNCTION cases.rule_changes_stand();

-- Asked in every piece of work, so it has to be cheap. An id and no number: a database that was put
-- back and has gone on differently has other ids.
CREATE VIEW cases_api.rules_revision AS
  SELECT (SELECT id FROM cases.rule_changes ORDER BY number DESC LIMIT 1) AS revision;

CREATE VIEW cases_api.saved_rules AS
  SELECT kind, name, valid_from, content FROM (
    SELECT DISTINCT ON (kind, name, valid_from) kind, name, valid_from, content
    FROM cases.rule_changes ORDER BY kind, name, valid_from, number DESC) newest
  WHERE content IS NOT NULL;

GRANT SELECT ON cases_api.rules_revision, cases_api.saved_rules
  TO samspel_cases, samspel_scheduler, samspel_notifier;

-- What was done in the settings, for their history.
CREATE INDEX audit_of_settings ON cases.audit (id)
  WHERE case_id IS NULL AND split_part(action, '.', 1) IN ('rules', 'token', 'account', 'register');

-- Files of people and posts that somebody has sent and not yet said yes to: kept for an hour.
CREATE TABLE cases.import_drafts (
  id      uuid PRIMARY KEY,
  made_at timestamptz NOT NULL,
  made_by text NOT NULL,                                 -- as the actor of cases.audit: nobody else's
  files   jsonb NOT NULL                                 -- the text of each by its name
);
GRANT DELETE ON cases.import_drafts TO samspel_cases;
