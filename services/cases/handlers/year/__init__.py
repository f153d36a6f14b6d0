"""What comes back every year (R20-R32): the two meetings, the evaluation, dispatches, parents."""
