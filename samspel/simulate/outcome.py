"""What a life has come to, without the ids: the same in whatever order its events were heard."""

from samspel.simulate.house import House

Outcome = dict[str, list[str]]
_WHAT = {
    "tasks": "SELECT concat_ws(' ', kind, due_on, state, owner) FROM cases.tasks",
    "meetings": "SELECT concat_ws(' ', step, starts_at, state, sequence) FROM cases.meetings",
    "messages": "SELECT concat_ws(' ', kind, mailbox, told, state, reason) FROM notifier.messages",
    "due": "SELECT concat_ws(' ', event ->> 'rule', due_at, state) FROM scheduler.due",
}


def outcome(house: House) -> Outcome:
    """By what it is, a line for each, in the order of the lines."""
    return {name: _lines(house, query) for name, query in _WHAT.items()}


def _lines(house: House, query: str) -> list[str]:
    return sorted(str(value) for row in house.rows(query) for value in row.values())
