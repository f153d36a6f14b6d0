-- What a mail said, for who wonders what was sent: its words alone, a mark where a link stood, so that
-- no key to anything is kept. They are in no table that sending reads, and are deleted after a while.
CREATE TABLE notifier.sent_words (
  message_id uuid PRIMARY KEY REFERENCES notifier.messages,
  subject    text NOT NULL,
  text       text NOT NULL,
  written_at timestamptz NOT NULL
);
CREATE INDEX sent_words_old ON notifier.sent_words (written_at);

-- Of a mail that carried others, its own: what several say together was said in one.
CREATE FUNCTION notifier_api.sent_words(message_id uuid)
RETURNS TABLE (subject text, text text, written_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT s.subject, s.text, s.written_at
  FROM notifier.messages m JOIN notifier.sent_words s ON s.message_id = coalesce(m.carried_by, m.id)
  WHERE m.id = sent_words.message_id
$$;
REVOKE ALL ON FUNCTION notifier_api.sent_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notifier_api.sent_words TO samspel_cases;
