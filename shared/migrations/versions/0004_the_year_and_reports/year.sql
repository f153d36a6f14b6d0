-- The evaluation (R24, R25), dispatches (R28-R31), and the ledger of parent meetings (R26).

CREATE TABLE cases.evaluations (
  year       smallint PRIMARY KEY,
  opened_on  date NOT NULL,
  answers_by date NOT NULL,                              -- before the school ends
  due_on     date NOT NULL,
  questions  jsonb NOT NULL,                             -- as they are asked this year
  done_on    date,
  done_by    uuid REFERENCES cases.people,               -- who said so
  reference  text,                                       -- where it is filed
  noted_at   timestamptz,
  CHECK ((done_on IS NULL) = (noted_at IS NULL))
);

-- Each concerned post answers once, by whoever acts for it; it can be changed until the evaluation is done.
CREATE TABLE cases.evaluation_answers (
  year        smallint NOT NULL REFERENCES cases.evaluations,
  post        text NOT NULL REFERENCES cases.posts,
  person_id   uuid NOT NULL REFERENCES cases.people,
  answers     jsonb NOT NULL,                            -- by the name of the question
  answered_at timestamptz NOT NULL,
  PRIMARY KEY (year, post)
);

-- What is sent to every rektor. Who has confirmed is told by the duties that it brought about.
CREATE TABLE cases.dispatches (
  id        uuid PRIMARY KEY,
  kind      text NOT NULL,                               -- a dispatch of the procedure `arshjul`
  year      smallint NOT NULL,                           -- in which it is sent, or whose start brought it
  title     text NOT NULL,
  rule      text NOT NULL,
  due_on    date NOT NULL,                               -- by when it is to be confirmed
  sent_by   uuid REFERENCES cases.people,                -- null: it comes by itself (R31)
  sent_at   timestamptz NOT NULL
);
CREATE INDEX dispatches_sent ON cases.dispatches (year, sent_at, id);
CREATE UNIQUE INDEX dispatches_by_themselves ON cases.dispatches (kind, year) WHERE sent_by IS NULL;

CREATE TABLE cases.dispatch_files (
  id          uuid PRIMARY KEY,
  dispatch_id uuid NOT NULL REFERENCES cases.dispatches,
  turn        integer NOT NULL,
  name        text NOT NULL,
  media_type  text NOT NULL,
  content     bytea NOT NULL CHECK (octet_length(content) <= 10485760)
);
CREATE INDEX dispatch_files_of ON cases.dispatch_files (dispatch_id, turn);

-- One row for each cohort of a stage at a unit: `cohort` is the calendar year in which its first school
-- year of the stage began.
CREATE TABLE cases.parent_meetings (
  unit      text NOT NULL REFERENCES cases.units,
  stage     text NOT NULL,
  cohort    smallint NOT NULL,
  state     text NOT NULL CHECK (state IN ('planned', 'held')),
  matter    uuid REFERENCES cases.cases,                 -- the meeting that IFO is invited to
  held_on   date,
  noted_at  timestamptz NOT NULL,
  PRIMARY KEY (unit, stage, cohort),
  CHECK ((state = 'held') = (held_on IS NOT NULL))
);
CREATE INDEX parent_meetings_matter ON cases.parent_meetings (matter) WHERE matter IS NOT NULL;

-- R27: in whose place somebody comes to one meeting; they aren't called to the others of the year.
ALTER TABLE cases.attendance ADD COLUMN stands_for uuid REFERENCES cases.people;

-- A parent meeting that is cancelled leaves nothing in the ledger.
GRANT DELETE ON cases.parent_meetings TO samspel_cases;
