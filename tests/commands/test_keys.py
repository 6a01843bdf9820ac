"""What is typed and means nothing where it stands is refused, never ignored."""

import pytest

from bot.dialogue.form import Form
from tests.commands.relay.changing import UPDATE, pressed
from tests.commands.relay.samples import START, URL, buttons, calls, words
from tests.world import TEAM

# ── what another subcommand does ─────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["for=2h", "until=23:59Z", "UNTIL=23:59Z"])
@pytest.mark.parametrize("more", ["", " bitrate=1200 --yes"])
async def test_a_timer_is_no_change_and_is_set_by_its_own_command(world, typed, more):
    await world.typed(START)

    answer = await world.typed(f"/relay update R1 {typed}{more}")
    (button,) = buttons(answer)
    await pressed(world, button)

    relay = await world.handle("R1")
    assert f"use /relay timer R1 {typed}" in words(answer)
    assert "copy" not in words(answer)
    assert relay.stop_at is not None
    assert (calls(world), calls(world, UPDATE)) == (1, 0)


async def test_help_of_update_does_not_name_what_it_does_not_take(world):
    shown = words(await world.typed("/relay update --help"))

    assert "url=" in shown
    assert " for=" not in shown
    assert "until=" not in shown


# ── an app that is not there ─────────────────────────────────────────────────────


@pytest.mark.parametrize("verb", ["list", "recent", "list all", "recent --csv"])
async def test_a_list_of_an_app_that_is_not_there_says_so(world, verb):
    await world.typed(START)

    answer = await world.typed(f"/relay {verb} app=Live-main")
    there = await world.typed(f"/relay {verb} app=live-main")

    assert "There is no app “Live-main” here; there is live-main." in words(answer)
    assert "There is no app" not in words(there)


# ── mentions ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "room"), [("<#C0OPS|ops>", "#ops"), ("<@U0ANA|ana>", "@ana")]
)
async def test_a_room_that_slack_makes_a_mention_of_is_the_one_typed(
    world, typed, room
):
    await world.typed(f"/relay start {typed} url={URL} --go")

    relay = await world.journal.find.by_handle("R1", TEAM)
    assert relay.subject.room == room


@pytest.mark.parametrize("typed", ["<#C0OPS>", "room=<@U0ANA>", "7 user=a<@U0ANA|>"])
@pytest.mark.parametrize("more", ["", "--go", "--dry-run"])
async def test_a_mention_without_its_name_is_refused(world, typed, more):
    answer = await world.typed(f"/relay start {typed} url={URL} {more}")

    assert not isinstance(answer, Form)
    assert "type it without @ or #" in words(answer)
    assert calls(world) == 0


async def test_a_mention_in_a_remark_is_taken(world):
    await world.typed(f"/relay start 7 url={URL} note='ask <@U0ANA>' --go")

    relay = await world.journal.find.by_handle("R1", TEAM)
    assert relay.note == "ask @U0ANA"
