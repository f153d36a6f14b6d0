"""What the services share: the bus, the clock, the database, the rules that several ask."""
