-- What a meeting needs besides its time: who isn't to be there, times to vote about, wishes (S7, X12).

ALTER TABLE cases.meetings
  ADD COLUMN left_out uuid[] NOT NULL DEFAULT '{}';      -- people of the case, not called on purpose

-- The times of a proposal, in the order in which they were found; gone once one is booked.
CREATE TABLE cases.options (
  meeting_id uuid NOT NULL REFERENCES cases.meetings,
  starts_at  timestamptz NOT NULL,
  rank       integer NOT NULL,
  PRIMARY KEY (meeting_id, starts_at)
);

INSERT INTO cases.options (meeting_id, starts_at, rank)
  SELECT id, starts_at, 0 FROM cases.meetings WHERE state = 'proposed';

CREATE TABLE cases.votes (
  meeting_id uuid NOT NULL,
  starts_at  timestamptz NOT NULL,
  person_id  uuid NOT NULL REFERENCES cases.people,
  answer     text NOT NULL CHECK (answer IN ('yes', 'no', 'if-need-be')),
  PRIMARY KEY (meeting_id, starts_at, person_id),
  FOREIGN KEY (meeting_id, starts_at) REFERENCES cases.options ON DELETE CASCADE
);
GRANT DELETE ON cases.options, cases.votes TO samspel_cases;

-- Whom a family wishes for (S7): the name and how to reach them stand with the person alone.
CREATE TABLE cases.wishes (
  id         uuid PRIMARY KEY,
  case_id    uuid NOT NULL REFERENCES cases.cases,
  person_id  uuid NOT NULL UNIQUE REFERENCES cases.people,
  by_person  uuid NOT NULL REFERENCES cases.people,
  relation   text NOT NULL,                              -- a code
  state      text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'accepted', 'declined')),
  asked_at   timestamptz NOT NULL,
  settled_at timestamptz,
  CHECK ((state = 'asked') = (settled_at IS NULL))
);
CREATE INDEX wishes_case ON cases.wishes (case_id);
