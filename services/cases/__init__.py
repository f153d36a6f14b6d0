"""The case service: facts, bookings, tasks; the API and the pages."""
