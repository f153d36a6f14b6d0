"""With which settings PostgreSQL's own log holds nothing of what our rows and statements hold."""

# What PostgreSQL writes by default about a row that it refuses is the whole row («DETAIL: Failing
# row contains …») and the statement. Whoever asked is answered all the same, and our own log has
# the error's code. compose.yaml and docs/installing.md set the same.
QUIET_LOG = {
    "log_min_messages": "log",  # errors' own words quote values, too
    "log_error_verbosity": "terse",  # no details
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
