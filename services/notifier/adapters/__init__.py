"""What the notifier's ports are implemented with: PostgreSQL and SMTP."""
