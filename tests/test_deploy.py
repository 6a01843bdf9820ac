"""What is deployed runs the image, takes its rights away, and sets what can be set."""

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
from tests.tools.deployed import ALIASES, IMAGE, loaded

TOP = Path(__file__).parents[1]
DOCKERFILE = (TOP / "Dockerfile").read_text()
UNIT = TOP / "deploy/patchbay.service"
DROP_IN = TOP / "deploy/patchbay.service.d/credentials.conf"
GRACE = 45  # seconds; `drain` takes 40 at most
COMPOSE = {
    name: yaml.safe_load((TOP / "deploy" / name).read_text())
    for name in ("compose.yml", "compose.replicas.yml")
}
BOTS = [
    (COMPOSE[file], name)
    for file, name in (
        ("compose.yml", "patchbay"),
        ("compose.replicas.yml", "patchbay-1"),
        ("compose.replicas.yml", "patchbay-2"),
        ("compose.replicas.yml", "migrate"),
    )
]


@pytest.fixture(params=BOTS, ids=lambda one: one[1])
def compose(request):
    """One file of Compose, and the service in it that is the bot."""
    file, name = request.param
    return file, file["services"][name]


def test_one_bot_or_two_on_one_database():
    one, several = (COMPOSE[name]["services"] for name in COMPOSE)

    assert list(one) == ["patchbay"]
    assert list(several) == ["migrate", "patchbay-1", "patchbay-2", "database"]
    assert several["patchbay-1"] == several["patchbay-2"]
    assert several["migrate"]["command"] == ["migrate"]
    assert several["patchbay-1"]["depends_on"] == {
        "database": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }


def test_the_bot_has_no_rights_that_it_does_not_need(compose):
    _file, service = compose

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "network_mode", "pid", "ports"} & (
        service.keys()
    )


def test_it_runs_as_the_user_of_the_image_and_writes_only_to_its_volume(compose):
    file, service = compose
    user = re.search(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)[1]
    mounts = [one.split(":") for one in service["volumes"]]

    assert service["user"] == f"{user}:{user}"
    assert f"--uid {user}" in DOCKERFILE
    assert [one[:2] for one in mounts if one[2:] != ["ro"]] == [["data", "/data"]]
    assert all("noexec" in one and "nosuid" in one for one in service["tmpfs"])
    assert "data" in file["volumes"]


def test_it_is_bounded(compose):
    _file, service = compose

    assert service["pids_limit"] <= 64
    assert service["mem_limit"] == service["memswap_limit"] == "512m"
    assert service["ulimits"]["core"] == 0


def test_whoever_serves_gets_the_time_that_a_stop_takes():
    serving = [
        file["services"][name]
        for file, name in BOTS
        if file["services"][name].get("restart") == "unless-stopped"
    ]

    assert [one["stop_grace_period"] for one in serving] == [f"{GRACE}s"] * 3


def test_every_variable_is_a_setting_and_no_secret_is_among_them(compose):
    file, service = compose
    variables = service["environment"]
    files = {name: path for name, path in variables.items() if name.endswith("_FILE")}

    assert {name.removesuffix("_FILE") for name in variables} <= ALIASES
    assert not {
        name
        for name in set(variables) - set(files)
        if name in SECRETS and variables[name]
    }
    assert {path.removeprefix("/run/secrets/") for path in files.values()} == set(
        service["secrets"]
    )
    assert set(service["secrets"]) <= set(file["secrets"])


SECRETS = {
    str(field.validation_alias)
    for field in Settings.model_fields.values()
    if "Secret" in str(field.annotation)
}


def test_with_them_the_image_is_set_right(compose, tmp_path, monkeypatch):
    _file, service = compose

    settings = loaded(service["environment"], tmp_path, monkeypatch)

    assert settings.slack_app_token
    assert settings.host == "0.0.0.0"  # noqa: S104 - a container's own network
    url = settings.database_url.get_secret_value()
    if "BOT_DATABASE_URL_FILE" in service["environment"]:
        assert url.startswith("postgresql://")
        assert (settings.metrics_host, settings.metrics_port) == ("0.0.0.0", 9300)  # noqa: S104 - of its own network
        assert settings.audit_anchors == Path("/data/patchbay.anchors")
    else:
        assert url == IMAGE["BOT_DATABASE_URL"]


