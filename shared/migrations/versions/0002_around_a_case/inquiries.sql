-- Questions that come before a case, and what was considered without one.

-- P3, P13: an inquiry is accepted (then a case), declined or pointed elsewhere. How somebody can be
-- reached is kept until then and no longer. No free text (P9).
CREATE TABLE cases.inquiries (
  id          uuid PRIMARY KEY,
  procedure   text NOT NULL,
  source      text NOT NULL CHECK (source IN ('guardian', 'child', 'staff')),
  by_person   uuid REFERENCES cases.people,              -- staff, if they said who they are
  name        text,
  phone       text,
  email       text,
  unit        text REFERENCES cases.units,
  reason      text,                                      -- a code
  coordinator uuid REFERENCES cases.people,              -- whom it went to
  received_at timestamptz NOT NULL,
  state       text NOT NULL DEFAULT 'new'
              CHECK (state IN ('new', 'accepted', 'declined', 'pointed-elsewhere')),
  pointed_to  text CHECK (pointed_to IN
                ('skolsocionom', 'socialsekreterare', 'kontaktcenter', 'other')),
  settled_at  timestamptz,
  settled_by  text,
  case_id     uuid REFERENCES cases.cases,
  CHECK (by_person IS NULL OR source = 'staff'),
  CHECK (state = 'new' OR coalesce(name, phone, email) IS NULL),
  CHECK ((state = 'new') = (settled_at IS NULL)),
  CHECK ((state = 'accepted') = (case_id IS NOT NULL)),
  CHECK ((state = 'pointed-elsewhere') = (pointed_to IS NOT NULL))
);
CREATE INDEX inquiries_received ON cases.inquiries (received_at, id);

-- R18: that it was considered whether a joint meeting would help; no child, no content.
CREATE TABLE cases.considerations (
  id            uuid PRIMARY KEY,
  unit          text NOT NULL REFERENCES cases.units,
  by_person     uuid NOT NULL REFERENCES cases.people,
  considered_on date NOT NULL,
  wanted        boolean NOT NULL,
  noted_at      timestamptz NOT NULL
);
CREATE INDEX considerations_unit ON cases.considerations (unit, considered_on);

-- X11: a case that a child itself asked for; guardians are told nothing until this has been done.
ALTER TABLE cases.cases ADD COLUMN held_back_for text;
