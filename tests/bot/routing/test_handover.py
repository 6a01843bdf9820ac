"""`/patchbay handover`, from what is typed to what a channel reads."""

from datetime import timedelta

from bot.dialogue.outcome import Audience, Points, When, Who
from bot.journal.evidence import moment_of
from bot.settings import Policy, Rule
from tests.bot.operations.tencent import (
    FAILED,
    RECOVERING,
    RUNNING,
    Tencent,
    started,
)

START = "/relay start {n} url=rtmp://a.example.com/b/c{n} --go"
READERS = Policy(
    reads_for_all=False,
    rules=(
        Rule(name="all", actions=("*",), users=("U0ANA",)),
        Rule(name="some", actions=("patchbay.handover", "car.read"), users=("U0BOB",)),
        Rule(name="none", actions=("gs.show",), users=("U0EVE",)),
    ),
)


def titles(answer):
    return [part.title for part in answer.parts if isinstance(part, Points)]


async def test_it_answers_the_asker_and_can_be_shared(world):
    await world.typed(START.format(n=1))

    answer = await world.typed("/patchbay handover since=8h")
    (share,) = answer.buttons
    shared = await world.typed(f"/{share.command} {share.text}")

    assert (answer.audience, shared.audience) == (Audience.ASKER, Audience.CHANNEL)
    assert titles(answer) == titles(shared) == ["Runs (1)"]
    assert shared.buttons == ()


async def test_sessions_are_among_what_runs(world):
    await world.typed("/car start user=u1 ip=8.8.8.8 --go")

    assert "S1" in repr((await world.typed("/patchbay handover")).parts)


async def test_a_reader_is_told_of_what_they_may_read_alone(world_with):
    world = await world_with(READERS)
    await world.typed(START.format(n=1))
    await world.typed("/car start user=u1 ip=8.8.8.8 --go")

    for text in ("/patchbay handover", "/patchbay handover --public"):
        answer = await world.typed(text, user="U0BOB")
        assert "S1" in repr(answer.parts)
        assert "R1" not in repr(answer.parts)


async def test_who_has_no_right_is_refused(world_with):
    world = await world_with(READERS)
    await world.typed(START.format(n=1))

    refused = await world.typed("/patchbay handover", user="U0EVE")

    assert "R1" not in repr(refused)
    assert titles(refused) == []


def named(answer, title):
    """Return whom the rows under *title* name, and the moments beside."""
    (part,) = [p for p in answer.parts if isinstance(p, Points) and p.title == title]
    return [s for row in part.lines for s in row if isinstance(s, Who | When)]


async def rings(world):
    """Start a relay of which a target fails, so that somebody is called."""
    tencent = Tencent(world)
    relay = await started(world, START.format(n=1))
    await tencent.tells(relay, RUNNING, RECOVERING)
    await tencent.tells(relay, FAILED, error=(-101, "closed"))


async def attention(world):
    """Return what is open of R1, and its mute."""
    return await world.journal.alerts.of((await world.handle("R1")).id)


async def test_who_has_taken_the_alert_of_what_runs_is_named(heard):
    await rings(heard)
    before = titles(await heard.typed("/patchbay handover", user="U0BEN"))
    await heard.typed("/patchbay take R1", user="U0ANA")
    (outage,), _mute = await attention(heard)

    answer = await heard.typed("/patchbay handover", user="U0BEN")

    assert "Taken (1)" not in before
    assert named(answer, "Taken (1)") == [
        Who("U0ANA"),
        When(moment_of(outage.taken_at)),
    ]


async def test_who_has_muted_it_is_named_until_that_is_over(heard):
    await rings(heard)
    await heard.typed("/patchbay mute R1 2h", user="U0ANA")
    _outages, mute = await attention(heard)

    answer = await heard.typed("/patchbay handover", user="U0BEN")
    heard.clock.push(hours=3)
    later = await heard.typed("/patchbay handover", user="U0BEN")

    assert named(answer, "Muted (1)") == [Who("U0ANA"), When(moment_of(mute.until))]
    assert "Muted (1)" not in titles(later)


async def test_it_counts_what_was_asked_for_since_and_nothing_before(world):
    await world.typed(START.format(n=1))
    world.clock.push(seconds=timedelta(hours=3).total_seconds())
    await world.typed(START.format(n=2))

    answer = await world.typed("/patchbay handover since=1h")

    assert "Runs (2)" in titles(answer)
    assert "'1', '; '" in repr(answer.parts[-2])


async def test_what_is_no_past_moment_is_refused(world):
    for text in ("tomorrow", "soon", "2099-01-01"):
        refused = await world.typed(f"/patchbay handover since={text}")
        assert refused.plain == "🟠 Please correct:"
