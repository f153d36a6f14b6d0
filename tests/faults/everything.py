"""Every kind of fault there is."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from tests.faults import table
from tests.faults.fault import Fault
from tests.faults.moments import Apart

_PROCESSES = ("killed", "paused", "clocks", "restored", "versions")


def all_faults() -> list[type[Fault]]:
    """In the order of their numbers: of processes, and of the wires between them."""
    wires = sorted(path.stem for path in Path(__file__).parent.glob("wires_*.py"))
    found: list[type[Fault]] = []
    for name in (*_PROCESSES, *wires):
        found += getattr(import_module(f"tests.faults.{name}"), "FAULTS", [])
    return sorted(found, key=lambda one: (int(one.id[1:]), one.name))


def chosen(names: Sequence[str]) -> list[type[Fault]]:
    """Those with one of these ids («F2») or names («F2-after-dot»); all without any."""
    known = all_faults()
    missing = [name for name in names if name not in {one.id for one in known} | _names(known)]
    if missing:
        raise KeyError(f"no fault is called {', '.join(missing)}")
    return [one for one in known if not names or one.id in names or one.name in names]


def hindrance(fault: type[Fault]) -> str:
    """Why it can't strike on this machine; empty if it can."""
    said: str = getattr(fault, "hindrance", str)()
    return said


def not_struck(
    faults: Sequence[type[Fault]], each: Mapping[str, int], seed: int
) -> list[table.Row]:
    """A row of those that can't strike here, with why: it isn't well, so that a run which can't do
    all that it was asked for says so as it ends."""
    return [
        table.row(one.name, one.sentence, [], each[one.name], Apart(None, why), seed)
        for one in faults
        if (why := hindrance(one))
    ]


def _names(faults: Sequence[type[Fault]]) -> set[str]:
    return {one.name for one in faults}
