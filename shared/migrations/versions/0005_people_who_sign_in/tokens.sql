-- Keys with which other systems call: known by the hash of their secret alone, and shown once.
CREATE TABLE cases.api_tokens (
  id           uuid PRIMARY KEY,
  name         text NOT NULL CHECK (name <> ''),
  hash         bytea NOT NULL UNIQUE,                    -- SHA-256
  scopes       text[] NOT NULL
    CHECK (scopes <@ ARRAY['read', 'write', 'events'] AND cardinality(scopes) > 0),
  made_at      timestamptz NOT NULL,
  made_by      text NOT NULL,                            -- as the actor of cases.audit
  expires_on   date,                                     -- the last day it counts
  last_used_on date,
  revoked_at   timestamptz
);
