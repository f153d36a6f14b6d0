-- Duties as the notifier needs them: the same rows, sooner. A manager was sought anew for every
-- person there is, since who.id was compared with a column that a function makes.
CREATE OR REPLACE FUNCTION cases_api.duties(task_ids uuid[], today date)
RETURNS TABLE (task_id uuid, open boolean, owner uuid, due_on date, manager uuid, contacts jsonb,
               kind text, link uuid, of_report boolean, year smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH duty AS MATERIALIZED (
    SELECT t.id, t.state = 'open' AS open, t.owner, t.due_on, t.kind, t.link, t.post,
           t.report_id IS NOT NULL AS of_report, t.year,
           CASE WHEN t.post IS NOT NULL
                THEN cases.manager_of(t.owner, u.organisation, today) END AS manager
    FROM cases.tasks t
    LEFT JOIN cases.posts p ON p.code = t.post
    LEFT JOIN cases.units u ON u.code = p.unit
    WHERE t.id = ANY (task_ids) AND t.case_id IS NULL)
  SELECT duty.id, duty.open, duty.owner, duty.due_on, duty.manager,
    (SELECT coalesce(jsonb_object_agg(who.id, jsonb_build_object(
        'party', who.party, 'email', who.email, 'language', who.language,
        'protected', coalesce(who.protected, true), 'no_mail', who.no_mail,
        'birth_date', who.birth_date,
        'dead', who.dead_email IS NOT NULL AND lower(who.dead_email) = lower(who.email),
        'of_a_family', duty.of_report AND cases.is_of_a_family(lower(who.email)))), '{}')
     FROM cases.people who
     WHERE who.id IN (
       WITH RECURSIVE above AS (
         SELECT p.code, p.reports_to, 0 AS steps FROM cases.posts p
         WHERE p.code = duty.post AND duty.year IS NOT NULL
         UNION ALL
         SELECT p.code, p.reports_to, above.steps + 1
         FROM above JOIN cases.posts p ON p.code = above.reports_to
         WHERE above.steps < 20)
       SELECT h.person_id FROM above JOIN cases.holders h ON h.post = above.code
       UNION VALUES (duty.owner), (duty.manager))),
    duty.kind, duty.link, duty.of_report, duty.year
  FROM duty
$$;
