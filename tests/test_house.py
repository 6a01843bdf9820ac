"""The house keeps its own rules."""

import ast
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

import bot
from bot import errors
from bot.config.pushes import Live
from bot.exit_table import Exits
from bot.i18n import Channel
from bot.pace import Pace
from bot.routing.manifest import as_yaml, manifest
from bot.settings import App, Limits, Policy, Project, Rule, Settings, Workspace
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Api, Deadline, Level, Repeat, Reply
from commands import COMMANDS

TOP = Path(bot.__file__).parent.parent
SOURCES = sorted(
    path
    for part in ("bot", "commands")
    for path in (TOP / part).rglob("*.py")
    if "migrations" not in path.parts
)
LONGEST_FILE, LONGEST_FUNCTION = 400, 40

SUBCOMMANDS = [
    pytest.param(command, subcommand, id=f"/{command.name} {subcommand.name}")
    for command in COMMANDS.values()
    for subcommand in command.subcommands.values()
]


def relative(path):
    return str(path.relative_to(TOP))


# ── the manifest ─────────────────────────────────────────────────────────────────


def test_the_manifest_is_the_one_that_the_commands_make():
    made = as_yaml(manifest(COMMANDS.values()))

    assert (TOP / "manifest.yml").read_text() == made


def test_every_command_has_its_module_and_the_other_way_round():
    modules = {path.stem for path in (TOP / "commands").glob("[a-z]*")}

    assert COMMANDS.keys() == modules


@pytest.mark.parametrize(
    "options", [{}, {"prefix": "tc-"}, {"http_url": "https://bot.example.com/"}]
)
def test_every_manifest_is_one_that_slack_takes(options):
    schema = json.loads((TOP / "tests/data/slack-manifest.schema.json").read_text())

    jsonschema.validate(manifest(COMMANDS.values(), **options), schema)


def test_a_prefix_goes_before_every_command():
    made = manifest(COMMANDS.values(), prefix="tc-")

    commands = [one["command"] for one in made["features"]["slash_commands"]]
    assert commands == [f"/tc-{name}" for name in COMMANDS]
    assert all(re.fullmatch(r"/[a-z0-9-]{1,31}", command) for command in commands)


def test_over_http_every_way_in_has_an_address_and_over_sockets_none():
    http = yaml.safe_dump(manifest(COMMANDS.values(), http_url="https://b.example.com"))
    socket = yaml.safe_dump(manifest(COMMANDS.values()))

    assert http.count("https://b.example.com/slack/events") == len(COMMANDS) + 3
    assert "url" not in socket


# ── commands and requests ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(("command", "subcommand"), SUBCOMMANDS)
def test_every_verb_has_help_and_a_usage(command, subcommand):
    first, _, _ = subcommand.help.partition("\n")

    assert first.endswith(".")
    assert (
        subcommand.name == command.bare or subcommand.usage or not subcommand.words.keys
    )
    assert subcommand.examples


@pytest.mark.parametrize(("command", "subcommand"), SUBCOMMANDS)
def test_a_usage_names_only_keys_and_flags_that_the_verb_takes(command, subcommand):
    flags = set(re.findall(r"--([a-z-]+)", subcommand.usage))
    keys = set(re.findall(r"([a-z]+)=", subcommand.usage)) - {"key"}

    assert flags <= set(subcommand.words.flags)
    assert keys <= set(subcommand.words.keys)


@pytest.mark.parametrize("action", REQUESTS)
def test_every_request_knows_its_own_danger(action):
    request = REQUESTS[action]

    assert request.action == action
    assert isinstance(request.service, Api)
    assert isinstance(request.level, Level)
    assert isinstance(request.repeat, Repeat)
    assert isinstance(request.deadline, Deadline)
    assert request.rate > 0
    assert issubclass(request.reply, Reply)
    assert re.fullmatch(r"[a-z]+\.[a-z]+", request.permit)
    assert request.page.startswith("https://")


# ── settings ─────────────────────────────────────────────────────────────────────


TABLES = {
    "alerts",
    "apps",
    "channels",
    "command_prefix",
    "exits",
    "language",
    "live",
    "ops_channel",
    "pace",
    "policy",
    "projects",
    "tables",
    "trusted_proxies",
    "workspaces",
}


def aliases():
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        yield from getattr(alias, "choices", [alias] if alias else [])
        assert alias or name in TABLES


@pytest.mark.parametrize("name", sorted({*aliases(), "BOT_CONFIG"}))
def test_every_variable_is_in_the_example(name):
    assert re.search(rf"^#?{name}=", (TOP / ".env.example").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "model", [App, Channel, Exits, Limits, Live, Pace, Policy, Project, Rule, Workspace]
)
def test_every_key_of_the_file_is_in_its_example(model):
    text = (TOP / "bot.example.toml").read_text()

    missing = [
        name
        for name in model.model_fields
        if not re.search(rf"(^|\.){name}(_file)?( =|\])", text, re.MULTILINE)
    ]
    assert missing == []


