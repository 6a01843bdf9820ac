"""Programs of others that run on Node.js: their packages, or why they cannot be had."""

import shutil
import subprocess

import pytest

MINUTE = 60.0  # seconds
SWITCHES = (
    "--ignore-scripts",  # a package has nothing to run here
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
)


def ran(*command, cwd, seconds=MINUTE):
    return subprocess.run(  # noqa: S603 - what `which` found, in a folder of ours
        command, cwd=cwd, capture_output=True, text=True, timeout=seconds, check=False
    )


def installed(project, folder):
    """Copy *project* to *folder* and put its packages there, as its lock has them."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("no Node.js is installed here")
    ours = shutil.ignore_patterns("node_modules")
    shutil.copytree(project, folder, ignore=ours, dirs_exist_ok=True)
    try:
        got = ran(npm, "ci", *SWITCHES, cwd=folder)
    except subprocess.TimeoutExpired:
        pytest.skip(f"the packages of {project.name} did not come in a minute")
    assert "EINTEGRITY" not in got.stderr
    assert "EUSAGE" not in got.stderr
    if got.returncode:
        told = [one for one in got.stderr.splitlines() if "error" in one]
        why = told[0] if told else f"npm ended with {got.returncode}"
        pytest.skip(f"the packages of {project.name} cannot be had: {why}")
    return folder
