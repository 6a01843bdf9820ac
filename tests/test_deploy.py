"""The sample to deploy with: it runs the image, and takes its rights away."""

import re
import tomllib
from pathlib import Path

import yaml

from bot.settings import Settings

TOP = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((TOP / "deploy/compose.yml").read_text())
DOCKERFILE = (TOP / "Dockerfile").read_text()
SERVICE = COMPOSE["services"]["patchbay"]
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
