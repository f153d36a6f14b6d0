-- The facts: people, cases, consents, meetings, tasks. Instants in UTC, dates in Europe/Stockholm.
CREATE SCHEMA cases;

CREATE TABLE cases.units (
  code         text PRIMARY KEY,
  name         text NOT NULL,
  kind         text NOT NULL,
  organisation text NOT NULL,
  parent       text REFERENCES cases.units
);

CREATE TABLE cases.places (
  code        text PRIMARY KEY,
  unit        text NOT NULL REFERENCES cases.units,
  public_text text NOT NULL                              -- neutral: may stand in a mail
);

CREATE TABLE cases.people (
  id         uuid PRIMARY KEY,
  code       text UNIQUE,                                -- staff: the code in people.csv
  party      text NOT NULL CHECK (party IN ('staff', 'guardian', 'child')),
  name       text NOT NULL,
  email      text,
  phone      text,
  language   text NOT NULL DEFAULT 'sv',
  birth_date date,
  protected  boolean,                                    -- null counts as protected (X6)
  no_mail    boolean NOT NULL DEFAULT false,             -- a wish not to be mailed (X7)
  CHECK ((party = 'staff') = (code IS NOT NULL)),
  CHECK (party <> 'child' OR birth_date IS NOT NULL)
);

CREATE TABLE cases.posts (
  code       text PRIMARY KEY,
  role       text NOT NULL,
  unit       text NOT NULL REFERENCES cases.units,
  reports_to text REFERENCES cases.posts DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE cases.holders (
  post      text NOT NULL REFERENCES cases.posts,
  person_id uuid NOT NULL REFERENCES cases.people,
  first_day date NOT NULL,
  last_day  date CHECK (last_day >= first_day),
  PRIMARY KEY (post, person_id, first_day)
);
CREATE INDEX holders_person ON cases.holders (person_id);

CREATE TABLE cases.cases (
  id            uuid PRIMARY KEY,
  reference     text NOT NULL UNIQUE,                    -- random (X15)
  procedure     text NOT NULL,
  procedure_on  date NOT NULL,                           -- the version the case began under
  state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
  known_on      date NOT NULL,
  opened_at     timestamptz NOT NULL,
  closed_at     timestamptz,
  outcome       text,
  process_owner uuid NOT NULL REFERENCES cases.people,
  child         uuid NOT NULL REFERENCES cases.people,
  unit          text NOT NULL REFERENCES cases.units,
  CHECK ((state = 'closed') = (closed_at IS NOT NULL AND outcome IS NOT NULL))
);
CREATE INDEX cases_open ON cases.cases (id) WHERE state = 'open';
CREATE INDEX cases_opened ON cases.cases (opened_at, id);

CREATE TABLE cases.participants (
  case_id      uuid NOT NULL REFERENCES cases.cases,
  person_id    uuid NOT NULL REFERENCES cases.people,
  party        text NOT NULL CHECK (party IN ('child', 'guardian', 'staff')),
  role         text,                                     -- staff: the role they take part in
  organisation text,
  custody      boolean NOT NULL DEFAULT false,
  added_at     timestamptz NOT NULL,
  removed_at   timestamptz,
  PRIMARY KEY (case_id, person_id),
  CHECK ((party = 'staff') = (role IS NOT NULL AND organisation IS NOT NULL))
);
CREATE INDEX participants_person ON cases.participants (person_id);

CREATE TABLE cases.consents (
  id            uuid PRIMARY KEY,
  case_id       uuid NOT NULL REFERENCES cases.cases,
  person_id     uuid NOT NULL REFERENCES cases.people,
  party         text NOT NULL CHECK (party IN ('guardian', 'child', 'youth')),
  organisations text[] NOT NULL,
  state         text NOT NULL DEFAULT 'requested'
                CHECK (state IN ('requested', 'signed', 'refused', 'withdrawn', 'lapsed')),
  requested_on  date NOT NULL,
  signed_on     date,
  refused_on    date,
  withdrawn_on  date,
  turn          integer NOT NULL DEFAULT 0               -- the case's answers as they were registered
);
CREATE INDEX consents_case ON cases.consents (case_id);

CREATE TABLE cases.meetings (
  id           uuid PRIMARY KEY,
  case_id      uuid NOT NULL REFERENCES cases.cases,
  step         text NOT NULL,
  starts_at    timestamptz NOT NULL,
  ends_at      timestamptz NOT NULL,
  zone         text NOT NULL DEFAULT 'Europe/Stockholm',
  local_start  timestamp NOT NULL,                       -- what was agreed, should the zone's rules change
  place        text REFERENCES cases.places,
  state        text NOT NULL CHECK (state IN ('proposed', 'booked', 'cancelled', 'held')),
  sequence     integer NOT NULL DEFAULT 0,
  proposal     text UNIQUE,                              -- the scheduler's proposal it came from
  created_at   timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL,                     -- when it got the time it has
  cancelled_because text CHECK (cancelled_because IN ('by-hand', 'consent', 'closing')),
  secretary        uuid REFERENCES cases.people,         -- R19
  consent_reviewed boolean,                              -- R19: gone through at the meeting
  minutes_filed_at timestamptz,                          -- R15
  minutes_reference text,                                -- where they are filed, never what they say
  CHECK (ends_at > starts_at),
  CHECK ((state = 'cancelled') = (cancelled_because IS NOT NULL))
);
CREATE INDEX meetings_case ON cases.meetings (case_id);

CREATE TABLE cases.attendance (
  meeting_id  uuid NOT NULL REFERENCES cases.meetings,
  person_id   uuid NOT NULL REFERENCES cases.people,
  answer      text NOT NULL DEFAULT 'needs-action'
              CHECK (answer IN ('needs-action', 'accepted', 'declined', 'tentative')),
  answered_at timestamptz,
  removed     boolean NOT NULL DEFAULT false,
  present     boolean,                                   -- said when the meeting is marked as held
  PRIMARY KEY (meeting_id, person_id)
);

-- Who is taken when: the arbiter of double bookings. A row stands while the meeting is booked or held.
CREATE TABLE cases.engagements (
  meeting_id uuid NOT NULL REFERENCES cases.meetings,
  person_id  uuid NOT NULL REFERENCES cases.people,
  during     tstzrange NOT NULL,
  PRIMARY KEY (meeting_id, person_id),
  CONSTRAINT nobody_double_booked EXCLUDE USING gist (person_id WITH =, during WITH &&)
);

CREATE TABLE cases.tasks (
  id         uuid PRIMARY KEY,
  case_id    uuid NOT NULL REFERENCES cases.cases,
  key        text NOT NULL UNIQUE,                       -- from the rule: the same task comes once
  kind       text NOT NULL,
  owner      uuid NOT NULL REFERENCES cases.people,
  due_on     date,
  state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')),
  rule       text NOT NULL,
  meeting_id uuid REFERENCES cases.meetings,
  about      uuid REFERENCES cases.people,               -- whom to tell, phone, ask
  details    jsonb NOT NULL DEFAULT '{}',                -- codes only
  created_at timestamptz NOT NULL,
  done_at    timestamptz
);
CREATE INDEX tasks_case ON cases.tasks (case_id);
CREATE INDEX tasks_open ON cases.tasks (due_on, created_at, key) WHERE state = 'open';

CREATE TABLE cases.audit (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL,
  case_id uuid REFERENCES cases.cases,
  actor   text NOT NULL,
  action  text NOT NULL,
  rule    text,
  details jsonb NOT NULL DEFAULT '{}'                    -- ids, codes and dates only
);
CREATE INDEX audit_case ON cases.audit (case_id, id);

-- Written before a case is shown: no row, no answer.
CREATE TABLE cases.access_log (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL,
  actor   text NOT NULL,
  case_id uuid REFERENCES cases.cases,                   -- null: a list
  what    text NOT NULL
);

CREATE TABLE cases.idempotency (
  actor   text NOT NULL,
  key     text NOT NULL,
  request bytea NOT NULL,                                -- SHA-256 of method, path and body
  status  integer NOT NULL,
  body    jsonb NOT NULL,
  at      timestamptz NOT NULL,
  PRIMARY KEY (actor, key)
);