def test_every_secret_of_several_bots_is_used():
    file = COMPOSE["compose.replicas.yml"]
    used = {one for service in file["services"].values() for one in service["secrets"]}

    assert used == set(file["secrets"])
    assert file["services"]["database"]["environment"] == {
        "POSTGRES_USER": "patchbay",
        "POSTGRES_DB": "patchbay",
        "POSTGRES_PASSWORD_FILE": "/run/secrets/database_password",
    }


def test_the_database_can_read_its_password_as_the_head_of_the_file_has_it():
    """Its image reads that as its own user, who is another in Debian's and Alpine's.

    https://github.com/docker-library/postgres
    """
    text = (TOP / "deploy/compose.replicas.yml").read_text()
    image = COMPOSE["compose.replicas.yml"]["services"]["database"]["image"]
    (said,) = re.findall(r"^# of the user (\d+)\b", text, re.MULTILINE)

    assert re.fullmatch(r"postgres:\d+-alpine", image)
    assert said == "70"


def test_the_image_has_what_several_bots_need():
    (lock,) = re.findall(
        r"--require-hashes -r (requirements-\w+\.lock)$", DOCKERFILE, re.MULTILINE
    )
    locked = set(re.findall(r"^([\w-]+)==", (TOP / lock).read_text(), re.MULTILINE))

    assert {"psycopg", "prometheus-client", "opentelemetry-sdk", "slack-bolt"} <= locked


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
    assert int(service["TimeoutStopSec"]) == GRACE
    assert service["RestartPreventExitStatus"] == "2"  # a wrong setting


def starts_in_a_week(unit, code, lasts):
    """Return how often systemd starts what ends with *code* after *lasts* seconds.

    It is what systemd.service(5) and systemd.unit(5) say, with their defaults.
    """
    service, limit = unit["Service"], unit["Unit"]
    prevents = service.get("RestartPreventExitStatus", "").split()
    restarts = {"always": True, "on-failure": code != 0}[service.get("Restart")]
    every = lasts + float(service.get("RestartSec", "0.1"))
    interval = float(limit.get("StartLimitIntervalSec", "10"))
    burst = int(limit.get("StartLimitBurst", "5"))
    if not restarts or str(code) in prevents:
        return 1
    if interval and burst * every < interval:
        return burst
    return int(7 * 24 * 3600 // every)


@pytest.mark.parametrize("lasts", [0.0, 0.3, 3.0, 12.0])
def test_it_is_started_until_its_journal_is_there_and_once_for_a_wrong_setting(
    unit, lasts
):
    """What ends with 1 heals by itself, though it takes a week; a setting does not."""
    assert starts_in_a_week(unit, 1, lasts) > 30_000
    assert starts_in_a_week(unit, 0, lasts) > 30_000
    assert starts_in_a_week(unit, 2, lasts) == 1
    assert float(unit["Service"]["RestartSec"]) >= 5  # or it takes a core to itself


def test_each_credential_is_one_setting_of_a_secret():
    text = DROP_IN.read_text()
    loads = re.findall(
        r"^LoadCredential=(\w+):/etc/patchbay/(\w+)$", text, re.MULTILINE
    )
    names = re.findall(r"^Environment=(\w+)_FILE=%d/(\w+)$", text, re.MULTILINE)

    assert loads == [(name, name) for _variable, name in names]
    assert {variable for variable, _name in names} <= SECRETS
    assert len(names) == text.count("\nEnvironment=") == text.count("\nLoadCredential=")


def verified(folder):
    return subprocess.run(  # noqa: S603 - our own file
        ["systemd-analyze", "verify", str(folder / UNIT.name)],  # noqa: S607 - the system's
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("dropped_in", [False, True])
def test_systemd_understands_the_unit(tmp_path, dropped_in):
    copy = tmp_path / UNIT.name
    text = UNIT.read_text().replace("/opt/patchbay/.venv/bin/python", sys.executable)
    copy.write_text(text)
    if dropped_in:
        shutil.copytree(DROP_IN.parent, tmp_path / DROP_IN.parent.name)

    verdict = verified(tmp_path)

    assert (verdict.returncode, verdict.stderr) == (0, "")
