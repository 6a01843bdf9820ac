"""Nothing can be registered without a permit, and who is let in is the least."""

from pathlib import Path

import pytest

from bot.access.permits import Permit
from bot.routing.command import Command
from bot.tencent.models.base import Level
from bot.tencent.models.trtc.requests import StartPublishCdnStream, StopPublishCdnStream
from commands import COMMANDS
from tests.ways import other_ways

TOP = Path(__file__).parents[3]


async def nobody(_ask, _service):
    """Do nothing."""


@pytest.mark.parametrize("kind", ["subcommand", "form", "redraw", "source"])
@pytest.mark.parametrize("given", [{}, {"permit": None}, {"permit": "relay.read"}])
def test_nothing_is_registered_without_a_permit(kind, given):
    command = Command("odd", summary="Odd")

    with pytest.raises(TypeError, match="permit"):
        getattr(command, kind)("name", **given)(nobody)

    registered = (command.subcommands, command.forms, command.redraws, command.sources)
    assert registered == ({}, {}, {}, {})


def test_what_sends_a_request_needs_the_permit_of_that_request():
    command, read = Command("odd", summary="Odd"), Permit("relay.read", Level.READ)

    with pytest.raises(TypeError, match=r"relay\.start"):
        command.subcommand("go", permit=read, does=StartPublishCdnStream)(nobody)


def test_only_help_whoami_and_to_take_back_what_is_ones_own_are_for_all():
    open_ = [
        f"/{command.name} {one.name}"
        for command in COMMANDS.values()
        for one in command.subcommands.values()
        if one.permit.for_all
    ]
    others = [way for way in other_ways() if way.permit.for_all]

    own = ["/patchbay help", "/patchbay whoami", "/patchbay withdraw"]
    assert (open_, others) == (own, [])


def test_a_permit_knows_what_its_request_does():
    start = Permit.of(StartPublishCdnStream, on_apps=True)

    assert start == Permit("relay.start", Level.BILLED, on_apps=True)
    assert Permit.of(StopPublishCdnStream) == Permit(
        "relay.stop", Level.CHANGE, ends=True
    )


def test_every_permit_is_named_after_its_command_or_rooms_to_which_none_is():
    for command in COMMANDS.values():
        for permit in command.permits:
            assert permit.action.partition(".")[0] in {command.name, "room"}


def test_the_example_lists_every_action_that_a_rule_can_allow():
    text = (TOP / "bot.example.toml").read_text()
    needed = {
        permit.action
        for command in COMMANDS.values()
        for permit in command.permits
        if not permit.for_all
    }

    assert {action for action in needed if action not in text} == set()
