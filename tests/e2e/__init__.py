"""The whole of Samspel as real processes, looked at from outside."""
