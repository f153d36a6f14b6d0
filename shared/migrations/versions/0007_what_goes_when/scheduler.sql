-- What the scheduler has of a case, and the calendars that it reads for people who go.
CREATE FUNCTION scheduler_api.erase(matter uuid, people uuid[])
RETURNS TABLE (place text, gone bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE part record; rows bigint;
BEGIN
  PERFORM 1 FROM scheduler.plans p WHERE p.case_id = matter FOR UPDATE;
  -- How far a night came that is over: by the id of the last case.
  UPDATE scheduler.sweeps SET beyond = '00000000-0000-0000-0000-000000000000'
    WHERE beyond = matter AND done;
  FOR part IN SELECT * FROM (VALUES
    ('scheduler.asked', 'case_id = $1'),
    ('scheduler.due', 'case_id = $1'),
    ('scheduler.plans', 'case_id = $1'),
    ('scheduler.busy_times', 'person_id = ANY ($2)'),
    ('scheduler.calendars', 'person_id = ANY ($2)')) AS parts (name, which)
  LOOP
    EXECUTE format('DELETE FROM %s WHERE %s', part.name, part.which) USING matter, people;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN QUERY SELECT part.name, rows;
  END LOOP;
END $$;
