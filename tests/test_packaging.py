"""What is shipped: two wheels and an image, and what each of them lacks."""

import ast
import asyncio
import json
import re
import shutil
import subprocess
import sys
import tomllib
from contextlib import asynccontextmanager
from fnmatch import fnmatch
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from aiohttp import web

TOP = Path(__file__).parents[1]
SANDBOX = TOP / "bot" / "sandbox"
BOT_PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text())
SANDBOX_PROJECT = tomllib.loads((SANDBOX / "pyproject.toml").read_text())
DOCKERFILE = (TOP / "Dockerfile").read_text().replace("\\\n", " ")


def instruction(name):
    """Return the last value of a Dockerfile's instruction."""
    return re.findall(rf"^{name} +(.+)$", DOCKERFILE, re.MULTILINE)[-1]


def python(*arguments, cwd):
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, *arguments],
        cwd=cwd,
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def is_any(path, patterns):
    """Tell whether *path* is one of *patterns*: from the top, or a name anywhere."""
    parts = {one.strip("/") if "/" in one else f"*{one}" for one in patterns}
    return any(fnmatch(str(path.relative_to(TOP)), one) for one in parts)


@pytest.fixture
def installation(tmp_path):
    """The files of Patchbay's wheel, as its build configuration selects them."""
    wheel = BOT_PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]

    def left_out(folder, names):
        return [name for name in names if is_any(Path(folder, name), wheel["exclude"])]

    for package in wheel["packages"]:
        shutil.copytree(TOP / package, tmp_path / package, ignore=left_out)
    return tmp_path


# ── the wheels ───────────────────────────────────────────────────────────────────


def test_the_wheel_of_the_bot_has_no_file_of_the_sandbox(installation):
    packages = {path.name for path in installation.joinpath("bot").iterdir()}

    assert "sandbox" not in packages
    assert {"__main__.py", "app.py", "slack", "tencent"} <= packages


def test_the_wheel_has_what_is_made_of_the_languages_and_not_their_sources(
    installation,
):
    bot = installation / "bot"
    languages = {path.name for path in bot.joinpath("locale").rglob("*.*")}
    explanations = {
        path.name for path in bot.joinpath("tencent/explanations").iterdir()
    }

    assert languages == {"patchbay.mo", "explanations.mo"}
    assert explanations == {"all.json"}
    assert not bot.joinpath("catalogues.py").exists()


def test_what_is_made_is_packed_though_it_is_in_no_commit():
    build = BOT_PROJECT["tool"]["hatch"]["build"]
    made = [
        *(path.with_suffix(".mo") for path in TOP.glob("bot/locale/*/*/*.po")),
        TOP / "bot/tencent/explanations/all.json",
    ]

    assert [path for path in made if not is_any(path, build["artifacts"])] == []
    assert build["hooks"] == {"custom": {}}
    assert TOP.joinpath("hatch_build.py").exists()
    needed = {
        re.split(r"[>=]", one)[0] for one in BOT_PROJECT["build-system"]["requires"]
    }
    assert needed == {"hatchling", "babel", "pyyaml"}


def test_without_the_sandbox_its_command_names_the_extra_to_install(installation):
    started = python("-m", "bot", "sandbox", cwd=installation)

    assert (started.returncode, started.stdout, started.stderr) == (
        2,
        "",
        "The sandbox is not installed: pip install 'patchbay[sandbox]'.\n",
    )


def test_the_extra_is_the_other_distribution_in_the_same_version():
    bot, sandbox = BOT_PROJECT["project"], SANDBOX_PROJECT["project"]

    assert bot["optional-dependencies"]["sandbox"] == [
        f"patchbay-sandbox=={bot['version']}"
    ]
    assert (sandbox["name"], sandbox["version"]) == ("patchbay-sandbox", bot["version"])
    assert (SANDBOX / "LICENSE").read_text() == (TOP / "LICENSE").read_text()


def test_the_wheel_of_the_sandbox_fills_the_gap_in_that_of_the_bot():
    wheel = SANDBOX_PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert wheel == {
        "include": ["*"],
        "exclude": ["/pyproject.toml", "/README.md", "/LICENSE"],
        "sources": {"": "bot/sandbox"},
    }


