"""What the scheduler's ports are implemented with."""
