"""A form that Slack opened too late is opened once more, while it can be sent in."""

import pytest

FORMS = (
    "/relay start 33 url=rtmp://push.example.com/live/k",
    "/car start user=u1 ip=8.8.8.8",
)
GONE = "🟠 This form is too old, or was sent in already. Open a new one."


@pytest.mark.parametrize("typed", FORMS)
async def test_it_is_opened_until_it_was_sent_in(world, typed):
    form = await world.typed(typed)
    ask = world.ask("/form")

    before = await world.router.reopened(ask, form=form)
    await world.submitted(form)
    after = await world.router.reopened(ask, form=form)

    assert before is form
    assert after.plain.strip() == GONE


@pytest.mark.parametrize("who", ["U0ANA", "U0BOB"])
async def test_one_that_is_too_old_or_of_another_is_not_opened(world, who):
    form = await world.typed(FORMS[0])
    world.clock.push(minutes=31 if who == "U0ANA" else 0)

    answer = await world.router.reopened(world.ask("/form", user=who), form=form)

    assert answer.plain.strip() == GONE
