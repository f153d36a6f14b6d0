-- The middle of the three layers between a forbidden recipient and a mail (R41, X6, X7, X11, design 11):
-- before it a type that can't be built, after it the last filter before the content leaves.

-- What doesn't rest on the family's own ground (a consent, none needed, an invitation they hold) is
-- for staff alone: alerts, and whatever else comes to be a duty (R41).
ALTER TABLE notifier.messages
  DROP CONSTRAINT messages_check,
  ADD CONSTRAINT duties_are_for_staff
    CHECK (party = 'staff' OR (ground IN ('none', 'consent', 'object') AND kind <> 'alert')),
  ADD CONSTRAINT address_is_the_mailbox CHECK (lower(address) = mailbox);

-- The rule by which nobody may write to a person of a case at this address on this day, or null.
-- Unknown counts as protected. A CANCEL (`object`) goes to a child of any age that holds an invitation.
CREATE FUNCTION cases_api.mail_forbidden(
  case_id uuid, person uuid, party text, ground text, mailbox text, on_day date) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH who AS (
    SELECT p.id, p.party, p.no_mail, p.birth_date, coalesce(p.protected, true) AS protected
    FROM cases.people p WHERE p.id = mail_forbidden.person),
  others AS (
    SELECT coalesce(bool_or(coalesce(p.protected, true)), false) AS protected, count(*) > 0 AS there
    FROM cases.participants x JOIN cases.people p ON p.id = x.person_id
    WHERE x.case_id = mail_forbidden.case_id AND p.id <> mail_forbidden.person
      AND lower(p.email) = mail_forbidden.mailbox)
  SELECT CASE
    WHEN who.id IS NULL OR who.protected OR others.protected THEN 'X6'
    WHEN who.party <> mail_forbidden.party THEN 'R41'
    WHEN who.no_mail THEN 'X7'
    WHEN who.party = 'child' AND mail_forbidden.ground <> 'object'
     AND (others.there OR who.birth_date + interval '15 years' > mail_forbidden.on_day) THEN 'X11'
  END
  FROM (SELECT) one LEFT JOIN who ON true CROSS JOIN others
$$;

CREATE FUNCTION notifier.check_recipient() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE forbidden_by text := cases_api.mail_forbidden(
  NEW.case_id, NEW.person_id, NEW.party, NEW.ground, NEW.mailbox,
  (NEW.created_at AT TIME ZONE 'Europe/Stockholm')::date);
BEGIN
  IF forbidden_by IS NOT NULL THEN
    RAISE EXCEPTION 'this person must not be mailed (%)', forbidden_by
      USING ERRCODE = 'check_violation', CONSTRAINT = 'recipient_may_be_mailed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER recipient_may_be_mailed
  BEFORE INSERT OR UPDATE OF case_id, person_id, party, ground, mailbox ON notifier.messages
  FOR EACH ROW EXECUTE FUNCTION notifier.check_recipient();

-- What may stand in no mail of a case (X3, X12): the names of everybody of the family who is or was on
-- it, and its school. For the notifier's last filter alone.
CREATE FUNCTION cases_api.unspeakable(case_ids uuid[])
RETURNS TABLE (case_id uuid, names text[], school text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT c.id, ARRAY(SELECT p.name FROM cases.participants x JOIN cases.people p ON p.id = x.person_id
                     WHERE x.case_id = c.id AND p.party <> 'staff' ORDER BY p.id), u.name
  FROM cases.cases c JOIN cases.units u ON u.code = c.unit
  WHERE c.id = ANY (case_ids)
$$;

REVOKE ALL ON FUNCTION cases_api.mail_forbidden, cases_api.unspeakable FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_api.mail_forbidden, cases_api.unspeakable TO samspel_notifier;
