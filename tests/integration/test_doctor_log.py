"""What `samspel doctor` says of the log of PostgreSQL itself, on a real server."""

import pytest

from samspel.doctor.database import check_database
from samspel.doctor.findings import Verdict
from tests.integration.test_doctor import execute


@pytest.mark.parametrize(
    ("name", "loud"),
    [
        ("log_min_messages", "warning"), ("log_error_verbosity", "default"),
        ("log_min_error_statement", "error"), ("log_statement", "mod"),
        ("log_min_duration_statement", "500"), ("log_min_duration_sample", "500"),
        ("log_transaction_sample_rate", "0.5"), ("log_parameter_max_length", "-1"),
        ("log_parameter_max_length_on_error", "80"),
    ],
)  # fmt: skip
def test_X3_a_log_of_the_server_that_can_hold_names_is_said_with_what_quiets_it(
    database_url: str, name: str, loud: str
) -> None:
    database = database_url.rpartition("/")[2]
    execute(database_url, f"ALTER DATABASE {database} SET {name} = '{loud}'")
    (found,) = [one for one in check_database(database_url) if one.verdict is not Verdict.OK]
    assert found.verdict is Verdict.WARN
    assert f"({name})." in found.what
    execute(database_url, found.do.partition("\n")[2])
    assert {one.verdict for one in check_database(database_url)} == {Verdict.OK}


@pytest.mark.parametrize(
    ("name", "enough"), [("log_min_messages", "panic"), ("log_statement", "ddl")]
)
def test_X3_a_log_that_is_quieter_or_holds_no_rows_either_is_right(
    database_url: str, name: str, enough: str
) -> None:
    database = database_url.rpartition("/")[2]
    execute(database_url, f"ALTER DATABASE {database} SET {name} = '{enough}'")
    assert {one.verdict for one in check_database(database_url)} == {Verdict.OK}
