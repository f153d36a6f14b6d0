"""What the case service does: one function per command or event."""
