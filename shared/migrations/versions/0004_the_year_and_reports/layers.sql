-- The middle of the three layers for what is the staff's own (R41): to staff alone; and nothing about a
-- report to an address that is also somebody's of a family.

DROP TRIGGER recipient_may_be_mailed ON notifier.messages;
DROP FUNCTION notifier.check_recipient();
DROP FUNCTION cases_api.mail_forbidden(uuid, uuid, text, text, text, date);
CREATE FUNCTION cases_api.mail_forbidden(
  case_id uuid, task_id uuid, person uuid, party text, ground text, mailbox text, on_day date)
RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH who AS (
    SELECT p.id, p.party, p.no_mail, p.birth_date, coalesce(p.protected, true) AS protected
    FROM cases.people p WHERE p.id = mail_forbidden.person),
  others AS (
    SELECT coalesce(bool_or(coalesce(p.protected, true)), false) AS protected, count(*) > 0 AS there
    FROM cases.participants x JOIN cases.people p ON p.id = x.person_id
    WHERE x.case_id = mail_forbidden.case_id AND p.id <> mail_forbidden.person
      AND lower(p.email) = mail_forbidden.mailbox),
  about AS (
    SELECT (SELECT c.about FROM cases.cases c WHERE c.id = mail_forbidden.case_id) AS matter,
           mail_forbidden.case_id IS NULL AND EXISTS (
             SELECT FROM cases.tasks t
             WHERE t.id = mail_forbidden.task_id AND t.report_id IS NOT NULL) AS report)
  SELECT CASE
    WHEN who.id IS NULL OR who.protected OR others.protected THEN 'X6'
    WHEN who.party <> mail_forbidden.party THEN 'R41'
    WHEN coalesce(about.matter, '') <> 'child' AND who.party <> 'staff' THEN 'R41'
    WHEN (about.report OR about.matter IN ('report', 'consultation'))
     AND cases.is_of_a_family(mail_forbidden.mailbox) THEN 'R41'
    WHEN who.no_mail THEN 'X7'
    WHEN who.party = 'child' AND mail_forbidden.ground <> 'object'
     AND (others.there OR who.birth_date + interval '15 years' > mail_forbidden.on_day) THEN 'X11'
  END
  FROM (SELECT) one LEFT JOIN who ON true CROSS JOIN others CROSS JOIN about
$$;

CREATE FUNCTION notifier.check_recipient() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE forbidden_by text := cases_api.mail_forbidden(
  NEW.case_id, NEW.task_id, NEW.person_id, NEW.party, NEW.ground, NEW.mailbox,
  (NEW.created_at AT TIME ZONE 'Europe/Stockholm')::date);
BEGIN
  IF forbidden_by IS NOT NULL THEN
    RAISE EXCEPTION 'this person must not be mailed (%)', forbidden_by
      USING ERRCODE = 'check_violation', CONSTRAINT = 'recipient_may_be_mailed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER recipient_may_be_mailed
  BEFORE INSERT OR UPDATE OF case_id, task_id, person_id, party, ground, mailbox ON notifier.messages
  FOR EACH ROW EXECUTE FUNCTION notifier.check_recipient();

REVOKE ALL ON FUNCTION cases_api.mail_forbidden FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_api.mail_forbidden TO samspel_notifier;

-- What may stand in no mail: of a year nothing is secret; of any other matter the unit it is about.
CREATE OR REPLACE FUNCTION cases_api.unspeakable(case_ids uuid[])
RETURNS TABLE (case_id uuid, names text[], school text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT c.id, ARRAY(SELECT p.name FROM cases.participants x JOIN cases.people p ON p.id = x.person_id
                     WHERE x.case_id = c.id AND p.party <> 'staff' ORDER BY p.id),
         CASE WHEN c.about <> 'year' THEN u.name END
  FROM cases.cases c JOIN cases.units u ON u.code = c.unit
  WHERE c.id = ANY (case_ids)
$$;
