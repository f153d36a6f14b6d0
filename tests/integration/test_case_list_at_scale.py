"""One's own cases are found among ten thousand without reading them all."""

from typing import LiteralString

import psycopg

from services.cases.adapters.case_views import _OWN_CASES
from tests.integration.cases_house import OWNER, CasesHouse
from tests.integration.test_cases_at_scale import fill

_ON_SOME: LiteralString = """
    INSERT INTO cases.participants (case_id, person_id, party, role, organisation, added_at)
    SELECT id, process_owner, 'staff', 'rektor', 'school', opened_at FROM cases.cases
    WHERE about = 'child' ORDER BY reference LIMIT 30
"""


def test_the_list_of_ones_own_cases_is_read_from_indexes(cases: CasesHouse) -> None:
    fill(cases, 10_000, 10_000)
    cases.execute(_ON_SOME)
    cases.execute("ANALYZE")
    on = cases.rows("SELECT case_id FROM cases.participants WHERE person_id = %s", OWNER)
    sought = {
        "state": "open", "procedure": None, "reference": None, "limit": 26, "offset": 0,
        "only": [row["case_id"] for row in on],
    }  # fmt: skip
    with psycopg.connect(cases.database_url) as connection:
        plan = connection.execute("EXPLAIN " + _OWN_CASES, sought).fetchall()
    text = "\n".join(row[0] for row in plan)
    assert "Seq Scan" not in text, text
    page = cases.visitor().get("/arenden")
    assert page.text.count('<th scope="row">') == 25
    assert "Fler ärenden" in page.text
