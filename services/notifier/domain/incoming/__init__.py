"""What a mail that came in says (B1-B11): bytes in, a value out, never an exception."""
