"""`samspel simulate`: municipalities that live for years in one process, with faults everywhere.

The domain, the handlers and the adapters are the real ones, over a real PostgreSQL. What is made up
is time (a row that is moved), the people (a script drawn from a seed) and the mail server (it takes
what it is handed, or doesn't). After every step what must always hold is asked.
"""
