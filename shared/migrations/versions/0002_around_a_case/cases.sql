-- The case, the people on it, and the ledger of consents (R2, R7, R14, P1, P6, X7, X12).

ALTER TABLE cases.people
  DROP CONSTRAINT people_party_check,
  ADD CONSTRAINT people_party_check CHECK (party IN ('staff', 'guardian', 'child', 'external')),
  ADD COLUMN postal_address text,                        -- for letters (X7)
  ADD COLUMN interpreter text;                           -- the language to interpret, if one is needed

ALTER TABLE cases.cases
  ADD COLUMN initiator uuid REFERENCES cases.people,     -- who opened it, also after a handover (P14)
  ADD COLUMN coordinator uuid REFERENCES cases.people,   -- S5, P5: where the procedure has one
  ADD COLUMN contact_person uuid REFERENCES cases.people, -- the guardians', if not the process owner (R14)
  ADD COLUMN grade smallint,                             -- P1; 0: förskoleklass
  ADD COLUMN residence text,
  ADD COLUMN reason text,                                -- a code; shown on no list (X16)
  ADD COLUMN evaluation text,                            -- R11: a code, said at the closing
  ADD COLUMN never_together boolean NOT NULL DEFAULT false; -- X12: its guardians never meet
UPDATE cases.cases SET initiator = process_owner;
ALTER TABLE cases.cases ALTER COLUMN initiator SET NOT NULL;

ALTER TABLE cases.participants
  DROP CONSTRAINT participants_party_check,
  ADD CONSTRAINT participants_party_check
    CHECK (party IN ('child', 'guardian', 'staff', 'external')),
  ADD COLUMN wanted_by_youth boolean;                    -- R7: the adult youth wants the guardian there

ALTER TABLE cases.consents
  ADD COLUMN valid_until date,                           -- the last day it carries; null: until withdrawn
  ADD COLUMN method text CHECK (method IN ('paper', 'digital')),
  ADD COLUMN form_reference text,                        -- where the signed form is kept
  ADD COLUMN waived_on date,                             -- P6: went on without the child's own word
  ADD COLUMN waived_because text;                        -- a code

ALTER TABLE cases.meetings
  ADD COLUMN plan_filed_at timestamptz,                  -- S4: goals and plan
  ADD COLUMN plan_reference text,
  ADD COLUMN outcome text;                               -- R13: a code, said when it is marked as held

ALTER TABLE notifier.messages
  DROP CONSTRAINT messages_party_check,
  ADD CONSTRAINT messages_party_check CHECK (party IN ('child', 'guardian', 'staff', 'external'));

ALTER TABLE cases.tasks ADD COLUMN late_at timestamptz;   -- when it is told that it hasn't been done
CREATE INDEX tasks_late ON cases.tasks (late_at) WHERE state = 'open' AND late_at IS NOT NULL;
