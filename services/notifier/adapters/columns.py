"""The columns of notifier.messages (as m) that a message is read from, in one place."""

OF_A_MESSAGE = """m.key, m.kind, m.ground, m.case_id, m.task_id, m.digest_id, m.meeting_id,
    m.person_id, m.party, m.mailbox, m.address, m.language, m.rule, m.told, m.payload, m.message_id,
    m.due_at, m.useful_until, m.created_at, m.state, m.began, m.doubts, m.fence, m.optional,
    m.carried_by"""
"""All but how often it was tried, and what was written: whoever sends it counts and reads those."""
AS_IT_STANDS = f"{OF_A_MESSAGE}, m.attempts, NULL::bytea AS content"
"""Without what was written, which is big."""
