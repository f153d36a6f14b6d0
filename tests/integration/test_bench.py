"""`make bench`, so small that it says nothing: its shape is looked at, never its speed."""

import io
import json
import subprocess
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from tests.bench import table
from tests.bench.__main__ import MEASURES, NEED_POSTFIX, _arguments, run
from tests.bench.chart import chart
from tests.bench.comparing import NothingToCompare, committed, grown
from tests.bench.figures import Figure, Sample, Side, Wanted, interleaved
from tests.bench.pages import RECTOR, PageFigure
from tests.bench.postfix import NoPostfix, Postfix
from tests.bench.servers import Bench
from tests.conftest import _TEMPLATE, ROOT, Servers

ABOUT = {
    "on": "2027-03-01", "commit": "abc1234", "cores": 2, "cpu": "a core", "memory_gb": 8,
    "kernel": "Linux 6", "python": "3.11", "postgresql": "18", "valkey": "8", "rounds": 5,
    "load_at_begin": 0.1, "load_at_end": 2.0, "quick": False,
}  # fmt: skip
OURS = Side("Samspel", (100.0, 300.0, 200.0), (2.0, 4.0, 3.0))
BARE = Side("bare", (400.0, 500.0, 600.0), (1.0, 1.0, 1.0))
MAILS = Figure("mails", "mails, against <bare>", "mails/s", OURS, BARE, Wanted(0.3, 0.6), "of 6 kB")
A_PAGE = PageFigure(
    "/arenden", RECTOR, 200, ms=8.2, ms_max=9.7, cpu_ms=5.6, database_cpu_ms=2.8, statements=12,
    html_kb=17.1, whole_kb=74.9, packed_kb=21.9,
)  # fmt: skip
MORNING = Figure("morning", "a morning", "s", Side("Samspel", (90.0,)), wanted=Wanted(120, 25))


@pytest.fixture
def bench(servers: Servers, broker_url: str, tmp_path: Path) -> Bench:
    return Bench(servers.postgres, broker_url, tmp_path, rounds=2, quick=True, migrated=_TEMPLATE)


def a_run(bench: Bench, *only: str) -> tuple[int, str, Any]:
    """Its exit code, what it printed, and what it wrote."""
    printed, written = io.StringIO(), bench.home / "bench.json"
    told = Namespace(
        only=list(only), no_fetch=True, json=written, write=False, compare=False, rounds=2
    )
    code = run(bench, told, Console(file=printed, width=160))
    return code, printed.getvalue(), json.loads(written.read_text())


def test_a_run_measures_each_way_as_often_and_writes_figures_with_their_circumstances(
    bench: Bench,
) -> None:
    code, printed, found = a_run(bench, "plans", "building", "due-rows", "opening")
    assert code == 0
    assert [one["name"] for one in found["figures"]] == [
        "plans", "building", "building-usual", "due-rows-many", "due-rows-snapshot", "opening",
    ]  # fmt: skip
    for one in found["figures"]:
        sides = [one["ours"]] + ([one["bare"]] if one["bare"] else [])
        assert all(len(side["values"]) == len(side["cpu"]) == 2 for side in sides), one["name"]
        assert one["value"] > 0
    assert "Samspel" in printed
    about = found["about"]
    assert about["quick"] is True
    assert {"cores", "kernel", "cpu", "postgresql", "valkey", "packages", "commit"} <= set(about)
    assert {"load_at_begin", "load_at_end"} <= set(about)


