"""What Samspel is installed by: the image, compose.yaml, the systemd units, the locks."""

import re
import subprocess
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cases.adapters.heartbeats import _FRESH
from services.cases.settings import Settings as CasesSettings
from services.notifier.settings import InboundSettings, Settings
from services.scheduler.settings import Settings as SchedulerSettings
from shared.settings import SettingsError, WatchSettings
from tests.conftest import ROOT
from tools.audit import found

SYSTEMD = ROOT / "deploy" / "systemd"
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
OURS = {name: one for name, one in COMPOSE.items() if one["image"].startswith("${SAMSPEL_IMAGE")}
UNITS = {
    "web": "samspel-web.service",
    "cases-worker": "samspel-cases@.service",
    "scheduler": "samspel-scheduler@.service",
    "notifier": "samspel-notifier@.service",
    "inbound": "samspel-inbound.service",
    "beat": "samspel-beat.service",
}
LOCKS = sorted(ROOT.glob("requirements*.lock"))
# Used unchanged as a library; whoever passes the image on passes its source on too.
LESSER_GPL = {"psycopg", "psycopg-binary", "psycopg-pool"}


def lines_of(unit: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", (SYSTEMD / unit).read_text(), re.MULTILINE)


@pytest.mark.parametrize(("service", "unit"), UNITS.items())
def test_a_unit_starts_what_compose_starts(service: str, unit: str) -> None:
    (said,) = lines_of(unit, "ExecStart")
    here = said.replace("/opt/samspel/current/bin/", "")
    here = here.replace("127.0.0.1", "0.0.0.0")  # noqa: S104 - a container's own
    here = re.sub(r"-%i@%H", "@%h", here)
    assert here.split() == COMPOSE[service]["command"]


def test_every_unit_is_of_the_target_and_bound_as_all_are() -> None:
    """By the drop-in of everything whose name begins with `samspel-`."""
    units = [unit.name for unit in SYSTEMD.glob("*.service")]
    assert sorted({*UNITS.values(), "samspel-migrate.service", "samspel-backup.service"}) == sorted(
        units
    )
    assert all(unit.startswith("samspel-") for unit in units)
    common = "samspel-.service.d/10-common.conf"
    for key, value in {
        "User": "samspel", "NoNewPrivileges": "yes", "ProtectSystem": "strict",
        "CapabilityBoundingSet": "", "PartOf": "samspel.target",
    }.items():  # fmt: skip
        assert lines_of(common, key) == [value]
    wanted = " ".join(lines_of("samspel.target", "Wants")).replace("@1.", "@.").split()
    assert sorted(wanted) == sorted(UNITS.values())


def test_the_example_of_settings_names_settings_that_there_are() -> None:
    known = {
        f"SAMSPEL_{name.upper()}"
        for kind in (CasesSettings, Settings, InboundSettings, SchedulerSettings)
        for name in kind.model_fields
    }
    said = re.findall(r"^(\w+)=", (SYSTEMD / "samspel.env.example").read_text(), re.MULTILINE)
    assert set(said) <= known


def test_every_setting_of_the_guides_reaches_a_container() -> None:
    guide = (ROOT / "docs" / "settings.md").read_text().partition("`compose.yaml` sets")[0]
    guide += (ROOT / "docs" / "mail.md").read_text()
    told = set(re.findall(r"\b(SAMSPEL_[A-Z_]*[A-Z])\b", guide))
    text = (ROOT / "compose.yaml").read_text()
    given = {name for one in OURS.values() for name in one.get("environment", {})}
    assert {name for name in told if name not in given and f"${{{name}" not in text} == set()
    assert {f"SAMSPEL_{name.upper()}" for name in WatchSettings.model_fields} <= set(
        OURS["beat"]["environment"]
    )


def test_F14_an_upgrade_stops_at_what_does_not_come_up_again(tmp_path: Path) -> None:
    """The loop of the guide, with commands that only say that they were run."""
    loop = re.search(
        r"   for one in 'samspel.*?   done\n", (ROOT / "docs/keeping.md").read_text(), re.DOTALL
    )
    assert loop is not None
    waited = re.search(r"sleep (\d+)", loop[0])
    assert waited is not None
    assert int(waited[1]) > int(_FRESH.removesuffix(" seconds"))
    for broken, restarts in (("none", 6), ("curl", 1), ("systemctl", 1)):
        for name in ("systemctl", "curl", "sleep"):
            command = tmp_path / name
            command.write_text(f'#!/bin/sh\necho {name} "$1"\n[ {name} != {broken} ]\n')
            command.chmod(0o755)
        done = subprocess.run(
            ["/bin/sh", "-c", loop[0]],
            env={"PATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.count("systemctl restart") == restarts, broken


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_may_write_nothing_and_become_nobody_else(name: str) -> None:
    one = OURS[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["tmpfs"] == ["/tmp"]  # noqa: S108


def test_the_image_runs_as_nobody_of_importance_and_takes_only_what_is_locked() -> None:
    steps = (ROOT / "Dockerfile").read_text()
    assert steps.rindex("\nUSER samspel\n") > steps.rindex("\nFROM ")
    installs = re.findall(r"pip install .*", steps)
    assert len(installs) == 3
    for install in installs:
        assert "--require-hashes" in install or "--no-deps /wheels/samspel-" in install


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_its_hashes(lock: Path) -> None:
    text = lock.read_text()
    packages = re.split(r"\n(?=\S)", text.strip())
    assert packages
    for package in packages:
        assert re.match(r"[a-z0-9._-]+==\S+", package), package
        assert "--hash=sha256:" in package, package


def test_no_package_asks_for_more_than_to_be_named() -> None:
    """Neither the GPL nor the AGPL; the lesser GPL where it is known."""
    for name in re.findall(
        r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    ):
        licence = licence_of(name)
        assert not re.search(r"\bA?GPL|(?<!Lesser )General Public", licence), (name, licence)
        assert "LGPL" not in licence or name in LESSER_GPL, (name, licence)


def licence_of(package: str) -> str:
    try:
        said = metadata(package)
    except PackageNotFoundError:  # for another Python or another system
        return ""
    classified = [one for one in said.get_all("Classifier", []) if one.startswith("License")]
    words = said["License-Expression"] or "; ".join(classified) or said["License"] or ""
    assert words, f"{package} says nothing about its licence"
    return str(words)


def test_the_audit_names_each_hole_and_what_mends_it() -> None:
    answer: dict[str, Any] = {
        "dependencies": [
            {"name": "jinja2", "version": "3.1.6", "vulns": []},
            {"name": "left", "skip_reason": "not there"},
            {
                "name": "old",
                "version": "1.0",
                "vulns": [
                    {"id": "GHSA-1", "fix_versions": ["1.1", "2.0"]},
                    {"id": "GHSA-2", "fix_versions": []},
                ],
            },
        ]
    }
    assert found(answer) == [
        "old 1.0: GHSA-1, mended in 1.1, 2.0",
        "old 1.0: GHSA-2, mended in no version yet",
    ]


@pytest.mark.parametrize(
    "url",
    ["samspel.kommunen.example", "https://", "https://k.example/a?b", "https://k.example/å",
     'https://k.example/"x', "https://k.example//x", "ftp://k.example"],
)  # fmt: skip
def test_an_address_that_links_cant_be_made_of_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "DATABASE_URL": "postgresql://nobody.example/x", "BROKER_URL": "redis://nobody.example",
        "SECRET_KEY": "s" * 32, "API_TOKEN": "t" * 16, "MUNICIPALITY": ".", "PUBLIC_URL": url,
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(f"SAMSPEL_{name}", value)
    with pytest.raises(SettingsError, match=r"SAMSPEL_PUBLIC_URL.*below a path") as said:
        CasesSettings.read()
    assert "k.example/" not in str(said.value)
