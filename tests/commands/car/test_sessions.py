"""The server session of a render session: who sees it, and for how long."""

import base64
import json

import pytest

from bot.dialogue.outcome import Code
from bot.settings import Policy, Rule
from tests.fakes.slack import members_changed

START = "/car start user=cg_user ip=125.127.178.228 --go"
RULE = Rule(name="on-call", actions=("car.start", "car.reveal"), users=("U0ANA",))


async def test_the_server_session_is_shown_to_the_one_who_asked_and_to_nobody_else(
    world,
):
    await world.typed(START)

    (notice,) = await world.notices()
    shown = await world.typed("/car reveal S1")
    refused = await world.typed("/car reveal S1", user="U0BOB")

    (secret,) = [part.text for part in shown.parts if isinstance(part, Code)]
    assert json.loads(base64.b64decode(secret))["user"] == "cg_user"
    assert secret not in json.dumps(notice.body)
    assert refused.plain == "🟠 You may not do that here."
    assert secret not in repr(refused)


async def test_it_is_not_shown_to_whoever_may_open_sessions_and_not_reveal_them(
    world_with,
):
    starts = RULE.model_copy(update={"actions": ("car.start",)})
    world = await world_with(Policy(rules=(starts,)))
    await world.typed(START)

    refused = await world.typed("/car reveal S1")

    assert refused.plain == "🟠 You may not do that here."
    assert "car.reveal" in repr(refused.parts)
    last = (await world.journal.audit.all())[-1]
    assert (last.decision, last.action, last.rule) == (
        "deny",
        "car.reveal",
        "car.reveal",
    )


async def test_whoever_lost_the_right_does_not_see_it_any_more(world_with):
    rule = RULE.model_copy(update={"users": (), "groups": ("S1",)})
    world = await world_with(Policy(rules=(rule,)))
    world.people.groups["S1"] = {"U0ANA"}
    await world.directory.look_up_groups()
    await world.typed(START)
    before = await world.typed("/car reveal S1")

    world.directory.take(members_changed("S1", removed=["U0ANA"]))
    after = await world.typed("/car reveal S1")

    assert before.plain == "S1  server session"
    assert after.plain == "🟠 You may not do that here."


async def test_that_it_was_shown_is_on_the_record_with_the_rule(world_with):
    world = await world_with(Policy(rules=(RULE,)))
    await world.typed(START)

    await world.typed("/car reveal S1")

    last = (await world.journal.audit.all())[-1]
    assert (last.decision, last.action, last.rule, last.handle) == (
        "did",
        "car.reveal",
        "on-call",
        "S1",
    )


async def secret_of(world, handle):
    return await world.journal.find.secret_of((await world.handle(handle)).id)


@pytest.mark.parametrize(("minutes", "shown"), [(59, True), (61, False)])
async def test_an_hour_after_it_was_opened_it_is_shown_no_more(world, minutes, shown):
    await world.typed(START)
    world.clock.push(minutes=minutes)

    answer = await world.typed("/car reveal S1")

    old = "🟠 The answer to S1 is no longer shown: it is too old."
    assert answer.plain == ("S1  server session" if shown else old)


async def test_after_an_hour_it_is_thrown_away_and_the_card_says_so(world):
    await world.typed(START)
    (card,) = await world.notices()
    before = await secret_of(world, "S1")
    world.clock.push(minutes=61)

    await world.jobs.run_due()

    (later,) = [one for one in await world.notices() if one.text == card.text][-1:]
    assert before
    assert await secret_of(world, "S1") is None
    assert "reveal" in json.dumps(card.body)
    assert "reveal" not in json.dumps(later.body)
    assert "Its server session is not shown any more." in json.dumps(later.body)


async def test_what_an_older_release_opened_long_ago_loses_it_without_a_word(world):
    await world.typed(START)
    world.clock.push(days=3)
    before = await world.notices()

    await world.jobs.run_due()

    assert await secret_of(world, "S1") is None
    assert [one.notification.id for one in await world.notices()] == [
        one.notification.id for one in before
    ]


async def test_within_the_hour_it_stays(world):
    await world.typed(START)
    world.clock.push(minutes=59)

    await world.jobs.run_due()

    assert await secret_of(world, "S1")
