"""The bootstrap: from a bare Python to a command in a current .venv, and nothing left behind."""

import ast
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).parents[2]
DEADLINE = 30.0
COMMAND = """
import os, sys, time
print(*sys.argv[1:], flush=True)
if "wait" in sys.argv:
    open("pid", "w").write(str(os.getpid()))
    time.sleep(60)
sys.exit(7 if "fail" in sys.argv else 0)
"""


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse((PROJECT / "tools" / "bootstrap.py").read_text())
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
        )
        if name
    }

    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_an_older_python_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    source = (PROJECT / "tools" / "bootstrap.py").read_text()
    ast.parse(source, feature_version=(3, 7))  # which it must be able to read for that
    bootstrap = module()
    monkeypatch.setattr(bootstrap, "OLDEST_PYTHON", (4, 0))

    with pytest.raises(bootstrap.Stop, match=r"^Python 4\.0 eller nyare behövs; .+ är 3\.\d+\.$"):
        bootstrap.main(["--", "-c", ""])


@pytest.mark.parametrize("arguments", [[], ["--"], ["-m", "samspel"], ["--fast", "--", "-V"]])
def test_a_wrong_call_is_told_in_one_line(arguments: list[str]) -> None:
    done = run(PROJECT, *arguments)

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "samspel: Så här: python3 tools/bootstrap.py [--dev|--uv] -- ARGUMENT..."
    ]


def test_it_makes_the_environment_once_and_becomes_the_command(project: Path) -> None:
    first = run(project, "--", "-m", "samspel", "one", "two words")
    stamp = (project / ".venv" / "samspel-stamp.json").stat().st_mtime_ns
    second = run(project, "--", "-m", "samspel", "fail")

    assert (first.returncode, first.stdout) == (0, "one two words\n")
    assert "lägger upp .venv" in first.stderr
    assert (second.returncode, second.stdout, second.stderr) == (7, "fail\n", "")
    assert (project / ".venv" / "samspel-stamp.json").stat().st_mtime_ns == stamp


def test_what_is_compiled_is_kept_in_its_own_folder_also_where_none_may_lie_beside_the_sources(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    (project / "samspel" / "imported.py").touch()

    run(project, "--", "-c", "import samspel.imported")

    assert [one.parent.name for one in (project / ".dev").rglob("imported.*.pyc")] == ["samspel"]
    assert not list((project / "samspel").rglob("*.pyc"))


def test_the_console_script_runs_from_anywhere(project: Path, tmp_path: Path) -> None:
    run(project, "--", "-c", "")

    script = project / ".venv" / "bin" / "samspel"
    done = subprocess.run([script, "a b", "$c"], cwd=tmp_path, capture_output=True, check=True)

    assert done.stdout == b"a b $c\n"


def test_a_changed_lock_is_taken_up(project: Path) -> None:
    run(project, "--", "-c", "")
    (project / "requirements.lock").write_text("# changed\n")

    assert "hämtar paketen i requirements.lock" in run(project, "--", "-c", "").stderr
    assert run(project, "--", "-c", "").stderr == ""


def test_the_developers_packages_serve_both_and_are_never_taken_away(project: Path) -> None:
    run(project, "--dev", "--", "-c", "")
    assert run(project, "--", "-c", "").stderr == ""
    (project / "requirements-dev.lock").write_text("# changed\n")

    assert "hämtar paketen i requirements-dev.lock" in run(project, "--", "-c", "").stderr


def test_a_moved_project_gets_a_new_environment(project: Path) -> None:
    run(project, "--", "-c", "")
    moved = project.rename(project.with_name("elsewhere"))

    assert "lägger upp .venv" in run(moved, "--", "-c", "").stderr
    subprocess.run([moved / ".venv" / "bin" / "samspel"], check=True, stdout=subprocess.DEVNULL)


def test_an_environment_whose_python_is_gone_is_made_anew(project: Path) -> None:
    run(project, "--", "-c", "")
    python = project / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/no/such/python")

    assert run(project, "--", "-c", "print('well')").stdout == "well\n"


def test_two_at_once_do_not_disturb_each_other(project: Path) -> None:
    both = [start(project, "--", "-m", "samspel", "hello") for _ in range(2)]

    assert [process.communicate(timeout=DEADLINE)[0] for process in both] == ["hello\n"] * 2


def test_uv_asks_where_pip_asks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_", "SSL_"))]:
        monkeypatch.delenv(name)
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nindex-url = https://mirror.example/simple\nextra-index-url =\n"
        "  https://a.example/simple\n  https://b.example/simple\n"
        "[install]\ntrusted-host = mirror.example\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setenv("PIP_CERT", "/etc/own.pem")
    monkeypatch.setenv("UV_INSECURE_HOST", "uvs.own.example")

    environment = module().uv_environment()

    assert environment["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert environment["UV_INDEX"] == "https://a.example/simple https://b.example/simple"
    assert environment["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert environment["SSL_CERT_FILE"] == "/etc/own.pem"
    assert environment["UV_INSECURE_HOST"] == "uvs.own.example"  # uv's own setting wins


def test_kill_9_of_make_ends_the_command(project: Path) -> None:
    (project / "Makefile").write_text(
        f"run:\n\t@{sys.executable} tools/bootstrap.py -- -m samspel wait\n"
    )
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    make = subprocess.Popen(
        ["make", "run"], cwd=project, env=environment, stdout=subprocess.DEVNULL
    )
    wait_until(lambda: bool((project / "pid").exists() and (project / "pid").read_text()))
    pid = int((project / "pid").read_text())

    make.send_signal(signal.SIGKILL)
    make.wait()

    wait_until(lambda: not Path(f"/proc/{pid}/cwd").exists())


# ---- a project of its own


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with this bootstrap, whose locks ask for nothing: no network is needed."""
    uv = PROJECT / ".dev" / "uv"
    if not uv.exists():
        pytest.skip("uv isn't there: run the tests with `make test`")
    folder = tmp_path / "a project"
    shutil.copytree(PROJECT / "tools", folder / "tools")
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (folder / lock).write_text("# nothing\n")
    (folder / ".dev").mkdir()
    (folder / ".dev" / "uv").symlink_to(uv)
    (folder / "samspel").mkdir()
    (folder / "samspel" / "__main__.py").write_text(COMMAND)
    return folder


def run(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    process = start(project, *arguments)
    shown, told = process.communicate(timeout=DEADLINE)
    return subprocess.CompletedProcess(arguments, process.returncode, shown, told)


def start(project: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, project / "tools" / "bootstrap.py", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", PROJECT / "tools" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
