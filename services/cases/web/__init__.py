"""The pages that people see; for now the start page of demo mode and the list of API calls."""
