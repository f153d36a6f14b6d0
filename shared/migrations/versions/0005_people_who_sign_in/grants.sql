GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA cases TO samspel_cases;
REVOKE UPDATE ON cases.audit, cases.access_log FROM samspel_cases;
GRANT DELETE ON cases.sessions TO samspel_cases;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA scheduler TO samspel_scheduler;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA notifier TO samspel_notifier;