def test_the_sandbox_depends_on_what_it_imports_and_on_nothing_else():
    imported = {
        name.partition(".")[0]
        for path in SANDBOX.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _imported(node)
    }
    named = {
        re.split(r"[>=]", dependency)[0]
        for dependency in SANDBOX_PROJECT["project"]["dependencies"]
    }

    assert imported - sys.stdlib_module_names == {"aiohttp", "bot", "pydantic", "yaml"}
    assert named == {"aiohttp", "pydantic", "pyyaml"}
    assert set(SANDBOX_PROJECT["project"]["dependencies"]) <= set(
        BOT_PROJECT["project"]["dependencies"]
    )


def test_the_sandbox_needs_nothing_of_the_bot():
    imported = python("-c", IMPORT_THE_SANDBOX_ALONE, cwd=TOP)

    assert (imported.returncode, imported.stderr) == (0, "")
    assert "bot.sandbox.slack.client.client" in imported.stdout.split()


IMPORT_THE_SANDBOX_ALONE = """
import importlib, pkgutil, sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        ours = name == "bot" or name.startswith("bot.sandbox")
        if name.split(".")[0] in ("bot", "commands") and not ours:
            raise ImportError(f"{name} is not of the sandbox")

sys.path.insert(0, "")
sys.meta_path.insert(0, Wall())
import bot.sandbox
for module in pkgutil.walk_packages(bot.sandbox.__path__, "bot.sandbox."):
    print(importlib.import_module(module.name).__name__)
"""


def test_the_script_is_the_command_line_and_returns_an_exit_code(capsys):
    scripts = BOT_PROJECT["project"]["scripts"]
    main = EntryPoint("patchbay", scripts["patchbay"], "console_scripts").load()

    assert list(scripts) == ["patchbay"]
    assert main(["manifest"]) == 0
    assert "slash_commands" in capsys.readouterr().out


def _imported(node):
    match node:
        case ast.Import(names=names):
            return [one.name for one in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
    return []


# ── the image ────────────────────────────────────────────────────────────────────


def test_the_image_is_given_what_the_bot_runs_on_and_no_sandbox():
    lines = (TOP / ".dockerignore").read_text().splitlines()

    assert [line for line in lines if not line.startswith("#")] == [
        "*",
        "!requirements-replicas.lock",
        "!requirements-build.lock",
        "!bot",
        "!commands",
        "bot/sandbox",
        "**/__pycache__",
    ]
    assert re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE) == [
        "requirements-replicas.lock",
        "requirements-build.lock",
        "bot",
        "commands",
    ]


def test_the_image_is_reached_over_http_from_outside():
    variables = dict(pair.split("=", 1) for pair in instruction("ENV").split())

    assert variables == {
        "PYTHONDONTWRITEBYTECODE": "1",
        "BOT_DATABASE_URL": "sqlite:////data/patchbay.db",
        "BOT_HOST": "0.0.0.0",  # noqa: S104 - a container's own network
        "BOT_PORT": "3000",
    }
    assert instruction("EXPOSE") == "3000"


def test_the_image_runs_the_bot_or_whatever_command_it_is_given():
    assert json.loads(instruction("ENTRYPOINT")) == ["/venv/bin/python", "-m", "bot"]
    assert json.loads(instruction("CMD")) == ["run"]


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
async def test_the_image_is_healthy_while_healthz_answers(status, healthy):
    async with listening(status) as port:
        code = await health_check(port)

    assert (code == 0) is healthy


async def test_the_image_is_unhealthy_where_nobody_listens():
    async with listening(200) as port:
        pass

    assert await health_check(port) == 1


@asynccontextmanager
async def listening(status):
    """Serve /healthz with *status* on a loopback port; yields the port."""

    async def answer(_request):
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/healthz", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def health_check(port):
    """Run the image's health check against *port*; return its exit code."""
    _interpreter, *arguments = json.loads(
        instruction("HEALTHCHECK").partition("CMD")[2]
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env={"BOT_PORT": str(port)},
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()
