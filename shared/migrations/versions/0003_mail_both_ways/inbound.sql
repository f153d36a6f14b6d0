-- Mail that came in: stored raw before anything else, handled once, kept for a set number of days.

CREATE TABLE notifier.inbound (
  id          uuid PRIMARY KEY,
  digest      bytea NOT NULL UNIQUE,                     -- SHA-256 of recipient and raw: twice is once (B3)
  via         text NOT NULL CHECK (via IN ('smtp', 'lmtp', 'imap')),
  recipient   text NOT NULL,                             -- the address of ours that it came to
  sender      text,                                      -- the envelope's, then the one it names itself
  raw         bytea,                                     -- null once its days are over
  size        integer NOT NULL,                          -- octets as they came; raw may be its headers alone
  received_at timestamptz NOT NULL,                      -- the domain's time
  keep_until  timestamptz NOT NULL,
  state       text NOT NULL DEFAULT 'received' CHECK (state IN
              ('received', 'handled', 'quarantined', 'settled', 'discarded')),
  attempts    integer NOT NULL DEFAULT 0,                -- committed before it is read: poison is set aside
  lease_until timestamptz NOT NULL DEFAULT '-infinity',  -- real time
  kind        text,                                      -- reply, counter, refresh, foreign, bounce, auto-reply, plain, unclear
  reason      text,                                      -- a code: what came of it, or why a person decides
  answer      text CHECK (answer IN ('accepted', 'declined', 'tentative')),
  stamp       timestamptz,                               -- the answer's DTSTAMP
  answered_at timestamptz,                               -- as which time it counts, if it does
  words       text,                                      -- a comment or a plain mail's text: behind login
  case_id     uuid,
  meeting_id  uuid,
  mailbox     text,                                      -- of the invitation whose token it came to
  person_id   uuid,
  message_id  uuid,                                      -- the message of ours that bounced
  settled_at  timestamptz,
  settled_by  text,                                      -- an actor, or 'time'
  CHECK ((state IN ('settled', 'discarded')) = (settled_at IS NOT NULL))
);
CREATE INDEX inbound_received ON notifier.inbound (received_at, id) WHERE state = 'received';
CREATE INDEX inbound_quarantined ON notifier.inbound (received_at, id) WHERE state = 'quarantined';
CREATE INDEX inbound_listed ON notifier.inbound (received_at, id);
CREATE INDEX inbound_case ON notifier.inbound (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX inbound_meeting ON notifier.inbound (meeting_id, mailbox) WHERE kind = 'reply';
CREATE INDEX inbound_kept ON notifier.inbound (keep_until)
  WHERE raw IS NOT NULL OR words IS NOT NULL OR sender IS NOT NULL;

-- B9: what came back of a message.
ALTER TABLE notifier.messages
  ADD COLUMN bounced text CHECK (bounced IN ('delayed', 'failed'));

-- Another address, and be it the old one entered anew after none, is not known to be dead.
CREATE FUNCTION cases.forget_dead_email() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF NEW.email IS DISTINCT FROM OLD.email THEN
    NEW.dead_email := NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER another_address_is_not_dead BEFORE UPDATE OF email ON cases.people
  FOR EACH ROW EXECUTE FUNCTION cases.forget_dead_email();

-- What the notifier publishes of it: no address and no words; those are for who opens one mail.
CREATE VIEW notifier_api.inbound AS
  SELECT id, via, state, kind, reason, answer, stamp, received_at, keep_until, case_id, meeting_id,
         person_id, message_id, size, settled_at, settled_by,
         raw IS NOT NULL OR words IS NOT NULL AS is_kept
  FROM notifier.inbound
  WHERE state <> 'received';
GRANT SELECT ON notifier_api.inbound TO samspel_cases;

-- Who wrote and what, for the one who reads it (B8); all null once its days are over.
CREATE FUNCTION notifier_api.inbound_words(inbound_id uuid)
RETURNS TABLE (sender text, mailbox text, words text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT i.sender, i.mailbox, i.words FROM notifier.inbound i
  WHERE i.id = inbound_words.inbound_id AND i.state <> 'received'
$$;

-- The mailbox that a message went to: for cases, to note that nobody can be reached there (B9).
CREATE FUNCTION notifier_api.mailbox_of(message_id uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT m.mailbox FROM notifier.messages m WHERE m.id = mailbox_of.message_id
$$;

-- As before, and mail that has come and isn't handled.
CREATE OR REPLACE FUNCTION notifier_api.unsettled(now timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT (SELECT count(*) FROM notifier.messages
          WHERE state IN ('due', 'claimed', 'data', 'retry', 'unknown') AND due_at <= now)
       + (SELECT count(*) FROM notifier.inbound WHERE state = 'received')
$$;

REVOKE ALL ON FUNCTION notifier_api.inbound_words, notifier_api.mailbox_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notifier_api.inbound_words, notifier_api.mailbox_of TO samspel_cases;
