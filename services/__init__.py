"""The three services: cases, scheduler and notifier."""
