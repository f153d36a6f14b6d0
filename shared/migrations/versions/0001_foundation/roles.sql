-- Each service works in a role of its own, so that grants hold between them (they don't log in).
-- Roles belong to the whole server: another Samspel database on it may have made them already.
DO $$
DECLARE service text;
BEGIN
  FOREACH service IN ARRAY ARRAY['samspel_cases', 'samspel_scheduler', 'samspel_notifier'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', service);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;
    IF NOT pg_has_role(current_user, service, 'SET') THEN
      EXECUTE format('GRANT %I TO CURRENT_USER', service);
    END IF;
  END LOOP;
END $$;

CREATE EXTENSION IF NOT EXISTS btree_gist;
