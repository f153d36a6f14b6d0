"""The notifier: words and calendars for what stands in the cases, sent to people's mailboxes."""
