-- Shows that something has gone: every row of every table is read for ids, in portions of so many blocks.
CREATE FUNCTION cases.portions(blocks bigint) RETURNS TABLE (place text, first bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT n.nspname || '.' || c.relname, first
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
       generate_series(0, greatest(
         pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::bigint - 1, 0), blocks) first
  WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
  ORDER BY 1, 2
$$;

-- In how many rows of one portion any of these ids stands, in whatever column. Of each row the ids are
-- picked out once, and looked up; bytes are read as the text they may be.
CREATE FUNCTION cases.traces(ids uuid[], place text, first bigint, blocks bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
DECLARE row_as_text text; rows bigint;
BEGIN
  SELECT string_agg(CASE a.atttypid WHEN 'bytea'::regtype THEN format('encode(t.%I, ''escape'')', a.attname)
                                    ELSE format('t.%I::text', a.attname) END, ', ')
    INTO row_as_text
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = place::regclass AND a.attnum > 0 AND NOT a.attisdropped;
  EXECUTE format('SELECT count(*) FROM %s t
                  WHERE t.ctid >= $2 AND t.ctid < $3 AND EXISTS (
                    SELECT FROM regexp_matches(concat_ws('' '', %s), $4, ''gi'') found
                    WHERE found[1]::uuid = ANY ($1))', place::regclass, row_as_text)
    INTO rows
    USING ids, format('(%s,0)', first)::tid, format('(%s,0)', first + blocks)::tid,
          '([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})';
  RETURN rows;
END $$;
