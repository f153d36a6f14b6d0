-- A matter is what has meetings: a child's case, or one of the staff's own, which has no child and no
-- family: a year (R20), parent meetings (R26), a report (R51), a consultation (R47).

ALTER TABLE cases.cases
  ALTER COLUMN child DROP NOT NULL,
  ADD COLUMN about text NOT NULL DEFAULT 'child'
    CHECK (about IN ('child', 'year', 'parents', 'report', 'consultation')),
  ADD CONSTRAINT cases_alone_have_a_child CHECK ((about = 'child') = (child IS NOT NULL));
CREATE INDEX matters_that_end ON cases.cases (id)
  WHERE state = 'open' AND about IN ('report', 'consultation');
CREATE UNIQUE INDEX one_matter_a_year ON cases.cases (procedure, known_on) WHERE about = 'year';

CREATE FUNCTION cases.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  RAISE EXCEPTION '% never changes', TG_ARGV[0]
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER about_stays BEFORE UPDATE OF about ON cases.cases
  FOR EACH ROW WHEN (OLD.about <> NEW.about)
  EXECUTE FUNCTION cases.refuse_change('what a matter is about');

-- R41: nobody but staff takes part in what isn't about a child or is called to its meetings, whoever
-- tries to add them and as whatever. So nobody's party changes, and no meeting goes to another matter.
CREATE FUNCTION cases.check_is_for(matter uuid, person uuid, party text) RETURNS void
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF EXISTS (SELECT FROM cases.cases c WHERE c.id = check_is_for.matter AND c.about <> 'child')
     AND (check_is_for.party <> 'staff'
          OR EXISTS (SELECT FROM cases.people p
                     WHERE p.id = check_is_for.person AND p.party <> 'staff')) THEN
    RAISE EXCEPTION 'only staff take part in a matter of the staff (R41)'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'matters_of_staff_are_for_staff';
  END IF;
END $$;
CREATE OR REPLACE FUNCTION cases.note_open_of_participant() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  PERFORM cases.check_is_for(NEW.case_id, NEW.person_id, NEW.party);
  NEW.case_open := coalesce(
    (SELECT c.state = 'open' FROM cases.cases c WHERE c.id = NEW.case_id), false);
  RETURN NEW;
END $$;
CREATE FUNCTION cases.keep_party() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  PERFORM cases.check_is_for(NEW.case_id, NEW.person_id, NEW.party);
  RETURN NEW;
END $$;
CREATE TRIGGER party_fits_the_matter BEFORE UPDATE OF party, case_id, person_id
  ON cases.participants FOR EACH ROW EXECUTE FUNCTION cases.keep_party();
CREATE FUNCTION cases.keep_who_is_called() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  PERFORM cases.check_is_for(
    (SELECT m.case_id FROM cases.meetings m WHERE m.id = NEW.meeting_id), NEW.person_id, 'staff');
  RETURN NEW;
END $$;
CREATE TRIGGER called_fit_the_matter BEFORE INSERT OR UPDATE OF meeting_id, person_id
  ON cases.attendance FOR EACH ROW EXECUTE FUNCTION cases.keep_who_is_called();
CREATE TRIGGER party_stays BEFORE UPDATE OF party ON cases.people
  FOR EACH ROW WHEN (OLD.party <> NEW.party) EXECUTE FUNCTION cases.refuse_change('a party');
CREATE TRIGGER meeting_stays BEFORE UPDATE OF case_id ON cases.meetings
  FOR EACH ROW WHEN (OLD.case_id <> NEW.case_id)
  EXECUTE FUNCTION cases.refuse_change('the matter of a meeting');

-- What is planned long ahead is called to some weeks before (R20); `called` notes that it had been when it
-- was moved or cancelled: everybody is told of that at once.
ALTER TABLE cases.meetings ADD COLUMN called boolean NOT NULL DEFAULT false;

-- On which day a part of the daily look has something to do again, as far as it knew when it last looked.
ALTER TABLE cases.daily ADD COLUMN next_on date;

-- Whether somebody of a family, on whatever case or asking for one, has this address (lower case) as
-- theirs.
CREATE FUNCTION cases.is_of_a_family(mailbox text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT EXISTS (SELECT FROM cases.people p
                 WHERE lower(p.email) = is_of_a_family.mailbox AND p.party <> 'staff')
      OR EXISTS (SELECT FROM cases.inquiries i
                 WHERE lower(i.email) = is_of_a_family.mailbox AND i.source <> 'staff')
$$;
CREATE INDEX inquiries_of_families ON cases.inquiries (lower(email)) WHERE source <> 'staff';
CREATE INDEX people_of_families ON cases.people (lower(email)) WHERE party <> 'staff';
