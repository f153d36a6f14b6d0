-- A service writes its own schema and reads what the others publish. Nothing else.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA clock, cases_api, scheduler_api, notifier_api FROM PUBLIC;

GRANT USAGE ON SCHEMA clock, bus TO samspel_cases, samspel_scheduler, samspel_notifier;
GRANT EXECUTE ON FUNCTION clock.read TO samspel_cases, samspel_scheduler, samspel_notifier;
GRANT EXECUTE ON FUNCTION clock.move TO samspel_cases;
GRANT SELECT, INSERT ON bus.events TO samspel_cases, samspel_scheduler, samspel_notifier;
GRANT SELECT, INSERT, UPDATE ON bus.deliveries, bus.heartbeats
  TO samspel_cases, samspel_scheduler, samspel_notifier;

GRANT USAGE ON SCHEMA cases TO samspel_cases;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA cases TO samspel_cases;
GRANT DELETE ON cases.engagements, cases.holders, cases.idempotency TO samspel_cases;
REVOKE UPDATE ON cases.audit, cases.access_log FROM samspel_cases;

GRANT USAGE ON SCHEMA scheduler TO samspel_scheduler;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA scheduler TO samspel_scheduler;

GRANT USAGE ON SCHEMA notifier TO samspel_notifier;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA notifier TO samspel_notifier;

GRANT USAGE ON SCHEMA cases_api TO samspel_cases, samspel_scheduler, samspel_notifier;
GRANT EXECUTE ON FUNCTION cases_api.facts TO samspel_cases, samspel_scheduler, samspel_notifier;
GRANT EXECUTE ON FUNCTION cases_api.busy TO samspel_cases, samspel_scheduler;
GRANT EXECUTE ON FUNCTION cases_api.open_cases TO samspel_scheduler;
GRANT EXECUTE ON FUNCTION cases_api.mailing, cases_api.clear TO samspel_notifier;

GRANT USAGE ON SCHEMA scheduler_api TO samspel_cases;
GRANT SELECT ON scheduler_api.windows TO samspel_cases;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA scheduler_api TO samspel_cases;

GRANT USAGE ON SCHEMA notifier_api TO samspel_cases;
GRANT SELECT ON notifier_api.messages TO samspel_cases;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA notifier_api TO samspel_cases;
