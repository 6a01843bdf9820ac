"""A subcommand gets the service and nothing beside it: mypy refuses the rest."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from bot.operations.approving import Approving
from bot.operations.service import Service

ROOT = Path(__file__).parents[3]
CODE = """
from bot.dialogue.ask import Ask
from bot.operations.approving import Approving
from bot.operations.orders import Order
from bot.operations.service import Service


async def allowed(ask: Ask, service: Service, order: Order) -> None:
    await service.submit(ask, order)
    await service.thing(ask.who, "R1")
    _names = [app.name for app in service.apps]


def satisfied(operations: Approving) -> Service:
    return operations


def refused(service: Service) -> None:
"""
BEYOND = (
    "executor",
    "journal",
    "settings",
    "recents",
    "rights",
    "sight",
    "admitted",
    "wake",
    "random_bytes",
    "record_refusal",
)


@pytest.fixture(scope="module")
def complaints(tmp_path_factory):
    """Check a module that reaches for all that is beyond the service, once."""
    file = tmp_path_factory.mktemp("typed") / "reaching.py"
    file.write_text(CODE + "".join(f"    service.{name}\n" for name in BEYOND))
    checked = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "mypy", "--no-error-summary", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stderr == ""
    return checked.stdout.splitlines()


@pytest.mark.short
def test_what_is_not_in_the_protocol_is_refused_and_what_is_in_it_is_not(complaints):
    assert len(complaints) == len(BEYOND)
    for name, complaint in zip(BEYOND, complaints, strict=True):
        assert f'error: "Service" has no attribute "{name}"' in complaint


@pytest.mark.parametrize(
    "name", [name for name in vars(Service) if not name.startswith("_")]
)
def test_the_service_of_a_running_bot_takes_what_the_protocol_says(name):
    declared, real = getattr(Service, name), inspect.getattr_static(Approving, name)

    if inspect.isfunction(real):
        assert inspect.signature(real) == inspect.signature(declared)
    else:
        assert name in {
            "apps",
            "projects",
            "rooms_since",
            "terms",
            "resources",
            "duties",
            "saved",
            "tables",
            "now",
        }  # mypy compares these
