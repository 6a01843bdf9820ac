"""The sample to deploy with: it runs the image, and takes its rights away."""

import re
import shutil
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

from bot.settings import Settings

TOP = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((TOP / "deploy/compose.yml").read_text())
DOCKERFILE = (TOP / "Dockerfile").read_text()
SERVICE = COMPOSE["services"]["patchbay"]
UNIT = TOP / "deploy/patchbay.service"
ALIASES = {str(one.validation_alias) for one in Settings.model_fields.values()}


def test_the_bot_has_no_rights_that_it_does_not_need():
    assert list(COMPOSE["services"]) == ["patchbay"]
    assert SERVICE["read_only"] is True
    assert SERVICE["cap_drop"] == ["ALL"]
    assert SERVICE["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "network_mode", "pid", "ports"} & (
        SERVICE.keys()
    )


def test_it_runs_as_the_user_of_the_image_and_writes_only_to_its_volume():
    user = re.search(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)[1]
    mounts = [one.split(":") for one in SERVICE["volumes"]]

    assert SERVICE["user"] == f"{user}:{user}"
    assert f"--uid {user}" in DOCKERFILE
    assert [one[:2] for one in mounts if one[2:] != ["ro"]] == [["data", "/data"]]
    assert all("noexec" in one and "nosuid" in one for one in SERVICE["tmpfs"])
    assert "data" in COMPOSE["volumes"]


def test_it_is_bounded():
    assert SERVICE["pids_limit"] <= 64
    assert SERVICE["mem_limit"] == SERVICE["memswap_limit"] == "512m"
    assert SERVICE["ulimits"]["core"] == 0


def test_every_variable_is_a_setting_and_no_secret_is_among_them():
    variables = SERVICE["environment"]
    files = {name: path for name, path in variables.items() if name.endswith("_FILE")}

    assert {name.removesuffix("_FILE") for name in variables} <= {
        *ALIASES,
        "BOT_CONFIG",
    }
    assert set(variables) - set(files) == {"BOT_CONFIG"}
    assert {path.removeprefix("/run/secrets/") for path in files.values()} == set(
        SERVICE["secrets"]
    )
    assert set(SERVICE["secrets"]) == set(COMPOSE["secrets"])


def test_the_image_stands_on_one_that_cannot_change():
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.13\.\d+-slim-\w+@sha256:[0-9a-f]{64}", bases[0])
    classifiers = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    assert "Programming Language :: Python :: 3.13" in classifiers["classifiers"]


def test_what_is_installed_was_built_by_its_authors_and_is_named_by_its_hash():
    """No code of a package is run to install it."""
    makefile = (TOP / "Makefile").read_text()
    installs = re.findall(r"pip install [^\n]*", DOCKERFILE)
    installs += re.findall(r"pip install [^\n]*-r requirements\.lock", makefile)

    assert len(installs) == 2
    assert all("--require-hashes" in one for one in installs)
    assert all("--only-binary :all:" in one for one in installs)


# ── systemd ──────────────────────────────────────────────────────────────────────


@pytest.fixture
def unit():
    """The unit's keys; of one that stands there twice, the last."""
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(UNIT)
    return parser


def test_the_unit_takes_the_rights_away_that_the_bot_does_not_need(unit):
    assert unit.sections() == ["Unit", "Service", "Install"]
    service = unit["Service"]
    hardened = {name for name, value in service.items() if value == "yes"}

    assert service["User"] == "patchbay"
    assert service["CapabilityBoundingSet"] == ""
    assert service["ProtectSystem"] == "strict"
    assert {"NoNewPrivileges", "ProtectHome", "PrivateDevices", "PrivateTmp"} < hardened
    assert (service["LimitCORE"], service["MemorySwapMax"]) == ("0", "0")
    assert (service["UMask"], service["StateDirectoryMode"]) == ("0077", "0700")


def test_the_unit_writes_where_it_may_and_runs_the_bot(unit):
    service = unit["Service"]
    folder = f"/var/lib/{service['StateDirectory']}"
    variables = re.findall(r"^Environment=(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE)

    assert dict(variables)["BOT_DATABASE_URL"] == f"sqlite:///{folder}/patchbay.db"
    assert {name for name, _value in variables if name.startswith("BOT_")} <= ALIASES
    home = service["WorkingDirectory"]
    assert service["ExecStart"] == f"{home}/.venv/bin/python -m bot run"
    assert int(service["TimeoutStopSec"]) >= 30
    assert service["RestartPreventExitStatus"] == "2"  # a wrong setting


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_the_unit(tmp_path):
    copy = tmp_path / UNIT.name
    text = UNIT.read_text().replace("/opt/patchbay/.venv/bin/python", sys.executable)
    copy.write_text(text)

    verified = subprocess.run(  # noqa: S603 - our own file
        ["systemd-analyze", "verify", str(copy)],  # noqa: S607 - the system's
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (verified.returncode, verified.stderr) == (0, "")