# ── walls ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_fits_on_a_few_screens_and_says_what_it_is_for(path):
    text = path.read_text()

    assert text.count("\n") <= LONGEST_FILE
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_function_fits_on_one_screen(path):
    tall = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = node.end_lineno - (body[0].lineno if body else node.lineno) + 2
            if lines > LONGEST_FUNCTION:
                tall.append((node.name, lines))

    assert tall == []


# Files that are tested through those that use them, and by which.
TESTED_BY = {
    "bot/base.py": "tests/bot/test_app.py",
    "bot/cards/batch.py": "tests/commands/relay/test_many.py",
    "bot/cards/proposal.py": "tests/bot/operations/test_approving.py",
    "bot/cards/audit.py": "tests/bot/operations/test_anchoring.py",
    "bot/cards/alarms.py": "tests/bot/operations/test_callbacks.py",
    "bot/cards/errors.py": "tests/commands/test_lookup.py",
    "bot/cards/intent.py": "tests/commands/relay/test_lists.py",
    "bot/cards/lists.py": "tests/commands/relay/test_lists.py",
    "bot/dialogue/ask.py": "tests/commands/relay/test_start.py",
    "bot/dialogue/form.py": "tests/bot/slack/render/test_modals.py",
    "bot/dialogue/outcome.py": "tests/bot/slack/render/test_blocks.py",
    "bot/dialogue/words.py": "tests/bot/grammar/test_parser.py",
    "bot/errors.py": "tests/test_house.py",
    "bot/journal/clock_set.py": "tests/bot/journal/test_outbox_lines.py",
    "bot/journal/entering.py": "tests/bot/journal/test_accepting.py",
    "bot/journal/examination.py": "tests/bot/journal/test_trail.py",
    "bot/journal/journal.py": "tests/bot/journal/test_accepting.py",
    "bot/journal/left.py": "tests/bot/journal/test_former.py",
    "bot/journal/lifecycle.py": "tests/bot/journal/test_transaction.py",
    "bot/journal/lines.py": "tests/bot/journal/test_outbox_lines.py",
    "bot/journal/model.py": "tests/bot/journal/test_rows.py",
    "bot/journal/numbers.py": "tests/bot/journal/test_workspaces.py",
    "bot/journal/orphans.py": "tests/bot/journal/test_owners.py",
    "bot/journal/schema.py": "tests/bot/journal/test_migrate.py",
    "bot/journal/schema_audit.py": "tests/bot/journal/test_migrate.py",
    "bot/journal/schema_saved.py": "tests/bot/journal/test_migrate.py",
    "bot/journal/tables.py": "tests/bot/journal/test_migrate.py",
    "bot/journal/stored_trail.py": "tests/bot/operations/test_inspection.py",
    "bot/journal/sqlite/files.py": "tests/bot/journal/test_file.py",
    "bot/lifecycle.py": "tests/bot/test_app.py",
    "bot/operations/destinations.py": "tests/bot/operations/test_delivery.py",
    "bot/operations/doctor.py": "tests/commands/test_patchbay.py",
    "bot/operations/facade.py": "tests/bot/operations/test_service.py",
    "bot/operations/forms.py": "tests/commands/relay/test_start.py",
    "bot/operations/kept.py": "tests/bot/operations/test_service.py",
    "bot/operations/onrecord.py": "tests/bot/operations/test_rights.py",
    "bot/operations/orders.py": "tests/commands/relay/test_start.py",
    "bot/operations/seconds.py": "tests/bot/operations/test_approving.py",
    "bot/operations/running.py": "tests/bot/test_lifecycle.py",
    "bot/pace.py": "tests/bot/routing/test_pace.py",
    "bot/config/rules.py": "tests/bot/access/test_workspaces.py",
    "bot/products.py": "tests/bot/test_settings.py",
    "bot/cards/alerts.py": "tests/bot/operations/test_alerts.py",
    "bot/cards/duties.py": "tests/bot/routing/test_duties.py",
    "bot/journal/alert_rows.py": "tests/bot/journal/test_alerts.py",
    "bot/journal/schema_alerts.py": "tests/bot/journal/test_migrate.py",
    "bot/operations/alerting.py": "tests/bot/operations/test_alerts.py",
    "bot/operations/duties.py": "tests/bot/routing/test_duties.py",
    "bot/operations/emptiness.py": "tests/bot/operations/test_alerts.py",
    "bot/resources/room/emptiness.py": "tests/bot/operations/test_alerts.py",
    "bot/slack/outbound/linking.py": "tests/bot/operations/test_alerts.py",
    "bot/resources/base.py": "tests/test_fictitious_product.py",
    "bot/resources/kinds.py": "tests/test_fictitious_product.py",
    "bot/resources/relay/alarms.py": "tests/bot/operations/test_callbacks.py",
    "bot/resources/relay/bounds.py": "tests/bot/access/test_limits.py",
    "bot/resources/relay/card.py": "tests/commands/relay/test_lists.py",
    "bot/resources/relay/change_parts.py": "tests/bot/resources/relay/test_change.py",
    "bot/resources/relay/change_targets.py": "tests/bot/resources/relay/test_change.py",
    "bot/resources/relay/differences.py": "tests/bot/resources/relay/test_change.py",
    "bot/resources/relay/form_update.py": "tests/commands/relay/test_update.py",
    "bot/resources/relay/update.py": "tests/commands/relay/test_update.py",
    "bot/resources/relay/resource.py": "tests/bot/access/test_limits.py",
    "bot/resources/relay/unknown.py": "tests/bot/operations/test_resolution.py",
    "bot/routing/approvals.py": "tests/bot/operations/test_approving.py",
    "bot/routing/command.py": "tests/test_house.py",
    "bot/routing/help.py": "tests/commands/test_patchbay.py",
    "bot/routing/home.py": "tests/bot/test_app.py",
    "bot/routing/manifest.py": "tests/test_house.py",
    "bot/routing/replies.py": "tests/commands/test_patchbay.py",
    "bot/runtime/slots.py": "tests/bot/journal/test_slots.py",
    "bot/runtime/secret.py": "tests/bot/operations/test_exchange.py",
    "bot/runtime/families.py": "tests/bot/runtime/test_metrics.py",
    "bot/slack/inbound/tabs.py": "tests/bot/slack/inbound/test_listeners.py",
    "bot/slack/render/fit.py": "tests/bot/slack/render/test_blocks.py",
    "bot/slack/render/limits.py": "tests/bot/slack/render/test_blocks.py",
    "bot/journal/together.py": "tests/bot/journal/test_batches.py",
    "bot/journal/store.py": "tests/bot/journal/test_file.py",
    "bot/journal/copies.py": "tests/bot/operations/test_takeover.py",
    "bot/resources/relay/again.py": "tests/commands/relay/test_copies.py",
    "bot/resources/relay/copies.py": "tests/bot/operations/test_takeover.py",
    "bot/access/directory.py": "tests/bot/access/test_policy.py",
    "bot/resources/relay/form_copy.py": "tests/commands/relay/test_copies.py",
    "bot/tencent/call.py": "tests/bot/tencent/test_client_answers.py",
    "commands/relay/attach.py": "tests/bot/operations/test_resolution.py",
    "commands/relay/change.py": "tests/commands/relay/test_update.py",
    "bot/resources/render/card.py": "tests/commands/car/test_stop.py",
    "commands/car/command.py": "tests/commands/car/test_sessions.py",
    "commands/relay/command.py": "tests/commands/relay/test_lists.py",
    "commands/relay/onrecord.py": "tests/commands/relay/test_copies.py",
}


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_every_file_has_its_mirror(path):
    name = relative(path)
    if path.name == "__init__.py" or name.startswith("bot/sandbox/"):
        return
    stem = path.stem.strip("_")
    mirror = TOP / "tests" / Path(name).parent / f"test_{stem}.py"

    assert mirror.exists() or (TOP / TESTED_BY[name]).exists()


