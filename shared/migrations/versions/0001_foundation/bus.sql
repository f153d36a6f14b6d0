-- Events (CloudEvents 1.0; ids and dates, no personal data) and one delivery per subscriber.
CREATE SCHEMA bus;

CREATE TABLE bus.events (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uid     uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  type    text NOT NULL,
  source  text NOT NULL,
  subject uuid NOT NULL,                                 -- the case
  time    timestamptz NOT NULL,
  data    jsonb NOT NULL,
  xid     xid8 NOT NULL DEFAULT pg_current_xact_id()     -- ids commit out of order: readers go by this
);

CREATE TABLE bus.deliveries (
  subscriber  text NOT NULL,
  event_id    bigint NOT NULL REFERENCES bus.events,
  state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'set-aside')),
  attempts    integer NOT NULL DEFAULT 0,
  fence       bigint NOT NULL DEFAULT 0,
  lease_until timestamptz NOT NULL DEFAULT '-infinity',  -- real time
  done_at     timestamptz,
  error       text,                                      -- the kind of error only
  PRIMARY KEY (subscriber, event_id)
);
CREATE INDEX deliveries_waiting ON bus.deliveries (subscriber, event_id) WHERE state = 'waiting';
CREATE INDEX deliveries_set_aside ON bus.deliveries (subscriber) WHERE state = 'set-aside';

CREATE TABLE bus.heartbeats (
  service text PRIMARY KEY,
  at      timestamptz NOT NULL                           -- real time
);
