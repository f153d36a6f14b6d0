-- The movable clock of demo and test mode. In production the table is empty and nobody asks it.
CREATE SCHEMA clock;

CREATE TABLE clock.hand (
  only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  stands_at timestamptz  -- null: follows real time
);

-- The time of the unit of work that asks. The shared lock holds a move back until the unit has ended;
-- it is taken in a statement of its own, so that the row read after it is the newest.
CREATE FUNCTION clock.read() RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE stands timestamptz;
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock_shared(7262002);
  SELECT stands_at INTO stands FROM clock.hand;
  RETURN coalesce(stands, pg_catalog.clock_timestamp());
END $$;

-- Moves the hand, forwards only (null lets it follow real time again). Waits for units under way.
CREATE FUNCTION clock.move(target timestamptz) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE stands timestamptz;
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock(7262002);
  INSERT INTO clock.hand DEFAULT VALUES ON CONFLICT DO NOTHING;  -- nobody has started the clock
  SELECT stands_at INTO STRICT stands FROM clock.hand;
  IF coalesce(target, pg_catalog.clock_timestamp()) < coalesce(stands, pg_catalog.clock_timestamp()) THEN
    RAISE EXCEPTION 'the clock moves forwards only' USING ERRCODE = 'SA001';
  END IF;
  UPDATE clock.hand SET stands_at = target;
  RETURN coalesce(target, pg_catalog.clock_timestamp());
END $$;
