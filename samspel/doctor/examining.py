"""Makes all checks at the same time, each for as long as it may, and tells them in their order."""

from collections.abc import Iterator, Sequence
from threading import Thread
from time import monotonic

from samspel.doctor.findings import Check, Finding, Verdict, fail, shown

SECONDS = 20.0  # for all of them, since they are made beside each other


def examined(checks: Sequence[Check], seconds: float = SECONDS) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it belongs to a check in which something fails."""
    deadline = monotonic() + seconds
    under_way = [_Examination(check) for check in checks]
    for one in under_way:
        findings = one.findings(deadline)
        fails = any(found.verdict is Verdict.FAIL for found in findings)
        for line in shown(one.title, findings):
            yield line, fails


class _Examination:
    """A check in a thread of its own, which nobody waits for when its time is over."""

    def __init__(self, check: Check) -> None:
        self.title = check.title
        self._check = check
        self._found: list[Finding] = []
        self._thread = Thread(target=self._make, daemon=True)
        self._thread.start()

    def findings(self, deadline: float) -> list[Finding]:
        self._thread.join(max(0.0, deadline - monotonic()))
        found = self._found[:]
        if self._thread.is_alive():
            found.append(fail("Kontrollen blev inte klar i tid.", "Se efter nätet dit, och prova"
                              " igen."))  # fmt: skip
        return found

    def _make(self) -> None:
        try:
            for one in self._check.findings():
                self._found.append(one)
        except Exception as error:  # noqa: BLE001 - the other checks go on; its words may hold anything
            self._found.append(
                fail(
                    f"Kontrollen gick inte att göra ({type(error).__name__}).",
                    "Rätta det som står ovan först. Är felet kvar, anmäl det till utvecklarna.",
                )
            )
