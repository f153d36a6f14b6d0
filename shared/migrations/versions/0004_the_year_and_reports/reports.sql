-- Reports of concern: that there is one and what is to be done, nothing about the child (R40-R51).

-- `suspected_abuse` null: nobody has said, which counts as suspected (R41). A meeting in connection
-- with it (R51) is a matter with the same id.
CREATE TABLE cases.reports (
  id                   uuid PRIMARY KEY,
  reference            text NOT NULL UNIQUE,             -- random (X15)
  unit                 text NOT NULL REFERENCES cases.units,
  reporter             uuid NOT NULL REFERENCES cases.people,
  received_by          uuid NOT NULL REFERENCES cases.people,
  received_on          date NOT NULL,
  registered_at        timestamptz NOT NULL,
  channel              text NOT NULL CHECK (channel IN ('phone', 'in-person', 'letter', 'e-service')),
  suspected_abuse      boolean,
  wants_feedback       boolean NOT NULL,
  feedback_from        date NOT NULL,                    -- not before this day is the reporter nudged (R44)
  written_on           date,                             -- when the written one came (R42)
  feedback             text CHECK (feedback IN
                         ('opened', 'not-opened', 'ongoing', 'not-disclosed')),
  feedback_on          date,
  asked_on             date,                             -- when the reporter asked for it (R45)
  guardian_informed_on date,
  guardian_informed_by uuid REFERENCES cases.people,
  CHECK ((feedback IS NULL) = (feedback_on IS NULL)),
  CHECK ((guardian_informed_on IS NULL) = (guardian_informed_by IS NULL))
);
CREATE INDEX reports_registered ON cases.reports (registered_at, id);
CREATE INDEX reports_reporter ON cases.reports (reporter);
CREATE INDEX reports_feedback ON cases.reports (feedback_from) WHERE wants_feedback AND feedback IS NULL;

-- R41: that a guardian was told is noted only where nothing is suspected. A suspicion that comes
-- afterwards is marked all the same: what has been done stays written down, and nothing more is.
CREATE FUNCTION cases.keep_from_the_family() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF NEW.suspected_abuse IS NOT FALSE THEN
    RAISE EXCEPTION 'nobody of the family is told of this report (R41)'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_of_the_family_is_told';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER nobody_of_the_family_is_told
  BEFORE INSERT OR UPDATE OF guardian_informed_on, guardian_informed_by ON cases.reports
  FOR EACH ROW WHEN (NEW.guardian_informed_on IS NOT NULL)
  EXECUTE FUNCTION cases.keep_from_the_family();
