"""Every kind of fault there is."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tests.faults.fault import Fault

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


def _names(faults: Sequence[type[Fault]]) -> set[str]:
    return {one.name for one in faults}
