"""The API: decodes, asks the clock, delegates, and answers in JSON."""
