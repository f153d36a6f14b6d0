"""Calendar files as programs write them: their lines, their times, what repeats (RFC 5545)."""
