-- Words and calendars: what each mailbox holds of each meeting, and every message's life.
CREATE SCHEMA notifier;

-- One calendar object per meeting and mailbox (X4).
CREATE TABLE notifier.invitations (
  meeting_id uuid NOT NULL,
  mailbox    text NOT NULL,                              -- the address, lower case
  case_id    uuid NOT NULL,
  token      text NOT NULL UNIQUE,                       -- in the reply address: stands for this row
  people     uuid[] NOT NULL,                            -- two guardians may share a mailbox
  told       integer NOT NULL,                           -- the meeting's sequence last put into words
  sequence   integer NOT NULL,                           -- of the calendar object: only rises (Q5, Q6)
  stamp      timestamptz NOT NULL,                       -- DTSTAMP: strictly rises (Q7)
  created_at timestamptz NOT NULL,                       -- CREATED
  state      text NOT NULL CHECK (state IN ('invited', 'cancelled')),
  place      text,                                       -- as last put into words
  PRIMARY KEY (meeting_id, mailbox)
);
CREATE INDEX invitations_case ON notifier.invitations (case_id);

-- Who is told of a meeting by a person, since they can't or mustn't be mailed (X6, X7, X11).
CREATE TABLE notifier.by_hand (
  meeting_id uuid NOT NULL,
  person_id  uuid NOT NULL,
  case_id    uuid NOT NULL,
  told       integer NOT NULL,                           -- the meeting's sequence a task was made for
  state      text NOT NULL CHECK (state IN ('invited', 'cancelled')),
  rule       text NOT NULL,                              -- why by a person
  PRIMARY KEY (meeting_id, person_id)
);
CREATE INDEX by_hand_case ON notifier.by_hand (case_id);

CREATE TABLE notifier.messages (
  id           uuid PRIMARY KEY,
  key          text NOT NULL UNIQUE,                     -- from the rule: the same message comes once
  kind         text NOT NULL,                            -- call, change, cancel, reminder, alert
  ground       text NOT NULL CHECK (ground IN ('none', 'consent', 'object', 'duty')),
  case_id      uuid NOT NULL,
  meeting_id   uuid,
  person_id    uuid NOT NULL,
  party        text NOT NULL CHECK (party IN ('child', 'guardian', 'staff')),
  mailbox      text NOT NULL,                            -- whose: the address, lower case
  address      text NOT NULL,                            -- where it is sent: as it was entered
  language     text NOT NULL,
  rule         text NOT NULL,
  told         integer,                                  -- the meeting's sequence it speaks of
  payload      jsonb NOT NULL,                           -- what its words are made of: times, codes
  message_id   text NOT NULL UNIQUE,
  state        text NOT NULL DEFAULT 'due' CHECK (state IN
               ('due', 'claimed', 'data', 'accepted', 'retry', 'failed', 'unknown', 'suppressed', 'held')),
  attempts     integer NOT NULL DEFAULT 0,
  began        integer NOT NULL DEFAULT 0,               -- how often its content began to leave
  doubts       integer NOT NULL DEFAULT 0,               -- attempts that ended without an answer
  reason       text,                                     -- a code
  due_at       timestamptz NOT NULL,
  useful_until timestamptz NOT NULL,
  try_at       timestamptz NOT NULL DEFAULT '-infinity', -- real time
  lease_until  timestamptz NOT NULL DEFAULT '-infinity', -- real time
  fence        bigint NOT NULL DEFAULT 0,
  content      bytea,                                    -- kept from the first content to the end
  created_at   timestamptz NOT NULL,
  accepted_at  timestamptz,
  CHECK (ground <> 'duty' OR party = 'staff')            -- alerts are for staff only
);
CREATE INDEX messages_open ON notifier.messages (due_at)
  WHERE state IN ('due', 'claimed', 'data', 'retry', 'unknown');
CREATE INDEX messages_case ON notifier.messages (case_id);
CREATE INDEX messages_made ON notifier.messages (created_at, id);
CREATE INDEX messages_state ON notifier.messages (state, created_at, id);
CREATE INDEX messages_meeting ON notifier.messages (meeting_id, mailbox);

-- How far this database has come with sending, and the brake that is put on when it seems to be
-- restored: then what falls due is held until a person decides (`samspel held`).
CREATE TABLE notifier.high_water (
  only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  place        text,                                     -- where it was when it sent; null: never
  era          bigint NOT NULL DEFAULT 0,                -- rises when a person accepts it (real ms)
  mark         bigint NOT NULL DEFAULT 0,                -- rises while anything is sent
  quiet        boolean NOT NULL DEFAULT true,            -- has risen since all was done
  brake_since  timestamptz,                              -- real time; null: off
  brake_reason text CHECK (brake_reason IN ('moved', 'another-database', 'rolled-back')),
  CHECK ((brake_since IS NULL) = (brake_reason IS NULL))
);
INSERT INTO notifier.high_water DEFAULT VALUES;