def test_every_error_is_in_the_tree_that_the_docstring_draws():
    drawn = set(
        re.findall(r"\b[A-Z][A-Za-z]+\b(?= {2,}|$)", errors.__doc__, re.MULTILINE)
    )
    classes = {
        name
        for name, one in vars(errors).items()
        if inspect.isclass(one) and issubclass(one, Exception)
    }

    assert classes <= drawn
    assert all(issubclass(getattr(errors, name), errors.BotError) for name in classes)


@pytest.mark.parametrize(
    "shape",
    [
        r"AKID[0-9A-Za-z]{32,}",
        r"xox[abeoprs]-[0-9A-Za-z-]{10,}",
        r"xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]+",
        r"eJw[\w*\-]{40,}",
        r"txSecret=[0-9a-f]{8,}",
    ],
)
def test_nothing_that_looks_like_a_secret_is_kept_here(shape):
    listed = subprocess.run(  # noqa: S603 - git, on our own tree
        [_git(), "ls-files", "-co", "--exclude-standard"],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    kept = [
        name
        for name in listed
        if (TOP / name).is_file()
        and re.search(shape, (TOP / name).read_text(errors="ignore"))
    ]

    assert kept == []


# Each takes hundredths of a second, or megabytes, and no start needs it.
HEAVY = {
    "PIL",
    "alembic",
    "babel",
    "bot.live",
    "bot.sandbox",
    "hypothesis",
    "jsonschema",
    "opentelemetry",
    "psycopg",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.orm",
    "yaml",
}
STARTING = "import sys, bot.__main__, bot.app, bot.lifecycle, commands"


@pytest.mark.short
def test_starting_needs_no_heavy_imports():
    code = f"{STARTING}; print(*sys.modules)"
    loaded = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert not HEAVY & set(loaded)


def _git():
    from shutil import which  # noqa: PLC0415 - only here

    return which("git") or pytest.skip("no git here")
