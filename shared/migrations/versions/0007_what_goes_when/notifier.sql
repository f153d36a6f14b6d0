-- What the notifier has of a case, of its tasks and of people who go with it: published, so that it goes
-- in the transaction in which the case goes.

-- Whether a mail is still under way, or may still go: a cancellation that hasn't left would be lost.
CREATE FUNCTION notifier_api.is_under_way(matter uuid, tasks uuid[], people uuid[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT EXISTS (
    SELECT FROM notifier.messages m
    WHERE m.state IN ('due', 'claimed', 'data', 'retry', 'unknown', 'held')
      AND (m.case_id = is_under_way.matter OR m.task_id = ANY (tasks) OR m.person_id = ANY (people)))
$$;

-- Their mails, calendar objects and letters, and what came in of them. Mail of another case stays.
CREATE FUNCTION notifier_api.erase(matter uuid, tasks uuid[], people uuid[], addresses text[])
RETURNS TABLE (place text, gone bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  sent uuid[]; came uuid[]; part record; rows bigint;
BEGIN
  IF matter IS NOT NULL OR tasks <> '{}' THEN  -- all mail to a case's family is of the case
    sent := ARRAY(SELECT m.id FROM notifier.messages m
                  WHERE m.case_id = matter OR m.task_id = ANY (tasks) ORDER BY m.id FOR UPDATE);
  ELSE
    sent := ARRAY(SELECT m.id FROM notifier.messages m
                  WHERE m.person_id = ANY (people) ORDER BY m.id FOR UPDATE);
  END IF;
  came := ARRAY(SELECT i.id FROM notifier.inbound i
                 WHERE i.case_id = matter OR i.person_id = ANY (people)
                    OR i.message_id = ANY (sent)
                    OR i.case_id IS NULL
                       AND (lower(i.sender) = ANY (addresses) OR i.mailbox = ANY (addresses))
                 ORDER BY i.id FOR UPDATE);
  UPDATE notifier.messages SET carried_by = NULL
    WHERE carried_by = ANY (sent) AND id <> ALL (sent);
  UPDATE notifier.invitations SET people = ARRAY(SELECT unnest(invitations.people)
                                                 EXCEPT SELECT unnest(erase.people))
    WHERE invitations.people && erase.people AND NOT invitations.people <@ erase.people;
  FOR part IN SELECT * FROM (VALUES
    ('bus.deliveries', 'event_id IN (SELECT e.id FROM bus.events e WHERE e.subject = ANY ($4 || $5))'),
    ('bus.events', 'subject = ANY ($4 || $5)'),
    ('notifier.attempts', 'message_id = ANY ($4)'),
    ('notifier.sent_words', 'message_id = ANY ($4)'),
    ('notifier.messages', 'id = ANY ($4)'),
    ('notifier.invitations', 'case_id = $1 OR people <@ $2'),
    ('notifier.by_hand', 'case_id = $1 OR person_id = ANY ($2)'),
    ('notifier.inbound', 'id = ANY ($5)')) AS parts (name, which)
  LOOP
    EXECUTE format('DELETE FROM %s WHERE %s', part.name, part.which)
      USING matter, people, addresses, sent, came;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN QUERY SELECT part.name, rows;
  END LOOP;
END $$;
