"""Every form of every page, filled in by chance; `make fuzz` does it for long."""

from pathlib import Path

from tests.conftest import Servers
from tests.fuzz.forms import fuzz_forms
from tests.integration.cases_house import cases_house


def test_no_form_breaks_or_saves_a_half_or_says_markup_again(
    servers: Servers, registered_url: str, municipality: Path
) -> None:
    """Nor is one taken without its token, whatever else is sent."""
    with cases_house(registered_url, servers.valkey, municipality) as house:
        fuzzed = fuzz_forms(house, examples=3)
    assert fuzzed.faults == {}
    assert len(fuzzed.asked) > 50
    taken = [call for call, statuses in fuzzed.statuses.items() if statuses[303]]
    assert len(taken) > 25
