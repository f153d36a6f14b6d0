-- What the rules of time want: one plan per case, and the rows that fall due.
CREATE SCHEMA scheduler;

CREATE TABLE scheduler.plans (
  case_id     uuid PRIMARY KEY,
  look_at     timestamptz,                               -- when to look again (null: nothing to wait for)
  looked_at   timestamptz,
  windows     jsonb NOT NULL DEFAULT '[]',               -- as last announced by window.set
  proposal    jsonb,                                     -- {key, step, starts_at, ends_at, person_ids} in question
  refused     jsonb NOT NULL DEFAULT '[]',               -- starts of a step that cases refused: not again
  refused_for text,                                      -- the search they were refused for
  proposals   integer NOT NULL DEFAULT 0,                -- how many were made: part of the next one's key
  wanting     jsonb,                                     -- the slot.missing last announced
  attempts    integer NOT NULL DEFAULT 0,
  lease_until timestamptz NOT NULL DEFAULT '-infinity',  -- real time
  error       text,
  set_aside   boolean NOT NULL DEFAULT false
);
CREATE INDEX plans_look ON scheduler.plans (look_at) WHERE look_at IS NOT NULL AND NOT set_aside;
CREATE INDEX plans_proposal ON scheduler.plans (case_id) WHERE proposal IS NOT NULL;

CREATE TABLE scheduler.due (
  key          text PRIMARY KEY,                         -- case, rule, occurrence, recipient, revision
  case_id      uuid NOT NULL REFERENCES scheduler.plans,
  event_type   text NOT NULL,
  event        jsonb NOT NULL,                           -- published when it falls due
  due_at       timestamptz NOT NULL,
  useful_until timestamptz NOT NULL,
  state        text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'fired', 'missed')),
  settled_at   timestamptz
);
CREATE INDEX due_planned ON scheduler.due (due_at) WHERE state = 'planned';
CREATE INDEX due_case ON scheduler.due (case_id);

-- The nightly look at every open case: how far it has come.
CREATE TABLE scheduler.sweeps (
  day    date PRIMARY KEY,
  beyond uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  done   boolean NOT NULL DEFAULT false
);
