-- Posts with their deputies, what has left the municipality's files, who acts for whom (R21, X2, X16).

ALTER TABLE cases.holders
  ADD COLUMN capacity text NOT NULL DEFAULT 'holder' CHECK (capacity IN ('holder', 'deputy')),
  DROP CONSTRAINT holders_pkey,
  ADD PRIMARY KEY (post, person_id, capacity, first_day),
  ADD CONSTRAINT nobody_beside_the_holder EXCLUDE USING gist
    (post WITH =, capacity WITH =, daterange(first_day, last_day, '[]') WITH &&)
    DEFERRABLE INITIALLY DEFERRED;                       -- an import moves several at once

-- Since when it is no longer in the municipality's files: kept for what has been, offered to nobody.
ALTER TABLE cases.units ADD COLUMN ended_on date;
ALTER TABLE cases.places ADD COLUMN ended_on date;
ALTER TABLE cases.posts ADD COLUMN ended_on date;

-- One row for each import: files that say what they said last time change nothing.
CREATE TABLE cases.imports (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          timestamptz NOT NULL,
  fingerprint bytea NOT NULL                             -- SHA-256 of the files' content
);

-- What is looked at once a day, and up to which day it has been.
CREATE TABLE cases.daily (
  look    text PRIMARY KEY,
  done_on date NOT NULL                                  -- Europe/Stockholm
);

-- Who holds the posts on a day, or stands in as deputy where nobody does.
CREATE FUNCTION cases.in_post(on_day date) RETURNS TABLE (post text, person_id uuid)
LANGUAGE sql STABLE AS $$
  SELECT DISTINCT ON (h.post) h.post, h.person_id
  FROM cases.holders h
  WHERE h.first_day <= on_day AND (h.last_day IS NULL OR h.last_day >= on_day)
  ORDER BY h.post, h.capacity = 'deputy'
$$;

CREATE INDEX participants_staff ON cases.participants (person_id, case_id)
  WHERE removed_at IS NULL AND party = 'staff';

-- Who acts for a post on a day: its holder, its deputy, or whoever acts for the post above it in the
-- same organisation (X16). `apart_from` is passed over: nobody is their own manager.
CREATE FUNCTION cases.acting(post text, on_day date, apart_from uuid DEFAULT NULL) RETURNS uuid
LANGUAGE sql STABLE SET search_path = '' AS $$
  WITH RECURSIVE above AS (
    SELECT p.code, p.reports_to, u.organisation, 0 AS steps
    FROM cases.posts p JOIN cases.units u ON u.code = p.unit
    WHERE p.code = acting.post
    UNION ALL
    SELECT p.code, p.reports_to, u.organisation, above.steps + 1
    FROM above
    JOIN cases.posts p ON p.code = above.reports_to
    JOIN cases.units u ON u.code = p.unit AND u.organisation = above.organisation
    WHERE above.steps < 20)
  SELECT h.person_id
  FROM above JOIN cases.holders h ON h.post = above.code
  WHERE h.first_day <= acting.on_day AND (h.last_day IS NULL OR h.last_day >= acting.on_day)
    AND h.person_id IS DISTINCT FROM acting.apart_from
  ORDER BY above.steps, h.capacity = 'deputy', h.person_id LIMIT 1
$$;

-- The manager of somebody who works for an organisation: by the post they hold, or held last.
CREATE FUNCTION cases.manager_of(person uuid, organisation text, on_day date) RETURNS uuid
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT cases.acting(own.reports_to, manager_of.on_day, manager_of.person)
  FROM (SELECT p.reports_to
        FROM cases.holders h
        JOIN cases.posts p ON p.code = h.post
        JOIN cases.units u ON u.code = p.unit
        WHERE h.person_id = manager_of.person AND u.organisation = manager_of.organisation
          AND h.first_day <= manager_of.on_day
        ORDER BY coalesce(h.last_day, 'infinity') >= manager_of.on_day DESC, h.capacity = 'deputy',
                 coalesce(h.last_day, 'infinity') DESC, p.code LIMIT 1) own
  JOIN cases.posts chief ON chief.code = own.reports_to
  JOIN cases.units u ON u.code = chief.unit AND u.organisation = manager_of.organisation
$$;

-- As before, but the manager is who acts as the process owner's on `today`, in the organisation
-- that the process owner is on the case for; beside, who has a task that is late, with their own
-- manager found in the same way. For the notifier alone.
DROP FUNCTION cases_api.clear(uuid[], date);
DROP FUNCTION cases_api.mailing(uuid[], date);
CREATE FUNCTION cases_api.mailing(case_ids uuid[], today date)
RETURNS TABLE (case_id uuid, facts jsonb, contacts jsonb, places jsonb, manager uuid, late jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH managers AS (
    SELECT c.id AS case_id, cases.manager_of(c.process_owner, own.organisation, today) AS manager
    FROM cases.cases c
    LEFT JOIN cases.participants own ON own.case_id = c.id AND own.person_id = c.process_owner
    WHERE c.id = ANY (case_ids)),
  late AS (
    SELECT own.case_id, own.person_id AS owner, t.due_on,
           cases.manager_of(own.person_id, own.organisation, today) AS manager
    FROM (SELECT DISTINCT case_id, owner, due_on FROM cases.tasks
          WHERE case_id = ANY (case_ids) AND state = 'open' AND due_on < today) t
    JOIN cases.participants own ON own.case_id = t.case_id AND own.person_id = t.owner
      AND own.removed_at IS NULL)
  SELECT f.case_id, f.facts,
    (SELECT jsonb_object_agg(p.id, jsonb_build_object(
        'party', p.party, 'email', p.email, 'language', p.language,
        'protected', coalesce(p.protected, true), 'no_mail', p.no_mail,
        'birth_date', p.birth_date))
     FROM cases.people p
     WHERE p.id IN (SELECT managers.manager UNION SELECT c.process_owner
                    UNION SELECT late.manager FROM late WHERE late.case_id = c.id
                    UNION SELECT x.person_id FROM cases.participants x WHERE x.case_id = c.id)),
    (SELECT coalesce(jsonb_object_agg(m.id, place.public_text), '{}')
     FROM cases.meetings m JOIN cases.places place ON place.code = m.place WHERE m.case_id = c.id),
    managers.manager,
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'owner', late.owner, 'due_on', late.due_on, 'manager', late.manager)), '[]')
     FROM late WHERE late.case_id = c.id)
  FROM cases_api.facts(case_ids) f
  JOIN cases.cases c ON c.id = f.case_id
  JOIN managers ON managers.case_id = c.id
$$;

-- The gate before the content of a mail (X5), as before: locks the cases, and then reads them.
CREATE FUNCTION cases_api.clear(case_ids uuid[], today date)
RETURNS TABLE (case_id uuid, facts jsonb, contacts jsonb, places jsonb, manager uuid, late jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM 1 FROM cases.cases c WHERE c.id = ANY (case_ids) ORDER BY c.id FOR SHARE;
  RETURN QUERY SELECT * FROM cases_api.mailing(case_ids, today);
END $$;

REVOKE ALL ON FUNCTION cases_api.mailing, cases_api.clear FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_api.mailing, cases_api.clear TO samspel_notifier;
