"""Where mail comes in: over SMTP or LMTP."""
