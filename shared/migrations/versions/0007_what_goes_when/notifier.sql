-- What the notifier has of a case, of its tasks and of people who go with it: published, so that it goes
-- in the transaction in which the case goes.

-- The addresses at which these people have been mailed, lower case.
CREATE FUNCTION notifier_api.addresses_of(people uuid[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT coalesce(array_agg(one.mailbox), '{}') FROM (
    SELECT m.mailbox FROM notifier.messages m WHERE m.person_id = ANY (addresses_of.people)
    UNION
    SELECT v.mailbox FROM notifier.invitations v
    WHERE v.people && addresses_of.people AND v.people <@ addresses_of.people) one
$$;

-- Whether any mail or calendar object, sent or come in, names the person.
CREATE FUNCTION notifier_api.names(who uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT EXISTS (SELECT FROM notifier.messages m WHERE m.person_id = who)
      OR EXISTS (SELECT FROM notifier.invitations v WHERE who = ANY (v.people))
      OR EXISTS (SELECT FROM notifier.by_hand b WHERE b.person_id = who)
      OR EXISTS (SELECT FROM notifier.inbound i WHERE i.person_id = who)
$$;

-- Whether a mail is still under way, or may still go: a cancellation that hasn't left would be lost. One
-- that came in and isn't read, or waits for a person, would be lost, too.
CREATE FUNCTION notifier_api.is_under_way(matter uuid, tasks uuid[], people uuid[], addresses text[])
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT EXISTS (
    SELECT FROM notifier.messages m
    WHERE m.state IN ('due', 'claimed', 'data', 'retry', 'unknown', 'held')
      AND (m.case_id = is_under_way.matter OR m.task_id = ANY (tasks) OR m.person_id = ANY (people)))
  OR EXISTS (
    SELECT FROM notifier.inbound i
    WHERE i.state IN ('received', 'quarantined')
      AND (i.case_id = is_under_way.matter OR i.person_id = ANY (people)
           OR lower(i.sender) = ANY (addresses) OR i.mailbox = ANY (addresses)
           OR EXISTS (SELECT FROM notifier.messages m
                      WHERE m.id = i.message_id
                        AND (m.case_id = is_under_way.matter OR m.task_id = ANY (tasks)
                             OR m.person_id = ANY (people)))
           OR EXISTS (SELECT FROM notifier.invitations v
                      WHERE (v.case_id = is_under_way.matter OR v.people && is_under_way.people)
                        AND position(v.token IN lower(i.recipient)) > 0)))
$$;

-- Whether a message is of what is held, or carried the words of one that is.
CREATE FUNCTION notifier.is_of_held(message uuid, held uuid[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT EXISTS (
    SELECT FROM notifier.messages m
    WHERE (m.id = message OR m.carried_by = message)
      AND (m.case_id = ANY (held) OR m.task_id = ANY (held) OR m.person_id = ANY (held)))
$$;

-- Whether a mail of one of these tasks is of what is held, or carried the words of one that is.
CREATE FUNCTION notifier_api.have_held(tasks uuid[], held uuid[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT EXISTS (SELECT FROM notifier.messages m
                 WHERE m.task_id = ANY (tasks) AND notifier.is_of_held(m.id, held))
$$;

-- Whether mail that came in is of what is held: by its case, its person, the mail of ours that it answers,
-- or its address, which is one of `theirs`.
CREATE FUNCTION notifier.came_from_held(inbound_id uuid, held uuid[], theirs text[])
RETURNS boolean
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT held <> '{}' AND EXISTS (
    SELECT FROM notifier.inbound i
    WHERE i.id = inbound_id
      AND (i.case_id = ANY (held) OR i.person_id = ANY (held)
           OR i.message_id IS NOT NULL AND notifier.is_of_held(i.message_id, held)
           OR lower(i.sender) = ANY (theirs) OR i.mailbox = ANY (theirs)))
$$;

-- Their mails, calendar objects and letters, and what came in of them. Mail of another case stays; with
-- `of_cases` false, so does all mail of any case. What is held stays: SA003 if it can't be told apart.
CREATE FUNCTION notifier_api.erase(
  matter uuid, tasks uuid[], people uuid[], addresses text[], of_cases boolean
)
RETURNS TABLE (place text, gone bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  held uuid[] := cases_api.held(); theirs text[] := cases_api.held_addresses(); sent uuid[]; came uuid[]; part record; rows bigint;
BEGIN
  IF matter IS NOT NULL OR tasks <> '{}' THEN  -- all mail to a case's family is of the case
    sent := ARRAY(SELECT m.id FROM notifier.messages m
                  WHERE m.case_id = matter OR m.task_id = ANY (tasks) ORDER BY m.id FOR UPDATE);
  ELSE
    sent := ARRAY(SELECT m.id FROM notifier.messages m
                  WHERE m.person_id = ANY (people) AND (of_cases OR m.case_id IS NULL)
                    AND NOT notifier.is_of_held(m.id, held)
                  ORDER BY m.id FOR UPDATE);
  END IF;
  IF EXISTS (SELECT FROM unnest(sent) AS one (id) WHERE notifier.is_of_held(one.id, held)) THEN
    RAISE EXCEPTION 'a mail speaks of what is held, too' USING ERRCODE = 'SA003';
  END IF;
  came := ARRAY(SELECT i.id FROM notifier.inbound i
                 WHERE (i.case_id = matter OR i.message_id = ANY (sent)
                        OR i.person_id = ANY (people) AND (of_cases OR i.case_id IS NULL)
                        OR i.case_id IS NULL AND (i.person_id IS NULL OR i.person_id = ANY (people))
                           AND (lower(i.sender) = ANY (addresses) OR i.mailbox = ANY (addresses)))
                   AND NOT notifier.came_from_held(i.id, held, theirs)
                 ORDER BY i.id FOR UPDATE);
  UPDATE notifier.messages SET carried_by = NULL
    WHERE carried_by = ANY (sent) AND id <> ALL (sent);
  IF of_cases THEN
    UPDATE notifier.invitations SET people = ARRAY(SELECT unnest(invitations.people)
                                                   EXCEPT SELECT unnest(erase.people))
      WHERE invitations.people && erase.people AND NOT invitations.people <@ erase.people
        AND case_id <> ALL (held);
  END IF;
  FOR part IN SELECT * FROM (VALUES
    ('bus.deliveries', 'event_id IN (SELECT e.id FROM bus.events e WHERE e.subject = ANY ($4 || $5))'),
    ('bus.events', 'subject = ANY ($4 || $5)'),
    ('notifier.attempts', 'message_id = ANY ($4)'),
    ('notifier.sent_words', 'message_id = ANY ($4)'),
    ('notifier.messages', 'id = ANY ($4)'),
    ('notifier.invitations', '(case_id = $1 OR $7 AND people <@ $2) AND case_id <> ALL ($6)'),
    ('notifier.by_hand', '(case_id = $1 OR $7 AND person_id = ANY ($2)) AND case_id <> ALL ($6)'),
    ('notifier.inbound', 'id = ANY ($5)')) AS parts (name, which)
  LOOP
    EXECUTE format('DELETE FROM %s WHERE %s', part.name, part.which)
      USING matter, people, addresses, sent, came, held, of_cases;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN QUERY SELECT part.name, rows;
  END LOOP;
END $$;
