-- Nobody gives out in the browser what they mayn't see themselves, so a key that was made there
-- keeps the register alone. One for events alone, of which there is no route, ends.
ALTER TABLE cases.api_tokens DROP CONSTRAINT api_tokens_scopes_check;
UPDATE cases.api_tokens SET
  revoked_at = CASE WHEN scopes = ARRAY['events'] THEN coalesce(revoked_at, now())
                    ELSE revoked_at END,
  scopes = CASE WHEN scopes @> ARRAY['read', 'write'] THEN ARRAY['register:read', 'register:write']
                WHEN scopes @> ARRAY['write'] THEN ARRAY['register:write']
                ELSE ARRAY['register:read'] END;
ALTER TABLE cases.api_tokens ADD CONSTRAINT api_tokens_scopes_check CHECK (
  scopes <@ ARRAY['register:read', 'register:write', 'cases:read', 'cases:write']
  AND cardinality(scopes) > 0
);
