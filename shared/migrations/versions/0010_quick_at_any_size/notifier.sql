-- Of what is due to a domain at one instant, that of one case lies together: the gate reads a case once
-- for all of it. Whoever orders by (due_at, id) finds its way by the first two columns.
CREATE INDEX messages_in_turn ON notifier.messages (domain, due_at, case_id, id)
  WHERE state IN ('due', 'retry', 'unknown');
DROP INDEX notifier.messages_by_domain;

-- A mail's bytes are here for a moment, while nobody knows whether they arrived: packing them costs more
-- than it saves.
ALTER TABLE notifier.messages ALTER COLUMN content SET STORAGE EXTERNAL;
