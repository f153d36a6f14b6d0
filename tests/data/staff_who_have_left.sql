-- Somebody of the staff who has no post any more, with a row in each table for it.
INSERT INTO cases.people (id, party, code, name, email, phone, protected)
  VALUES (:person, 'staff', 'taltrast', 'Taltrast', 'taltrast@ex.example', 'taltrast', false);
INSERT INTO cases.posts (code, role, unit) SELECT 'gammal', 'rektor', min(code) FROM cases.units;
INSERT INTO cases.holders (post, person_id, first_day, last_day)
  VALUES ('gammal', :person, '2020-01-01', '2020-12-31');
INSERT INTO cases.accounts (id, person_id, login, created_at)
  VALUES (gen_random_uuid(), :person, 'taltrast@ex.example', now());
INSERT INTO cases.drafts VALUES (:person, 'sspf', NULL, '{"name": "Taltrast"}', now());
INSERT INTO cases.feeds VALUES (gen_random_uuid(), :person, now());
INSERT INTO scheduler.calendars (person_id, url_hash, try_at) VALUES (:person, 'x', now());
INSERT INTO scheduler.busy_times VALUES (:person, '[2027-03-09,2027-03-10)');
