-- As before, ten times as fast. An id in a column of its own is compared; what holds no id (numbers, times)
-- isn't read. Words are cut where the third group of one of the ids would begin, and what stands behind
-- each cut is looked up: only where that is the rest of one of them, they are searched for the whole id.
CREATE OR REPLACE FUNCTION cases.traces(ids uuid[], place text, first bigint, blocks bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
DECLARE as_id text; words text; cuts text[]; rests text[]; may_be text; rows bigint;
BEGIN
  SELECT coalesce(string_agg(format('t.%I = ANY ($1)', a.attname), ' OR ')
                    FILTER (WHERE a.atttypid = 'uuid'::regtype), 'false'),
         format('concat_ws('' '', NULL, %s)', coalesce(
           string_agg(CASE a.atttypid WHEN 'bytea'::regtype THEN format('encode(t.%I, ''escape'')', a.attname)
                                      ELSE format('t.%I::text', a.attname) END, ', ')
             FILTER (WHERE a.atttypid <> 'uuid'::regtype AND y.typcategory NOT IN ('B', 'D', 'N', 'T')), 'NULL'))
    INTO as_id, words
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
    WHERE a.attrelid = place::regclass AND a.attnum > 0 AND NOT a.attisdropped;
  SELECT array_agg(DISTINCT cut), array_agg((string_to_array(substr(said, 14), cut))[2])
    INTO cuts, rests
    FROM unnest(ids) id, unnest(ARRAY[id::text, upper(id::text)]) said, substr(said, 14, 2) cut;
  SELECT coalesce(string_agg(format(
           'EXISTS (SELECT FROM (SELECT unnest(string_to_array(%s, %L)) AS part) parts
                    WHERE left(part, 21) COLLATE "C" = ANY ($4))', words, cut), ' OR '), 'false')
    INTO may_be FROM unnest(cuts) cut;
  EXECUTE format('SELECT count(*) FROM %s t
                  WHERE t.ctid >= $2 AND t.ctid < $3
                    AND (%s OR (%s) AND EXISTS (SELECT FROM unnest($1) id
                                                WHERE strpos(lower(%s), id::text) > 0))',
                 place::regclass, as_id, may_be, words)
    INTO rows
    USING ids, format('(%s,0)', first)::tid, format('(%s,0)', first + blocks)::tid, rests;
  RETURN rows;
END $$;
