-- What a package for the archive holds of a case besides what cases has: by table, each row whole but for
-- bytes and what is only a machine's.
-- `tasks`, `people`, `addresses`: of what goes with it, as in notifier_api.erase.
CREATE FUNCTION notifier_api.of_case(matter uuid, tasks uuid[], people uuid[], addresses text[])
RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH sent AS (
    SELECT m.* FROM notifier.messages m
    WHERE m.case_id = matter OR m.task_id = ANY (of_case.tasks)),
  came AS (
    SELECT i.* FROM notifier.inbound i
    WHERE i.case_id = matter OR i.person_id = ANY (of_case.people)
       OR i.message_id IN (SELECT m.id FROM sent m)
       OR i.case_id IS NULL AND i.person_id IS NULL
          AND (lower(i.sender) = ANY (addresses) OR i.mailbox = ANY (addresses)))
  SELECT jsonb_build_object(
    'notifier.messages', (
      SELECT coalesce(jsonb_agg(to_jsonb(m) - '{content,fence,lease_until,try_at,payload}'::text[]
                                ORDER BY m.created_at, m.id), '[]') FROM sent m),
    'notifier.sent_words', (
      SELECT coalesce(jsonb_agg(to_jsonb(w) ORDER BY w.written_at, w.message_id), '[]')
      FROM notifier.sent_words w WHERE w.message_id IN (SELECT m.id FROM sent m)),
    'notifier.invitations', (
      SELECT coalesce(jsonb_agg(to_jsonb(v) - '{token,link}'::text[]
                                ORDER BY v.created_at, v.meeting_id, v.mailbox), '[]')
      FROM notifier.invitations v WHERE v.case_id = matter),
    'notifier.by_hand', (
      SELECT coalesce(jsonb_agg(to_jsonb(b) ORDER BY b.meeting_id, b.person_id), '[]')
      FROM notifier.by_hand b WHERE b.case_id = matter),
    'notifier.inbound', (
      SELECT coalesce(jsonb_agg(to_jsonb(i) - '{raw,digest,lease_until,recipient}'::text[]
                                ORDER BY i.received_at, i.id), '[]') FROM came i))
$$;

CREATE FUNCTION scheduler_api.of_case(matter uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT jsonb_build_object(
    'scheduler.due', (SELECT coalesce(jsonb_agg(to_jsonb(d) - 'event' ORDER BY d.due_at, d.key), '[]')
                      FROM scheduler.due d WHERE d.case_id = matter),
    'scheduler.windows', (SELECT coalesce((SELECT p.windows FROM scheduler.plans p
                                           WHERE p.case_id = matter), '[]')))
$$;

-- What the notifier has about one person, for who asks what is stored about them. Of mail that they took
-- care of and others wrote, no more than that they did.
CREATE FUNCTION notifier_api.of_person(who uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT jsonb_build_object(
    'notifier.messages', (
      SELECT coalesce(jsonb_agg(to_jsonb(m) - '{content,fence,lease_until,try_at,payload}'::text[]
                                ORDER BY m.created_at, m.id), '[]')
      FROM notifier.messages m WHERE m.person_id = who),
    'notifier.sent_words', (
      SELECT coalesce(jsonb_agg(to_jsonb(w) ORDER BY w.written_at, w.message_id), '[]')
      FROM notifier.sent_words w JOIN notifier.messages m ON m.id = w.message_id
      WHERE m.person_id = who),
    'notifier.invitations', (
      SELECT coalesce(jsonb_agg(to_jsonb(v) - '{token,link}'::text[]
                                ORDER BY v.created_at, v.meeting_id, v.mailbox), '[]')
      FROM notifier.invitations v WHERE who = ANY (v.people)),
    'notifier.by_hand', (
      SELECT coalesce(jsonb_agg(to_jsonb(b) ORDER BY b.meeting_id), '[]')
      FROM notifier.by_hand b WHERE b.person_id = who),
    'notifier.inbound', (
      SELECT coalesce(jsonb_agg(to_jsonb(i) - '{raw,digest,lease_until,recipient}'::text[]
                                - CASE WHEN i.person_id = who THEN '{}'::text[]
                                  ELSE '{sender,mailbox,words,answer,person_id}' END
                                ORDER BY i.received_at, i.id), '[]')
      FROM notifier.inbound i WHERE i.person_id = who OR i.settled_by = 'person:' || who))
$$;

CREATE FUNCTION scheduler_api.of_person(who uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT jsonb_build_object(
    'scheduler.calendars', (
      SELECT coalesce(jsonb_agg(to_jsonb(c) - '{url_hash,etag,last_modified}'::text[]), '[]')
      FROM scheduler.calendars c WHERE c.person_id = who),
    'scheduler.busy_times', (
      SELECT coalesce(jsonb_agg(to_jsonb(b) ORDER BY b.during), '[]')
      FROM scheduler.busy_times b WHERE b.person_id = who))
$$;