def test_without_postfix_it_is_said_and_what_needs_it_is_left_out(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.bench.postfix.FOLDER", tmp_path / "nothing")
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(NoPostfix, match="install Postfix"):
        Postfix.found(fetch=False)
    code, printed, found = a_run(bench, *sorted(NEED_POSTFIX))
    assert code == 0
    assert found["figures"] == []
    assert "Left out (mail-path, national-morning)" in printed


def test_the_ways_take_turns_so_that_a_busy_moment_meets_all_of_them() -> None:
    turns: list[str] = []

    def way(name: str, seconds: float) -> Sample:
        turns.append(name)
        return Sample(10, seconds, 0.5)

    sides = interleaved(3, {"ours": lambda: way("ours", 2.0), "bare": lambda: way("bare", 1.0)})
    assert turns == ["ours", "bare"] * 3
    assert sides["ours"].values == (5.0,) * 3
    assert sides["bare"].cpu == (50.0,) * 3  # milliseconds each


def test_a_value_is_a_ratio_of_medians_and_what_is_to_be_low_is_reached_from_above() -> None:
    assert MAILS.value == 200 / 500
    assert MAILS.cpu_ratio == 3.0
    assert MAILS.reached == "yes"
    assert MORNING.value == 90
    assert MORNING.reached == "yes"
    assert Wanted(120, 25).reached(20) == "aim"
    assert Wanted(120, 25).reached(121) == "no"
    assert Side("s", tuple(range(1, 101)), percent=99).value == pytest.approx(99, abs=0.5)


def test_a_cpu_ratio_that_grew_by_a_fifth_is_told() -> None:
    before = {"figures": [{"name": "mails", "cpu_ratio": 2.5}, {"name": "gone", "cpu_ratio": 1.0}]}
    (line,) = grown([MAILS, MORNING], before)
    assert line.startswith("mails: 20 % more CPU (2.5 → 3)")
    assert grown([replace(MAILS, ours=BARE)], before) == []


@pytest.mark.parametrize("kept", [None, "[]"])
def test_without_committed_figures_that_is_said(
    kept: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.CompletedProcess((), returncode=0 if kept else 128, stdout=kept or "")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: done)
    with pytest.raises(NothingToCompare, match=r"bench\.json"):
        committed()


def test_the_table_and_the_chart_are_written_into_the_page_between_its_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "performance.md"
    page.write_text(
        f"before\n{table.BEGIN}\nold\n{table.END}\nbetween\n"
        f"{table.PAGES_BEGIN}\nold\n{table.PAGES_END}\nafter\n"
    )
    monkeypatch.setattr(table, "PAGE", page)
    monkeypatch.setattr(table, "CHART", tmp_path / "performance.svg")
    table.write([MAILS, MORNING], [A_PAGE], ABOUT)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "| mails, against <bare> | 200 mails/s (100–300) | bare: 500 mails/s (400–600) |" in text
    assert "commit abc1234: 2 cores of a core" in text
    assert "| /arenden | rektor | 8 | 10 | 6 | 3 | 12 | 17 | 75 | 22 |" in text
    assert ET.parse(tmp_path / "performance.svg").getroot().tag.endswith("svg")  # noqa: S314 - ours


@pytest.mark.parametrize(
    ("changed", "said"), [({"commit": "abc-dirty"}, "commit"), ({"quick": True}, "--quick")]
)
def test_figures_that_nobody_could_repeat_are_not_published(
    changed: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        table.write([MAILS], [], ABOUT | changed)


@pytest.mark.parametrize("given", [["--only", "plans"], ["--quick"]])
def test_a_part_of_the_figures_is_neither_published_nor_put_in_place_of_the_committed(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _arguments(given).json is None
    with pytest.raises(SystemExit):
        _arguments([*given, "--write"])
    assert "a run of everything" in capsys.readouterr().err


def test_the_chart_can_be_read_without_colour_and_by_ear() -> None:
    short = replace(MAILS, name="short", ours=replace(OURS, values=(1.0,)))
    root = ET.fromstring(chart([MAILS, MORNING, short]))  # noqa: S314 - ours
    space = {"s": "http://www.w3.org/2000/svg"}
    told = root.findtext("s:desc", namespaces=space) or ""
    assert root.findtext("s:title", namespaces=space)
    assert told.count("reached") == 2
    assert "falls short" in told
    bars = [one for one in root.findall("s:rect", space) if one.get("stroke")]
    assert [one.get("fill") == "url(#short)" for one in bars] == [False, False, True]


def test_the_page_has_its_marks_and_names_what_is_measured() -> None:
    page = (ROOT / "docs" / "performance.md").read_text()
    assert page.count(table.BEGIN) == page.count(table.END) == 1
    assert all(f"`{name}`" in page for name in MEASURES)
