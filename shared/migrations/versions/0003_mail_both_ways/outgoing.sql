-- What the outgoing side keeps besides: optional messages, those repeated by hand.

-- What every kind of mail says, filled with an example: written anew when the notifier starts.
CREATE TABLE notifier.previews (
  language text NOT NULL,
  kind     text NOT NULL,
  variant  text NOT NULL,
  turn     integer NOT NULL,                             -- in which order they are shown
  subject  text NOT NULL,
  text     text NOT NULL,
  html     text NOT NULL,
  PRIMARY KEY (language, kind, variant)
);

CREATE VIEW notifier_api.previews AS
  SELECT language, kind, variant, turn, subject, text, html FROM notifier.previews;
GRANT SELECT ON notifier_api.previews TO samspel_cases;

-- Meetings, as they stand, that a person wants to be reminded of: until the case is looked at next.
CREATE TABLE scheduler.asked (
  case_id    uuid NOT NULL,
  meeting_id uuid NOT NULL,
  sequence   integer NOT NULL,
  PRIMARY KEY (case_id, meeting_id, sequence)
);
GRANT DELETE ON scheduler.asked TO samspel_scheduler;

-- The day on which somebody last asked for a reminder by hand: at most one a day.
ALTER TABLE cases.meetings ADD COLUMN reminded_on date;

-- «asked»: which of the proposed times suit, where a mail can't ask it.
ALTER TABLE notifier.by_hand
  DROP CONSTRAINT by_hand_state_check,
  ADD CONSTRAINT by_hand_state_check CHECK (state IN ('asked', 'invited', 'cancelled'));

-- What can wait comes in one mail a day to a mailbox: a message is carried by another one's mail, and
-- ends as that one does. Each mail that carries has `optional`, and so has each that is carried.
ALTER TABLE notifier.messages
  ADD COLUMN optional boolean NOT NULL DEFAULT false,
  ADD COLUMN carried_by uuid REFERENCES notifier.messages,
  ADD CONSTRAINT only_the_optional_are_carried CHECK (carried_by IS NULL OR optional),
  ADD CONSTRAINT what_is_carried_has_no_bytes CHECK (carried_by IS NULL OR content IS NULL),
  ADD CONSTRAINT nothing_carries_itself CHECK (carried_by <> id);
CREATE INDEX messages_carried ON notifier.messages (carried_by) WHERE carried_by IS NOT NULL;
CREATE INDEX messages_waiting ON notifier.messages (mailbox, due_at, id)
  WHERE optional AND state IN ('due', 'claimed', 'data', 'retry', 'unknown');
CREATE INDEX messages_optional ON notifier.messages (mailbox, accepted_at)
  WHERE optional AND carried_by IS NULL AND accepted_at IS NOT NULL;

-- Sending at full strength. `domain`: of the recipient, which others mustn't wait for. `spared`: attempts
-- that failed by the server's or our own fault, and those before a repeat by hand: they use up no
-- patience. `waits_for_server`: it was tried while the server failed. `repeats`: how often a person had it
-- tried again.
ALTER TABLE notifier.messages
  ADD COLUMN domain text NOT NULL GENERATED ALWAYS AS (substring(mailbox from '[^@]*$')) STORED,
  ADD COLUMN spared integer NOT NULL DEFAULT 0,
  ADD COLUMN waits_for_server boolean NOT NULL DEFAULT false,
  ADD COLUMN repeats integer NOT NULL DEFAULT 0;
CREATE INDEX messages_by_domain ON notifier.messages (domain, due_at, id)
  WHERE state IN ('due', 'retry', 'unknown');
CREATE INDEX messages_too_late ON notifier.messages (useful_until)
  WHERE state IN ('due', 'retry', 'unknown');
CREATE INDEX messages_for_server ON notifier.messages (case_id, id)
  WHERE state = 'retry' AND waits_for_server;

-- What a message went through before it ended: what failed, how often, from when to when (the domain's
-- time). An acceptance at the first attempt isn't here: it stands on the message.
CREATE TABLE notifier.attempts (
  message_id uuid NOT NULL REFERENCES notifier.messages ON DELETE CASCADE,
  state      text NOT NULL,                              -- what it became
  reason     text NOT NULL,                              -- a code
  times      integer NOT NULL DEFAULT 1,
  first_at   timestamptz NOT NULL,
  last_at    timestamptz NOT NULL,
  PRIMARY KEY (message_id, reason, state)
);

-- How the mail server is, as all workers know it together. Real time.
CREATE TABLE notifier.mail_server (
  only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  failures     integer NOT NULL DEFAULT 0,               -- in a row
  reason       text,                                     -- the last one's code
  paused_since timestamptz,                              -- null: it isn't
  probe_at     timestamptz,                              -- when one message tries it again
  probes       integer NOT NULL DEFAULT 0,
  CHECK ((paused_since IS NULL) = (probe_at IS NULL))
);
INSERT INTO notifier.mail_server DEFAULT VALUES;

-- Recipient domains that want less: until when nothing goes there (real time).
CREATE TABLE notifier.resting_domains (
  domain text PRIMARY KEY,
  rests  integer NOT NULL,                               -- since it last took a mail
  until  timestamptz NOT NULL
);

CREATE VIEW notifier_api.attempts AS
  SELECT message_id, state, reason, times, first_at, last_at FROM notifier.attempts;
GRANT SELECT ON notifier_api.attempts TO samspel_cases;

-- How the mail server is, and how many messages wait (due by `now`, and not with the server).
CREATE FUNCTION notifier_api.mail_server(now timestamptz)
RETURNS TABLE (failures integer, reason text, paused_since timestamptz, next_try timestamptz,
               waiting bigint, resting bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT s.failures, s.reason, s.paused_since, s.probe_at,
         (SELECT count(*) FROM notifier.messages m
          WHERE m.state IN ('due', 'retry', 'unknown') AND m.due_at <= mail_server.now),
         (SELECT count(*) FROM notifier.resting_domains r WHERE r.until > clock_timestamp())
  FROM notifier.mail_server s
$$;
REVOKE ALL ON FUNCTION notifier_api.mail_server FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notifier_api.mail_server TO samspel_cases;
