-- Who can sign in, and who has. What somebody may do follows from their posts on the day; the two
-- roles that no post gives stand here.
CREATE TABLE cases.accounts (
  id            uuid PRIMARY KEY,
  person_id     uuid UNIQUE REFERENCES cases.people,   -- null: an administrator or IT outside the register
  login         text NOT NULL UNIQUE CHECK (login = lower(login)),
  name          text,                                  -- of somebody outside the register
  roles         text[] NOT NULL DEFAULT '{}' CHECK (roles <@ ARRAY['administrator', 'it']),
  password_hash text,                                  -- argon2id; null: by OIDC alone
  subject       text UNIQUE,                           -- OIDC: the issuer and its sub
  failures      integer NOT NULL DEFAULT 0,            -- in a row
  locked_until  timestamptz,                           -- real time, as all of a session
  created_at    timestamptz NOT NULL,
  disabled_at   timestamptz,
  CHECK (person_id IS NOT NULL OR name IS NOT NULL)
);

CREATE FUNCTION cases.accounts_are_for_staff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.person_id IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM cases.people WHERE id = NEW.person_id AND party = 'staff') THEN
    RAISE EXCEPTION 'an account is for staff alone' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER accounts_are_for_staff BEFORE INSERT OR UPDATE ON cases.accounts
  FOR EACH ROW EXECUTE FUNCTION cases.accounts_are_for_staff();

-- A session is known by the hash of its secret alone. All times are real ones.
CREATE TABLE cases.sessions (
  key        bytea PRIMARY KEY,                        -- SHA-256 of the cookie's secret
  account_id uuid NOT NULL REFERENCES cases.accounts,
  began_at   timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL,
  ends_at    timestamptz NOT NULL
);
CREATE INDEX sessions_account ON cases.sessions (account_id);
CREATE INDEX sessions_ends ON cases.sessions (ends_at);
