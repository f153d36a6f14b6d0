-- Busy times outside Samspel: from each member of staff's published calendar, and nothing but times.

ALTER TABLE cases.people
  ADD COLUMN calendar_url text                           -- may hold a secret: shown nowhere
    CHECK (calendar_url IS NULL OR party = 'staff');

-- The calendars that are needed: of the staff on open cases.
CREATE FUNCTION cases_api.calendars() RETURNS TABLE (person_id uuid, url text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT p.id, p.calendar_url FROM cases.people p
  WHERE p.party = 'staff' AND p.calendar_url IS NOT NULL AND EXISTS (
    SELECT FROM cases.participants x JOIN cases.cases c ON c.id = x.case_id
    WHERE x.person_id = p.id AND x.removed_at IS NULL AND c.state = 'open')
$$;

CREATE FUNCTION cases_api.open_cases_of(person uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT c.id FROM cases.participants x JOIN cases.cases c ON c.id = x.case_id
  WHERE x.person_id = person AND x.removed_at IS NULL AND c.state = 'open'
$$;

-- The readings. All instants here but covers_until are real time, also in demo mode.
CREATE TABLE scheduler.calendars (
  person_id     uuid PRIMARY KEY,
  url_hash      bytea NOT NULL,                          -- SHA-256: with another address, all begins anew
  try_at        timestamptz NOT NULL,                    -- when to read again; a lease while it is read
  fetched_at    timestamptz,                             -- the last attempt
  known_at      timestamptz,                             -- the last one that succeeded
  covers_until  timestamptz,                             -- how far ahead the times are known
  etag          text,
  last_modified text,
  failures      integer NOT NULL DEFAULT 0,              -- since the last success
  error         text                                     -- a code
);
CREATE INDEX calendars_try ON scheduler.calendars (try_at);

CREATE TABLE scheduler.busy_times (
  person_id uuid NOT NULL REFERENCES scheduler.calendars ON DELETE CASCADE,
  during    tstzrange NOT NULL,
  PRIMARY KEY (person_id, during)
);
CREATE INDEX busy_times_when ON scheduler.busy_times USING gist (person_id, during);

-- When these people are busy outside Samspel. A meeting of ours that stands in a calendar as well
-- is taken out: cases knows it better, and one that is to be moved must not block itself.
CREATE FUNCTION scheduler_api.outside_busy(person_ids uuid[], since timestamptz, until timestamptz)
RETURNS TABLE (person_id uuid, starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT outside.person_id, lower(free_of_ours), upper(free_of_ours)
  FROM (SELECT b.person_id, range_agg(b.during) AS times FROM scheduler.busy_times b
        WHERE b.person_id = ANY (person_ids) AND b.during && tstzrange(since, until)
        GROUP BY b.person_id) outside
  LEFT JOIN (SELECT b.person_id, range_agg(tstzrange(b.starts_at, b.ends_at)) AS times
             FROM cases_api.busy(person_ids, since, until) b GROUP BY b.person_id) ours
    ON ours.person_id = outside.person_id,
  unnest(outside.times - coalesce(ours.times, '{}')) free_of_ours
$$;

-- When the calendars of these people were last read, and how far ahead; none for who has none.
CREATE FUNCTION scheduler_api.calendars_known(person_ids uuid[])
RETURNS TABLE (person_id uuid, known_at timestamptz, covers_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT c.person_id, c.known_at, c.covers_until FROM scheduler.calendars c
  WHERE c.person_id = ANY (person_ids) AND c.known_at IS NOT NULL
$$;

REVOKE ALL ON FUNCTION cases_api.calendars, cases_api.open_cases_of,
  scheduler_api.outside_busy, scheduler_api.calendars_known FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_api.calendars, cases_api.open_cases_of TO samspel_scheduler;
GRANT USAGE ON SCHEMA scheduler_api TO samspel_scheduler;
GRANT EXECUTE ON FUNCTION scheduler_api.outside_busy, scheduler_api.calendars_known
  TO samspel_cases, samspel_scheduler;
