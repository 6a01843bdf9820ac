"""A command, an answer to it, and how that is told."""

from pydantic import SecretStr

from bot.dialogue.ask import Ask, Person, Place, Surface
from bot.dialogue.outcome import Outcome
from bot.slack.outbound.replies import Replies
from tests.fakes.clock import FakeClock
from tests.fakes.slack import FakeSlack

OUTCOME = Outcome(headline=("told",))
ASK = Ask(
    command="relay",
    text="",
    who=Person(team="T1", user="UANA", home="T1"),
    where=Place(channel="C1"),
    surface=Surface.COMMAND,
    key="k",
    answer_url=SecretStr("https://hooks.slack.com/x"),
    trigger="t1",
)


async def calls(ask, answer, *refused):
    web, clock = FakeSlack(*refused), FakeClock()
    await Replies(web, now=clock, sleep=clock.sleep).reply(ask, answer)
    return web.sent
