-- One person's data. What they said, asked and answered on a closed case is the case's own record and
-- stays with the id until the case goes; everything that says who they are goes now. A case's mail to and
-- from its staff is its own record, too.
--
-- It is refused for somebody on an open case (SA002), held (SA003), with mail under way (SA004), with a
-- post (SA005), and for a child: then the case is erased (SA006).
CREATE FUNCTION cases.erase_person(who uuid, today date)
RETURNS TABLE (place text, gone bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  known text; held uuid[] := cases_api.held(); addresses text[]; part record; rows bigint;
BEGIN
  SELECT p.party INTO known FROM cases.people p WHERE p.id = who FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  IF EXISTS (SELECT FROM cases.participants x WHERE x.person_id = who AND x.case_open)
     OR EXISTS (SELECT FROM cases.cases c WHERE c.state = 'open'
                AND who IN (c.child, c.process_owner, c.initiator, c.coordinator, c.contact_person)) THEN
    RAISE EXCEPTION 'the person is on an open case' USING ERRCODE = 'SA002';
  END IF;
  IF who = ANY (held) THEN
    RAISE EXCEPTION 'the person is held' USING ERRCODE = 'SA003';
  END IF;
  IF EXISTS (SELECT FROM cases.holders h
             WHERE h.person_id = who AND coalesce(h.last_day, 'infinity') >= today) THEN
    RAISE EXCEPTION 'the person has a post' USING ERRCODE = 'SA005';
  END IF;
  IF EXISTS (SELECT FROM cases.cases c WHERE c.child = who) THEN
    RAISE EXCEPTION 'a child goes with its case' USING ERRCODE = 'SA006';
  END IF;
  addresses := cases.addresses_alone_of(ARRAY[who]);
  IF notifier_api.is_under_way(NULL, '{}', ARRAY[who], addresses)
     OR EXISTS (SELECT FROM bus.events e JOIN bus.deliveries d ON d.event_id = e.id
                WHERE e.subject = who AND d.state = 'waiting') THEN
    RAISE EXCEPTION 'mail of the person is under way' USING ERRCODE = 'SA004';
  END IF;

  RETURN QUERY SELECT * FROM notifier_api.erase(NULL, '{}', ARRAY[who], addresses, known <> 'staff');
  RETURN QUERY SELECT * FROM scheduler_api.erase(NULL, ARRAY[who]);
  UPDATE cases.inquiries SET name = NULL, phone = NULL, email = NULL
    WHERE by_person = who AND id <> ALL (held);
  FOR part IN SELECT * FROM (VALUES
    ('bus.deliveries', 'event_id IN (SELECT e.id FROM bus.events e WHERE e.subject = $1)'),
    ('bus.events', 'subject = $1'),
    ('cases.sessions', 'account_id IN (SELECT a.id FROM cases.accounts a WHERE a.person_id = $1)'),
    ('cases.accounts', 'person_id = $1'),
    ('cases.digests', 'person_id = $1'),
    ('cases.drafts', 'person_id = $1 AND coalesce(inquiry_id <> ALL ($2), true)'),
    ('cases.feeds', 'person_id = $1'),
    ('cases.former_particulars', '$1 IN (person_id, changed_by) AND person_id <> ALL ($2)'),
    ('cases.holders', 'person_id = $1'),
    ('cases.holds', 'person_id = $1'),
    ('cases.link_codes', 'person_id = $1')) AS parts (name, which)
  LOOP
    EXECUTE format('DELETE FROM %s WHERE %s', part.name, part.which) USING who, held;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN QUERY SELECT part.name, rows;
  END LOOP;
  RETURN QUERY SELECT 'cases.people', cases.let_go_of(who);
END $$;

-- The addresses of these people, now and before, that are nobody else's now; lower case.
CREATE FUNCTION cases.addresses_alone_of(people uuid[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT coalesce(array_agg(DISTINCT one.address), '{}')
  FROM (
    SELECT unnest(cases.addresses_of(who)) AS address FROM unnest(addresses_alone_of.people) who
    UNION SELECT unnest(notifier_api.addresses_of(addresses_alone_of.people))) one
  WHERE NOT EXISTS (SELECT FROM cases.people other
                    WHERE lower(other.email) = one.address AND other.id <> ALL (addresses_alone_of.people))
$$;

-- 1 if the row has gone; 0 if something still names the id: then nothing in it says who it was, but for
-- the name of staff, which is part of what they did.
CREATE FUNCTION cases.let_go_of(who uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = '' AS $$
BEGIN
  IF notifier_api.names(who) THEN
    RAISE EXCEPTION 'mail of a case names the person' USING ERRCODE = 'foreign_key_violation';
  END IF;
  DELETE FROM cases.people WHERE id = who;
  RETURN 1;
EXCEPTION WHEN foreign_key_violation THEN
  UPDATE cases.people SET
    name = CASE WHEN party = 'staff' THEN name ELSE 'Borttagen person' END,
    email = NULL, dead_email = NULL, phone = NULL, postal_address = NULL, calendar_url = NULL,
    interpreter = NULL, language = 'sv', no_mail = true, no_digest = true,
    birth_date = CASE WHEN party = 'child' THEN birth_date END
  WHERE id = who;
  RETURN 0;
END $$;
