"""What tests of a second person ask, decide and look at."""

from bot.dialogue.form import Form
from bot.settings import Limits, Policy, Rule, Second

ANA, BOB, CARL, DORA = "U0ANA", "U0BOB", "U0CARL", "U0DORA"
RULES = (
    Rule(name="on-call", actions=("relay.*",), users=(ANA, BOB, CARL)),
    Rule(name="leads", actions=("patchbay.*",), users=(ANA, BOB, DORA)),
)
START = "/relay start 7 url=rtmp://push.example.com/live/the-secret-key --go"


def policy(rules=RULES, limits=None, **table):
    table = {"name": "two", "actions": ("relay.*",), **table}
    return Policy(rules=rules, second=(Second(**table),), limits=limits or Limits())


async def asked(world, line=START, user=ANA, **more):
    """Ask for a start; return the answer, and the id of what it asks."""
    answer = await world.typed(line, user=user, **more)
    cards = [one for one in await world.notices() if one.notification.proposal]
    return answer, cards[-1].notification.proposal


async def decided(world, what, of, by=BOB, reason="seen it"):
    form = await world.typed(f"/patchbay {what} {of}", user=by)
    assert isinstance(form, Form), form.plain
    return await world.submitted(form, by=by, reason=reason)


async def told(world):
    """Return what of proposals waits to be read: to whom, where and its first line."""
    return [
        (one.audience, one.notification.to.channel, one.text)
        for one in await world.notices()
        if one.notification.proposal
    ]
