-- The calendar of one person: what they are called to, without reading what everybody is.
CREATE INDEX attendance_person ON cases.attendance (person_id) WHERE NOT removed;
